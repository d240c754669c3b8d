// Makes a folder a volume in a thread of its own: a path on a disk that hangs must not stop the recording of others.
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { VolumeId } from "../../domain/ids.ts";
import { fromPlainError, NightjarError, type PlainError, toPlainError } from "../../errors.ts";
import { initialiseVolume } from "../store/volume-marker.ts";

const LIMIT_MS = 10_000;

type Answer =
  | { readonly result: { readonly id: VolumeId; readonly created: boolean } }
  | { readonly error: PlainError };

/** Creates the folder and its marker, or reads the one that is there. Rejects after ten seconds without an answer. */
export function initialiseVolumeApart(path: string): Promise<{ id: VolumeId; created: boolean }> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { initialiseVolume: path } });
    const timer = setTimeout(() => {
      reject(
        new NightjarError(
          "NJ_VOLUME_TIMEOUT",
          "deadline-exceeded",
          `the disk under ${path} does not answer`,
          {
            path,
          },
        ),
      );
      void worker.terminate();
    }, LIMIT_MS);
    worker.once("message", (answer: Answer) => {
      clearTimeout(timer);
      if ("error" in answer) reject(fromPlainError(answer.error));
      else resolve(answer.result);
    });
    worker.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}

function answerOf(path: string): Answer {
  try {
    const { marker, created } = initialiseVolume(path);
    return { result: { id: marker.id, created } };
  } catch (error) {
    if (error instanceof NightjarError) return { error: toPlainError(error) };
    const message = `${path} cannot be made a volume: ${error instanceof Error ? error.message : String(error)}`;
    return {
      error: toPlainError(
        new NightjarError("NJ_VOLUME_UNUSABLE", "failed-precondition", message, { path }, error),
      ),
    };
  }
}

const asked: unknown = workerData;
if (!isMainThread && typeof asked === "object" && asked !== null && "initialiseVolume" in asked) {
  parentPort?.postMessage(answerOf(String(asked.initialiseVolume)));
}
