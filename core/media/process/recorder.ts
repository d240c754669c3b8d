// Decides when one stream is recorded: asks at every part whether it is wanted, reaches back into the ring, ends where
// the next recording can join (docs/design/storage-and-quota.md). The files are the segment writer's affair.
import { reasonBits, reasonsOf } from "../../domain/record-reasons.ts";
import { TICKS_PER_SECOND } from "../../domain/time.ts";
import type { DesiredStream, OpenSegment, RecordTrigger } from "../protocol.ts";
import type { Part } from "./part.ts";
import type { PartRing } from "./part-ring.ts";
import { ProvisionalFiles } from "./provisional-files.ts";
import { SegmentWriter, type SegmentWriterServices } from "./segment-writer.ts";
import { Wanted } from "./wanted.ts";

/** A recording that is no longer wanted goes on to the next key frame, so that the next one joins without a gap. */
const LINGER_90K = 10 * TICKS_PER_SECOND;

export interface RecorderServices extends SegmentWriterServices {
  coreIsSilent(): boolean;
}

export class Recorder {
  readonly #services: RecorderServices;
  readonly #ring: PartRing;
  readonly #wanted = new Wanted();
  readonly #writer: SegmentWriter;
  /** Where the pre-record time is while memory is short. */
  readonly provisional: ProvisionalFiles;
  #desired: DesiredStream;
  /** First part that was wanted and could not be written so far. */
  #missedSince: number | undefined;
  /** Last part that is counted as missed. */
  #missedUpTo = -1;
  #recordingSince90k: number | undefined;
  /** Where the newest recording began, also when it is over. */
  #recordedFrom90k: number | undefined;
  #notWantedSince90k: number | undefined;
  #reported = "";
  #framesMissed = 0;

  constructor(desired: DesiredStream, ring: PartRing, services: RecorderServices) {
    this.#desired = desired;
    this.#ring = ring;
    this.#services = services;
    this.#writer = new SegmentWriter(desired, services);
    this.provisional = new ProvisionalFiles(desired, services);
    this.update(desired);
  }

  /** Takes a changed wish; a segment in progress goes on. */
  update(desired: DesiredStream): void {
    this.#desired = desired;
    this.#writer.update(desired);
    this.provisional.update(desired);
    const { clock } = this.#services;
    this.#wanted.update(desired, clock.monotonicMs(), clock.wallMs());
  }

  /** The segment that is being written, and those being closed, as readers may see them. */
  get openSegments(): OpenSegment[] {
    return this.#writer.openSegments;
  }

  /** True while files are not yet durable. */
  get isBusy(): boolean {
    return this.#writer.isBusy;
  }

  /** Bytes in memory that only wait for the disk. */
  get unsyncedBytes(): number {
    return this.#writer.unsyncedBytes;
  }

  get framesRecorded(): number {
    return this.#writer.framesRecorded;
  }

  /** Pictures that were wanted and are on no disk; those that the ring still holds may yet get there. */
  get framesDropped(): number {
    return this.#framesMissed + this.#writer.framesForgotten;
  }

  /** Start of the oldest part that was wanted and that no volume took, if the ring still holds it. */
  get neededFrom90k(): number | undefined {
    const missed = this.#missedSince;
    if (missed === undefined) return undefined;
    return this.#ring.parts.find((part) => part.ordinal >= missed)?.start90k;
  }

  /** Begins or extends a recording for an event, at once. Tells where the recording starts. */
  trigger(trigger: RecordTrigger): { startTime90k: number; preRecordShort: boolean } {
    this.#wanted.trigger(trigger, this.#services.clock.monotonicMs());
    const from90k = trigger.eventTime90k - this.#desired.preRecordSeconds * TICKS_PER_SECOND;
    if (this.#recordingSince90k !== undefined) {
      return {
        startTime90k: Math.max(this.#recordingSince90k, from90k),
        preRecordShort: this.#recordingSince90k > from90k,
      };
    }
    const newest = this.#ring.parts.at(-1);
    this.#recordedFrom90k = undefined;
    // Also an event that was over before it was told has its place in the ring.
    if (newest !== undefined && from90k < newest.presentEnd90k)
      this.#begin(reasonBits(trigger.reasons), from90k);
    const startTime90k =
      this.#recordedFrom90k ?? newest?.end90k ?? Math.round(this.#services.clock.wallMs() * 90);
    return { startTime90k, preRecordShort: startTime90k > from90k };
  }

  /** Puts the pre-record time on disk instead of into the ring. False: it records, or no volume takes it. */
  spill(): boolean {
    if (this.#recordingSince90k !== undefined || this.#missedSince !== undefined) return false;
    const { lastOrdinal } = this.#writer;
    return this.provisional.begin(this.#ring.parts.filter(({ ordinal }) => ordinal > lastOrdinal));
  }

  /** Ends a trigger at a moment. */
  endTrigger(id: string, until90k: number): void {
    this.#wanted.endTrigger(id, until90k);
  }

  /** Takes the newest part, which is in the ring already. */
  part(part: Part): void {
    this.#wanted.forget(part.presentStart90k);
    const bits = this.#bitsOf(part);
    if (this.#recordingSince90k !== undefined) this.#goOn(part, bits);
    else if (bits !== 0) this.#begin(bits, this.#wanted.wantedFrom(part.presentEnd90k - 1));
    if (bits !== 0 && part.ordinal > this.#writer.lastOrdinal) {
      this.#missedSince ??= part.ordinal;
      this.#missedUpTo = part.ordinal;
      this.#framesMissed += part.video.length;
    }
    if (this.#recordingSince90k === undefined) this.provisional.write(part);
    this.#tell(bits);
  }

  /** The node's clock was set by so much. */
  clockStepped(stepMs: number): void {
    this.#wanted.clockStepped(this.#services.clock.wallMs(), stepMs);
  }

  /** Has the state of recording reported with the next part, as if it were news. */
  retell(): void {
    this.#reported = "";
  }

  /** The run is over: so is its last segment. */
  runEnded(): void {
    this.provisional.seal(true);
    this.#end(true);
    this.#tell(0);
  }

  /** Tries again to write what no volume took; to be called now and then. */
  retry(): void {
    this.#writer.retry();
  }

  /**
   * Closes what is open, and tries once more to write what waits in memory for a volume that does not count as in
   * order; `isBusy` tells when all is durable or given up. The ring must still be there.
   */
  close(): void {
    this.#end(true);
    this.#writer.beginLastTry();
    const missedSince = this.#missedSince;
    const missed =
      missedSince === undefined ? undefined : this.#ring.parts.find((part) => part.ordinal >= missedSince);
    if (missed !== undefined) this.#begin(this.#bitsOf(missed), missed.presentStart90k);
    this.#end(true);
    this.#writer.retry();
    this.provisional.drop();
  }

  #bitsOf(part: Part): number {
    // Without a volume nothing is to be recorded, so nothing is missed either.
    if (this.#desired.volumes.length === 0) return 0;
    return this.#wanted.bitsIn(part.presentStart90k, part.presentEnd90k, this.#services.coreIsSilent());
  }

  /** Begins to record with what the ring holds from `from90k` on and was not written before. */
  #begin(leadBits: number, from90k: number): void {
    const { parts } = this.#ring;
    const newest = parts.at(-1);
    if (newest === undefined || !this.#writer.hasHome) return;
    this.#writer.rehouse();
    const claimed = this.provisional.claim(from90k);
    if (claimed !== undefined) this.#writer.adopt(claimed, leadBits);
    const unwritten = parts.findIndex((part) => part.ordinal > this.#writer.lastOrdinal);
    let index = this.#ring.indexFor(from90k);
    if (claimed?.current !== undefined) {
      // The file in progress goes on with what it does not hold yet.
      index = unwritten === -1 ? parts.length : unwritten;
    } else if (unwritten === -1) {
      this.#recordedFrom90k = claimed?.startTime90k;
      return;
    } else if (unwritten > index) {
      index = unwritten;
      while (index > 0 && parts[index]?.startsWithKeyFrame !== true) index -= 1;
    }
    this.#recordingSince90k = claimed?.startTime90k ?? (parts[index] as Part).start90k;
    this.#recordedFrom90k = this.#recordingSince90k;
    this.#notWantedSince90k = undefined;
    let leading = claimed?.current === undefined;
    // A copy: what writing brings about may trim the ring.
    for (const part of parts.slice(index)) {
      const bits = this.#bitsOf(part);
      if (bits !== 0) leading = false;
      // From the key frame to what is wanted everything is written, for the same reasons.
      if (leading) this.#write(part, leadBits);
      else this.#goOn(part, bits);
      if (this.#recordingSince90k === undefined) break;
      const { ordinal } = part;
      if (this.#missedSince !== undefined && ordinal >= this.#missedSince && ordinal <= this.#missedUpTo) {
        this.#framesMissed -= part.video.length;
      }
    }
    this.#missedSince = undefined;
    this.#tell(this.#bitsOf(newest));
  }

  /** The next part of a recording in progress: written, unless it is where the recording may end. */
  #goOn(part: Part, bits: number): void {
    if (bits !== 0) {
      this.#notWantedSince90k = undefined;
      this.#write(part, bits);
      return;
    }
    this.#notWantedSince90k ??= part.start90k;
    // An end is taken where the next recording can join: at a key frame, or not much later.
    if (part.startsWithKeyFrame || part.start90k - this.#notWantedSince90k > LINGER_90K) this.#end(false);
    else this.#write(part, this.#writer.current?.reasonBits ?? 0);
  }

  /** What cannot be written now waits in the ring, as long as that reaches. */
  #write(part: Part, bits: number): void {
    if (!this.#writer.write(part, bits)) this.#end(false);
  }

  #end(endsRun: boolean): void {
    this.#writer.finish(endsRun);
    this.#recordingSince90k = undefined;
    this.#notWantedSince90k = undefined;
  }

  #tell(bits: number): void {
    const recording = this.#writer.current !== undefined;
    const problem =
      bits !== 0 && !recording ? this.#services.volumes.problem(this.#desired.volumes) : undefined;
    const shown = recording ? bits : 0;
    const state = `${recording}/${shown}/${problem ?? ""}`;
    if (state === this.#reported) return;
    this.#reported = state;
    this.#services.report({
      kind: "recording-state",
      camera: this.#desired.camera,
      stream: this.#desired.stream,
      recording,
      reasons: reasonsOf(shown),
      ...(problem === undefined ? {} : { problem }),
    });
  }
}
