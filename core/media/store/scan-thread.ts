// The thread behind scan-volume.ts: walks, looks into files where asked to, and sends one batch for each request.
import { join } from "node:path";
import { parentPort } from "node:worker_threads";
import { systemCode, toPlainError } from "../../errors.ts";
import { inspectSegment } from "./recover-segment.ts";
import {
  SCAN_BATCH_FILES,
  type ScannedFile,
  type ScanOptions,
  type ScanOrder,
  type ScanReply,
} from "./scan-volume.ts";
import { type FoundFile, walkVolume } from "./walk-volume.ts";

let nextBatch = (): ScanReply => ({ files: [], done: true });

parentPort?.on("message", (order: ScanOrder) => {
  if (order !== "next") nextBatch = batches(order.volumePath, order.options);
  parentPort?.postMessage(nextBatch());
});

function batches(volumePath: string, options: ScanOptions): () => ScanReply {
  const walk = walkVolume(volumePath, options);
  return () => batch(walk, (found) => lookInto(found, volumePath, options));
}

function batch(walk: Iterator<FoundFile>, lookInto: (found: FoundFile) => ScannedFile): ScanReply {
  const files: ScannedFile[] = [];
  try {
    while (files.length < SCAN_BATCH_FILES) {
      const next = walk.next();
      if (next.done === true) return { files, done: true };
      files.push(lookInto(next.value));
    }
    return { files, done: false };
  } catch (error) {
    return { error: toPlainError(error) };
  }
}

function lookInto(found: FoundFile, volumePath: string, options: ScanOptions): ScannedFile {
  if (options.inspect === undefined || found.name === undefined) return found;
  try {
    const verify = options.inspect === "pictures";
    const measure = options.measure === true;
    return { ...found, inspection: inspectSegment(join(volumePath, found.path), { verify, measure }) };
  } catch (error) {
    return { ...found, readError: systemCode(error) ?? "UNKNOWN" };
  }
}
