// Runs ffmpeg once: bytes in by standard input, bytes out by standard output, with bounds on time and size. No shell, an
// argument array, an empty environment, and a sandbox where bubblewrap is installed and works (architecture 2).
import { spawn } from "node:child_process";
import { NightjarError } from "../../errors.ts";
import { type Sandbox, sandboxed } from "./sandbox.ts";

export interface RunOptions {
  readonly input?: Uint8Array;
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
  /** Of the {@link searchFfmpeg} that found it; none unless given. */
  readonly sandbox?: Sandbox | undefined;
  readonly signal?: AbortSignal;
}

export interface RunResult {
  readonly output: Buffer;
  /** What ffmpeg complained about though it went on; the last 2 000 characters. */
  readonly complaints: string;
}

const COMPLAINTS_LIMIT = 2_000;

/**
 * Runs ffmpeg to its end. Throws `NJ_FFMPEG_FAILED` with its last words, `NJ_FFMPEG_TIMEOUT`, or `NJ_FFMPEG_OUTPUT_LIMIT`.
 */
export function runFfmpeg(ffmpeg: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  const { command, args: all } = sandboxed(options.sandbox, ffmpeg, args);
  return new Promise((resolve, reject) => {
    const child = spawn(command, all, {
      stdio: ["pipe", "pipe", "pipe"],
      // Nothing of our environment: it may hold what an exploited decoder must not see.
      env: { LC_ALL: "C" },
      windowsHide: true,
    });
    const chunks: Buffer[] = [];
    let size = 0;
    let complaints = "";
    let failure: NightjarError | undefined;
    const giveUp = (error: NightjarError) => {
      failure ??= error;
      child.kill("SIGKILL");
    };
    const timer = setTimeout(() => {
      const text = `ffmpeg did not finish in ${options.timeoutMs} ms`;
      giveUp(new NightjarError("NJ_FFMPEG_TIMEOUT", "deadline-exceeded", text));
    }, options.timeoutMs);
    const onAbort = () =>
      giveUp(new NightjarError("NJ_FFMPEG_ABORTED", "unavailable", "nobody waits for ffmpeg"));
    options.signal?.addEventListener("abort", onAbort, { once: true });
    if (options.signal?.aborted === true) onAbort();
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= options.maxOutputBytes) chunks.push(chunk);
      else
        giveUp(
          new NightjarError("NJ_FFMPEG_OUTPUT_LIMIT", "resource-exhausted", "ffmpeg wrote more than it may"),
        );
    });
    child.stderr.on("data", (chunk: Buffer) => {
      complaints = (complaints + chunk.toString("latin1")).slice(-COMPLAINTS_LIMIT);
    });
    // It may have enough before it has read all: a broken pipe is no error then.
    child.stdin.on("error", () => undefined);
    child.once("error", (error) => {
      failure ??= new NightjarError(
        "NJ_FFMPEG_FAILED",
        "unavailable",
        `ffmpeg cannot be run: ${error.message}`,
      );
      if (child.pid === undefined) finish(undefined);
    });
    child.once("close", (code) => finish(code ?? undefined));
    child.stdin.end(options.input);

    function finish(code: number | undefined): void {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", onAbort);
      if (failure !== undefined) {
        reject(failure);
      } else if (code === 0) {
        resolve({ output: Buffer.concat(chunks), complaints });
      } else {
        const lastWords = (complaints.trim().split("\n").at(-1) ?? "").slice(0, 300);
        reject(new NightjarError("NJ_FFMPEG_FAILED", "unavailable", `ffmpeg failed: ${lastWords}`, { code }));
      }
    }
  });
}
