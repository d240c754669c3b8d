// Records one stream: asks at every part whether it is wanted, opens and cuts segments, reaches back into the ring,
// and writes again elsewhere what a failing volume did not keep (data plane, sections 4 to 6 and 10).
import type { Clock } from "../../clock.ts";
import { reasonBits, reasonsOf } from "../../domain/record-reasons.ts";
import { TICKS_PER_SECOND } from "../../domain/time.ts";
import type { Log } from "../../log.ts";
import type { DesiredStream, MediaReport, OpenSegment, RecordTrigger } from "../protocol.ts";
import { segmentId } from "../segment.ts";
import { CutRule } from "./cut-rule.ts";
import type { Part, Run } from "./part.ts";
import type { PartRing } from "./part-ring.ts";
import { SegmentFile, type SegmentFileEvents, type WrittenPart } from "./segment-file.ts";
import type { SegmentVolume, SegmentVolumes } from "./segment-volume.ts";
import { Wanted } from "./wanted.ts";

/** A recording that is no longer wanted goes on to the next key frame, so that the next one joins without a gap. */
const LINGER_90K = 10 * TICKS_PER_SECOND;
/** What files of one stream may hold in memory while their volume hangs. */
const UNSYNCED_LIMIT_BYTES = 32 * 1024 * 1024;

export interface RecorderServices {
  readonly clock: Clock;
  readonly log: Log;
  readonly volumes: SegmentVolumes;
  readonly node: string;
  /** True when the node's clock is known to be wrong. */
  isUnsynchronised(): boolean;
  coreIsSilent(): boolean;
  /** True when the memory for pictures runs out. */
  memoryIsTight(): boolean;
  report(report: MediaReport): void;
  requestKeyFrame(): void;
}

export class Recorder implements SegmentFileEvents {
  readonly #services: RecorderServices;
  readonly #ring: PartRing;
  readonly #wanted = new Wanted();
  readonly #cut: CutRule;
  #desired: DesiredStream;
  #file: SegmentFile | undefined;
  /** Files that are being closed: not yet durable. */
  readonly #closing = new Set<SegmentFile>();
  /** Parts that no volume took: what a failed one did not keep. */
  #homeless: WrittenPart[] = [];
  #lastOrdinal = -1;
  #runIsOver = false;
  /** First part that was wanted and could not be written so far. */
  #missedSince: number | undefined;
  #recordingSince90k: number | undefined;
  /** Where the newest recording began, also when it is over. */
  #recordedFrom90k: number | undefined;
  #notWantedSince90k: number | undefined;
  #reported = "";
  framesRecorded = 0;
  framesDropped = 0;

  constructor(desired: DesiredStream, ring: PartRing, services: RecorderServices) {
    this.#desired = desired;
    this.#ring = ring;
    this.#services = services;
    this.#cut = new CutRule(`${desired.camera}/${desired.stream}`);
    this.update(desired);
  }

  /** Takes a changed wish; a segment in progress goes on. */
  update(desired: DesiredStream): void {
    this.#desired = desired;
    this.#wanted.update(desired, this.#services.clock.monotonicMs());
  }

  /** The segment that is being written, and those being closed, as readers may see them. */
  get openSegments(): OpenSegment[] {
    const open: OpenSegment[] = [];
    for (const file of this.#closing) if (file.open !== undefined) open.push(file.open);
    if (this.#file?.open !== undefined) open.push(this.#file.open);
    return open;
  }

  /** True while files are not yet durable. */
  get isBusy(): boolean {
    return this.#file !== undefined || this.#closing.size > 0;
  }

  /** Bytes in memory that only wait for the disk. */
  get unsyncedBytes(): number {
    let bytes = this.#file?.unsyncedBytes ?? 0;
    for (const file of this.#closing) bytes += file.unsyncedBytes;
    for (const { part } of this.#homeless) bytes += part.bytes;
    return bytes;
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
    if (newest !== undefined && from90k < newest.end90k) this.#begin(reasonBits(trigger.reasons), from90k);
    const startTime90k =
      this.#recordedFrom90k ?? newest?.end90k ?? Math.round(this.#services.clock.wallMs() * 90);
    return { startTime90k, preRecordShort: startTime90k > from90k };
  }

  /** Ends a trigger at a moment. */
  endTrigger(id: string, until90k: number): void {
    this.#wanted.endTrigger(id, until90k);
  }

  /** Takes the newest part, which is in the ring already. */
  part(part: Part): void {
    this.#wanted.forget(part.start90k);
    const bits = this.#bitsOf(part);
    if (this.#recordingSince90k !== undefined) this.#goOn(part, bits);
    else if (bits !== 0) this.#begin(bits, this.#wanted.wantedFrom(part.end90k - 1));
    if (bits !== 0 && part.ordinal > this.#lastOrdinal) {
      this.#missedSince ??= part.ordinal;
      this.framesDropped += part.video.length;
    }
    this.#tell(bits);
  }

  /** The run is over: so is its last segment. */
  runEnded(_run: Run): void {
    this.#end(true);
    this.#runIsOver = true;
    this.#tell(0);
  }

  /** Tries again to write what no volume took; to be called now and then. */
  retry(): void {
    if (this.#homeless.length === 0) return;
    this.#rehouse();
    // A recording that is over stays over: only its last seconds had to be written again.
    if (this.#recordingSince90k === undefined) this.#finish(this.#runIsOver);
  }

  /** Closes what is open; `isBusy` tells when it is durable. */
  close(): void {
    this.#end(true);
    this.#forgetHomeless();
  }

  // ---------------------------------------------------------------------------------- calls of the files

  opened(file: SegmentFile): void {
    this.#services.report({
      kind: "segment-opened",
      volume: file.volume.id,
      path: file.path,
      identity: file.identity,
    });
  }

  closed(file: SegmentFile, segment: Parameters<SegmentFileEvents["closed"]>[1]): void {
    this.#closing.delete(file);
    this.#services.report({ kind: "segment-closed", segment });
  }

  failed(file: SegmentFile, error: Error): void {
    this.#services.log.warn("a recording file was given up; its last seconds go to another volume", {
      camera: this.#desired.camera,
      stream: this.#desired.stream,
      path: file.path,
      reason: error.message,
    });
    this.#leave(file.volume);
    this.retry();
  }

  // ----------------------------------------------------------------------------------------- recording

  #bitsOf(part: Part): number {
    return this.#wanted.bitsIn(part.start90k, part.end90k, this.#services.coreIsSilent());
  }

  /** Begins to record with what the ring holds from `from90k` on and was not written before. */
  #begin(leadBits: number, from90k: number): void {
    const { parts } = this.#ring;
    const newest = parts.at(-1);
    if (newest === undefined || this.#services.volumes.pick(this.#desired.volumes) === undefined) return;
    if (this.#homeless.length > 0) this.#rehouse();
    const unwritten = parts.findIndex((part) => part.ordinal > this.#lastOrdinal);
    if (unwritten === -1) return;
    let index = this.#ring.indexFor(from90k);
    if (unwritten > index) {
      index = unwritten;
      while (index > 0 && parts[index]?.startsWithKeyFrame !== true) index -= 1;
    }
    this.#recordingSince90k = (parts[index] as Part).start90k;
    this.#recordedFrom90k = this.#recordingSince90k;
    this.#notWantedSince90k = undefined;
    let leading = true;
    // A copy: what writing brings about may trim the ring.
    for (const part of parts.slice(index)) {
      const bits = this.#bitsOf(part);
      if (bits !== 0) leading = false;
      // From the key frame to what is wanted everything is written, for the same reasons.
      if (leading) this.#write(part, leadBits);
      else this.#goOn(part, bits);
      if (this.#recordingSince90k === undefined) break;
      if (this.#missedSince !== undefined && part.ordinal >= this.#missedSince && part !== newest) {
        this.framesDropped -= part.video.length;
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
    else this.#write(part, this.#file?.reasonBits ?? 0);
  }

  #write(part: Part, bits: number): void {
    if (this.#file !== undefined) this.#moveIfBetter(this.#file);
    if (this.#homeless.length > 0) this.#rehouse();
    this.#cutBefore(part);
    if (this.#holdsTooMuch()) {
      // The rest waits in the ring, as long as that reaches.
      this.#end(false);
      return;
    }
    const file = this.#file ?? this.#open(part, bits);
    if (file === undefined) {
      this.#end(false);
      return;
    }
    file.append(part, bits);
    this.#lastOrdinal = part.ordinal;
    this.#runIsOver = false;
    this.framesRecorded += part.video.length;
  }

  #cutBefore(part: Part): void {
    const file = this.#file;
    if (file === undefined) return;
    const verdict = this.#cut.judge(file, part, this.#desired.segmentSeconds, this.#desired.audio);
    if (verdict === "ask-key-frame") this.#services.requestKeyFrame();
    if (verdict === "cut") this.#finish(file.identity.run !== part.run.number);
  }

  #open(part: Part, bits: number): SegmentFile | undefined {
    const { video, audio } = part.format;
    const volume = this.#services.volumes.pick(this.#desired.volumes);
    if (volume === undefined || video === undefined) return undefined;
    const { run } = part;
    const file = new SegmentFile(
      {
        identity: {
          camera: this.#desired.camera,
          stream: this.#desired.stream,
          node: this.#services.node,
          run: run.number,
          sequence: run.nextSequence,
          startTime90k: part.start90k,
          clockSource: this.#services.isUnsynchronised() ? "unsynchronised" : "node",
        },
        volume,
        video,
        audio: this.#desired.audio ? audio : undefined,
        inBand: this.#cut.inBand(video, part.start90k),
        bits,
        cameraClockOffsetMs: run.cameraClockOffsetMs,
      },
      this,
    );
    run.nextSequence += 1;
    this.#file = file;
    this.#cut.begun(part.start90k, this.#desired.segmentSeconds);
    return file;
  }

  #finish(endsRun: boolean): void {
    const file = this.#file;
    if (file === undefined) return;
    this.#file = undefined;
    this.#closing.add(file);
    file.finish(endsRun);
  }

  #end(endsRun: boolean): void {
    this.#finish(endsRun);
    this.#recordingSince90k = undefined;
    this.#notWantedSince90k = undefined;
  }

  // ---------------------------------------------------------------------------------- volumes that fail

  #holdsTooMuch(): boolean {
    const held = this.unsyncedBytes;
    if (held === 0) return false;
    return held > UNSYNCED_LIMIT_BYTES || (this.#services.memoryIsTight() && held > UNSYNCED_LIMIT_BYTES / 8);
  }

  /** Its volume takes nothing any more, or is slow: the stream moves if there is somewhere better to go. */
  #moveIfBetter(file: SegmentFile): void {
    const { volume } = file;
    if (volume.accepts && !volume.isSlow) return;
    const better = this.#services.volumes.pick(this.#desired.volumes);
    if (better === undefined || better === volume || better.isSlow) return;
    this.#leave(volume);
    this.#rehouse();
  }

  /** Gives up every file on a volume and gathers what they had not made durable, in order. */
  #leave(volume: SegmentVolume): void {
    const given: SegmentFile[] = [...this.#closing].filter((file) => file.volume === volume);
    if (this.#file?.volume === volume) {
      given.push(this.#file);
      this.#file = undefined;
    }
    for (const file of given) {
      this.#closing.delete(file);
      this.#homeless.push(...file.takeUnsynced());
      this.#services.report({
        kind: "segment-abandoned",
        id: segmentId(file.identity),
        volume: file.volume.id,
        path: file.path,
      });
    }
    this.#homeless.sort((left, right) => left.part.ordinal - right.part.ordinal);
  }

  /** Writes what has no home on the volume that is the first to accept it. */
  #rehouse(): void {
    if (this.#services.volumes.pick(this.#desired.volumes) === undefined) {
      // Nowhere to go and no memory left: the newest pictures matter more.
      if (this.#services.memoryIsTight()) this.#forgetHomeless();
      return;
    }
    const parts = this.#homeless;
    this.#homeless = [];
    for (const { part, bits } of parts) {
      this.#cutBefore(part);
      (this.#file ?? this.#open(part, bits))?.append(part, bits);
      part.release();
    }
  }

  #forgetHomeless(): void {
    for (const { part } of this.#homeless.splice(0)) {
      this.framesDropped += part.video.length;
      part.release();
    }
  }

  #tell(bits: number): void {
    const recording = this.#file !== undefined;
    const problem =
      bits !== 0 && !recording
        ? this.#desired.volumes.length === 0
          ? undefined
          : this.#services.volumes.problem(this.#desired.volumes)
        : undefined;
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
