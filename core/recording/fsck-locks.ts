// Locks as the database, the marks on the segments and the mirror on the volume tell of them: for fsck.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Db } from "../db/db.ts";
import { deleteLock, insertLock, locksOnVolume } from "../db/tables/locks-table.ts";
import { findSegment, setSegmentLocked } from "../db/tables/segments-table.ts";
import { NightjarError, systemCode } from "../errors.ts";
import { LOCKS_MIRROR, lockedId } from "../media/process/volume-locks.ts";
import type { Findings } from "./fsck-findings.ts";

/** Of a lock that was found on the volume only. */
const LOCKED_BY = "found on the volume";

/** Compares the locks of a volume; with `mend` makes all agree, a lock counting wherever it stands. */
export async function checkLocks(
  db: Db,
  volume: { readonly number: number; readonly path: string },
  findings: Findings,
  mend: boolean,
): Promise<void> {
  const mirrored = await readMirror(volume.path);
  const stored = await locksOnVolume(db, volume.number);
  const known = new Set(stored.map((lock) => lock.segmentId));
  for (const lock of stored) {
    if (!mirrored.has(lock.segmentId)) findings.add("lock-not-mirrored", lock.segmentId, false);
    const segment = await findSegment(db, lock.segmentId);
    if (segment === undefined) {
      if (mend) await deleteLock(db, lock.segmentId);
      findings.add("lock-without-segment", lock.segmentId, mend);
    } else if (segment.locked === 0) {
      if (mend) await setSegmentLocked(db, lock.segmentId, true);
      findings.add("lock-not-marked", lock.segmentId, mend);
    }
  }
  for (const segmentId of mirrored) {
    if (known.has(segmentId) || (await findSegment(db, segmentId)) === undefined) continue;
    if (mend) {
      await db.transaction(async (writer) => {
        await insertLock(writer, {
          segmentId,
          volumeNumber: volume.number,
          lockedAtMs: Date.now(),
          lockedBy: LOCKED_BY,
        });
        await setSegmentLocked(writer, segmentId, true);
      });
    }
    findings.add("lock-lost", segmentId, mend);
  }
  const marked = await db.all<{ id: string }>(
    `select id from segments where volume_number = ? and locked = 1
       and not exists (select 1 from locks where segment_id = segments.id)`,
    [volume.number],
  );
  for (const { id } of marked) {
    // A lock that only the mirror still tells of was found above.
    if (mirrored.has(id)) continue;
    if (mend) await setSegmentLocked(db, id, false);
    findings.add("lock-not-marked", id, mend);
  }
}

async function readMirror(volumePath: string): Promise<Set<string>> {
  let text: string;
  try {
    text = await readFile(join(volumePath, LOCKS_MIRROR), "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return new Set();
    throw new NightjarError(
      "NJ_FSCK_READ",
      "unavailable",
      `${join(volumePath, LOCKS_MIRROR)} cannot be read`,
      { path: volumePath },
      error,
    );
  }
  const ids = new Set<string>();
  for (const line of text.split("\n")) {
    const id = lockedId(line);
    if (id !== undefined) ids.add(id);
  }
  return ids;
}
