// What a recorder left behind, read without asking it: its files, its index, its fsck. For tests that judge.
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openSegmentFile } from "../../core/media/store/segment-file.ts";
import { PROGRAM } from "./program.ts";

/** What a recording file holds, in milliseconds of wall time. */
export interface RecordedFile {
  readonly file: string;
  readonly id: string;
  readonly camera: string;
  readonly run: number;
  readonly sequence: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly frames: number;
  /** Longest and shortest time between two of its frames. */
  readonly longestFrameMs: number;
  readonly shortestFrameMs: number;
}

export interface FsckOutcome {
  readonly exitCode: number | null;
  readonly output: string;
}

/** A row of the index. */
export interface IndexRow {
  readonly id: string;
  readonly sizeBytes: number;
}

/** Paths of all recording files below some volumes; those of one stream, `cam-1/main`, cost a part of looking at all. */
export function segmentPaths(volumes: readonly string[], stream = ""): string[] {
  return volumes.flatMap((volume) =>
    globSync(join("video", stream, "**/*.mp4"), { cwd: volume }).map((path) => join(volume, path)),
  );
}

/** All recording files of some volumes, by camera and start. Throws where one cannot be read. */
export function recordedFiles(
  volumes: readonly string[],
  isWanted: (path: string) => boolean = () => true,
): RecordedFile[] {
  return segmentPaths(volumes)
    .filter(isWanted)
    .map(readRecorded)
    .sort((a, b) => a.camera.localeCompare(b.camera) || a.startMs - b.startMs);
}

function readRecorded(file: string): RecordedFile {
  const segment = openSegmentFile(file);
  try {
    const { identity } = segment;
    const { samples } = segment.video;
    const last = samples.count - 1;
    const durationMs = last < 0 ? 0 : ((samples.decodeTimes[last] ?? 0) + samples.lastDuration) / 90;
    const startMs = identity.startTime90k / 90;
    let longest = 0;
    let shortest = Number.POSITIVE_INFINITY;
    for (let index = 1; index <= last; index += 1) {
      const step = (samples.decodeTimes[index] ?? 0) - (samples.decodeTimes[index - 1] ?? 0);
      longest = Math.max(longest, step);
      shortest = Math.min(shortest, step);
    }
    return {
      file,
      id: basename(file, ".mp4"),
      camera: identity.camera,
      run: identity.run,
      sequence: identity.sequence,
      startMs,
      endMs: startMs + durationMs,
      frames: samples.count,
      longestFrameMs: longest / 90,
      shortestFrameMs: shortest / 90,
    };
  } finally {
    segment.close();
  }
}

/** So many files are decoded by one ffmpeg: of a short one, most of the work is starting that. */
const DECODED_AT_ONCE = 16;

/** Files that a strict decoder refuses. */
export function undecodable(files: readonly string[]): string[] {
  const refused: string[] = [];
  for (let at = 0; at < files.length; at += DECODED_AT_ONCE) {
    const together = files.slice(at, at + DECODED_AT_ONCE);
    // One that is refused ends all: only then they are looked at one by one.
    if (!decodes(together)) refused.push(...together.filter((file) => !decodes([file])));
  }
  return refused;
}

function decodes(files: readonly string[]): boolean {
  const inputs = files.flatMap((file) => ["-threads", "1", "-i", file]);
  const all = files.flatMap((_file, index) => ["-map", `${index}:v`, "-map", `${index}:a?`]);
  const { status } = spawnSync(
    "ffmpeg",
    ["-v", "error", "-xerror", "-nostdin", ...inputs, ...all, "-f", "null", "-"],
    { stdio: "ignore" },
  );
  return status === 0;
}

/** Pauses of more than `toleranceMs` between files of a camera, and frames out of step within them. */
export function gapsOf(
  files: readonly RecordedFile[],
  frameMs: number,
  toleranceMs = 200,
): { camera: string; fromMs: number; toMs: number }[] {
  const gaps: { camera: string; fromMs: number; toMs: number }[] = [];
  let before: RecordedFile | undefined;
  let endMs = 0;
  for (const file of files) {
    if (before?.camera !== file.camera) endMs = file.startMs;
    if (file.startMs - endMs > toleranceMs)
      gaps.push({ camera: file.camera, fromMs: endMs, toMs: file.startMs });
    if (file.longestFrameMs > frameMs * 1.5) {
      gaps.push({ camera: file.camera, fromMs: file.endMs - file.longestFrameMs, toMs: file.endMs });
    }
    endMs = Math.max(endMs, file.endMs);
    before = file;
  }
  return gaps;
}

/** Frames of each camera against what its time should hold: missing ones count positive, doubled ones negative. */
export function framesMissing(files: readonly RecordedFile[], frameMs: number): Map<string, number> {
  const missing = new Map<string, number>();
  for (const [camera, own] of Map.groupBy(files, (file) => file.camera)) {
    const startMs = Math.min(...own.map((file) => file.startMs));
    const endMs = Math.max(...own.map((file) => file.endMs));
    const frames = own.reduce((sum, file) => sum + file.frames, 0);
    missing.set(camera, Math.round((endMs - startMs) / frameMs) - frames);
  }
  return missing;
}

/** The rows of the index that are committed now. */
export function indexRows(dataDir: string): IndexRow[] {
  const db = new DatabaseSync(join(dataDir, "nightjar.db"), { readOnly: true });
  try {
    return db
      .prepare("select id, size_bytes from segments")
      .all()
      .map((row) => ({ id: String(row["id"]), sizeBytes: Number(row["size_bytes"]) }));
  } finally {
    db.close();
  }
}

/** Runs `nightjar fsck` on a data directory. */
export function runFsck(dataDir: string, ...args: readonly string[]): FsckOutcome {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", PROGRAM, "fsck", "--data", dataDir, "--json", ...args],
    { encoding: "utf8" },
  );
  return { exitCode: status, output: stdout + stderr };
}

/** What all cameras together recorded until a moment, and what is wrong with it. */
export interface RecordedEvidence {
  readonly cameras: number;
  readonly frames: number;
  readonly seconds: number;
  readonly gaps: readonly string[];
  readonly missing: readonly string[];
  /** Cameras with more than one session. */
  readonly reconnected: readonly string[];
  /** How long before that moment the first camera ends. */
  readonly endsEarlyMs: number;
}

/** Judges the files of cameras that send a frame every `frameMs`. */
export function recordedUntil(
  files: readonly RecordedFile[],
  endMs: number,
  frameMs: number,
): RecordedEvidence {
  const byCamera = Map.groupBy(files, ({ camera }) => camera);
  const ends = [...byCamera.values()].map((own) => Math.max(...own.map((file) => file.endMs)));
  return {
    cameras: byCamera.size,
    frames: files.reduce((sum, file) => sum + file.frames, 0),
    seconds: Math.round((endMs - Math.min(...files.map((file) => file.startMs))) / 1_000),
    gaps: gapsOf(files, frameMs, frameMs / 2).map(
      ({ camera, fromMs, toMs }) => `${camera}: ${Math.round(toMs - fromMs)} ms`,
    ),
    missing: [...framesMissing(files, frameMs)]
      .filter(([, frames]) => frames !== 0)
      .map(([camera, frames]) => `${camera}: ${frames}`),
    reconnected: [...byCamera]
      .filter(([, own]) => new Set(own.map((file) => file.run)).size > 1)
      .map(([camera]) => camera),
    endsEarlyMs: Math.round(endMs - Math.min(...ends)),
  };
}

/** By so much at most the wall time of files is slewed (core/media/process/run-clock.ts). */
const SLEW_SHARE = 500e-6;

/**
 * Of what is missing or doubled of cameras that send a frame every `frameMs`, that which the slewing of their clock does not
 * explain: on a busy machine, in which arrivals come late for minutes, that makes a frame of difference. One that is lost is a
 * gap besides.
 */
export function missingBeyondSlew({ missing, seconds }: RecordedEvidence, frameMs: number): string[] {
  const slewed = Math.ceil((seconds * 1_000 * SLEW_SHARE) / frameMs);
  return missing.filter((text) => Math.abs(Number(text.split(": ").at(-1))) > slewed);
}
