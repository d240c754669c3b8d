// Searches a camera's recordings by where something moved: moments in which it did in an area, in order, a page at a time. What
// one page reads is bounded; where it ends early it says where to go on.
import type { SqlReader } from "../db/db.ts";
import { motionInRange } from "../db/tables/motion-table.ts";
import { readMinute, SECONDS, setOf, sharedCells } from "../domain/motion-minute.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = SECONDS * SECOND_MS;
/** Minutes that are read at once, and in all for a page. */
const CHUNK = 720;
const MOST_MINUTES = 6 * CHUNK;
/** What begins again so soon goes on. */
const JOIN_MS = 3 * SECOND_MS;

export interface MotionQuery {
  readonly camera: string;
  readonly startMs: number;
  /** Exclusive. */
  readonly endMs: number;
  /** Cells of any grid, `1` for those that are meant; without it all of the picture. */
  readonly area?: { readonly columns: number; readonly rows: number; readonly cells: string } | undefined;
  /** Moments at most. */
  readonly limit: number;
}

/** Something moved from `startMs` to `endMs`; `cells`: most that did at once, of those that were asked for. */
export interface MotionMoment {
  readonly startMs: number;
  readonly endMs: number;
  readonly cells: number;
}

export interface MotionPage {
  readonly moments: readonly MotionMoment[];
  /** Where to go on; absent at the end. */
  readonly nextMs?: number;
}

/** Finds a page of moments. */
export async function searchMotion(db: SqlReader, query: MotionQuery): Promise<MotionPage> {
  const { camera, startMs, endMs, area, limit } = query;
  const found: MotionMoment[] = [];
  const endMinute = Math.ceil(endMs / MINUTE_MS);
  let fromMinute = Math.floor(startMs / MINUTE_MS);
  for (let read = 0; read < MOST_MINUTES; ) {
    const rows = await motionInRange(db, { camera, startMinute: fromMinute, endMinute, limit: CHUNK });
    for (const { minute, cells } of rows) {
      const nextMs = takeMinute(minute * MINUTE_MS, cells, query, area, found);
      if (nextMs !== undefined) return { moments: found.slice(0, limit), nextMs };
    }
    if (rows.length < CHUNK) return { moments: found };
    read += rows.length;
    fromMinute = (rows.at(-1)?.minute ?? endMinute) + 1;
  }
  return { moments: found, nextMs: fromMinute * MINUTE_MS };
}

/** Adds what moved in a minute; gives the moment at which the page was full. */
function takeMinute(
  beginMs: number,
  cells: Uint8Array,
  { startMs, endMs, limit }: MotionQuery,
  area: MotionQuery["area"],
  found: MotionMoment[],
): number | undefined {
  const read = readMinute(cells);
  if (read === undefined) return undefined;
  const wanted = area === undefined ? undefined : setOf(area, read);
  if (wanted !== undefined && sharedCells(read.any, wanted) === 0) return undefined;
  let fullMs: number | undefined;
  read.each((second, set) => {
    const atMs = beginMs + second * SECOND_MS;
    if (fullMs !== undefined || atMs + SECOND_MS <= startMs || atMs >= endMs) return;
    const count = sharedCells(set, wanted ?? set);
    if (count === 0) return;
    const last = found.at(-1);
    if (last !== undefined && atMs - last.endMs < JOIN_MS) {
      found[found.length - 1] = { ...last, endMs: atMs + SECOND_MS, cells: Math.max(last.cells, count) };
    } else if (found.length === limit) fullMs = atMs;
    else found.push({ startMs: atMs, endMs: atMs + SECOND_MS, cells: count });
  });
  return fullMs;
}
