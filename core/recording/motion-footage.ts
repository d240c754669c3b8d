// Motion that is kept to search recordings by goes with them: minutes of which no stream of the camera has a picture any more
// are forgotten.
import type { Db, SqlWriter } from "../db/db.ts";
import { coverageInRange, firstCoverageFrom } from "../db/tables/coverage-table.ts";
import { camerasWithMotion, forgetMotion } from "../db/tables/motion-table.ts";
import { listStreams } from "../db/tables/streams-table.ts";

const MINUTE_90K = 60 * 90_000;
const DAY_MINUTES = 1_440;

/** A file was deleted: its minutes are forgotten, unless another file covers some of them. Inside the caller's transaction. */
export async function forgetMotionOf(
  writer: SqlWriter,
  deleted: { readonly streamNumber: number; readonly start90k: number; readonly duration90k: number },
): Promise<void> {
  const streams = await listStreams(writer);
  const camera = streams.find(({ number }) => number === deleted.streamNumber)?.camera;
  if (camera === undefined) return;
  const numbers = streams.filter((stream) => stream.camera === camera).map(({ number }) => number);
  const first = Math.floor(deleted.start90k / MINUTE_90K);
  const end = Math.ceil((deleted.start90k + deleted.duration90k) / MINUTE_90K);
  const rest = await coverageInRange(writer, numbers, first * MINUTE_90K, end * MINUTE_90K);
  let from = first;
  for (let minute = first; minute <= end; minute += 1) {
    const isKept =
      minute === end ||
      rest.some((row) => row.start90k < (minute + 1) * MINUTE_90K && row.end90k > minute * MINUTE_90K);
    if (!isKept) continue;
    if (from < minute) await forgetMotion(writer, camera, from, minute);
    from = minute + 1;
  }
}

/**
 * What was never recorded has no file to go with: what lies before a camera's first recording is forgotten, and after a day
 * what a camera without any was seen to move.
 */
export async function forgetMotionWithoutFootage(db: Db, nowMs: number): Promise<void> {
  const streams = await listStreams(db);
  for (const camera of await camerasWithMotion(db)) {
    let first = Number.POSITIVE_INFINITY;
    for (const stream of streams.filter((one) => one.camera === camera)) {
      const found = await firstCoverageFrom(db, stream.number, 0);
      if (found !== undefined) first = Math.min(first, Math.floor(found.start90k / MINUTE_90K));
    }
    await forgetMotion(db, camera, 0, Math.min(first, Math.floor(nowMs / 60_000) - DAY_MINUTES));
  }
}
