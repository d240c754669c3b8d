// One ffmpeg child that turns G.711 into AAC-LC for files that people take away, which many players would otherwise play
// without sound. Bytes in as they come, access units out in order; it never waits longer than half a minute for ffmpeg.
import { type ChildProcess, spawn } from "node:child_process";
import { NightjarError } from "../../errors.ts";
import { AdtsReader } from "../codec/adts.ts";
import { buildAacLcConfig } from "../codec/audio-specific-config.ts";
import type { AudioFormat } from "../format.ts";
import { type Sandbox, sandboxed } from "./sandbox.ts";

/** Samples of an access unit. */
export const AAC_FRAME_SAMPLES = 1024;
/** Samples that ffmpeg's encoder puts in front of the first one given to it. */
export const AAC_PRIMING_SAMPLES = 1024;
/** G.711 comes at 8 kHz nearly always, a rate at which not every AAC decoder works. */
const LOWEST_RATE = 16_000;
const BITRATE_PER_CHANNEL = 48_000;
const STALL_MS = 30_000;
const COMPLAINTS_LIMIT = 2_000;

export interface AacEncoderOptions {
  readonly ffmpeg: { readonly path: string; readonly sandbox?: Sandbox | undefined };
  /** A G.711 format. */
  readonly source: AudioFormat;
  /** Ends ffmpeg: nobody waits for the sound any more. */
  readonly signal: AbortSignal;
}

/** True for sound that {@link AacEncoder} converts. */
export function isG711(format: AudioFormat | undefined): format is AudioFormat {
  return format?.codec === "pcmu" || format?.codec === "pcma";
}

/** The format that G.711 is converted to; undefined for a rate or number of channels that AAC does not have. */
export function aacFormatOf(source: AudioFormat): AudioFormat | undefined {
  const sampleRate = Math.max(LOWEST_RATE, source.sampleRate);
  const decoderConfig = buildAacLcConfig(sampleRate, source.channels);
  if (decoderConfig === undefined) return undefined;
  return { codec: "aac", codecString: "mp4a.40.2", sampleRate, channels: source.channels, decoderConfig };
}

/** A running encoder. Whoever makes it calls `end` or `stop`. */
export class AacEncoder {
  readonly format: AudioFormat;
  readonly #child: ChildProcess;
  readonly #signal: AbortSignal;
  readonly #aborted = (): void => {
    this.#fail(new NightjarError("NJ_FFMPEG_ABORTED", "unavailable", "nobody waits for ffmpeg"));
  };
  #frames: Buffer[] = [];
  #frameCount = 0;
  #complaints = "";
  #failure: NightjarError | undefined;
  #closed: boolean = false;
  #wake: () => void = () => undefined;

  /** Throws `NJ_SOUND_UNSUPPORTED` for what {@link aacFormatOf} does not know. */
  constructor(options: AacEncoderOptions) {
    const { source, signal } = options;
    const format = aacFormatOf(source);
    if (!isG711(source) || format === undefined) {
      throw new NightjarError(
        "NJ_SOUND_UNSUPPORTED",
        "unimplemented",
        "this sound cannot be converted to AAC",
      );
    }
    this.format = format;
    const { command, args } = sandboxed(
      options.ffmpeg.sandbox,
      options.ffmpeg.path,
      argumentsFor(source, format),
    );
    this.#child = spawn(command, args, {
      stdio: ["pipe", "pipe", "pipe"],
      // Nothing of our environment: it may hold what an exploited decoder must not see.
      env: { LC_ALL: "C" },
      windowsHide: true,
    });
    const reader = new AdtsReader();
    this.#child.stdout?.on("data", (chunk: Buffer) => {
      try {
        const units = reader.push(chunk);
        this.#frames.push(...units);
        this.#frameCount += units.length;
      } catch (error) {
        this.#fail(error instanceof NightjarError ? error : this.#failed(String(error)));
      }
      this.#wake();
    });
    this.#child.stderr?.on("data", (chunk: Buffer) => {
      this.#complaints = (this.#complaints + chunk.toString("latin1")).slice(-COMPLAINTS_LIMIT);
    });
    this.#child.stdin?.on("error", () => undefined);
    this.#child.stdin?.on("drain", () => this.#wake());
    this.#child.once("error", (error) => this.#fail(this.#failed(error.message)));
    this.#child.once("close", (code) => {
      this.#closed = true;
      signal.removeEventListener("abort", this.#aborted);
      if (code !== 0) this.#failure ??= this.#failed(this.#complaints.trim().split("\n").at(-1) ?? "");
      this.#wake();
    });
    this.#signal = signal;
    signal.addEventListener("abort", this.#aborted, { once: true });
    if (signal.aborted) this.#aborted();
  }

  /** Process id of ffmpeg; undefined if it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The access units that came out since the last call. */
  take(): Buffer[] {
    const frames = this.#frames;
    this.#frames = [];
    return frames;
  }

  /** Feeds G.711; resolves when ffmpeg has room for more. Rejects with `NJ_FFMPEG_FAILED`, `_TIMEOUT`, `_ABORTED`. */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const stdin = this.#child.stdin;
    if (stdin === null || !stdin.writable) throw this.#failed("it ended early");
    if (stdin.write(bytes)) return;
    await this.#until(() => !stdin.writableNeedDrain, STALL_MS, true);
  }

  /** Waits until so many access units have come out since the start, or a moment: for those who want to keep step. */
  async settle(frames: number, patienceMs: number): Promise<void> {
    await this.#until(() => this.#frameCount >= frames, patienceMs, false);
  }

  /** Says that all was fed; resolves when all has come out. */
  async end(): Promise<void> {
    this.#child.stdin?.end();
    await this.#until(() => this.#closed, STALL_MS, true);
  }

  /** Ends ffmpeg. */
  stop(): void {
    this.#signal.removeEventListener("abort", this.#aborted);
    if (!this.#closed) this.#child.kill("SIGKILL");
  }

  async #until(condition: () => boolean, patienceMs: number, isStall: boolean): Promise<void> {
    let isLate: boolean = false;
    const timer = setTimeout(() => {
      isLate = true;
      const text = `ffmpeg did nothing for ${patienceMs} ms`;
      if (isStall) this.#fail(new NightjarError("NJ_FFMPEG_TIMEOUT", "deadline-exceeded", text));
      this.#wake();
    }, patienceMs);
    try {
      while (this.#failure === undefined && !isLate && !this.#closed && !condition()) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        if (isStall) timer.refresh();
      }
    } finally {
      clearTimeout(timer);
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  #fail(error: NightjarError): void {
    this.#failure ??= error;
    this.#child.kill("SIGKILL");
    this.#wake();
  }

  #failed(why: string): NightjarError {
    return new NightjarError("NJ_FFMPEG_FAILED", "unavailable", `ffmpeg failed: ${why.slice(0, 300)}`);
  }
}

function argumentsFor(source: AudioFormat, format: AudioFormat): string[] {
  const channels = String(source.channels);
  return [
    ["-hide_banner", "-loglevel", "error", "-nostdin", "-threads", "1", "-protocol_whitelist", "pipe"],
    ["-f", source.codec === "pcmu" ? "mulaw" : "alaw", "-ar", String(source.sampleRate), "-ac", channels],
    ["-i", "pipe:0", "-map", "0:a:0", "-vn", "-sn", "-dn", "-c:a", "aac", "-aac_coder", "fast"],
    [
      "-b:a",
      String(BITRATE_PER_CHANNEL * source.channels),
      "-ar",
      String(format.sampleRate),
      "-ac",
      channels,
    ],
    ["-flags", "+bitexact", "-threads", "1", "-f", "adts", "-flush_packets", "1", "pipe:1"],
  ].flat();
}
