// Queries on the tables `motion_cameras` and `motion_minutes`: where something moved, by camera and minute. One key holds both,
// so that a camera's minutes lie side by side and need no further index.
import { MotionMinute, readMinute } from "../../domain/motion-minute.ts";
import type { Db, SqlReader, SqlWriter } from "../db.ts";

/** Minutes since 1970 stay below this for two centuries. */
const MINUTES = 2 ** 27;

/** A camera's minute, and what moved in it as core/domain/motion-minute.ts writes it. */
export interface StoredMinute {
  readonly minute: number;
  readonly cells: Uint8Array;
}

/** Writes minutes of cameras in one transaction. A minute that is there already, as after a restart, gets both halves. */
export function putMotion(
  db: Db,
  minutes: readonly (StoredMinute & { readonly camera: string })[],
): Promise<void> {
  return db.transaction(async (writer) => {
    for (const { camera, minute, cells } of minutes) {
      const key = (await numberOf(writer, camera)) * MINUTES + minute;
      const before = await writer.get<{ cells: Uint8Array }>(
        "select cells from motion_minutes where key = ?",
        [key],
      );
      await writer.run(
        "insert into motion_minutes (key, cells) values (?, ?) on conflict (key) do update set cells = excluded.cells",
        [key, before === undefined ? cells : joined(before.cells, cells)],
      );
    }
  });
}

/** Minutes of a camera in [startMinute, endMinute) in order, at most `limit`. */
export async function motionInRange(
  db: SqlReader,
  query: {
    readonly camera: string;
    readonly startMinute: number;
    readonly endMinute: number;
    readonly limit: number;
  },
): Promise<StoredMinute[]> {
  const number = await findNumber(db, query.camera);
  if (number === undefined) return [];
  const base = number * MINUTES;
  const rows = await db.all<{ key: number; cells: Uint8Array }>(
    "select key, cells from motion_minutes where key >= ? and key < ? order by key limit ?",
    [base + query.startMinute, base + Math.min(query.endMinute, MINUTES), query.limit],
  );
  return rows.map(({ key, cells }) => ({ minute: key - base, cells }));
}

/** Forgets a camera's minutes in [startMinute, endMinute). */
export async function forgetMotion(
  db: SqlWriter,
  camera: string,
  startMinute: number,
  endMinute: number,
): Promise<void> {
  const number = await findNumber(db, camera);
  if (number === undefined) return;
  const base = number * MINUTES;
  await db.run("delete from motion_minutes where key >= ? and key < ?", [
    base + Math.max(0, startMinute),
    base + Math.min(endMinute, MINUTES),
  ]);
}

/** Cameras that have or had minutes. */
export async function camerasWithMotion(db: SqlReader): Promise<string[]> {
  const rows = await db.all<{ camera: string }>("select camera from motion_cameras order by number");
  return rows.map(({ camera }) => camera);
}

async function findNumber(db: SqlReader, camera: string): Promise<number | undefined> {
  const row = await db.get<{ number: number }>("select number from motion_cameras where camera = ?", [
    camera,
  ]);
  return row?.number;
}

async function numberOf(writer: SqlWriter, camera: string): Promise<number> {
  const known = await findNumber(writer, camera);
  if (known !== undefined) return known;
  return (await writer.run("insert into motion_cameras (camera) values (?)", [camera])).lastRowId;
}

/** Both halves; the newer one alone where the older was of another grid. */
function joined(before: Uint8Array, now: Uint8Array): Uint8Array {
  const grid = readMinute(now);
  if (grid === undefined) return before;
  const both = new MotionMinute(grid);
  both.addBytes(now);
  both.addBytes(before);
  return both.bytes();
}
