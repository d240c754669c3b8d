// One camera that is looked at: its stream from `media`, one decoder for all its detectors, started again with pauses when
// it ends, and what all of it costs.
import type { Clock, Timer } from "../clock.ts";
import type { CameraId } from "../domain/ids.ts";
import type { MediaPort, Subscription } from "../gateway/media-link.ts";
import type { ChildOutput } from "../link/child-output.ts";
import type { Log } from "../log.ts";
import type { Sandbox } from "../media/ffmpeg/sandbox.ts";
import { entryOfWire } from "../media/live/transcoder.ts";
import { LIVE_HEADER_BYTES, readLiveHeader, type WireFormat } from "../media/live-wire.ts";
import type { StreamState } from "../media/source.ts";
import type { DetectorActivity, DetectorReport } from "../plugin/contract/detector.ts";
import { type DetectorCalls, DetectorRun } from "./detector-run.ts";
import { isDisposable } from "./disposable-frame.ts";
import { EarlyFrames } from "./early-frames.ts";
import { FirstPicture } from "./first-picture.ts";
import { type DecodedSize, FrameDecoder } from "./frame-decoder.ts";
import { FrameGate } from "./frame-gate.ts";
import type { LoadStep } from "./load-governor.ts";
import type { CameraFigures, DesiredCamera, DesiredDetector } from "./protocol.ts";

export interface CameraWatchParts {
  readonly media: MediaPort;
  readonly clock: Clock;
  readonly log: Log;
  /** Rejects with why there is none. */
  findFfmpeg(): Promise<{ readonly path: string; readonly sandbox?: Sandbox | undefined }>;
  /** Rejects with why there can be none. */
  makeOutput(): Promise<ChildOutput>;
  callsOf(detector: DesiredDetector): DetectorCalls;
  nextWatch(): string;
  onReports(camera: CameraId, detector: DesiredDetector, reports: readonly DetectorReport[]): void;
  onActivity(camera: CameraId, activity: DetectorActivity): void;
  onEnded(camera: CameraId, detector: DesiredDetector): void;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** A decoder that lived this long was well: the next pause is short again. */
const STEADY_MS = 30_000;
/** One that lived this long could be started and was fed: pictures may be well again by now, and the end of a loss is to be told within 5 s. */
const FED_MS = 5_000;
const LONGEST_PAUSE_OF_FED_MS = 1_000;
const SUBSCRIBE_AGAIN_MS = 2_000;
const MEASURE_MS = 5_000;
/** So long after it began, pictures were counted at least once with all of them there. */
const UNCOUNTED_MS = 2 * MEASURE_MS;
const BEHIND_MS = 3_000;
/** Pictures smaller than this come in another form (nut-reader.ts). */
const LEAST = { width: 160, height: 90 } as const;

export class CameraWatch {
  readonly desired: DesiredCamera;
  readonly #parts: CameraWatchParts;
  readonly #runs: readonly DetectorRun[];
  readonly #size: DecodedSize;
  readonly #gate: FrameGate;
  readonly #measuring: Timer;
  #subscription: Subscription | undefined;
  #format: WireFormat | undefined;
  #decoder: FrameDecoder | undefined;
  #decoderSinceMs = 0;
  readonly #sinceMs: number;
  #isStarting = false;
  readonly #early = new EarlyFrames();
  readonly #first: FirstPicture;
  /** There is no ffmpeg, as far as is known. */
  #isBlind = false;
  #isSubscribing = false;
  #again: Timer | undefined;
  #retry: Timer | undefined;
  #failures = 0;
  #problem: string | undefined;
  #isClosed = false;
  #pictures = 0;
  #measured = { atMs: 0, pictures: 0, decodeSeconds: 0, busyMs: [] as number[] };
  #shares: { framesPerSecond: number; decode?: number; detectors: readonly number[] } = {
    framesPerSecond: 0,
    detectors: [],
  };

  constructor(desired: DesiredCamera, parts: CameraWatchParts) {
    this.desired = desired;
    this.#parts = parts;
    const frames = desired.detectors.map((detector) => detector.frames);
    this.#size = {
      width: Math.max(LEAST.width, ...frames.map(({ width }) => width)),
      height: Math.max(LEAST.height, ...frames.map(({ height }) => height)),
      perSecond: Math.max(...frames.map(({ perSecond }) => perSecond)),
    };
    this.#gate = new FrameGate({
      idleEveryMs: idleEveryMs(desired.detectors),
      everyMs: 1_000 / this.#size.perSecond,
      isDisposable: (data) => isDisposable(this.#format?.video?.codec ?? "", data),
      write: (header, data) => this.#decoder?.write(header, data),
    });
    this.#sinceMs = parts.clock.monotonicMs();
    this.#first = new FirstPicture(this.#sinceMs);
    const { camera } = desired;
    this.#runs = desired.detectors.map(
      (detector) =>
        new DetectorRun({
          ...{ camera, detector, clock: parts.clock, log: parts.log },
          watch: parts.nextWatch(),
          calls: parts.callsOf(detector),
          onReports: (reports) => parts.onReports(camera, detector, reports),
          onActivity: (activity) => parts.onActivity(camera, activity),
          onWake: () => this.#gate.wake(),
          onEnded: () => parts.onEnded(camera, detector),
          isBlind: () =>
            this.#isBlind || !parts.media.isUp || this.#first.isAwaited(parts.clock.monotonicMs()),
        }),
    );
    this.#measured.atMs = this.#sinceMs;
    this.#measuring = parts.clock.every(MEASURE_MS, () => void this.#measure());
    void this.subscribe();
  }

  /** `media` is there, or back: links are built anew from now on, however long it was away. */
  mediaFound(): void {
    this.#first.restart(this.#parts.clock.monotonicMs());
    void this.subscribe();
  }

  /** Begins to get the stream. */
  async subscribe(): Promise<void> {
    const { media, clock } = this.#parts;
    const { camera, stream } = this.desired;
    this.#retry?.cancel();
    if (this.#isClosed || this.#isSubscribing || this.#subscription !== undefined || !media.isUp) return;
    this.#isSubscribing = true;
    try {
      const subscription = await media.subscribe(camera, stream, {
        format: (format) => this.#setFormat(format),
        frame: (message) => this.#frame(message),
        dropped: () => undefined,
      });
      if (this.#isClosed) subscription.close();
      else this.#subscription = subscription;
      this.streamState(subscription.state);
    } catch (error) {
      this.#problem = `no pictures come from the recorder: ${String(error)}`;
      this.#retry = clock.after(SUBSCRIBE_AGAIN_MS, () => void this.subscribe());
    } finally {
      this.#isSubscribing = false;
    }
  }

  /** What `media` says of the stream that is looked at. */
  streamState(state: StreamState): void {
    this.#first.state(state);
  }

  /** `media` has gone; its subscriptions with it. */
  mediaLost(): void {
    this.#first.restart(this.#parts.clock.monotonicMs());
    this.#subscription = undefined;
    this.#format = undefined;
    this.#endDecoder();
  }

  /** Something goes on at the camera, or may: all of its pictures are looked at for a while. */
  wake(): void {
    this.#gate.wake();
  }

  /** Processor cores that it took of late, as far as they are not this process's own. */
  get decodingCores(): number {
    return this.#shares.decode ?? 0;
  }

  /** Pictures come out so long after their frames that the machine cannot keep up. */
  get isBehind(): boolean {
    return (this.#decoder?.behindMs ?? 0) > BEHIND_MS + 1_000 / this.#size.perSecond;
  }

  /** Leaves out what the machine has no time for. */
  setStep(step: LoadStep): void {
    this.#gate.step = step;
    for (const run of this.#runs) run.thinning = step === 0 ? 1 : 2;
  }

  close(): void {
    this.#isClosed = true;
    this.#measuring.cancel();
    this.#retry?.cancel();
    this.#again?.cancel();
    this.#subscription?.close();
    this.#endDecoder();
    for (const run of this.#runs) run.close();
  }

  figures(): CameraFigures {
    const { framesPerSecond, decode, detectors } = this.#shares;
    const ageMs = this.#parts.clock.monotonicMs() - this.#sinceMs;
    // Settings that change make it anew: until pictures are counted it is not known that none come.
    const isNew = ageMs < UNCOUNTED_MS;
    const hasPictures = this.#pictures > 0 && (framesPerSecond > 0 || isNew);
    return {
      camera: this.desired.camera,
      status:
        this.#problem !== undefined
          ? "failed"
          : hasPictures
            ? "looking"
            : isNew
              ? "starting"
              : this.#format === undefined
                ? "waiting"
                : "no-picture",
      ...(this.#problem === undefined ? {} : { problem: this.#problem }),
      framesPerSecond,
      isIdle: this.#gate.isIdle,
      ...(decode === undefined ? {} : { decodeShare: decode }),
      detectors: this.#runs.map((run, index) => run.figures(detectors[index])),
    };
  }

  #setFormat(format: WireFormat): void {
    const before = JSON.stringify(this.#format?.video);
    this.#format = format;
    const isSame = before === JSON.stringify(format.video);
    if (!isSame) this.#early.forget();
    if (isSame && this.#decoder !== undefined) return;
    this.#endDecoder();
    this.#again?.cancel();
    this.#again = undefined;
    void this.#startDecoder();
  }

  async #startDecoder(): Promise<void> {
    const { clock } = this.#parts;
    if (this.#isStarting || this.#isClosed || this.#decoder !== undefined) return;
    this.#isStarting = true;
    try {
      this.#isBlind = true;
      const ffmpeg = await this.#parts.findFfmpeg();
      this.#isBlind = false;
      const output = await this.#parts.makeOutput();
      const video = this.#format?.video;
      if (this.#isClosed || video === undefined) {
        output.close();
        return;
      }
      this.#decoderSinceMs = clock.monotonicMs();
      const decoder = new FrameDecoder({
        ...{ ffmpeg, clock, output, size: this.#size, format: entryOfWire(video) },
        onPicture: (luma, timeMs) => this.#picture(luma, timeMs),
        // Of what is left out the next ones may be whole.
        onDamaged: () => this.#gate.wake(),
        onComplaint: () => this.#first.over(),
        onEnd: (reason) => this.#decoderEnded(reason),
      });
      this.#measured.decodeSeconds = 0;
      this.#gate.reset();
      this.#decoder = decoder;
      for (const message of this.#early.take()) this.#frame(message);
    } catch (error) {
      this.#decoderEnded(error instanceof Error ? error.message : String(error));
    } finally {
      this.#isStarting = false;
      this.#early.forget();
    }
  }

  #decoderEnded(reason: string): void {
    const { clock, log } = this.#parts;
    const livedMs = this.#decoder === undefined ? 0 : clock.monotonicMs() - this.#decoderSinceMs;
    this.#decoder = undefined;
    if (this.#isClosed) return;
    if (livedMs > STEADY_MS) this.#failures = 0;
    const longestMs = livedMs > FED_MS ? LONGEST_PAUSE_OF_FED_MS : LONGEST_PAUSE_MS;
    const pauseMs = Math.min(longestMs, FIRST_PAUSE_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#problem = reason;
    log.info("a camera's decoder ended and is started again", {
      camera: this.desired.camera,
      reason,
      pauseMs,
    });
    this.#again = clock.after(pauseMs, () => void this.#startDecoder());
  }

  #endDecoder(): void {
    this.#decoder?.stop();
    this.#decoder = undefined;
  }

  #frame(message: Buffer): void {
    const header = readLiveHeader(message);
    if (header === undefined || header.track !== "video") return;
    // What was waited for until now is no silence of the camera's.
    if (this.#first.frame(this.#parts.clock.monotonicMs())) for (const run of this.#runs) run.leftOut();
    if (this.#isStarting) this.#early.hold(message, header.keyFrame);
    if (this.#decoder === undefined) return;
    if (this.#gate.frame(header, message.subarray(LIVE_HEADER_BYTES)))
      for (const run of this.#runs) run.leftOut();
  }

  #picture(luma: Buffer, timeMs: number): void {
    this.#pictures += 1;
    this.#problem = undefined;
    this.#first.over();
    this.#gate.picture(timeMs);
    for (const run of this.#runs) run.picture(luma, this.#size.width, this.#size.height, timeMs);
  }

  async #measure(): Promise<void> {
    const decodeSeconds = await this.#decoder?.cpuSeconds();
    const atMs = this.#parts.clock.monotonicMs();
    const before = this.#measured;
    const seconds = (atMs - before.atMs) / 1_000;
    if (seconds <= 0) return;
    const busyMs = this.#runs.map((run) => run.busyMs);
    const rounded = (value: number): number => Math.round(Math.max(0, value) * 100_000) / 100_000;
    this.#shares = {
      framesPerSecond: Math.round((10 * (this.#pictures - before.pictures)) / seconds) / 10,
      ...(decodeSeconds === undefined
        ? {}
        : { decode: rounded((decodeSeconds - before.decodeSeconds) / seconds) }),
      detectors: busyMs.map((busy, index) => rounded((busy - (before.busyMs[index] ?? 0)) / 1_000 / seconds)),
    };
    this.#measured = { atMs, pictures: this.#pictures, decodeSeconds: decodeSeconds ?? 0, busyMs };
  }
}

/** How rarely pictures may come while nothing happens, for all of them; undefined where one wants all pictures. */
function idleEveryMs(detectors: readonly DesiredDetector[]): number | undefined {
  const everyMs = detectors.map(({ frames }) => 1_000 / (frames.idlePerSecond ?? Number.POSITIVE_INFINITY));
  const least = Math.min(...everyMs);
  return least > 0 ? least : undefined;
}
