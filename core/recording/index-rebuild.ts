// Fills the index from the files while the recorder runs: `media` lists the closed recordings of each volume, and those
// that the index lacks are added. Nothing is ever taken out; fsck does the rest, with the recorder stopped.
import type { Db } from "../db/db.ts";
import { insertLock } from "../db/tables/locks-table.ts";
import { streamsTable } from "../db/tables/streams-table.ts";
import { volumesTable } from "../db/tables/volumes-table.ts";
import type { SegmentId, VolumeId } from "../domain/ids.ts";
import type { Log } from "../log.ts";
import type { SegmentRecord } from "../media/segment.ts";
import type { MediaClient } from "./media-client.ts";
import { indexSegment } from "./segment-indexing.ts";
import { whyNotIndexable } from "./segment-row.ts";

/** A page of files on a hard disk that records meanwhile. */
const PAGE_TIMEOUT_MS = 120_000;
/** Of a lock that only the mirror on the volume tells of. */
const LOCKED_BY = "found on the volume";

export interface RebuildOptions {
  readonly db: Db;
  readonly media: MediaClient;
  readonly log: Log;
  readonly nowMs: () => number;
}

export interface RebuildResult {
  /** Closed recordings that were looked at. */
  readonly files: number;
  /** Those that were added. */
  readonly added: number;
}

/** Locks that the volume's mirror tells of and the database does not: to be called before locks are handed out. */
export async function restoreLocks(options: RebuildOptions, volume: VolumeId): Promise<number> {
  const { db, media, nowMs } = options;
  const { segments } = await media.request("mirroredLocks", { volume }, PAGE_TIMEOUT_MS);
  return db.transaction(async (writer) => {
    const volumeNumber = await volumesTable(writer).numberOf(volume, nowMs());
    let restored = 0;
    for (const segmentId of segments) {
      const lock = { segmentId, volumeNumber, lockedAtMs: nowMs(), lockedBy: LOCKED_BY };
      if (await insertLock(writer, lock)) restored += 1;
    }
    return restored;
  });
}

/**
 * Adds what the index lacks of a volume, from the hour of `sinceMs` on where that is given. Rejects when `media` goes
 * away: what was added stays, and the next call goes on from there.
 */
export async function rebuildIndex(
  options: RebuildOptions,
  volume: VolumeId,
  {
    sinceMs,
    onPage,
    signal,
  }: {
    readonly sinceMs?: number;
    readonly onPage?: (result: RebuildResult) => void;
    readonly signal?: AbortSignal;
  } = {},
): Promise<RebuildResult> {
  const { media } = options;
  // A file that is deleted after it was listed must not come back as a row.
  const deleted = new Set<SegmentId>();
  const onDeleted = (id: SegmentId): void => void deleted.add(id);
  media.on("segmentDeleted", onDeleted);
  let files = 0;
  let added = 0;
  try {
    const { inventory } = await media.request("beginInventory", {
      volume,
      ...(sinceMs === undefined ? {} : { sinceMs }),
    });
    for (;;) {
      signal?.throwIfAborted();
      const page = await media.request("nextInventory", { inventory }, PAGE_TIMEOUT_MS);
      files += page.segments.length;
      added += await addMissing(options, volume, page.segments, deleted);
      onPage?.({ files, added });
      if (page.done) return { files, added };
    }
  } finally {
    media.off("segmentDeleted", onDeleted);
  }
}

async function addMissing(
  { db, log, nowMs }: RebuildOptions,
  volume: VolumeId,
  segments: readonly SegmentRecord[],
  deleted: ReadonlySet<SegmentId>,
): Promise<number> {
  const rows = await db.all<{ id: string }>(
    "select id from segments where id in (select value from json_each(?))",
    [JSON.stringify(segments.map(({ id }) => id))],
  );
  const known = new Set(rows.map(({ id }) => id));
  const missing = segments.filter((segment) => {
    if (known.has(segment.id)) return false;
    const obstacle = whyNotIndexable(segment);
    if (obstacle !== undefined) log.warn("a recording cannot be indexed", { path: segment.path, obstacle });
    return obstacle === undefined;
  });
  if (missing.length === 0) return 0;
  return db.transaction(async (writer) => {
    const volumeNumber = await volumesTable(writer).numberOf(volume, nowMs());
    let added = 0;
    for (const segment of missing) {
      if (deleted.has(segment.id)) continue;
      const streamNumber = await streamsTable(writer).numberOf(segment.camera, segment.stream);
      if (await indexSegment(writer, segment, { streamNumber, volumeNumber })) added += 1;
    }
    return added;
  });
}
