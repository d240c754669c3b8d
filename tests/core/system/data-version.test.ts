// Data directories of newer and older Nightjars: told apart without changing them, and the way back.
import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { ConfigStore } from "../../../core/config/config-store.ts";
import { CONFIG_VERSION } from "../../../core/config/config-version.ts";
import type { Db } from "../../../core/db/db.ts";
import { currentSchema, SCHEMA_VERSION } from "../../../core/db/migrate.ts";
import { openDb } from "../../../core/db/open-db.ts";
import { silentLog } from "../../../core/log.ts";
import { lockDataDir } from "../../../core/supervisor/data-lock.ts";
import {
  newerParts,
  noteVersion,
  requireCurrentData,
  requireReadableData,
} from "../../../core/system/data-version.ts";
import { takeBack } from "../../../core/system/take-back.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";
import { VERSION } from "../../../core/version.ts";

describe("a data directory", () => {
  let dir: ReturnType<typeof tempDir>;
  beforeEach(() => {
    dir = tempDir("nightjar-version-");
  });
  afterEach(() => dir.remove());

  const database = () => dir.join("nightjar.db");
  /** A newer Nightjar's database, over one of this version as it was before. */
  async function newerDatabase(): Promise<Db> {
    const present = await openDb(database(), { log: silentLog });
    await present.run("insert into key_values (key, value) values ('which', '\"old\"')");
    await present.close();
    const { sql } = await currentSchema();
    const to = SCHEMA_VERSION + 1;
    const newer = await openDb(database(), {
      log: silentLog,
      schema: { version: to, sql, migrations: [{ to, sql: "create table later (x integer) strict" }] },
    });
    await newer.run("update key_values set value = '\"new\"' where key = 'which'");
    return newer;
  }

  it("that is new, or of this version, may be used", async () => {
    await requireReadableData(dir.path);
    await (await ConfigStore.open({ dataDir: dir.path, log: silentLog, watch: false })).close();
    await (await openDb(database(), { log: silentLog })).close();
    await requireReadableData(dir.path);
    await requireCurrentData(dir.path);
  });

  it("is known as newer by its settings", async () => {
    writeFileSync(dir.join("config.json"), JSON.stringify({ version: CONFIG_VERSION + 1 }));
    const [part, ...more] = await newerParts(dir.path);
    assert.deepEqual(
      [part?.kind, part?.found, part?.hasBackup, more],
      ["settings", CONFIG_VERSION + 1, false, []],
    );
    await assert.rejects(
      requireReadableData(dir.path),
      /There is no way back: .*config\.v1\.backup\.json is missing/,
    );
  });

  it("is known as newer by its database, closed or left open by a crash", async () => {
    const newer = await newerDatabase();
    assert.ok(existsSync(`${database()}-wal`));
    assert.equal((await newerParts(dir.path))[0]?.found, SCHEMA_VERSION + 1);
    await newer.close();
    assert.equal((await newerParts(dir.path))[0]?.found, SCHEMA_VERSION + 1);
  });

  it("is refused with both versions, and with what to type in words that a shell takes", async () => {
    await (await newerDatabase()).close();
    writeFileSync(dir.join("version.json"), JSON.stringify({ nightjar: "9.8.7" }));
    await assert.rejects(requireReadableData(dir.path), (error: Error & { code?: string }) => {
      assert.equal(error.code, "NJ_DATA_TOO_NEW");
      assert.match(
        error.message,
        new RegExp(`Nightjar 9\\.8\\.7, and this is ${VERSION.replaceAll(".", "\\.")}`),
      );
      assert.ok(error.message.endsWith(`nightjar downgrade --data ${dir.path}`), error.message);
      return true;
    });
  });

  it("goes back to the copies, and keeps what the newer one wrote", async () => {
    await (await newerDatabase()).close();
    await takeBack(dir.path);
    const db = await openDb(database(), { log: silentLog });
    assert.deepEqual(await db.all("select value from key_values where key = 'which'"), [{ value: '"old"' }]);
    await db.close();
    assert.ok(existsSync(`${database()}.v${SCHEMA_VERSION + 1}.set-aside`));
    assert.equal(existsSync(dir.join("nightjar.lock")), false);
    await assert.rejects(takeBack(dir.path), { code: "NJ_DATA_NOT_NEWER" });
  });

  it("goes back only with a copy, and only while no recorder runs with it", async () => {
    await (await newerDatabase()).close();
    const before = readFileSync(database());
    const lock = await lockDataDir(dir.path);
    await assert.rejects(takeBack(dir.path), { code: "NJ_DATA_DIR_BUSY" });
    await lock.release();
    rmSync(`${database()}.v${SCHEMA_VERSION}.backup`);
    await assert.rejects(takeBack(dir.path), { code: "NJ_DATA_NO_BACKUP" });
    assert.ok(before.equals(readFileSync(database())));
  });

  it("of an older recorder that runs is not brought to a newer form under it", async () => {
    await noteVersion(dir.path);
    const older = await openDb(database(), {
      log: silentLog,
      schema: { version: 1, sql: "create table a (x integer) strict", migrations: [] },
    });
    await assert.rejects(requireCurrentData(dir.path), { code: "NJ_DATA_OLDER" });
    await older.close();
    await assert.rejects(requireCurrentData(dir.path), new RegExp(`is still Nightjar ${VERSION}`));
    assert.equal(existsSync(join(dir.path, `nightjar.db.v1.backup`)), false);
  });
});
