// Keeps one stream of a camera: takes the source's frames, gives them decoding times, gathers them into parts of at
// most a second, and hands these to the ring and the recorder, the frames to live viewers (data plane, 4 to 8).
// It decides what a run is; what is recorded is the recorder's affair.
import type { Clock } from "../../clock.ts";
import { TICKS_PER_SECOND } from "../../domain/time.ts";
import type { Log } from "../../log.ts";
import type { Frame, StreamFormat } from "../format.ts";
import { DecodeTimer } from "../mp4/decode-time.ts";
import type { DesiredStream, MediaReport } from "../protocol.ts";
import type { CameraClock, Loss, SourceSink, StreamFault, StreamSource, StreamState } from "../source.ts";
import { Part, type PartSample, type Run } from "./part.ts";
import { PartRing } from "./part-ring.ts";
import { RunClock } from "./run-clock.ts";

const PART_90K = TICKS_PER_SECOND;
const PART_LIMIT_BYTES = 4 * 1024 * 1024;
const RUN_HOLE_90K = 10 * TICKS_PER_SECOND;
/** A pause without lost packets that is noted: longer than this and than five pictures. */
const PAUSE_90K = 2 * TICKS_PER_SECOND;
/** How late an event may be told and still find its pre-record time whole. */
const LATE_EVENT_90K = 3 * TICKS_PER_SECOND;
/** Hard limit of what a stream may hold in memory. */
export const STREAM_LIMIT_BYTES = 64 * 1024 * 1024;

/** What a keeper tells: closed parts and ends of runs to the recorder, single frames to viewers. */
export interface KeeperListener {
  /** A part was closed; it is in the ring already. Whoever keeps it retains it. */
  part(part: Part): void;
  runEnded(run: Run, endTime90k: number): void;
  /** A frame came; the slab is valid during the call unless retained. */
  frame(sample: PartSample, track: "video" | "audio", receivedAtMs: number): void;
  formatChanged(format: StreamFormat): void;
  stateChanged(state: StreamState): void;
  /** Start of what the recorder still wants of the ring: nothing after it may go while memory lasts. */
  neededFrom90k(): number | undefined;
}

export interface KeeperServices {
  readonly clock: Clock;
  readonly log: Log;
  /** Wall minus monotonic clock, in milliseconds. */
  wallOffsetMs(): number;
  nextRunNumber(): number;
  report(report: MediaReport): void;
  /** A report that is worth sending only now. */
  reportVolatile(report: MediaReport): void;
}

export class StreamKeeper implements SourceSink {
  readonly ring = new PartRing();
  readonly #services: KeeperServices;
  readonly #listener: KeeperListener;
  #desired: DesiredStream;
  #source: StreamSource | undefined;
  #state: StreamState;
  #format: StreamFormat = {};
  #inSession = false;

  #run: Run | undefined;
  #runClock = new RunClock();
  #timer = new DecodeTimer();
  /** Presentation minus decoding time of the run's first picture: what a cut at a key frame has to add. */
  #lead = 0;
  #part: Part | undefined;
  /** Parts that wait for the run's clock to settle, each with the decoding time at which it ends. */
  #unplaced: { part: Part; end: number }[] = [];
  #lastEnd90k: number | undefined;
  #lastVideo: PartSample | undefined;
  #lastDuration = 0;
  #ordinal = 0;
  #lostPackets = 0;
  #endAtKeyFrame: string | undefined;
  #clockReportedAtMs = Number.NEGATIVE_INFINITY;
  /** Shrinks when memory is short: seconds of ring that may be kept at most. */
  ringLimitSeconds = Number.POSITIVE_INFINITY;

  constructor(desired: DesiredStream, services: KeeperServices, listener: KeeperListener) {
    this.#desired = desired;
    this.#services = services;
    this.#listener = listener;
    this.#state = { status: "connecting", sinceMs: services.clock.wallMs() };
  }

  get desired(): DesiredStream {
    return this.#desired;
  }

  get state(): StreamState {
    return this.#state;
  }

  get format(): StreamFormat {
    return this.#format;
  }

  get source(): StreamSource | undefined {
    return this.#source;
  }

  /** True while a session plays. */
  get isPlaying(): boolean {
    return this.#inSession && this.#run !== undefined;
  }

  /** Begins to fetch from `source`, which pushes into this keeper. */
  start(source: StreamSource): void {
    this.#source = source;
    source.start();
  }

  /** Ends the session and hands the last part on. */
  async close(): Promise<void> {
    this.#endRun("stopped");
    this.#inSession = false;
    const source = this.#source;
    this.#source = undefined;
    await source?.close();
    this.ring.clear();
  }

  /** Takes a changed wish that needs no new session: ring length, intervals, volumes, triggers. */
  update(desired: DesiredStream): void {
    this.#desired = desired;
    const last = this.ring.parts.at(-1);
    if (last !== undefined) this.trimRing(last.end90k);
  }

  /** Asks the camera for a key frame. */
  requestKeyFrame(): void {
    this.#source?.requestKeyFrame();
  }

  /** The node's clock stepped: the run ends at the next key frame, so that no picture is lost by it. */
  clockStepped(): void {
    if (this.#run === undefined) return;
    this.#endAtKeyFrame = "clock-step";
    this.requestKeyFrame();
  }

  /** Frames since the newest key frame, for a viewer who joins: `visit` gets them in decoding order, by part. */
  visitGop(visit: (sample: PartSample, track: "video" | "audio") => void): void {
    if (!this.isPlaying) return;
    const parts: Part[] = this.ring.parts.filter((part) => part.run === this.#run);
    for (const { part } of this.#unplaced) parts.push(part);
    if (this.#part !== undefined) parts.push(this.#part);
    const first = parts.findLastIndex((part) => part.startsWithKeyFrame);
    if (first === -1) return;
    for (const part of parts.slice(first)) {
      for (const sample of part.video) visit(sample, "video");
      for (const sample of part.audio) visit(sample, "audio");
    }
  }

  /** The newest key frame in memory with the wall time of its presentation. */
  newestKeyFrame(): { sample: PartSample; format: StreamFormat; time90k: number } | undefined {
    const candidates = [...this.ring.parts, ...this.#unplaced.map(({ part }) => part)];
    if (this.#part !== undefined) candidates.push(this.#part);
    const part = candidates.findLast((candidate) => candidate.startsWithKeyFrame);
    const sample = part?.video[0];
    if (part === undefined || sample === undefined) return undefined;
    return { sample, format: part.format, time90k: part.start90k || this.toEpoch90k(sample.time) };
  }

  /** Wall time of a presentation time of the present run, 90 kHz since the epoch. */
  toEpoch90k(time: number): number {
    return this.#runClock.toEpoch90k(time);
  }

  /** Lets go of what the ring need not hold at `now90k`. */
  trimRing(now90k: number): void {
    const wanted = this.#desired.preRecordSeconds * TICKS_PER_SECOND;
    const kept = wanted > 0 || this.#desired.recordsOnEvents ? wanted + LATE_EVENT_90K : 0;
    const seconds90k = Math.min(kept, this.ringLimitSeconds * TICKS_PER_SECOND);
    const neededFrom90k = this.#listener.neededFrom90k() ?? now90k;
    const limited = this.ringLimitSeconds !== Number.POSITIVE_INFINITY;
    this.ring.trim(
      limited ? now90k - seconds90k : Math.min(now90k - seconds90k, neededFrom90k),
      STREAM_LIMIT_BYTES / 2,
    );
  }

  // ------------------------------------------------------------------------------- calls of the source

  runStarted(run: { readonly format: StreamFormat }): void {
    this.#endRun("new-session");
    this.#inSession = true;
    this.#setFormat(run.format);
  }

  formatChanged(format: StreamFormat): void {
    this.#setFormat(format);
  }

  frame(frame: Frame): void {
    if (frame.track === "video") this.#video(frame);
    else this.#audio(frame);
  }

  loss(loss: Loss): void {
    if (loss.track === "video") this.#lostPackets += loss.packets;
  }

  cameraClock(clock: CameraClock): void {
    if (this.#run !== undefined) this.#run.cameraClockOffsetMs = clock.offsetMs;
    const nowMs = this.#services.clock.monotonicMs();
    if (nowMs - this.#clockReportedAtMs < 60_000) return;
    this.#clockReportedAtMs = nowMs;
    this.#services.report({ kind: "camera-clock", ...this.#name(), clock });
  }

  metadata(xml: string, receivedAtMs: number): void {
    const time90k = Math.round((receivedAtMs + this.#services.wallOffsetMs()) * 90);
    this.#services.reportVolatile({ kind: "metadata", ...this.#name(), xml, time90k });
  }

  stateChanged(state: StreamState): void {
    this.#state = state;
    const note = this.#format.audio?.note;
    this.#services.report({
      kind: "stream-state",
      ...this.#name(),
      state,
      ...(note === undefined ? {} : { note }),
    });
    this.#listener.stateChanged(state);
  }

  runEnded(fault: StreamFault | undefined): void {
    this.#endRun(fault?.code ?? "session-ended");
    this.#inSession = false;
  }

  // ------------------------------------------------------------------------------------------- frames

  #video(frame: Frame): void {
    const last = this.#lastVideo;
    if (last !== undefined) {
      const step = frame.time - last.time;
      // Reordered pictures step back by a few; a second back, or ten ahead, is another run.
      if (step > RUN_HOLE_90K || step < -PART_90K) this.#endRun("hole");
      else if (frame.keyFrame && this.#endAtKeyFrame !== undefined) {
        this.#closePart(last.decodeTime + this.#lastDuration);
        this.#endRun(this.#endAtKeyFrame);
      }
    }
    if (this.#run === undefined) {
      if (!frame.keyFrame || !this.#inSession) {
        frame.slab.release();
        return;
      }
      this.#beginRun();
    }
    this.#runClock.arrived(frame.time, frame.receivedAtMs, this.#services.wallOffsetMs());
    const decodeTime = this.#timer.push(frame.time);
    const previous = this.#lastVideo;
    if (previous === undefined) this.#lead = frame.time - decodeTime;
    else {
      previous.duration = decodeTime - previous.decodeTime;
      this.#lastDuration = this.#nominalDuration(previous.duration, decodeTime);
    }
    let part = this.#part;
    if (part !== undefined && this.#partIsFull(part, frame, decodeTime)) {
      this.#closePart(decodeTime);
      part = undefined;
    }
    if (part === undefined) {
      part = new Part(this.#run as Run, this.#format, this.#ordinal);
      this.#ordinal += 1;
      this.#part = part;
    }
    this.#lastVideo = part.add(frame, decodeTime, this.#lastDuration);
    this.#listener.frame(this.#lastVideo, "video", frame.receivedAtMs);
  }

  #audio(frame: Frame): void {
    const part = this.#part;
    // Sound before the first picture, or of a format that the part does not have, has no place.
    if (part === undefined || part.format.audio !== this.#format.audio || part.format.audio === undefined) {
      frame.slab.release();
      return;
    }
    this.#listener.frame(part.add(frame, frame.time, frame.duration), "audio", frame.receivedAtMs);
  }

  #partIsFull(part: Part, frame: Frame, decodeTime: number): boolean {
    if (frame.keyFrame || part.format !== this.#format) return true;
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

  // --------------------------------------------------------------------------------------------- runs

  #beginRun(): void {
    this.#run = {
      number: this.#services.nextRunNumber(),
      nextSequence: 0,
      cameraClockOffsetMs: undefined,
    };
    this.#runClock = new RunClock();
    this.#timer = new DecodeTimer(this.#format.video);
    this.#lastEnd90k = undefined;
    this.#lastDuration = 0;
    this.#lostPackets = 0;
  }

  #endRun(reason: string): void {
    const run = this.#run;
    this.#endAtKeyFrame = undefined;
    if (run === undefined) return;
    const last = this.#lastVideo;
    if (last !== undefined) this.#closePart(last.decodeTime + last.duration);
    if (!this.#runClock.settled) {
      this.#runClock.settle(last?.time ?? 0);
      this.#placeWaiting();
    }
    this.#run = undefined;
    this.#lastVideo = undefined;
    const endTime90k = this.#lastEnd90k ?? this.#runClock.toEpoch90k(last?.time ?? 0);
    this.#listener.runEnded(run, endTime90k);
    this.#services.report({ kind: "run-ended", ...this.#name(), run: run.number, endTime90k, reason });
  }

  #closePart(end: number): void {
    const part = this.#part;
    if (part === undefined) return;
    this.#part = undefined;
    this.#unplaced.push({ part, end });
    if (this.#runClock.settled) this.#placeWaiting();
  }

  #placeWaiting(): void {
    for (const { part, end } of this.#unplaced.splice(0)) this.#place(part, end);
  }

  /** Fixes a part's wall time and hands it on. Parts of a run lie end to end, whatever the slewing does. */
  #place(part: Part, end: number): void {
    const first = part.video[0] as PartSample;
    part.start90k = this.#lastEnd90k ?? this.#runClock.toEpoch90k(first.decodeTime + this.#lead);
    const together = this.#runClock.slew(end, end - first.decodeTime);
    part.end90k = Math.max(part.start90k + 1, this.#runClock.toEpoch90k(end + this.#lead));
    this.#lastEnd90k = part.end90k;
    if (!together) {
      this.#services.log.notice("the camera's media clock and this node's are a second apart", this.#name());
      this.#endAtKeyFrame ??= "clocks-apart";
    }
    if (this.ring.push(part)) this.trimRing(part.end90k);
    this.#listener.part(part);
    part.release();
  }

  #setFormat(format: StreamFormat): void {
    this.#format = format;
    this.#listener.formatChanged(format);
  }

  #name(): Pick<DesiredStream, "camera" | "stream"> {
    return { camera: this.#desired.camera, stream: this.#desired.stream };
  }
}
