// Runs a suite of database tests on both drivers, each test with a database of its own in a temporary folder.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe } from "node:test";
import { DB_DRIVERS, type Db, type DbDriver } from "../../../core/db/db.ts";
import { openDb } from "../../../core/db/open-db.ts";
import { loadSqlite3 } from "../../../core/db/sqlite3-connection.ts";
import { silentLog } from "../../../core/log.ts";

export interface DbTestContext {
  readonly driver: DbDriver;
  /** Temporary folder, removed after the suite. */
  readonly folder: () => string;
  /** Opens a fresh database, closed after the test. */
  readonly fresh: () => Promise<Db>;
}

/** Why a driver cannot be tested here; false if it can. sqlite3 is optional: its binary cannot be had everywhere. */
const MISSING: Readonly<Record<DbDriver, string | false>> = {
  sqlite3:
    (await loadSqlite3(() => undefined)) === undefined &&
    "the package sqlite3 cannot be loaded on this machine",
  "node-sqlite": false,
};

/** Registers `suite` once per driver. */
export function onBothDrivers(name: string, suite: (context: DbTestContext) => void): void {
  for (const driver of DB_DRIVERS) {
    describe(`${name} on ${driver}`, { skip: MISSING[driver] }, () => {
      let folder = "";
      let count = 0;
      const opened: Db[] = [];
      before(async () => {
        folder = await mkdtemp(join(tmpdir(), "nightjar-db-"));
      });
      afterEach(async () => {
        for (const db of opened.splice(0)) await db.close();
      });
      after(() => rm(folder, { recursive: true, force: true }));
      suite({
        driver,
        folder: () => folder,
        async fresh() {
          count += 1;
          const db = await openDb(join(folder, `${count}.db`), { log: silentLog, driver });
          opened.push(db);
          return db;
        },
      });
    });
  }
}
