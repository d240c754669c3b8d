// The thread that reads one volume with synchronous calls, so that a disk which hangs stops this thread and nothing
// else. Reads sample tables and pieces of files; keeps only the file that is being written open, to follow it.
import { closeSync, openSync, readvSync, realpathSync } from "node:fs";
import { sep } from "node:path";
import { parentPort } from "node:worker_threads";
import { NightjarError, systemCode, toPlainError } from "../../errors.ts";
import type { SampleList } from "../../media/mp4/sample-list.ts";
import { openSegmentFile, type SegmentFile } from "../../media/store/segment-file.ts";
import type {
  ReaderAnswer,
  ReaderRequest,
  ReaderTask,
  SegmentIndex,
  SegmentPlace,
  TrackIndex,
} from "./reader-messages.ts";

/** Files that grow and are followed at once: one per camera and stream that somebody watches at the live edge. */
const FOLLOWED_LIMIT = 16;
/** Most buffers of one `readv` (IOV_MAX of Linux). */
const VECTOR_LIMIT = 1_000;
/** Most bytes of one request: a client of this thread that asks for more is wrong. */
const READ_LIMIT_BYTES = 64 * 1024 * 1024;

const followed = new Map<string, SegmentFile>();

parentPort?.on("message", (request: ReaderRequest) => {
  let answer: ReaderAnswer;
  try {
    checkInside(request.root, request.task.place.file);
    answer =
      request.task.kind === "index"
        ? { kind: "index", index: indexOf(request.task.place) }
        : { kind: "bytes", bytes: readPieces(request.task) };
  } catch (error) {
    answer = { kind: "error", error: toPlainError(readable(error, request.task.place.file)) };
  }
  parentPort?.postMessage(answer, transferables(answer));
});

parentPort?.postMessage({ kind: "ready" } satisfies ReaderAnswer);

/** A link inside a volume must not lead a reader out of it. */
function checkInside(root: string, file: string): void {
  const inside = realpathSync(file).startsWith(realpathSync(root) + sep);
  if (!inside) {
    throw new NightjarError("NJ_PATH_OUTSIDE", "permission-denied", "a recording lies outside its volume");
  }
}

function indexOf(place: SegmentPlace): SegmentIndex {
  const isOpen = place.moovOffset === undefined;
  if (!isOpen) {
    forget(place.file);
    const file = openSegmentFile(place.file, place);
    try {
      return tablesOf(file);
    } finally {
      file.close();
    }
  }
  const known = followed.get(place.file);
  if (known !== undefined) {
    known.follow(place.readableBytes ?? 0);
    return tablesOf(known);
  }
  const file = openSegmentFile(place.file, place);
  followed.set(place.file, file);
  const [oldest] = followed.keys();
  if (followed.size > FOLLOWED_LIMIT && oldest !== undefined) forget(oldest);
  return tablesOf(file);
}

function forget(path: string): void {
  const file = followed.get(path);
  followed.delete(path);
  file?.close();
}

function tablesOf(file: SegmentFile): SegmentIndex {
  const { video, audio } = file;
  return {
    video: { format: video.format, timeScale: video.timeScale, ...copyOf(video.samples) },
    audio: audio && { format: audio.format, timeScale: audio.timeScale, ...copyOf(audio.samples) },
  };
}

function copyOf(samples: SampleList): Omit<TrackIndex<unknown>, "format" | "timeScale"> {
  const { count } = samples;
  return {
    count,
    offsets: samples.offsets.slice(0, count),
    sizes: samples.sizes.slice(0, count),
    decodeTimes: samples.decodeTimes.slice(0, count),
    compositionOffsets: samples.compositionOffsets?.slice(0, count) ?? new Int32Array(count),
    lastDuration: samples.lastDuration,
    flags: samples.flags.slice(0, count),
  };
}

/** Reads all pieces into one buffer, with as few calls as their places allow. */
function readPieces(task: Extract<ReaderTask, { kind: "read" }>): ArrayBuffer {
  const { offsets, sizes, headroom } = task;
  let total = 0;
  for (const size of sizes) total += headroom + size;
  if (total > READ_LIMIT_BYTES) {
    throw new NightjarError("NJ_READ_TOO_LARGE", "invalid-argument", `a read of ${total} bytes is too large`);
  }
  const bytes = new ArrayBuffer(total);
  const descriptor = openSync(task.place.file, "r");
  try {
    let views: Uint8Array[] = [];
    let runStart = 0;
    let runBytes = 0;
    let at = 0;
    for (let index = 0; index < sizes.length; index += 1) {
      const offset = offsets[index] as number;
      const size = sizes[index] as number;
      if (views.length > 0 && (offset !== runStart + runBytes || views.length >= VECTOR_LIMIT)) {
        readRun(descriptor, views, runStart, runBytes);
        views = [];
      }
      if (views.length === 0) {
        runStart = offset;
        runBytes = 0;
      }
      views.push(new Uint8Array(bytes, at + headroom, size));
      runBytes += size;
      at += headroom + size;
    }
    if (views.length > 0) readRun(descriptor, views, runStart, runBytes);
  } finally {
    closeSync(descriptor);
  }
  return bytes;
}

function readRun(descriptor: number, views: Uint8Array[], start: number, wanted: number): void {
  let rest = views;
  let done = 0;
  while (done < wanted) {
    let count = readvSync(descriptor, rest, start + done);
    if (count === 0) {
      throw new NightjarError(
        "NJ_RECORDING_UNREADABLE",
        "data-loss",
        "a recording is shorter than its index says",
      );
    }
    done += count;
    if (done === wanted) return;
    // A short read: go on in the middle of a view.
    const left: Uint8Array[] = [];
    for (const view of rest) {
      if (count >= view.length) count -= view.length;
      else {
        left.push(view.subarray(count));
        count = 0;
      }
    }
    rest = left;
  }
}

/** A file that is gone or broken is one kind of trouble to whoever plays it. */
function readable(error: unknown, file: string): unknown {
  const code = systemCode(error);
  if (error instanceof NightjarError) {
    if (error.kind !== "data-loss") return error;
    return new NightjarError("NJ_RECORDING_UNREADABLE", "data-loss", error.message, { file });
  }
  const why = code === "ENOENT" ? "it is no longer there" : `the disk says ${code ?? String(error)}`;
  return new NightjarError("NJ_RECORDING_UNREADABLE", "data-loss", `a recording cannot be read: ${why}`, {
    file,
    ...(code === undefined ? {} : { system: code }),
  });
}

function transferables(answer: ReaderAnswer): ArrayBuffer[] {
  if (answer.kind === "bytes") return [answer.bytes];
  if (answer.kind !== "index") return [];
  const tracks =
    answer.index.audio === undefined ? [answer.index.video] : [answer.index.video, answer.index.audio];
  return tracks.flatMap((track) => [
    track.offsets.buffer as ArrayBuffer,
    track.sizes.buffer as ArrayBuffer,
    track.decodeTimes.buffer as ArrayBuffer,
    track.compositionOffsets.buffer as ArrayBuffer,
    track.flags.buffer as ArrayBuffer,
  ]);
}
