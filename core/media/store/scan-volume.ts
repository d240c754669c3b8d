// Walks a volume's recording files from a thread of its own, so that neither a large nor a hung volume stops the
// caller: hour folders newer than a checkpoint at start-up, the whole volume for fsck. Memory is bounded by a window.
import { access } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { fromPlainError, type PlainError, systemCode } from "../../errors.ts";
import { SpareThreads } from "../../spare-threads.ts";
import type { SegmentInspection } from "./recover-segment.ts";
import type { FoundFile, WalkOptions } from "./walk-volume.ts";

export interface ScanOptions extends WalkOptions {
  /** Look into each recording: `structure` reads headers, `pictures` also all pictures of unfinished ones. */
  readonly inspect?: "structure" | "pictures";
  /** With `inspect`: sum up all bytes of closed recordings. */
  readonly measure?: boolean;
  readonly signal?: AbortSignal;
}

/** A file that was found, and what is in it where that was asked for. */
export interface ScannedFile extends FoundFile {
  readonly inspection?: SegmentInspection;
  /** It could not be read: the system's error code. */
  readonly readError?: string;
}

/** What the thread is asked for: the first files of a volume, then those after them. */
export type ScanOrder =
  | { readonly volumePath: string; readonly options: Omit<ScanOptions, "signal"> }
  | "next";

export type ScanReply =
  | { readonly files: readonly ScannedFile[]; readonly done: boolean }
  | { readonly error: PlainError };

/** Files per message: the thread waits for `next` after each. */
export const SCAN_BATCH_FILES = 64;

const threads = new SpareThreads(
  () => new Worker(new URL("./scan-thread.ts", import.meta.url), { name: "nightjar-scan" }),
  1,
);

/**
 * Yields the files below `video/` in the order of their paths. Ends the thread when the loop is left early. Throws the
 * system's error as `NJ_INTERNAL` if a folder cannot be read, and the signal's reason when aborted.
 */
export async function* scanVolume(
  volumePath: string,
  options: ScanOptions = {},
): AsyncGenerator<ScannedFile> {
  const { signal, ...walk } = options;
  signal?.throwIfAborted();
  if (await isWithoutRecordings(volumePath, signal)) return;
  const worker = threads.take();
  let isDone = false;
  try {
    let order: ScanOrder = { volumePath, options: walk };
    for (;;) {
      const reply = await nextReply(worker, order, signal);
      if ("error" in reply) throw fromPlainError(reply.error);
      yield* reply.files;
      isDone = reply.done;
      if (isDone) return;
      order = "next";
    }
  } finally {
    if (isDone) threads.giveBack(worker);
    else await worker.terminate();
  }
}

/** A volume that was just made has no folder of recordings: starting the thread would take more than all the rest of it. */
async function isWithoutRecordings(volumePath: string, signal: AbortSignal | undefined): Promise<boolean> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal?.reason);
  signal?.addEventListener("abort", onAbort);
  try {
    await Promise.race([access(join(volumePath, "video")), aborted]);
    return false;
  } catch (error) {
    signal?.throwIfAborted();
    // Whatever else is wrong with it the thread finds, and tells.
    return systemCode(error) === "ENOENT";
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

function nextReply(worker: Worker, order: ScanOrder, signal: AbortSignal | undefined): Promise<ScanReply> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      worker.off("message", onMessage);
      worker.off("error", onError);
      signal?.removeEventListener("abort", onAbort);
      act();
    };
    const onMessage = (reply: ScanReply): void => settle(() => resolve(reply));
    const onError = (error: unknown): void => settle(() => reject(error));
    const onAbort = (): void => settle(() => reject(signal?.reason));
    worker.on("message", onMessage);
    worker.on("error", onError);
    signal?.addEventListener("abort", onAbort);
    worker.postMessage(order);
  });
}
