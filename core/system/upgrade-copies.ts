// The copies of settings and database that upgrades and ways back leave behind: only the newest are of use, and one of the
// database is as large as that. The older ones go once the recorder has started with what they were copies of.
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { DATABASE_FILE } from "../db/database-file.ts";
import type { Log } from "../log.ts";

/** Of each kind; so many versions back one can go. */
export const KEPT_COPIES = 3;

/** `config.v3.backup.json`, `nightjar.db.v12.set-aside`: what it is a copy of, which version, what for. */
const COPY = new RegExp(
  `^(config|${DATABASE_FILE.replaceAll(".", "\\.")})\\.v(\\d{1,9})\\.(backup|set-aside)(\\.json)?$`,
);

/** Deletes all but the newest copies of each kind, and says so. What cannot be deleted is logged and stays. */
export async function pruneUpgradeCopies(dataDir: string, log: Log): Promise<void> {
  const kinds = new Map<string, { readonly name: string; readonly version: number }[]>();
  for (const name of await readdir(dataDir)) {
    const [, of, version, purpose] = COPY.exec(name) ?? [];
    if (version === undefined) continue;
    const kind = `${of} ${purpose}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), { name, version: Number(version) }]);
  }
  for (const copies of kinds.values()) {
    copies.sort((a, b) => b.version - a.version);
    for (const { name } of copies.slice(KEPT_COPIES)) {
      const file = join(dataDir, name);
      try {
        await rm(file);
        log.notice("an old copy of before an upgrade is deleted", { file, kept: KEPT_COPIES });
      } catch (error) {
        log.warn("an old copy of before an upgrade cannot be deleted", { file, reason: String(error) });
      }
    }
  }
}
