// Makes the parts of one run: gives pictures their decoding times and lengths, notes holes, closes parts at key frames
// and after a second, and dates them by the run's clock (docs/design/recording-format.md, docs/design/time.md).
import { TICKS_PER_SECOND } from "../../domain/time.ts";
import type { Frame, StreamFormat } from "../format.ts";
import { DecodeTimer } from "../mp4/decode-time.ts";
import { Part, type PartSample, type Run } from "./part.ts";
import { RunClock } from "./run-clock.ts";

const PART_90K = TICKS_PER_SECOND;
const PART_LIMIT_BYTES = 4 * 1024 * 1024;
/** Beyond this a hole ends the run. */
const RUN_HOLE_90K = 10 * TICKS_PER_SECOND;
/** A pause without lost packets that is noted: longer than this and than five pictures. */
const PAUSE_90K = 2 * TICKS_PER_SECOND;

/** Takes a closed part, with its reference. `together` is false when camera and node are a second apart. */
export type OnPart = (part: Part, together: boolean) => void;

export class PartBuilder {
  readonly run: Run;
  readonly #onPart: OnPart;
  readonly #clock = new RunClock();
  readonly #timer: DecodeTimer;
  /** Presentation minus decoding time of the run's first picture: what a cut at a key frame has to add. */
  #lead = 0;
  #part: Part | undefined;
  /** Parts that wait for the run's clock to settle, each with the decoding time at which it ends. */
  #unplaced: { part: Part; end: number }[] = [];
  #lastEnd90k: number | undefined;
  #lastVideo: PartSample | undefined;
  #lastDuration = 0;
  #ordinal: number;
  #lostPackets = 0;

  /** `ordinal` is the number of the first part. */
  constructor(run: Run, format: StreamFormat, ordinal: number, onPart: OnPart) {
    this.run = run;
    this.#timer = new DecodeTimer(format.video);
    this.#ordinal = ordinal;
    this.#onPart = onPart;
  }

  /** Number of the next part. */
  get ordinal(): number {
    return this.#ordinal;
  }

  /** Parts that are not in the ring yet, the one in progress last. */
  get pending(): Part[] {
    const parts = this.#unplaced.map(({ part }) => part);
    if (this.#part !== undefined) parts.push(this.#part);
    return parts;
  }

  /** Wall time of a presentation time of the run, 90 kHz since the epoch. */
  toEpoch90k(time: number): number {
    return this.#clock.toEpoch90k(time);
  }

  /** The node's clock was set by so much. Times that are not fixed yet go by the earlier of both clocks, as the earliest arrival does. */
  clockSet(by90k: number): void {
    if (this.#clock.settled || by90k > 0) this.run.clockSet90k += by90k;
  }

  /** True if a picture of this time cannot belong to the run: reordering steps back by a few, a second is too much. */
  isAnotherRun(time: number): boolean {
    if (this.#lastVideo === undefined) return false;
    const step = time - this.#lastVideo.time;
    return step > RUN_HOLE_90K || step < -PART_90K;
  }

  /** Packets were lost; what they carried is missing before the next picture. */
  lost(packets: number): void {
    this.#lostPackets += packets;
  }

  /** Takes the next picture, which is of `format`. */
  video(frame: Frame, format: StreamFormat, wallOffsetMs: number): PartSample {
    this.#clock.arrived(frame.time, frame.receivedAtMs, wallOffsetMs);
    const decodeTime = this.#timer.push(frame.time);
    const previous = this.#lastVideo;
    if (previous === undefined) {
      this.#lead = frame.time - decodeTime;
    } else {
      previous.duration = decodeTime - previous.decodeTime;
      this.#lastDuration = this.#nominalDuration(previous.duration, decodeTime);
    }
    let part = this.#part;
    if (part !== undefined && this.#isFull(part, frame, format, decodeTime)) {
      this.#close(decodeTime);
      part = undefined;
    }
    if (part === undefined) {
      part = new Part(this.run, format, this.#ordinal);
      this.#ordinal += 1;
      this.#part = part;
    }
    this.#lastVideo = part.add(frame, decodeTime, this.#lastDuration);
    return this.#lastVideo;
  }

  /** Takes the next sound of `format`; undefined if it has no place: before a picture, or of another format. */
  audio(frame: Frame, format: StreamFormat): PartSample | undefined {
    const part = this.#part;
    if (part === undefined || part.format.audio === undefined || part.format.audio !== format.audio) {
      return undefined;
    }
    return part.add(frame, frame.time, frame.duration);
  }

  /** Closes the last part, whose last picture is taken to be as long as the one before. Gives the run's end. */
  end(): number {
    const last = this.#lastVideo;
    if (last !== undefined) this.#close(last.decodeTime + last.duration);
    if (!this.#clock.settled) {
      this.#clock.settle(last?.time ?? 0);
      this.#placeAll();
    }
    return this.#lastEnd90k ?? this.toEpoch90k(last?.time ?? 0);
  }

  #isFull(part: Part, frame: Frame, format: StreamFormat, decodeTime: number): boolean {
    if (frame.keyFrame || part.format !== format) return true;
    const first = part.video[0] as PartSample;
    // Another picture must not carry the part beyond its second; a two-hundredth is jitter.
    const length = decodeTime - first.decodeTime + this.#lastDuration;
    return length > PART_90K + 450 || part.bytes + frame.length > PART_LIMIT_BYTES;
  }

  /** Notes what is missing between two pictures; gives the length that the next picture is taken to have. */
  #nominalDuration(duration: number, decodeTime: number): number {
    const nominal = this.#lastDuration === 0 ? duration : this.#lastDuration;
    const missing = duration - nominal;
    if (this.#lostPackets === 0 && (missing < PAUSE_90K || missing < 5 * nominal)) return duration;
    const part = this.#part;
    if (part !== undefined) {
      const length = Math.max(0, missing);
      part.holes ??= [];
      part.holes.push({ start: decodeTime - length, duration: length, packets: this.#lostPackets });
    }
    this.#lostPackets = 0;
    return missing > 0 ? nominal : duration;
  }

  #close(end: number): void {
    const part = this.#part;
    if (part === undefined) return;
    this.#part = undefined;
    this.#unplaced.push({ part, end });
    if (this.#clock.settled) this.#placeAll();
  }

  #placeAll(): void {
    for (const { part, end } of this.#unplaced.splice(0)) this.#place(part, end);
  }

  /** Fixes a part's wall time and hands it on. Parts of a run lie end to end, whatever the slewing does. */
  #place(part: Part, end: number): void {
    const first = part.video[0] as PartSample;
    part.start90k = this.#lastEnd90k ?? this.toEpoch90k(first.decodeTime + this.#lead);
    const together = this.#clock.slew(end, end - first.decodeTime);
    part.end90k = Math.max(part.start90k + 1, this.toEpoch90k(end + this.#lead));
    this.#lastEnd90k = part.end90k;
    this.#onPart(part, together);
  }
}
