// Queries on the table `locks`: segments that are never deleted. `segments.locked` mirrors it.
import type { SqlReader, SqlWriter } from "../db.ts";

export interface LockRow {
  readonly segmentId: string;
  readonly volumeNumber: number;
  readonly lockedAtMs: number;
  /** User name. */
  readonly lockedBy: string;
}

const COLUMNS =
  "segment_id as segmentId, volume_number as volumeNumber, locked_at_ms as lockedAtMs, locked_by as lockedBy";

/** False if it was locked already, which leaves the first lock as it is. */
export async function insertLock(db: SqlWriter, lock: LockRow): Promise<boolean> {
  const { changes } = await db.run(
    `insert into locks (segment_id, volume_number, locked_at_ms, locked_by) values (?, ?, ?, ?)
     on conflict (segment_id) do nothing`,
    [lock.segmentId, lock.volumeNumber, lock.lockedAtMs, lock.lockedBy],
  );
  return changes === 1;
}

/** False if it was not locked. */
export async function deleteLock(db: SqlWriter, segmentId: string): Promise<boolean> {
  return (await db.run("delete from locks where segment_id = ?", [segmentId])).changes === 1;
}

export function findLock(db: SqlReader, segmentId: string): Promise<LockRow | undefined> {
  return db.get<LockRow>(`select ${COLUMNS} from locks where segment_id = ?`, [segmentId]);
}

export function locksOnVolume(db: SqlReader, volumeNumber: number): Promise<LockRow[]> {
  return db.all<LockRow>(`select ${COLUMNS} from locks where volume_number = ? order by segment_id`, [
    volumeNumber,
  ]);
}
