// The way back to an older Nightjar: puts the copies that a newer one made before its upgrade in the place of what it
// wrote, which is kept beside. Each step leaves files that are whole; a way that was broken off is gone again from its start.
import { copyFile, open, readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeFileAtomically } from "../config/atomic-file.ts";
import { CONFIG_FILE } from "../config/config-file.ts";
import { sizeOf } from "../db/check-database.ts";
import { connectPlainly, DATABASE_FILE } from "../db/open-db.ts";
import { NightjarError } from "../errors.ts";
import { silentLog } from "../log.ts";
import { lockDataDir } from "../supervisor/data-lock.ts";
import { newerParts } from "./data-version.ts";

export interface TakenBack {
  /** Files that are in force again. */
  readonly restored: readonly string[];
  /** Where what the newer Nightjar wrote is kept. */
  readonly setAside: readonly string[];
}

/**
 * Goes back to what stood before the upgrade. The recorder must be stopped (`NJ_DATA_DIR_BUSY`). Throws `NJ_DATA_NOT_NEWER`
 * if this Nightjar can read everything, `NJ_DATA_NO_BACKUP` if a copy is missing; then nothing has changed.
 */
export async function takeBack(dataDir: string): Promise<TakenBack> {
  const lock = await lockDataDir(dataDir);
  try {
    const parts = await newerParts(dataDir);
    if (parts.length === 0) {
      throw new NightjarError(
        "NJ_DATA_NOT_NEWER",
        "failed-precondition",
        `${dataDir} was not written by a newer Nightjar: there is nothing to take back, it can be started`,
        { dataDir },
      );
    }
    const lacking = parts.find(({ hasBackup }) => !hasBackup);
    if (lacking !== undefined) {
      throw new NightjarError(
        "NJ_DATA_NO_BACKUP",
        "failed-precondition",
        `${lacking.backup} is missing, so there is nothing to go back to: install the newer Nightjar again`,
        { dataDir, backup: lacking.backup },
      );
    }
    const restored: string[] = [];
    const setAside: string[] = [];
    for (const { kind, found, backup } of parts) {
      const file = join(dataDir, kind === "database" ? DATABASE_FILE : CONFIG_FILE);
      const aside = join(
        dataDir,
        kind === "database" ? `${DATABASE_FILE}.v${found}.set-aside` : `config.v${found}.set-aside.json`,
      );
      if (kind === "database") {
        await emptyJournal(file);
        await copyDurably(file, aside);
        await copyDurably(backup, file);
      } else {
        await writeFileAtomically(aside, await readFile(file));
        await writeFileAtomically(file, await readFile(backup));
      }
      restored.push(file);
      setAside.push(aside);
    }
    return { restored, setAside };
  } finally {
    await lock.release();
  }
}

/** Brings everything into the file itself: a journal of the newer database would be applied to the one in its place. */
async function emptyJournal(file: string): Promise<void> {
  const connection = await connectPlainly(file, { log: silentLog });
  try {
    await connection.all("pragma wal_checkpoint(truncate)", []);
  } finally {
    await connection.close();
  }
  if (((await sizeOf(`${file}-wal`)) ?? 0) > 0) {
    throw new NightjarError(
      "NJ_DB_BUSY",
      "unavailable",
      `${file} is in use: end what uses it, then try again`,
      {
        file,
      },
    );
  }
}

/** Copies a file so that under its new name it is whole or not there. */
async function copyDurably(from: string, to: string): Promise<void> {
  const draft = `${to}.new`;
  await copyFile(from, draft);
  const handle = await open(draft, "r+");
  try {
    await handle.chmod(0o600);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, to);
  const folder = await open(dirname(to), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
