// One stream converted to H.264: a viewer of the camera's own stream on one side, the feed of those who cannot decode it
// on the other, with an ffmpeg in between that is restarted when it ends.
import type { Clock, Timer } from "../../clock.ts";
import type { CameraId, StreamName } from "../../domain/ids.ts";
import { NightjarError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { FindFfmpeg } from "../../media/ffmpeg/ffmpeg-tool.ts";
import { entryOfWire, Transcoder } from "../../media/live/transcoder.ts";
import {
  LIVE_HEADER_BYTES,
  type LiveFrameHeader,
  readLiveHeader,
  type WireFormat,
  writeLiveHeader,
} from "../../media/live-wire.ts";
import type { TranscodePlace, TranscodePlaces } from "../transcode-places.ts";
import type { LiveHub, LiveSeat } from "./live-hub.ts";
import { LiveStream } from "./live-stream.ts";
import type { LiveSink, LiveText, SharedFrame } from "./live-viewer.ts";

const LINGER_MS = 3_000;
const RESTART_MS = 1_000;

export interface TranscodedStreamOptions {
  readonly camera: CameraId;
  readonly stream: StreamName;
  readonly hub: LiveHub;
  readonly findFfmpeg: FindFfmpeg;
  readonly clock: Clock;
  readonly log: Log;
  readonly places: TranscodePlaces;
  onEmpty(): void;
}

/** A viewer of the original stream that is the feed of another. */
export class TranscodedStream implements LiveSink {
  readonly #options: TranscodedStreamOptions;
  readonly #output: LiveStream;
  /** Viewers, and whether they wait where there is no place. */
  readonly #viewers = new Map<LiveSink, boolean>();
  #place: TranscodePlace | undefined;
  #stopWaiting: (() => void) | undefined;
  #seat: LiveSeat | undefined;
  #format: WireFormat | undefined;
  #transcoder: Transcoder | undefined;
  #starting: boolean = false;
  #passThrough: boolean = false;
  #generation = 0;
  #frameNumber = 0;
  #linger: Timer | undefined;
  #lastKeyFrames: SharedFrame[] = [];

  constructor(options: TranscodedStreamOptions) {
    this.#options = options;
    this.#output = new LiveStream(options.camera, options.stream);
  }

  open(): void {
    this.#seat = this.#options.hub.watch(this.#options.camera, this.#options.stream, this);
  }

  add(viewer: LiveSink, waits: boolean): LiveSeat {
    this.#linger?.cancel();
    this.#viewers.set(viewer, waits);
    this.#output.add(viewer);
    if (this.#transcoder !== undefined) viewer.text(this.#notice());
    // The limit that stopped it may be free again.
    else if (this.#format !== undefined && !this.#passThrough && !this.#starting) void this.#start();
    let left = false;
    return {
      stream: this.#output,
      leave: () => {
        if (left) return;
        left = true;
        this.#output.remove(viewer);
        this.#viewers.delete(viewer);
        viewer.close();
        if (this.#viewers.size === 0) {
          this.#linger = this.#options.clock.after(LINGER_MS, () => this.close());
        }
      },
    };
  }

  text(message: LiveText): void {
    switch (message.type) {
      case "format":
        this.#formatChanged(message.format);
        break;
      case "state":
        this.#output.state(message.state);
        break;
      case "dropped":
        this.#output.dropped(message.frames);
        break;
      default:
        break;
    }
  }

  prime(frames: readonly SharedFrame[]): void {
    for (const frame of frames) this.frame(frame);
  }

  frame(frame: SharedFrame): void {
    if (this.#passThrough || !frame.isVideo) {
      this.#output.frame(frame.message);
      return;
    }
    if (frame.isKeyFrame) this.#lastKeyFrames = [frame];
    // Until ffmpeg runs, the pictures since the last key frame wait, so that the first one comes at once.
    else if (this.#starting && this.#lastKeyFrames.length > 0) this.#lastKeyFrames.push(frame);
    if (this.#transcoder !== undefined) this.#feed(this.#transcoder, frame);
  }

  waitForKeyFrame(): void {
    // Frames that pass through belong to others too: they carry their own mark and are not written into.
    if (this.#transcoder === undefined) this.#output.resynchronise();
    else this.#output.interrupted();
  }

  fail(error: unknown): void {
    for (const viewer of [...this.#viewers.keys()]) viewer.fail(error);
  }

  close(): void {
    this.#linger?.cancel();
    this.#stopTranscoder();
    this.#givePlaceBack();
    this.#seat?.leave();
    this.#seat = undefined;
    this.#options.onEmpty();
  }

  #formatChanged(format: WireFormat): void {
    const before = this.#format?.video;
    this.#format = format;
    const video = format.video;
    if (video === undefined || video.codec.startsWith("avc")) {
      this.#stopTranscoder();
      this.#givePlaceBack();
      this.#passThrough = true;
      this.#output.format(format);
      return;
    }
    this.#passThrough = false;
    const same = before?.codec === video.codec && before.description === video.description;
    if (same && (this.#transcoder !== undefined || this.#starting)) return;
    this.#stopTranscoder();
    void this.#start();
  }

  async #start(): Promise<void> {
    const video = this.#format?.video;
    if (video === undefined) return;
    this.#place ??= this.#options.places.take();
    if (this.#place === undefined) {
      this.#wait();
      return;
    }
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    this.#starting = true;
    this.#generation += 1;
    const generation = this.#generation;
    try {
      const ffmpeg = await this.#options.findFfmpeg();
      if (generation !== this.#generation) return;
      const transcoder = new Transcoder({
        ffmpeg,
        format: entryOfWire(video),
        clock: this.#options.clock,
        log: this.#options.log,
        onConfig: (config) => this.#outputFormat(config),
        onPicture: (picture) => this.#outputPicture(picture),
        onEnd: () => this.#ended(generation),
      });
      this.#transcoder = transcoder;
      this.#starting = false;
      this.#options.log.info("a stream is converted to H.264 for its viewers", { from: video.codec });
      this.#output.announce(this.#notice());
      for (const frame of this.#lastKeyFrames) this.#feed(transcoder, frame);
      this.#lastKeyFrames = [];
    } catch (error) {
      if (generation === this.#generation) {
        this.#givePlaceBack();
        this.fail(error);
      }
    } finally {
      if (generation === this.#generation) this.#starting = false;
    }
  }

  /** Starts in the middle of the stream: with what the hub keeps since the last key frame. */
  #startAgain(): void {
    void this.#start();
    if (!this.#starting) return;
    this.#lastKeyFrames = [];
    this.#seat?.stream.prime(this);
  }

  /** No place is free: those who wait are told, and told again when their pictures come; the others leave. */
  #wait(): void {
    const { running, limit } = this.#options.places.load;
    for (const [viewer, waits] of [...this.#viewers]) {
      if (waits) viewer.text({ type: "transcode-wait", from: codecName(this.#format), running, limit });
      else {
        viewer.fail(
          new NightjarError(
            "NJ_TRANSCODE_LIMIT",
            "resource-exhausted",
            `too many streams are being converted already (${running} of ${limit}); close one of them first`,
          ),
        );
      }
    }
    if (![...this.#viewers.values()].includes(true)) return;
    this.#stopWaiting ??= this.#options.places.whenFree(() => {
      this.#stopWaiting = undefined;
      if (this.#viewers.size > 0 && !this.#passThrough && !this.#starting) this.#startAgain();
    });
  }

  #givePlaceBack(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    this.#place?.free();
    this.#place = undefined;
  }

  #feed(transcoder: Transcoder, frame: SharedFrame): void {
    const header = readLiveHeader(frame.message);
    if (header !== undefined) transcoder.write(header, frame.message.subarray(LIVE_HEADER_BYTES));
  }

  #ended(generation: number): void {
    if (generation !== this.#generation) return;
    this.#transcoder = undefined;
    this.#output.interrupted();
    this.#options.clock.after(RESTART_MS, () => {
      if (generation === this.#generation && this.#viewers.size > 0) this.#startAgain();
    });
  }

  #stopTranscoder(): void {
    this.#generation += 1;
    this.#starting = false;
    this.#transcoder?.stop();
    this.#transcoder = undefined;
  }

  /** The camera's format with another video; the number stays, so that the sound's frames fit. */
  #outputFormat(config: { codecString: string; decoderConfig: Buffer }): void {
    const format = this.#format;
    if (format?.video === undefined) return;
    this.#output.format({
      ...format,
      video: {
        ...format.video,
        codec: config.codecString,
        description: config.decoderConfig.toString("base64"),
      },
    });
  }

  #outputPicture(picture: {
    data: Buffer;
    keyFrame: boolean;
    source: LiveFrameHeader;
    elapsedMs: number;
  }): void {
    const message = Buffer.allocUnsafeSlow(LIVE_HEADER_BYTES + picture.data.length);
    writeLiveHeader(message, 0, {
      ...picture.source,
      formatId: this.#format?.formatId ?? picture.source.formatId,
      keyFrame: picture.keyFrame,
      compositionOffset90k: 0,
      frameNumber: this.#frameNumber,
      ageUs: picture.source.ageUs + picture.elapsedMs * 1000,
    });
    this.#frameNumber = (this.#frameNumber + 1) >>> 0;
    message.set(picture.data, LIVE_HEADER_BYTES);
    this.#output.frame(message);
  }

  #notice(): LiveText {
    return { type: "transcoding", from: codecName(this.#format), to: "h264", ...this.#options.places.load };
  }
}

function codecName(format: WireFormat | undefined): string {
  const codec = format?.video?.codec ?? "";
  return codec.startsWith("hvc") || codec.startsWith("hev") ? "h265" : codec;
}
