// One ffmpeg child that decodes one camera for all its detectors: coded pictures in as fragmented MP4, one fragment a frame,
// brightness out at the size and rate that are asked for. It answers one frame behind.
import { type ChildProcess, spawn } from "node:child_process";
import type { Clock, Timer } from "../clock.ts";
import { TICKS_PER_SECOND } from "../domain/time.ts";
import type { ChildOutput } from "../link/child-output.ts";
import { type Sandbox, sandboxed } from "../media/ffmpeg/sandbox.ts";
import type { LiveFrameHeader } from "../media/live-wire.ts";
import { fragment, initSegment, type VideoEntryFormat } from "../media/mp4/index.ts";
import { processFigures, wrappedPid } from "../plugin/isolated/process-figures.ts";
import { DamageStreak, DamageWords } from "./damage-words.ts";
import { NutReader } from "./nut-reader.ts";
import { writeTogether } from "./write-together.ts";

/** Input that ffmpeg has not taken yet beyond which frames are left out up to the next key frame. */
const INPUT_LIMIT_BYTES = 4 * 1024 * 1024;
/** A jump of the stream's clock that a fresh start answers better than a decoder. */
const JUMP_90K = 10 * TICKS_PER_SECOND;
const STDERR_LIMIT_BYTES = 2_000;
const STOP_GRACE_MS = 1_000;
/** Fed with so many frames over so long, and nothing comes out: it is stuck. A slow stream is no reason. */
const STUCK_MS = 10_000;
const STUCK_FRAMES = 10;
const LOOK_MS = 1_000;
/** A picture may come this much before its turn: sources do not keep step to the millisecond. */
const EARLY_SECONDS = 0.02;

/** What comes out. */
export interface DecodedSize {
  readonly width: number;
  readonly height: number;
  readonly perSecond: number;
}

export interface FrameDecoderOptions {
  readonly ffmpeg: { readonly path: string; readonly sandbox?: Sandbox | undefined };
  readonly format: VideoEntryFormat;
  readonly size: DecodedSize;
  readonly clock: Clock;
  /** Where pictures come out; the decoder closes it. */
  readonly output: ChildOutput;
  /** A picture's brightness, valid during the call only, and when it was taken. */
  onPicture(luma: Buffer, timeMs: number): void;
  /** A picture came out of frames that could not be decoded: it shows nothing that was there. */
  onDamaged(): void;
  /** ffmpeg said that something is wrong with what it is fed. */
  onComplaint(): void;
  /** ffmpeg ended by itself, or was ended for a reason; not called after `stop`. */
  onEnd(reason: string): void;
}

/** A running decoder. Frames go in by `write` in decoding order, beginning with a key frame. */
export class FrameDecoder {
  readonly #options: FrameDecoderOptions;
  readonly #child: ChildProcess;
  readonly #watch: Timer;
  #base90k: number | undefined;
  #lastDecode90k = 0;
  #lastPictureMs: number | undefined;
  #sequence = 0;
  #needsKeyFrame: boolean = true;
  #stderr = "";
  readonly #damageWords = new DamageWords();
  readonly #streak = new DamageStreak();
  /** How often ffmpeg spoke of damage, and up to which of these times pictures have been left out for it. */
  #damages = 0;
  #damagesAnswered = 0;
  #stopped: boolean = false;
  /** When the first frame went in that nothing has come out for. */
  #unansweredSinceMs: number | undefined;
  #unanswered = 0;
  #pid: Promise<number | undefined> | undefined;

  constructor(options: FrameDecoderOptions) {
    this.#options = options;
    const { ffmpeg, size, clock, output } = options;
    const { command, args } = sandboxed(ffmpeg.sandbox, ffmpeg.path, decoderArguments(size));
    this.#child = spawn(command, args, {
      stdio: ["pipe", output.childEnd, "pipe"],
      // ffmpeg needs nothing of the environment; credentials in it would be visible to it.
      env: { LC_ALL: "C" },
      windowsHide: true,
    });
    output.childEnd.destroy();
    const reader = new NutReader(size.width * size.height, {
      picture: (luma, seconds) => {
        this.#unansweredSinceMs = undefined;
        this.#unanswered = 0;
        if (this.#stopped || this.#base90k === undefined) return;
        this.#lastPictureMs = (this.#base90k / TICKS_PER_SECOND + seconds) * 1_000;
        const damages = this.#damages;
        if (damages === this.#damagesAnswered && !this.#streak.goesOn(clock.monotonicMs())) {
          options.onPicture(luma, this.#lastPictureMs);
          return;
        }
        // Words and pictures come by ways of their own: what comes in the same turn of the loop is about the same frames.
        setImmediate(() => {
          this.#damagesAnswered = damages;
        });
        options.onDamaged();
      },
    });
    output.onBytes((bytes) => {
      try {
        reader.push(bytes);
      } catch (error) {
        this.#end(error instanceof Error ? error.message : String(error));
      }
    });
    this.#child.stderr?.on("data", (chunk: Buffer) => {
      const text = chunk.toString("latin1");
      this.#stderr = (this.#stderr + text).slice(-STDERR_LIMIT_BYTES);
      if (this.#damageWords.take(text)) {
        this.#damages += 1;
        this.#streak.note(clock.monotonicMs());
      }
      if (!this.#stopped) options.onComplaint();
    });
    this.#child.stdin?.on("error", () => undefined);
    this.#child.once("error", (error) => this.#end(error.message));
    this.#child.once("exit", (code, signal) => this.#end(`ffmpeg ended with ${signal ?? code}`));
    this.#child.stdin?.write(initSegment({ video: options.format }));
    this.#watch = clock.every(LOOK_MS, () => {
      if (this.#unansweredSinceMs === undefined || this.#unanswered < STUCK_FRAMES) return;
      if (clock.monotonicMs() - this.#unansweredSinceMs > STUCK_MS) this.#end("ffmpeg is stuck");
    });
  }

  /** Process id of what was started; undefined if it could not be. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** By how much of the stream the newest picture is behind what went in. */
  get behindMs(): number {
    return this.#lastPictureMs === undefined ? 0 : this.#lastDecode90k / 90 - this.#lastPictureMs;
  }

  /** Processor time of ffmpeg since its start, in seconds; undefined where the system does not tell. */
  async cpuSeconds(): Promise<number | undefined> {
    this.#pid ??= wrappedPid(this.#child.pid);
    return processFigures(await this.#pid)?.cpuSeconds;
  }

  /** Feeds a frame; left out while ffmpeg is behind, up to the next key frame. */
  write(header: LiveFrameHeader, data: Uint8Array): void {
    const stdin = this.#child.stdin;
    if (this.#stopped || stdin === null || !stdin.writable) return;
    if (this.#needsKeyFrame && !header.keyFrame) return;
    const decode90k = header.time90k - header.compositionOffset90k;
    if (this.#base90k === undefined) this.#base90k = decode90k;
    else if (Math.abs(decode90k - this.#lastDecode90k) > JUMP_90K || decode90k < this.#lastDecode90k) {
      this.#end("the stream's clock jumped");
      return;
    }
    if (stdin.writableLength > INPUT_LIMIT_BYTES) {
      this.#needsKeyFrame = true;
      return;
    }
    this.#needsKeyFrame = false;
    this.#lastDecode90k = decode90k;
    this.#sequence += 1;
    this.#unanswered += 1;
    if (header.damaged) this.#streak.lost(this.#options.clock.monotonicMs());
    this.#unansweredSinceMs ??= this.#options.clock.monotonicMs();
    const sample = {
      length: data.byteLength,
      duration: header.duration90k,
      compositionOffset: header.compositionOffset90k,
      keyFrame: header.keyFrame,
      damaged: header.damaged,
    };
    const baseDecodeTime = Math.round(decode90k - this.#base90k);
    const head = fragment({ sequence: this.#sequence, video: { baseDecodeTime, samples: [sample] } });
    writeTogether(stdin, head, data);
  }

  /** Ends ffmpeg; nothing is called back afterwards. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#watch.cancel();
    this.#options.output.close();
    this.#child.stdin?.end();
    this.#child.kill("SIGTERM");
    this.#options.clock.after(STOP_GRACE_MS, () => {
      if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill("SIGKILL");
    });
  }

  #end(reason: string): void {
    if (this.#stopped) return;
    const detail = this.#stderr.trim().split("\n").at(-1) ?? "";
    this.stop();
    this.#options.onEnd(detail === "" ? reason : `${reason} (${detail.slice(0, 200)})`);
  }
}

function decoderArguments({ width, height, perSecond }: DecodedSize): string[] {
  const period = Math.max(0, 1 / perSecond - EARLY_SECONDS).toFixed(4);
  const turn = `select=isnan(prev_selected_t)+gte(t-prev_selected_t\\,${period})`;
  return [
    ["-hide_banner", "-loglevel", "repeat+error", "-nostdin"],
    ["-protocol_whitelist", "pipe", "-probesize", "32", "-analyzeduration", "0"],
    ["-flags", "low_delay", "-threads", "1", "-copyts", "-f", "mp4", "-i", "pipe:0"],
    ["-map", "0:v:0", "-an", "-sn", "-dn", "-filter_threads", "1"],
    ["-vf", `${turn},scale=${width}:${height}:flags=area,format=gray`, "-fps_mode", "passthrough"],
    ["-c:v", "rawvideo", "-f", "nut", "-flush_packets", "1", "pipe:1"],
  ].flat();
}
