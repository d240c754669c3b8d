// The pre-record time of one stream on disk instead of in memory (docs/design/storage-and-quota.md; docs/decisions/0011): short
// files that nobody sees, each deleted when it is older than any event could ask for, or claimed by the recording of
// one and from then on a file like any other. When this is done is the memory budget's affair.
import { TICKS_PER_SECOND } from "../../domain/time.ts";
import type { Log } from "../../log.ts";
import type { DesiredStream } from "../protocol.ts";
import { CutRule } from "./cut-rule.ts";
import { nextIdentity } from "./next-identity.ts";
import type { Part } from "./part.ts";
import { SegmentFile, type SegmentFileEvents } from "./segment-file.ts";
import type { SegmentVolume, SegmentVolumes } from "./segment-volume.ts";

/** Length of a file: what is recorded before the time that an event asks for is at most one of them. */
const FILE_SECONDS = 10;
/** How late an event may be told and still find its pre-record time whole. */
const LATE_EVENT_90K = 3 * TICKS_PER_SECOND;
/** A disk that keeps up has synced what the ring held within so long. */
const FRESH_90K = 15 * TICKS_PER_SECOND;
/** More than this in memory, and the disk does not keep up: then memory is not saved but wasted. */
const UNSYNCED_LIMIT_BYTES = 48 * 1024 * 1024;

export interface ProvisionalServices {
  readonly log: Log;
  readonly volumes: SegmentVolumes;
  readonly node: string;
}

/** What a recording takes over. */
export interface ClaimedFiles {
  readonly startTime90k: number;
  /** Files that are to be closed, oldest first. */
  readonly sealed: readonly SealedFile[];
  /** The file that is being written: the recording goes on in it. */
  readonly current: SegmentFile | undefined;
  /** Number of the newest part that they hold. */
  readonly lastOrdinal: number;
}

export interface SealedFile {
  readonly file: SegmentFile;
  readonly endsRun: boolean;
}

export class ProvisionalFiles implements SegmentFileEvents {
  readonly #services: ProvisionalServices;
  readonly #cut: CutRule;
  #desired: DesiredStream;
  #sealed: SealedFile[] = [];
  #file: SegmentFile | undefined;
  #mode: "off" | "on" | "ending" = "off";
  #lastOrdinal = -1;
  /** Media time at which it began. */
  #began90k = 0;
  #newest90k = 0;

  constructor(desired: DesiredStream, services: ProvisionalServices) {
    this.#desired = desired;
    this.#services = services;
    this.#cut = new CutRule(`${desired.camera}/${desired.stream}`);
  }

  update(desired: DesiredStream): void {
    this.#desired = desired;
    if (desired.preRecordSeconds === 0) this.drop();
  }

  /** True while parts are written. */
  get isOn(): boolean {
    return this.#mode === "on";
  }

  /** True while what the ring held when it began can still be on its way to the disk. */
  get isFresh(): boolean {
    return this.isOn && Math.abs(this.#newest90k - this.#began90k) < FRESH_90K;
  }

  /** Bytes in memory that only wait for the disk. */
  get unsyncedBytes(): number {
    return this.#all().reduce((sum, file) => sum + file.unsyncedBytes, 0);
  }

  /** Bytes on the disk. */
  get writtenBytes(): number {
    return this.#all().reduce((sum, file) => sum + file.writtenBytes, 0);
  }

  /** Begins, with what the ring holds. False: there is no volume that should be burdened with it. */
  begin(parts: readonly Part[]): boolean {
    if (this.#pick() === undefined) return false;
    this.#mode = "on";
    this.#began90k = parts.at(-1)?.start90k ?? 0;
    for (const part of parts) this.write(part);
    return this.isOn;
  }

  /** Goes on in memory: the last file ends at the next key frame, where the ring begins. */
  end(): void {
    if (this.#mode === "on") this.#mode = "ending";
  }

  /** Takes the newest part, unless it is off. */
  write(part: Part): void {
    this.#newest90k = part.start90k;
    this.#forgetOld(part.start90k);
    if (this.#mode === "off" || part.ordinal <= this.#lastOrdinal) return;
    if (this.#mode === "ending" && part.startsWithKeyFrame) {
      this.seal(false);
      this.#mode = "off";
      return;
    }
    const current = this.#file;
    if (current !== undefined && this.#isOver(current, part))
      this.seal(current.identity.run !== part.run.number);
    if (this.#file === undefined && !part.startsWithKeyFrame) return;
    const file = this.#file ?? this.#open(part);
    if (file === undefined || !file.volume.takesProvisional || this.unsyncedBytes > UNSYNCED_LIMIT_BYTES) {
      this.#giveUp("the volume has other things to do");
      return;
    }
    file.append(part, 0);
    this.#lastOrdinal = part.ordinal;
  }

  /** The file in progress is complete. */
  seal(endsRun: boolean): void {
    const file = this.#file;
    if (file === undefined) return;
    this.#file = undefined;
    this.#sealed.push({ file, endsRun });
    file.seal();
  }

  /** Hands over what reaches beyond `from90k`; the rest is deleted. Undefined: there is nothing. */
  claim(from90k: number): ClaimedFiles | undefined {
    const sealed = this.#sealed.filter(({ file }) => file.end90k > from90k);
    for (const { file } of this.#sealed) if (file.end90k <= from90k) file.discard();
    const current = this.#file;
    this.#sealed = [];
    this.#file = undefined;
    if (this.#mode === "ending") this.#mode = "off";
    const first = sealed[0]?.file ?? current;
    if (first === undefined) return undefined;
    return { startTime90k: first.start90k, sealed, current, lastOrdinal: this.#lastOrdinal };
  }

  /** Deletes all and writes no more. */
  drop(): void {
    this.#mode = "off";
    for (const file of this.#all()) file.discard();
    this.#sealed = [];
    this.#file = undefined;
  }

  opened(): void {
    // Nobody is told of a file that may never be kept.
  }

  closed(): void {
    // Only claimed files are closed.
  }

  failed(_file: SegmentFile, error: Error): void {
    this.#giveUp(error.message);
  }

  #giveUp(reason: string): void {
    if (this.#mode === "off" && this.#sealed.length === 0) return;
    this.#services.log.notice("pre-recording on disk was given up; it goes on in memory, shorter", {
      camera: this.#desired.camera,
      stream: this.#desired.stream,
      reason,
    });
    this.drop();
  }

  #isOver(file: SegmentFile, part: Part): boolean {
    return this.#cut.judge(file, part, FILE_SECONDS, this.#desired.audio) === "cut";
  }

  #open(part: Part): SegmentFile | undefined {
    const { video, audio } = part.format;
    const volume = this.#pick();
    if (volume === undefined || video === undefined) return undefined;
    const { run } = part;
    const file = new SegmentFile(
      {
        identity: nextIdentity(part, this.#desired, this.#services),
        volume,
        video,
        audio: this.#desired.audio ? audio : undefined,
        inBand: this.#cut.inBand(video, part.start90k),
        bits: 0,
        cameraClockOffsetMs: run.cameraClockOffsetMs,
        isProvisional: true,
      },
      this,
    );
    run.nextSequence += 1;
    this.#file = file;
    this.#cut.begun(part.start90k, FILE_SECONDS);
    return file;
  }

  #pick(): SegmentVolume | undefined {
    const volume = this.#services.volumes.pick(this.#desired.volumes);
    return volume?.takesProvisional === true ? volume : undefined;
  }

  #forgetOld(now90k: number): void {
    const length90k = this.#desired.preRecordSeconds * TICKS_PER_SECOND + LATE_EVENT_90K;
    for (;;) {
      const [oldest, ...later] = this.#all();
      if (oldest === undefined || this.#sealed.length === 0) return;
      const isAhead = oldest.start90k > now90k;
      // One that lies ahead is of before the clock was set back: it goes once enough follows it.
      const followed90k = isAhead
        ? later.reduce((sum, { start90k, end90k }) => sum + end90k - start90k, 0)
        : 0;
      if (isAhead ? followed90k < length90k : oldest.end90k > now90k - length90k) return;
      this.#sealed.shift();
      oldest.discard();
    }
  }

  #all(): SegmentFile[] {
    const files = this.#sealed.map(({ file }) => file);
    if (this.#file !== undefined) files.push(this.#file);
    return files;
  }
}
