// One ffmpeg child that turns a camera's H.265 into H.264 while somebody watches in a browser that cannot decode it.
// It is fed fragmented MP4, one fragment a frame, which makes it answer one frame behind;
// the times of the pictures that come back are looked up among those that went in.
import { type ChildProcess, spawn } from "node:child_process";
import type { Clock } from "../../clock.ts";
import { NightjarError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { type Sandbox, sandboxed } from "../ffmpeg/sandbox.ts";
import type { LiveFrameHeader, WireFormat } from "../live-wire.ts";
import { fragment, initSegment, type VideoEntryFormat } from "../mp4/index.ts";
import { FlvReader } from "./flv-reader.ts";

/** Input that ffmpeg has not taken yet beyond which frames are left out up to the next key frame. */
const INPUT_LIMIT_BYTES = 4 * 1024 * 1024;
/** Pictures inside ffmpeg whose times are remembered. */
const SENT_LIMIT = 1_024;
/** A jump of the stream's clock that a fresh start answers better than a decoder. */
const JUMP_90K = 10 * 90_000;
const STDERR_LIMIT_BYTES = 2_000;
const STOP_GRACE_MS = 1_000;
/** What a decoder and an encoder may take over the frames that they still hold. */
const FINISH_MS = 10_000;

/** The entry of a stream's picture, out of what is told of it on the wire. */
export function entryOfWire(video: NonNullable<WireFormat["video"]>): VideoEntryFormat {
  return {
    codecString: video.codec,
    width: video.width,
    height: video.height,
    decoderConfig: Buffer.from(video.description, "base64"),
  };
}

export interface TranscoderOptions {
  readonly ffmpeg: { readonly path: string; readonly sandbox?: Sandbox | undefined };
  readonly format: VideoEntryFormat;
  readonly clock: Clock;
  readonly log: Log;
  /** The output's H.264 configuration: before the first picture. */
  readonly onConfig: (config: { readonly codecString: string; readonly decoderConfig: Buffer }) => void;
  /** A picture with the header of the frame it was made from; `elapsedMs` passed in between. */
  readonly onPicture: (picture: {
    readonly data: Buffer;
    readonly keyFrame: boolean;
    readonly source: LiveFrameHeader;
    readonly elapsedMs: number;
  }) => void;
  /** ffmpeg has taken what was waiting for it. */
  readonly onDrain?: () => void;
  /** ffmpeg ended by itself; not called after `stop`. */
  readonly onEnd: (error: NightjarError) => void;
}

interface Sent {
  readonly ms: number;
  readonly source: LiveFrameHeader;
  readonly atMs: number;
}

/** A running transcoder. Frames go in by `write` in decoding order, beginning with a key frame. */
export class Transcoder {
  readonly #options: TranscoderOptions;
  readonly #child: ChildProcess;
  #base90k: number | undefined;
  #lastDecode90k = 0;
  #sequence = 0;
  #sent: Sent[] = [];
  #needsKeyFrame: boolean = true;
  #stderr = "";
  #stopped: boolean = false;
  #finishing: boolean = false;

  constructor(options: TranscoderOptions) {
    this.#options = options;
    const { command, args } = sandboxed(options.ffmpeg.sandbox, options.ffmpeg.path, ARGUMENTS);
    this.#child = spawn(command, args, {
      stdio: ["pipe", "pipe", "pipe"],
      // ffmpeg needs nothing of the environment; credentials in it would be visible to it.
      env: { LC_ALL: "C" },
      windowsHide: true,
    });
    const reader = new FlvReader({
      config: (record) => options.onConfig({ codecString: avcCodecString(record), decoderConfig: record }),
      picture: (picture) => this.#picture(picture),
    });
    this.#child.stdout?.on("data", (chunk: Buffer) => {
      try {
        reader.push(chunk);
      } catch (error) {
        this.#end(error instanceof Error ? error.message : String(error));
      }
    });
    this.#child.stderr?.on("data", (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString("latin1")).slice(-STDERR_LIMIT_BYTES);
    });
    this.#child.stdin?.on("error", () => undefined);
    this.#child.stdin?.on("drain", () => options.onDrain?.());
    this.#child.once("error", (error) => this.#end(error.message));
    this.#child.once("exit", (code, signal) => {
      if (!this.#finishing) this.#end(`ffmpeg ended with ${signal ?? code}`);
    });
    this.#child.stdin?.write(initSegment({ video: options.format }));
  }

  /** Process id of ffmpeg; undefined if it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Feeds a frame. Returns false if it was left out; true also while waiting for a key frame at the start. */
  write(header: LiveFrameHeader, data: Uint8Array): boolean {
    const stdin = this.#child.stdin;
    if (this.#stopped || stdin === null || !stdin.writable) return false;
    if (this.#needsKeyFrame && !header.keyFrame) return false;
    const decode90k = header.time90k - header.compositionOffset90k;
    if (this.#base90k === undefined) this.#base90k = decode90k;
    else if (Math.abs(decode90k - this.#lastDecode90k) > JUMP_90K || decode90k < this.#lastDecode90k) {
      this.#end("the stream's clock jumped");
      return false;
    }
    if (stdin.writableLength > INPUT_LIMIT_BYTES) {
      this.#needsKeyFrame = true;
      return false;
    }
    this.#needsKeyFrame = false;
    this.#lastDecode90k = decode90k;
    const baseDecodeTime = Math.round(decode90k - this.#base90k);
    this.#sequence += 1;
    stdin.cork();
    stdin.write(
      fragment({
        sequence: this.#sequence,
        video: {
          baseDecodeTime,
          samples: [
            {
              length: data.byteLength,
              duration: header.duration90k,
              compositionOffset: header.compositionOffset90k,
              keyFrame: header.keyFrame,
              damaged: header.damaged,
            },
          ],
        },
      }),
    );
    stdin.write(data);
    stdin.uncork();
    this.#sent.push({
      ms: (baseDecodeTime + header.compositionOffset90k) / 90,
      source: header,
      atMs: this.#options.clock.monotonicMs(),
    });
    if (this.#sent.length > SENT_LIMIT) this.#sent.shift();
    return true;
  }

  /** Bytes that ffmpeg has not taken yet. */
  get waitingBytes(): number {
    return this.#child.stdin?.writableLength ?? 0;
  }

  /** No more frames follow; resolves when the pictures of all that were written have come out, or ffmpeg is stopped. */
  async finish(): Promise<void> {
    if (this.#stopped || this.#finishing) return;
    this.#finishing = true;
    const closed = new Promise<void>((resolve) => this.#child.once("close", () => resolve()));
    const patience = this.#options.clock.after(FINISH_MS, () => this.stop());
    this.#child.stdin?.end();
    await closed;
    patience.cancel();
    this.#stopped = true;
  }

  /** Ends ffmpeg; nothing is called back afterwards. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#child.stdout?.removeAllListeners("data");
    this.#child.stdout?.resume();
    this.#child.stdin?.end();
    this.#child.kill("SIGTERM");
    this.#options.clock.after(STOP_GRACE_MS, () => {
      if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill("SIGKILL");
    });
  }

  #picture(picture: { data: Buffer; keyFrame: boolean; presentationMs: number }): void {
    if (this.#stopped) return;
    let best = -1;
    // FLV counts whole milliseconds, so that the nearest time is the right one; frames in front of it were eaten.
    for (let index = 0; index < this.#sent.length; index += 1) {
      const distance = Math.abs((this.#sent[index] as Sent).ms - picture.presentationMs);
      if (best < 0 || distance < Math.abs((this.#sent[best] as Sent).ms - picture.presentationMs))
        best = index;
    }
    const sent = this.#sent[best];
    if (sent === undefined) return;
    // With B-frames the input is not in order of presentation: only what is long past is forgotten.
    this.#sent = this.#sent.filter(
      (item, index) => index !== best && item.ms > picture.presentationMs - 2_000,
    );
    this.#options.onPicture({
      data: picture.data,
      keyFrame: picture.keyFrame,
      source: sent.source,
      elapsedMs: this.#options.clock.monotonicMs() - sent.atMs,
    });
  }

  #end(reason: string): void {
    if (this.#stopped) return;
    const detail = this.#stderr.trim().split("\n").at(-1) ?? "";
    this.stop();
    this.#options.log.debug("transcoder ended", { reason, detail });
    this.#options.onEnd(
      new NightjarError(
        "NJ_TRANSCODER_ENDED",
        "unavailable",
        "the picture cannot be converted at the moment",
        {
          reason,
          detail,
        },
      ),
    );
  }
}

const ARGUMENTS = [
  ["-hide_banner", "-loglevel", "error", "-nostdin"],
  ["-protocol_whitelist", "pipe", "-probesize", "32", "-analyzeduration", "0"],
  ["-flags", "low_delay", "-threads", "1", "-copyts", "-f", "mp4", "-i", "pipe:0"],
  ["-map", "0:v:0", "-an", "-sn", "-dn", "-fps_mode", "passthrough", "-c:v", "libx264"],
  ["-preset", "veryfast", "-tune", "zerolatency", "-bf", "0", "-pix_fmt", "yuv420p", "-threads", "2"],
  ["-crf", "24", "-maxrate", "6M", "-bufsize", "6M", "-g", "250", "-force_key_frames", "source"],
  ["-f", "flv", "-flvflags", "no_duration_filesize", "-flush_packets", "1", "pipe:1"],
].flat();

function avcCodecString(record: Buffer): string {
  return `avc1.${record.toString("hex", 1, 4)}`;
}
