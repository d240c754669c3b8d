// The recorder's database in its data directory, as core opens it: rescued where it is lost or damaged, and given up
// where it turns out to be damaged later.
import { join } from "node:path";
import { sizeOf } from "../db/check-database.ts";
import { DATABASE_FILE } from "../db/open-db.ts";
import { MEDIA_SOCKET } from "../media/protocol.ts";
import { fetchBackupsFromMedia, openOrRescueDb } from "../recording/database-rescue.ts";
import { type RoleContext, RUN_FOLDER } from "../supervisor/process-contract.ts";

/** Opens it. Rejects as `openOrRescueDb` does. */
export async function openDatabase({
  dataDir,
  clock,
  log,
  instance,
}: Pick<RoleContext, "dataDir" | "clock" | "log" | "instance">): ReturnType<typeof openOrRescueDb> {
  const mediaSocket = join(dataDir, RUN_FOLDER, MEDIA_SOCKET);
  return openOrRescueDb({
    file: join(dataDir, DATABASE_FILE),
    // `media` was told what to record: so there was a database.
    isExpected: (await sizeOf(join(dataDir, "media/desired-state.json"))) !== undefined,
    log,
    nowMs: () => clock.wallMs(),
    fetchBackups: (folder) => fetchBackupsFromMedia(mediaSocket, instance, folder, log),
    onDamaged: (error) => {
      // Everything in this process trusts its database: it ends, and its next start takes back a copy.
      setImmediate(() => {
        throw error;
      });
    },
  });
}
