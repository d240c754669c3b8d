// What a playback connection needs to show H.265 in a browser that cannot decode it: a place for an ffmpeg, kept while it
// is used, waited for where there is none; and the choice of the other stream where that was recorded in H.264.
import type { Clock, Timer } from "../../clock.ts";
import type { StreamName } from "../../domain/ids.ts";
import type { Log } from "../../log.ts";
import type { FfmpegTool, FindFfmpeg } from "../../media/ffmpeg/ffmpeg-tool.ts";
import type { WireFormat } from "../../media/live-wire.ts";
import type { VolumeReaders } from "../footage/volume-reader.ts";
import type { TranscodePlace, TranscodePlaces } from "../transcode-places.ts";
import { ConvertedFrames, needsConversion } from "./converted-frames.ts";
import { wireFormatOf } from "./frame-sender.ts";
import type { PlaybackOutput } from "./playback-run.ts";
import type { PlaybackTimeline } from "./playback-timeline.ts";

/** A place that nothing was converted in for this long is given back: play is paused. */
const REST_MS = 30_000;

export interface PlaybackConversionParts {
  readonly places: TranscodePlaces;
  readonly findFfmpeg: FindFfmpeg;
  readonly readers: VolumeReaders;
  readonly clock: Clock;
  readonly log: Log;
  announce(format: WireFormat): number;
  tell(message: object): void;
}

/** The conversion of one connection; `close` ends it. */
export class PlaybackConversion {
  /** The format in which frames come from the recordings now. */
  sourceFormat: WireFormat | undefined;
  readonly #parts: PlaybackConversionParts;
  #frames: ConvertedFrames | undefined;
  #place: TranscodePlace | undefined;
  #stopWaiting: (() => void) | undefined;
  #rest: Timer | undefined;

  constructor(parts: PlaybackConversionParts) {
    this.#parts = parts;
  }

  /** The output for a request: `inner` with H.264 in the place of H.265. The request before is over. */
  begin(inner: PlaybackOutput, request: number, signal: AbortSignal): PlaybackOutput {
    const { clock, log } = this.#parts;
    this.#frames?.stop();
    this.#frames = new ConvertedFrames({
      inner,
      signal,
      clock,
      log,
      sourceFormat: () => this.sourceFormat,
      tool: () => this.#tool(request, signal),
      announce: (format) => this.#parts.announce(format),
      fed: () => this.#use(),
    });
    return this.#frames;
  }

  /** `other` where that stream was recorded in H.264 at the moment and `wanted` was not, else `wanted`. */
  async betterStream(
    wanted: PlaybackTimeline,
    other: PlaybackTimeline | undefined,
    time90k: number,
    backwards: boolean,
    signal: AbortSignal,
  ): Promise<{ readonly stream: StreamName; readonly insteadOf?: string }> {
    const codec = await this.#codecAt(wanted, time90k, backwards, signal);
    if (other === undefined || codec?.needs !== true) return { stream: wanted.stream };
    const found = await this.#codecAt(other, time90k, backwards, signal);
    // Not where it would show another moment: the other stream may have gaps of its own.
    const isThere = found !== undefined && Math.abs(found.start90k - codec.start90k) < 90_000;
    if (!isThere || found.needs) return { stream: wanted.stream };
    return { stream: other.stream, insteadOf: "h265" };
  }

  close(): void {
    this.#frames?.stop();
    this.#giveBack();
  }

  async #codecAt(
    timeline: PlaybackTimeline,
    time90k: number,
    backwards: boolean,
    signal: AbortSignal,
  ): Promise<{ readonly needs: boolean; readonly start90k: number } | undefined> {
    const item = await timeline.at(time90k, backwards);
    if (item === undefined) return undefined;
    try {
      const index = await this.#parts.readers.index(item.place, signal);
      const start90k = Math.min(Math.max(time90k, item.startTime90k), item.end90k);
      return { needs: needsConversion(wireFormatOf(index)), start90k };
    } catch {
      // Play itself finds out what is wrong with it, and says so.
      return undefined;
    }
  }

  async #tool(request: number, signal: AbortSignal): Promise<FfmpegTool> {
    const { places } = this.#parts;
    // First of all: nobody waits for a place that is of no use.
    const tool = await this.#parts.findFfmpeg();
    signal.throwIfAborted();
    this.#place ??= places.take();
    if (this.#place === undefined) {
      this.#parts.tell({ type: "transcode-wait", request, from: "h265", ...places.load });
      await this.#free(signal);
    }
    this.#use();
    this.#parts.tell({ type: "transcoding", request, from: "h265", to: "h264", ...places.load });
    return tool;
  }

  /** Resolves when a place was taken. */
  #free(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#stopWaiting?.();
        reject(signal.reason);
      };
      this.#stopWaiting = this.#parts.places.whenFree(() => {
        signal.removeEventListener("abort", giveUp);
        this.#place = this.#parts.places.take();
        resolve();
      });
      signal.addEventListener("abort", giveUp, { once: true });
    });
  }

  #use(): void {
    this.#rest?.cancel();
    this.#rest = this.#parts.clock.after(REST_MS, () => {
      this.#frames?.stop();
      this.#giveBack();
      this.#parts.tell({ type: "transcode-rest" });
    });
  }

  #giveBack(): void {
    this.#rest?.cancel();
    this.#stopWaiting?.();
    this.#place?.free();
    this.#place = undefined;
  }
}
