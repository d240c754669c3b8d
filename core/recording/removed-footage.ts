// Cameras that were removed with their footage and are there again: only what was recorded before still goes.
import type { Db } from "../db/db.ts";
import { listStreams, streamsTable } from "../db/tables/streams-table.ts";
import type { RecordedCamera } from "./recorded-camera.ts";

/** Bounds the removal of footage of the cameras that are present to what is indexed until now. */
export async function keepNewFootage(db: Db, cameras: readonly RecordedCamera[]): Promise<void> {
  const present = new Set<string>(cameras.map((camera) => camera.id));
  for (const stream of await listStreams(db)) {
    if (stream.removal.kind === "all" && present.has(stream.camera)) {
      await streamsTable(db).keepNewFootage(stream.camera);
    }
  }
}
