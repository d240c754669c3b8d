// Writes the segments of one stream: opens and cuts them, and writes again elsewhere what a failing volume did not
// keep (docs/design/recording-format.md, docs/design/storage-and-quota.md). When and why is the recorder's affair.
import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import type { DesiredStream, MediaReport, OpenSegment } from "../protocol.ts";
import { type SegmentRecord, segmentId } from "../segment.ts";
import { CutRule } from "./cut-rule.ts";
import { nextIdentity } from "./next-identity.ts";
import type { Part } from "./part.ts";
import type { ClaimedFiles } from "./provisional-files.ts";
import { SegmentFile, type SegmentFileEvents, type WrittenPart } from "./segment-file.ts";
import type { SegmentVolume, SegmentVolumes } from "./segment-volume.ts";

/** What files of one stream may hold in memory while their volume hangs. */
const UNSYNCED_LIMIT_BYTES = 32 * 1024 * 1024;

export interface SegmentWriterServices {
  readonly clock: Clock;
  readonly log: Log;
  readonly volumes: SegmentVolumes;
  readonly node: string;
  /** True when the node's clock is known to be wrong. */
  /** True when the memory for pictures runs out. */
  memoryIsTight(): boolean;
  report(report: MediaReport): void;
  requestKeyFrame(): void;
}

export class SegmentWriter implements SegmentFileEvents {
  readonly #services: SegmentWriterServices;
  readonly #cut: CutRule;
  #desired: DesiredStream;
  #file: SegmentFile | undefined;
  /** Files that are being closed: not yet durable. */
  readonly #closing = new Set<SegmentFile>();
  /** Parts that no volume took: what a failed one did not keep. */
  #homeless: WrittenPart[] = [];
  /** True between recordings: what is written again then is closed at once. */
  #isOver = true;
  #runIsOver = true;
  /** Once nothing more will come: the files of the last try, and the volumes on which one of them failed. */
  #last: { readonly files: Set<SegmentFile>; readonly failed: Set<SegmentVolume> } | undefined;
  /** Number of the newest part that was handed to a volume. */
  lastOrdinal = -1;
  framesRecorded = 0;
  /** Pictures that were given up for want of a volume and of memory. */
  framesForgotten = 0;

  constructor(desired: DesiredStream, services: SegmentWriterServices) {
    this.#desired = desired;
    this.#services = services;
    this.#cut = new CutRule(`${desired.camera}/${desired.stream}`);
  }

  update(desired: DesiredStream): void {
    this.#desired = desired;
  }

  /** The segment in progress. */
  get current(): SegmentFile | undefined {
    return this.#file;
  }

  get openSegments(): OpenSegment[] {
    const open: OpenSegment[] = [];
    for (const file of this.#closing) if (file.open !== undefined) open.push(file.open);
    if (this.#file?.open !== undefined) open.push(this.#file.open);
    return open;
  }

  get isBusy(): boolean {
    return this.#file !== undefined || this.#closing.size > 0;
  }

  get unsyncedBytes(): number {
    let bytes = this.#file?.unsyncedBytes ?? 0;
    for (const file of this.#closing) bytes += file.unsyncedBytes;
    for (const { part } of this.#homeless) bytes += part.bytes;
    return bytes;
  }

  /** True if there is a volume to write to. */
  get hasHome(): boolean {
    return this.#pick() !== undefined;
  }

  /** Writes the next part, cutting before it where that is due. False: no volume takes it, or too much waits already. */
  write(part: Part, bits: number): boolean {
    if (this.#file !== undefined) this.#moveIfBetter(this.#file);
    this.rehouse();
    this.#cutBefore(part);
    const file =
      this.#last === undefined && this.#holdsTooMuch() ? undefined : (this.#file ?? this.#open(part, bits));
    if (file === undefined) return false;
    file.append(part, bits);
    this.lastOrdinal = part.ordinal;
    this.#isOver = false;
    this.framesRecorded += part.video.length;
    return true;
  }

  /** Takes over files that were provisional, for these reasons; the recording goes on in the last one. */
  adopt(claimed: ClaimedFiles, bits: number): void {
    for (const { file, endsRun } of claimed.sealed) {
      this.#closing.add(file);
      file.claim(bits, this);
      this.framesRecorded += file.videoSamples;
      file.finish(endsRun);
    }
    const { current } = claimed;
    this.lastOrdinal = Math.max(this.lastOrdinal, claimed.lastOrdinal);
    if (current === undefined) return;
    current.claim(bits, this);
    this.framesRecorded += current.videoSamples;
    this.#file = current;
    this.#isOver = false;
    this.#cut.begun(current.start90k, this.#desired.segmentSeconds);
  }

  /** Closes the segment in progress: the recording is over, for now. */
  finish(endsRun: boolean): void {
    this.#isOver = true;
    this.#runIsOver = endsRun;
    this.#close(endsRun);
  }

  /** Writes what has no home on the volume that is the first to accept it. */
  rehouse(): void {
    if (this.#homeless.length === 0) return;
    if (!this.hasHome) {
      // Nowhere to go, and no memory left or no time: the newest pictures matter more.
      if (this.#last !== undefined || this.#services.memoryIsTight()) this.#forget();
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

  /** Tries again to find a home for what has none. A recording that is over stays over. */
  retry(): void {
    if (this.#homeless.length === 0) return;
    this.rehouse();
    if (this.#isOver) this.#close(this.#runIsOver);
  }

  /**
   * From here on a volume need not count as in order to be written to: it does so only ten seconds after a failure,
   * and what waits in memory for that would be lost now. Each volume is tried once, always with a new file.
   */
  beginLastTry(): void {
    this.#last ??= { files: new Set(), failed: new Set() };
  }

  /** Lets go of what has no home. */
  #forget(): void {
    for (const { part } of this.#homeless.splice(0)) {
      this.framesForgotten += part.video.length;
      part.release();
    }
  }

  opened(file: SegmentFile): void {
    this.#services.report({
      kind: "segment-opened",
      volume: file.volume.id,
      path: file.path,
      identity: file.identity,
    });
  }

  closed(file: SegmentFile, segment: SegmentRecord): void {
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
    // The try itself, not what had been begun before.
    if (this.#last?.files.has(file) === true) this.#last.failed.add(file.volume);
    this.#leave(file.volume);
    this.retry();
  }

  #pick(): SegmentVolume | undefined {
    const { volumes } = this.#services;
    const ids = this.#desired.volumes;
    const good = volumes.pick(ids);
    const failed = this.#last?.failed;
    if (failed === undefined || (good !== undefined && !failed.has(good))) return good;
    return volumes.lastResort(ids, failed);
  }

  #cutBefore(part: Part): void {
    const file = this.#file;
    if (file === undefined) return;
    const verdict = this.#cut.judge(file, part, this.#desired.segmentSeconds, this.#desired.audio);
    if (verdict === "ask-key-frame") this.#services.requestKeyFrame();
    if (verdict === "cut") this.#close(file.identity.run !== part.run.number);
  }

  #open(part: Part, bits: number): SegmentFile | undefined {
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
        bits,
        cameraClockOffsetMs: run.cameraClockOffsetMs,
      },
      this,
    );
    run.nextSequence += 1;
    this.#file = file;
    this.#last?.files.add(file);
    this.#cut.begun(part.start90k, this.#desired.segmentSeconds);
    return file;
  }

  #close(endsRun: boolean): void {
    const file = this.#file;
    if (file === undefined) return;
    this.#file = undefined;
    this.#closing.add(file);
    file.finish(endsRun);
  }

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
    this.rehouse();
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
}
