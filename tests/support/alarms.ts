// Alarms and walks in the database of a recorder that runs, as its engine writes them: nothing tampers with the demo camera, and
// no detector that comes with the recorder knows people.
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

/** Writes that somebody just walked through the picture, with a dog that came after. */
export async function putWalk(dataDir: string, camera: string, id: number): Promise<void> {
  const db = await openDb(join(dataDir, DATABASE_FILE), { log: silentLog });
  const startMs = Date.now() - 4_000;
  const endMs = startMs + 2_000;
  const person = {
    ...{ class: "person", score: 0.87, track: "7", atMs: startMs + 1_000 },
    box: { x: 0.1, y: 0.1, width: 0.2, height: 0.5 },
    path: [[0, 0.05, 0.3] as const, [1_000, 0.2, 0.35] as const, [2_000, 0.6, 0.8] as const],
  };
  const dog = { class: "dog", score: 0.6, box: { x: 0.75, y: 0.02, width: 0.2, height: 0.2 }, atMs: endMs };
  const rest = { source: "camera", pictures: [], detail: {}, revision: id, startMs, endMs, lastMs: endMs };
  await putEvents(db, [{ id, type: "person", camera, objects: [person, dog], ...rest }], 1);
  await db.close();
}
