import assert from "node:assert/strict";
import { existsSync, openSync, readdirSync, statSync, truncateSync, writeSync } from "node:fs";
import { copyFile, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { afterEach, beforeEach, it } from "node:test";
import { databaseDamage } from "../../../core/db/check-database.ts";
import { openDb } from "../../../core/db/open-db.ts";
import { listLastReports, putLastReport } from "../../../core/db/tables/last-reports-table.ts";
import { usersTable } from "../../../core/db/tables/users-table.ts";
import { silentLog } from "../../../core/log.ts";
import type { FoundBackup } from "../../../core/media/protocol.ts";
import {
  openOrRescueDb,
  type RescuedDb,
  type RescueOptions,
  rescueSentence,
} from "../../../core/recording/database-rescue.ts";
import { type TempDir, tempDir } from "../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";
import { onBothDrivers } from "../db/on-both-drivers.ts";
import { closed, feed, run, seededRandom } from "./sample-segments.ts";

const NOW = Date.UTC(2026, 2, 1, 12);
const PAGE = 4_096;

onBothDrivers("the database after damage", ({ driver }) => {
  let dir: TempDir;
  let file: string;
  let backups: FoundBackup[];
  let asked: number;
  let opened: RescuedDb[];

  beforeEach(() => {
    dir = tempDir("nightjar-rescue-");
    file = dir.join("nightjar.db");
    backups = [];
    asked = 0;
    opened = [];
  });
  afterEach(async () => {
    for (const { close } of opened) await close();
    dir.remove();
  });

  async function start(options: Partial<RescueOptions> = {}): Promise<RescuedDb> {
    const rescued = await openOrRescueDb({
      file,
      isExpected: true,
      log: silentLog,
      nowMs: () => NOW,
      driver,
      fetchBackups: async () => {
        asked += 1;
        return backups;
      },
      onDamaged: () => assert.fail("no damage was expected"),
      ...options,
    });
    opened.push(rescued);
    return rescued;
  }
  async function end(rescued: RescuedDb): Promise<void> {
    opened.splice(opened.indexOf(rescued), 1);
    await rescued.close();
  }
  /** A database of an earlier life with one account and some recordings, and a copy of it on a volume. */
  async function liveOnce(): Promise<void> {
    const first = await start({ isExpected: false });
    await usersTable(first.db).insert({
      name: "ada",
      role: "administrator",
      passwordHash: "$argon2id$",
      enabled: true,
      createdAtMs: NOW,
      passwordChangedAtMs: NOW,
    });
    await putLastReport(first.db, "stream-state/yard/main", { kind: "stream-state" });
    await feed(first.db, closed(run(60)));
    const copy = dir.join("copy.db");
    await first.db.backup(copy);
    backups = [{ file: copy, volumePath: "/srv/video", modifiedMs: NOW - 3_600_000 }];
    await end(first);
  }
  const names = async (rescued: RescuedDb) => (await usersTable(rescued.db).list()).map(({ name }) => name);
  const damagedFiles = () => readdirSync(dir.path).filter((name) => /\.damaged-[^.]*$/.test(name));

  it("is opened as it is when it is sound, and nobody is asked for a copy", async () => {
    await liveOnce();
    const again = await start();
    assert.deepEqual([again.rescue, again.wasInterrupted, asked], [undefined, false, 0]);
    assert.deepEqual(await names(again), ["ada"]);
  });

  it("is made anew without any rescue by a recorder that never recorded", async () => {
    const first = await start({ isExpected: false });
    assert.deepEqual([first.rescue, asked], [undefined, 0]);
  });

  it("knows that the last process ended without notice", async () => {
    await liveOnce();
    const killed = await start();
    await killed.db.close();
    opened.length = 0;
    const next = await start();
    assert.deepEqual([next.wasInterrupted, next.rescue], [true, undefined]);
  });

  const damages: Record<string, () => Promise<void>> = {
    "random pages": async () => {
      const random = seededRandom(7);
      const descriptor = openSync(file, "r+");
      const pages = statSync(file).size / PAGE;
      for (let count = 0; count < 6; count += 1) {
        const noise = Buffer.from(Array.from({ length: PAGE }, () => Math.floor(random() * 256)));
        writeSync(descriptor, noise, 0, PAGE, Math.floor(random() * pages) * PAGE);
      }
    },
    "a first page of zeros": async () => {
      writeSync(openSync(file, "r+"), Buffer.alloc(PAGE), 0, PAGE, 0);
    },
    "half a file": async () => truncateSync(file, Math.floor(statSync(file).size / 2 / PAGE) * PAGE),
    "an empty file": () => truncate(file, 0),
    "a missing file": () => rm(file),
    "a text in its place": () => writeFile(file, "not a database\n".repeat(1_000)),
  };
  for (const [what, damage] of Object.entries(damages)) {
    it(`takes back the newest copy: ${what}`, async () => {
      await liveOnce();
      await damage();
      const rescued = await start();
      assert.deepEqual(rescued.rescue?.restored, {
        volumePath: "/srv/video",
        copiedAtMs: NOW - 3_600_000,
      });
      assert.deepEqual(await names(rescued), ["ada"]);
      assert.deepEqual(await listLastReports(rescued.db), [], "old states are not believed");
      assert.deepEqual(damagedFiles(), what === "a missing file" ? [] : [rescued.rescue?.setAside]);
      assert.equal(statSync(file).mode & 0o777, 0o600);
      assert.match(
        rescued.rescue === undefined ? "" : rescueSentence(rescued.rescue),
        /was damaged \(.+\).+taken back.+being completed/,
      );
      await end(rescued);
      // The next start still knows, and trusts the new one.
      const next = await start();
      assert.equal(next.rescue?.restored?.volumePath, "/srv/video");
      assert.equal(asked, 1);
    });
  }

  it("survives a journal that was cut off or overwritten", async () => {
    await liveOnce();
    const running = await start();
    await running.db.run("insert into key_values (key, value) values ('late', '1')");
    // The files as a power loss on a bad disk leaves them.
    await copyFile(file, dir.join("cut.db"));
    await copyFile(`${file}-wal`, dir.join("cut.db-wal"));
    await truncate(dir.join("cut.db-wal"), 100);
    const cut = await start({ file: dir.join("cut.db") });
    assert.equal(cut.rescue, undefined);
    assert.deepEqual(await names(cut), ["ada"]);
  });

  it("passes over a copy that is damaged as well, and starts empty without any", async () => {
    await liveOnce();
    const bad = dir.join("bad.db");
    await writeFile(bad, Buffer.alloc(20_000, 7));
    backups = [{ file: bad, volumePath: "/srv/newer", modifiedMs: NOW }, ...backups];
    await truncate(file, 0);
    const rescued = await start();
    assert.equal(rescued.rescue?.restored?.volumePath, "/srv/video");
    await end(rescued);
    backups = [];
    await truncate(file, 0);
    await rm(`${file}-wal`, { force: true });
    const empty = await start();
    assert.equal(empty.rescue?.restored, undefined);
    assert.deepEqual(await names(empty), []);
    assert.match(empty.rescue === undefined ? "" : rescueSentence(empty.rescue), /no copy was found/);
  });

  it("is replaced as well when it was too large to be looked through and cannot be opened", async () => {
    await liveOnce();
    writeSync(openSync(file, "r+"), Buffer.alloc(PAGE, 9), 0, PAGE, 0);
    const rescued = await start({ checkAlwaysBytes: 0 });
    assert.deepEqual(await names(rescued), ["ada"]);
    assert.match(rescued.rescue?.damage ?? "", /not a database/);
  });

  it("is not replaced by a copy that a newer Nightjar made, which this one could not open", async () => {
    await liveOnce();
    const newer = dir.join("newer.db");
    await copyFile(dir.join("copy.db"), newer);
    const made = await openDb(newer, { log: silentLog, driver });
    await made.run("pragma user_version = 999");
    await made.close();
    backups = [{ file: newer, volumePath: "/srv/newer", modifiedMs: NOW }, ...backups];
    await truncate(file, 0);
    assert.equal((await start()).rescue?.restored?.volumePath, "/srv/video");
  });

  it("keeps no more than three damaged files", async () => {
    await liveOnce();
    for (let day = 0; day < 5; day += 1) {
      await writeFile(file, "damaged");
      await end(await start({ nowMs: () => NOW + day * 86_400_000 }));
    }
    assert.equal(damagedFiles().length, 3);
    assert.ok(damagedFiles().some((name) => name.includes("2026-03-05")));
  });

  it("says so once when damage shows while it is in use, and is not trusted at the next start", async () => {
    await liveOnce();
    const told: string[] = [];
    const running = await start({ onDamaged: (error) => told.push(error.code) });
    // Too large to be looked through at an orderly start is not needed here: damage comes while it is open.
    const descriptor = openSync(file, "r+");
    for (let page = 1; page < statSync(file).size / PAGE; page += 1) {
      writeSync(descriptor, Buffer.alloc(PAGE, 0xa5), 0, PAGE, page * PAGE);
    }
    await running.db.run("pragma wal_checkpoint(truncate)").catch(() => undefined);
    await running.db.backup(dir.join("never.db")).catch(() => undefined);
    await waitFor(() => told.length > 0, { what: "the damage" });
    await running.db.all("select * from segments").catch(() => undefined);
    assert.deepEqual(told, ["NJ_DB_DAMAGED"]);
    await end(running);
    assert.match(await readFile(`${file}.open`, "utf8"), /database/);
    const next = await start();
    assert.deepEqual(await names(next), ["ada"]);
    assert.equal(next.rescue?.setAside?.startsWith(basename(file)), true);
  });

  it("finds a sound database sound and says what is wrong with others", async () => {
    const options = { log: silentLog, driver };
    assert.equal(await databaseDamage(file, options), "the file is missing");
    assert.equal(existsSync(file), false);
    const db = await openDb(file, options);
    await db.close();
    assert.equal(await databaseDamage(file, options), undefined);
    await writeFile(file, "x".repeat(5_000));
    assert.match((await databaseDamage(file, options)) ?? "", /not a database/);
  });
});
