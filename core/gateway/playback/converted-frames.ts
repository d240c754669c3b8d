// The frames of one playback request on their way through ffmpeg: H.265 in, H.264 out, each picture with the time of the
// one that it was made of; sound and H.264 pass by. What is fed runs on in one line, whatever the request jumps over
// or plays backwards, so that one ffmpeg does for all of it.
import type { Clock } from "../../clock.ts";
import { NightjarError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { FfmpegTool } from "../../media/ffmpeg/ffmpeg-tool.ts";
import { entryOfWire, Transcoder } from "../../media/live/transcoder.ts";
import {
  LIVE_HEADER_BYTES,
  type LiveFrameHeader,
  readLiveHeader,
  type WireFormat,
  writeLiveHeader,
} from "../../media/live-wire.ts";
import type { Playable } from "../footage/playable.ts";
import type { ReadyFrame } from "./frame-sender.ts";
import type { PlaybackOutput } from "./playback-run.ts";

/** Pictures inside ffmpeg at most: more would only make a seek wait. */
const MOST_INSIDE = 24;
const MOST_WAITING_BYTES = 1024 * 1024;
/** Pictures come out in another order than they go in, by no more than this. */
const REORDER_LIMIT = 20;
/** A step between pictures that goes on in the line as it is; anything else is closed up. */
const STEP_LIMIT_90K = 90_000;
const DEFAULT_DURATION_90K = 3_600;
const STALL_MS = 20_000;
const HELD_SOUND = 400;

export interface ConvertedFramesOptions {
  readonly inner: PlaybackOutput;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly log: Log;
  /** The format in which frames come now. */
  sourceFormat(): WireFormat | undefined;
  /** Gives the tool when there is a place for it to run. Rejects when the request is over, or there is no ffmpeg. */
  tool(): Promise<FfmpegTool>;
  /** Tells the client of a format, unless it is the one told last; gives its number. */
  announce(format: WireFormat): number;
  /** Something was fed. */
  fed(): void;
}

interface Record {
  readonly number: number;
  readonly fed: LiveFrameHeader;
  readonly original: LiveFrameHeader;
  /** What is to be told before this picture. */
  readonly texts: readonly object[];
}

/** True for what browsers without H.265 cannot play. */
export function needsConversion(format: WireFormat | undefined): boolean {
  return /^(hvc1|hev1)/.test(format?.video?.codec ?? "");
}

/** One request's output. */
export class ConvertedFrames implements PlaybackOutput {
  readonly #options: ConvertedFramesOptions;
  #transcoder: Transcoder | undefined;
  #format: WireFormat | undefined;
  #formatId: number | undefined;
  #records: Record[] = [];
  #number = 0;
  #frameNumber = 0;
  #texts: object[] = [];
  #heldSound: ReadyFrame[] = [];
  #sending: Promise<void> = Promise.resolve();
  #failure: NightjarError | undefined;
  /** Decoding times of the frame fed last: its own, that in the line, and where the next one follows. */
  #last90k: number | undefined;
  #shift90k = 0;
  #lineEnd90k = 0;
  #wake: () => void = () => undefined;

  constructor(options: ConvertedFramesOptions) {
    this.#options = options;
    options.signal.addEventListener("abort", () => this.stop(), { once: true });
  }

  /** Ends ffmpeg; the next frame starts it again, from its key frame on. */
  stop(): void {
    this.#transcoder?.stop();
    this.#forget();
    this.#wake();
  }

  text(message: object): void {
    const type = (message as { readonly type?: unknown }).type;
    if (type === "end") {
      void this.#flush().then(() => this.#options.inner.text(message));
    } else if (type === "gap" && this.#transcoder !== undefined) this.#texts.push(message);
    else this.#options.inner.text(message);
  }

  unreadable(item: Playable, error: NightjarError): void {
    this.#options.inner.unreadable(item, error);
  }

  async frames(frames: readonly ReadyFrame[], signal: AbortSignal): Promise<void> {
    const format = this.#options.sourceFormat();
    if (format !== this.#format) {
      await this.#flush();
      this.#format = format;
    }
    if (format === undefined || !needsConversion(format)) {
      if (format !== undefined) this.#options.announce(format);
      await this.#options.inner.frames(frames, signal);
      return;
    }
    for (const frame of frames) {
      if (signal.aborted) return;
      if (frame.isVideo) await this.#feed(frame, format);
      else this.#sound(frame);
    }
    await this.#sending;
    if (this.#failure !== undefined && !signal.aborted) throw this.#failure;
  }

  async #feed(frame: ReadyFrame, format: WireFormat): Promise<void> {
    const { signal } = this.#options;
    const header = readLiveHeader(frame.message);
    if (header === undefined) return;
    // A decoder begins at a key frame.
    if (this.#transcoder === undefined && !header.keyFrame) return;
    const transcoder = this.#transcoder ?? (await this.#start(format));
    await this.#room(transcoder);
    if (signal.aborted || transcoder !== this.#transcoder) return;
    const fed = this.#inLine(header);
    this.#number += 1;
    const record = { number: this.#number, fed, original: header, texts: this.#texts };
    if (!transcoder.write(fed, frame.message.subarray(LIVE_HEADER_BYTES))) return;
    this.#texts = [];
    this.#records.push(record);
    this.#options.fed();
  }

  async #start(format: WireFormat): Promise<Transcoder> {
    const { clock, log, signal } = this.#options;
    const { path, sandbox } = await this.#options.tool();
    if (signal.aborted) throw signal.reason;
    const video = format.video;
    if (video === undefined) throw ended("there is no picture");
    const transcoder: Transcoder = new Transcoder({
      ffmpeg: { path, sandbox },
      format: entryOfWire(video),
      clock,
      log,
      onConfig: ({ codecString, decoderConfig }) => {
        const description = decoderConfig.toString("base64");
        this.#configured({ ...format, video: { ...video, codec: codecString, description } });
      },
      onPicture: (picture) => this.#picture(picture),
      onDrain: () => this.#wake(),
      onEnd: (error) => {
        if (transcoder !== this.#transcoder) return;
        this.#failure = error;
        this.#wake();
      },
    });
    this.#transcoder = transcoder;
    this.#last90k = undefined;
    this.#lineEnd90k = 0;
    return transcoder;
  }

  /** Waits until ffmpeg may be given more. */
  async #room(transcoder: Transcoder): Promise<void> {
    const { signal, clock } = this.#options;
    const isFull = () => this.#records.length >= MOST_INSIDE || transcoder.waitingBytes > MOST_WAITING_BYTES;
    while (isFull() && !signal.aborted && transcoder === this.#transcoder) {
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => {
        const stall = clock.after(STALL_MS, () => {
          this.#failure ??= ended("ffmpeg gives no pictures");
          resolve();
        });
        this.#wake = () => {
          stall.cancel();
          resolve();
        };
      });
    }
  }

  /** The header of a frame as it is fed: in line with the one before. */
  #inLine(header: LiveFrameHeader): LiveFrameHeader {
    const decode90k = header.time90k - header.compositionOffset90k;
    const step90k = this.#last90k === undefined ? -1 : decode90k - this.#last90k;
    if (step90k <= 0 || step90k > STEP_LIMIT_90K) this.#shift90k = this.#lineEnd90k - decode90k;
    this.#last90k = decode90k;
    const duration90k = header.duration90k > 0 ? header.duration90k : DEFAULT_DURATION_90K;
    this.#lineEnd90k = decode90k + this.#shift90k + Math.min(duration90k, STEP_LIMIT_90K);
    return { ...header, time90k: header.time90k + this.#shift90k, duration90k };
  }

  #configured(format: WireFormat): void {
    this.#formatId = this.#options.announce(format);
    for (const frame of this.#heldSound) this.#sound(frame);
    this.#heldSound = [];
  }

  #sound(frame: ReadyFrame): void {
    const { signal, inner } = this.#options;
    if (this.#formatId === undefined) {
      if (this.#heldSound.length < HELD_SOUND) this.#heldSound.push(frame);
      return;
    }
    // The format's number is the first field of the header (live-wire.ts).
    frame.message.writeUInt32BE(this.#formatId, 0);
    this.#sending = this.#sending.then(() => inner.frames([frame], signal));
  }

  #picture({ data, keyFrame, source }: { data: Buffer; keyFrame: boolean; source: LiveFrameHeader }): void {
    const { inner, signal } = this.#options;
    const record = this.#records.find((one) => one.fed === source);
    if (record === undefined || this.#formatId === undefined) return;
    for (const one of this.#records) {
      if (one.number > record.number) break;
      for (const message of one.texts) this.#sending = this.#sending.then(() => inner.text(message));
    }
    this.#records = this.#records
      .filter((one) => one !== record && one.number > record.number - REORDER_LIMIT)
      .map((one) => (one.number < record.number ? { ...one, texts: [] } : one));
    const message = Buffer.allocUnsafeSlow(LIVE_HEADER_BYTES + data.length);
    writeLiveHeader(message, 0, {
      ...record.original,
      formatId: this.#formatId,
      keyFrame,
      damaged: false,
      discontinuity: keyFrame && record.original.discontinuity,
      compositionOffset90k: 0,
      frameNumber: this.#frameNumber,
    });
    message.set(data, LIVE_HEADER_BYTES);
    this.#frameNumber = (this.#frameNumber + 1) >>> 0;
    const ready = { message, isVideo: true, time90k: record.original.time90k };
    this.#sending = this.#sending.then(() => inner.frames([ready], signal));
    this.#wake();
  }

  /** Lets out what ffmpeg still holds; the next frame starts another. */
  async #flush(): Promise<void> {
    const transcoder = this.#transcoder;
    if (transcoder !== undefined) await transcoder.finish();
    await this.#sending;
    for (const message of this.#texts) this.#options.inner.text(message);
    if (transcoder === this.#transcoder) this.#forget();
  }

  #forget(): void {
    this.#transcoder = undefined;
    this.#formatId = undefined;
    this.#records = [];
    this.#texts = [];
    this.#heldSound = [];
  }
}

function ended(reason: string): NightjarError {
  return new NightjarError(
    "NJ_TRANSCODER_ENDED",
    "unavailable",
    "the picture cannot be converted at the moment",
    {
      reason,
    },
  );
}
