// Finds an ffmpeg that really runs, in the order: the owner's setting, NIGHTJAR_FFMPEG or FFMPEG_BIN, the package
// ffmpeg-static, the PATH, the package @ffmpeg-installer/ffmpeg. Says of each place that failed why. It is asked in the sandbox
// first: one start tells that it is an ffmpeg and that the walls stand.
import { accessSync, constants, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { NightjarError } from "../../errors.ts";
import { runFfmpeg } from "./run-ffmpeg.ts";
import { installedSandbox, type Sandbox } from "./sandbox.ts";

export type FfmpegSource = "setting" | "environment" | "ffmpeg-static" | "path" | "ffmpeg-installer";

export interface Ffmpeg {
  /** Absolute path. */
  readonly path: string;
  /** As ffmpeg says of itself: `5.1.9-0+deb12u1`. */
  readonly version: string;
  readonly source: FfmpegSource;
  /** To run it in; undefined where bubblewrap is not there, may not be used, or keeps this ffmpeg from running. */
  readonly sandbox: Sandbox | undefined;
}

/** A place where none was found, and why, for `doctor`. */
export interface FfmpegMiss {
  readonly source: FfmpegSource;
  readonly path: string;
  readonly reason: string;
}

export interface FfmpegSearch {
  readonly found: Ffmpeg | undefined;
  readonly misses: readonly FfmpegMiss[];
}

export interface FfmpegSearchOptions {
  /** `ffmpeg.path` of the configuration. */
  readonly configured?: string | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

const VERSION_TIMEOUT_MS = 5_000;
/** A refusal comes at once. Without an answer there are no walls, and a machine that is merely busy must not lose them. */
const WALLED_TIMEOUT_MS = 30_000;

/** Looks for ffmpeg and asks each candidate for its version; the first that answers is taken. */
export async function searchFfmpeg(options: FfmpegSearchOptions = {}): Promise<FfmpegSearch> {
  const misses: FfmpegMiss[] = [];
  const environment = options.environment ?? process.env;
  const walls = installedSandbox(environment["PATH"] ?? "");
  for (const { source, path } of candidates(options.configured, environment)) {
    for (const sandbox of walls === undefined ? [undefined] : [walls, undefined]) {
      const answer = await versionOf(path, sandbox);
      if ("version" in answer) return { found: { path, source, version: answer.version, sandbox }, misses };
      if (sandbox === undefined) misses.push({ source, path, reason: answer.reason });
    }
  }
  return { found: undefined, misses };
}

/** True if there is a file that may be an ffmpeg, in one of the places that {@link searchFfmpeg} looks at. Starts none. */
export function hasFfmpegFile(options: FfmpegSearchOptions = {}): boolean {
  return candidates(options.configured, options.environment ?? process.env).some(({ path }) => {
    try {
      accessSync(path, constants.X_OK);
      return isAbsolute(path);
    } catch {
      return false;
    }
  });
}

/** Like {@link searchFfmpeg}, for those who cannot go on without. Throws `NJ_FFMPEG_MISSING` with the command to type. */
export async function requireFfmpeg(options: FfmpegSearchOptions = {}): Promise<Ffmpeg> {
  const { found } = await searchFfmpeg(options);
  if (found !== undefined) return found;
  throw new NightjarError(
    "NJ_FFMPEG_MISSING",
    "unavailable",
    "this needs ffmpeg, which is not installed on the recorder: install it, for example with `apt install ffmpeg`",
  );
}

function* candidates(
  configured: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Generator<{ source: FfmpegSource; path: string }> {
  if (configured !== undefined && configured !== "") yield { source: "setting", path: configured };
  for (const name of ["NIGHTJAR_FFMPEG", "FFMPEG_BIN"]) {
    const path = environment[name];
    if (path !== undefined && path !== "") yield { source: "environment", path };
  }
  const bundled = packageFile("ffmpeg-static", "ffmpeg");
  if (bundled !== undefined) yield { source: "ffmpeg-static", path: bundled };
  for (const folder of (environment["PATH"] ?? "").split(delimiter)) {
    const path = join(folder, process.platform === "win32" ? "ffmpeg.exe" : "ffmpeg");
    if (isAbsolute(folder) && existsSync(path)) yield { source: "path", path };
  }
  const installed = packageFile(`@ffmpeg-installer/${process.platform}-${process.arch}`, "ffmpeg");
  if (installed !== undefined) yield { source: "ffmpeg-installer", path: installed };
}

/** A program in an optional package; the package is looked at, never run. */
function packageFile(name: string, file: string): string | undefined {
  try {
    const path = join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), file);
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

async function versionOf(
  path: string,
  sandbox: Sandbox | undefined,
): Promise<{ version: string } | { reason: string }> {
  if (!isAbsolute(path)) return { reason: "is not an absolute path" };
  try {
    const { output } = await runFfmpeg(path, ["-version"], {
      timeoutMs: sandbox === undefined ? VERSION_TIMEOUT_MS : WALLED_TIMEOUT_MS,
      maxOutputBytes: 65_536,
      sandbox,
    });
    const version = /^ffmpeg version (\S{1,80})/.exec(output.toString("latin1"))?.[1];
    return version === undefined ? { reason: "does not say that it is ffmpeg" } : { version };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}
