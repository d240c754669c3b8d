// Keeps one stream of a camera: takes what the source pushes, has parts made of it, and hands these to the ring and the
// recorder, the frames to live viewers (docs/design/recording-format.md). It decides when a run begins and ends; what is
// recorded is the recorder's affair.
import type { Clock } from "../../clock.ts";
import { TICKS_PER_MS, TICKS_PER_SECOND } from "../../domain/time.ts";
import type { Log } from "../../log.ts";
import type { Frame, StreamFormat } from "../format.ts";
import type { DesiredStream, MediaReport, StreamTransport } from "../protocol.ts";
import type { CameraClock, Loss, SourceSink, StreamFault, StreamSource, StreamState } from "../source.ts";
import { LeadingPictures } from "./leading-pictures.ts";
import type { Part, PartSample } from "./part.ts";
import { PartBuilder } from "./part-builder.ts";
import { PartRing } from "./part-ring.ts";

/** How late an event may be told and still find its pre-record time whole. */
const LATE_EVENT_90K = 3 * TICKS_PER_SECOND;
/** Hard limit of what a stream may hold in memory. */
export const STREAM_LIMIT_BYTES = 64 * 1024 * 1024;

/** What a keeper tells: closed parts and ends of runs to the recorder, single frames to viewers. */
export interface KeeperListener {
  /** A part was closed; it is in the ring already. Whoever keeps it retains it. */
  part(part: Part): void;
  runEnded(): void;
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
  #transport: StreamTransport | undefined;

  #builder: PartBuilder | undefined;
  /** Of a run of H.265. */
  #leading: LeadingPictures | undefined;
  #ordinal = 0;
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

  /** How the session that plays now comes in; undefined between sessions. */
  get transport(): StreamTransport | undefined {
    return this.#inSession ? this.#transport : undefined;
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
    return this.#inSession && this.#builder !== undefined;
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

  /** The node's clock was set by so much: the run ends at the next key frame, so that no picture is lost by it. */
  clockStepped(stepMs: number): void {
    if (this.#builder === undefined) return;
    this.#builder.clockSet(stepMs * TICKS_PER_MS);
    this.#endAtKeyFrame = "clock-step";
    this.requestKeyFrame();
  }

  /** Frames since the newest key frame, for a viewer who joins: `visit` gets them in decoding order, by part. */
  visitGop(visit: (sample: PartSample, track: "video" | "audio") => void): void {
    if (!this.isPlaying) return;
    const run = this.#builder?.run;
    const parts: Part[] = this.ring.parts.filter((part) => part.run === run);
    parts.push(...(this.#builder?.pending ?? []));
    const first = parts.findLastIndex((part) => part.startsWithKeyFrame);
    if (first === -1) return;
    for (const part of parts.slice(first)) {
      for (const sample of part.video) visit(sample, "video");
      for (const sample of part.audio) visit(sample, "audio");
    }
  }

  /** The newest key frame in memory with the wall time of its presentation. */
  newestKeyFrame(): { sample: PartSample; format: StreamFormat; time90k: number } | undefined {
    const candidates = [...this.ring.parts, ...(this.#builder?.pending ?? [])];
    const part = candidates.findLast((candidate) => candidate.startsWithKeyFrame);
    const sample = part?.video[0];
    if (part === undefined || sample === undefined) return undefined;
    return { sample, format: part.format, time90k: part.start90k || this.toEpoch90k(sample.time) };
  }

  /** Wall time of a presentation time of the present run, 90 kHz since the epoch. */
  toEpoch90k(time: number): number {
    return this.#builder?.toEpoch90k(time) ?? 0;
  }

  /** Lets go of what the ring need not hold at `now90k`. */
  trimRing(now90k: number): void {
    const wanted = this.#desired.preRecordSeconds * TICKS_PER_SECOND;
    const kept = wanted > 0 || this.#desired.recordsOnEvents ? wanted + LATE_EVENT_90K : 0;
    const seconds90k = Math.min(kept, this.ringLimitSeconds * TICKS_PER_SECOND);
    const neededFrom90k = this.#listener.neededFrom90k();
    const limited = this.ringLimitSeconds !== Number.POSITIVE_INFINITY;
    this.ring.trim(
      limited ? now90k - seconds90k : Math.min(now90k - seconds90k, neededFrom90k ?? now90k),
      STREAM_LIMIT_BYTES / 2,
      neededFrom90k === undefined || limited ? seconds90k : undefined,
    );
  }

  // ------------------------------------------------------------------------------- calls of the source

  runStarted(run: {
    readonly format: StreamFormat;
    readonly transport: "tcp" | "udp";
    readonly tls: boolean;
  }): void {
    this.#endRun("new-session");
    this.#transport = run.tls ? "tls" : run.transport;
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
    if (loss.track === "video") this.#builder?.lost(loss.packets);
  }

  cameraClock(clock: CameraClock): void {
    if (this.#builder !== undefined) this.#builder.run.cameraClockOffsetMs = clock.offsetMs;
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
    if (this.#builder?.isAnotherRun(frame.time) === true) this.#endRun("hole");
    else if (frame.keyFrame && this.#endAtKeyFrame !== undefined) this.#endRun(this.#endAtKeyFrame);
    if (this.#builder === undefined && (!frame.keyFrame || !this.#inSession)) {
      frame.slab.release();
      return;
    }
    this.#builder ??= this.#beginRun();
    if (this.#leading?.drops(frame) === true) {
      frame.slab.release();
      return;
    }
    const sample = this.#builder.video(frame, this.#format, this.#services.wallOffsetMs());
    this.#listener.frame(sample, "video", frame.receivedAtMs);
  }

  #audio(frame: Frame): void {
    const sample = this.#builder?.audio(frame, this.#format);
    if (sample === undefined) frame.slab.release();
    else this.#listener.frame(sample, "audio", frame.receivedAtMs);
  }

  #beginRun(): PartBuilder {
    this.#leading = this.#format.video?.codec === "h265" ? new LeadingPictures() : undefined;
    const number = this.#services.nextRunNumber();
    const run = { number, nextSequence: 0, cameraClockOffsetMs: undefined, clockSet90k: 0 };
    return new PartBuilder(run, this.#format, this.#ordinal, (part, together) => this.#take(part, together));
  }

  #endRun(reason: string): void {
    const builder = this.#builder;
    const endTime90k = builder?.end() ?? 0;
    this.#endAtKeyFrame = undefined;
    if (builder === undefined) return;
    this.#ordinal = builder.ordinal;
    this.#builder = undefined;
    this.#listener.runEnded();
    this.#services.report({
      kind: "run-ended",
      ...this.#name(),
      run: builder.run.number,
      endTime90k,
      reason,
    });
  }

  #take(part: Part, together: boolean): void {
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
