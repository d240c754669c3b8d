// Alarms in the database of a recorder that runs, as its engine writes them: nothing tampers with the demo camera.
import { join } from "node:path";
import { DATABASE_FILE, openDb } from "../../core/db/open-db.ts";
import { putEvents } from "../../core/db/tables/events-table.ts";
import { silentLog } from "../../core/log.ts";

/** Writes one of just now for each id, the first the newest; nobody has acknowledged them. */
export async function putAlarms(dataDir: string, camera: string, ids: readonly number[]): Promise<void> {
  const db = await openDb(join(dataDir, DATABASE_FILE), { log: silentLog });
  const events = ids.map((id, index) => {
    const startMs = Date.now() - 3_000 - 1_000 * index;
    const times = { startMs, lastMs: startMs + 500, endMs: startMs + 500 };
    const rest = { source: "camera", pictures: [], detail: {}, objects: [], revision: id };
    return { id, type: "tamper" as const, camera, ...times, ...rest };
  });
  await putEvents(db, events, events.length);
  await db.close();
}
