import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, it } from "node:test";
import { databaseDamage } from "../../../core/db/check-database.ts";
import type { Db } from "../../../core/db/db.ts";
import { openDb } from "../../../core/db/open-db.ts";
import { usersTable } from "../../../core/db/tables/users-table.ts";
import { silentLog } from "../../../core/log.ts";
import { DatabaseBackup } from "../../../core/recording/database-backup.ts";
import { MediaClient } from "../../../core/recording/media-client.ts";
import { ReportCommitter } from "../../../core/recording/report-committer.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { type TempDir, tempDir } from "../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";
import { FakeMedia } from "./fake-media.ts";
import { closed, feed, NOON, OTHER_VOLUME, run, VOLUME } from "./sample-segments.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

describe("copies of the database on the volumes", () => {
  let dir: TempDir;
  let db: Db;
  let clock: FakeClock;
  let media: FakeMedia;
  let client: MediaClient;
  let backup: DatabaseBackup;
  let volumes: (typeof VOLUME)[];

  beforeEach(async () => {
    dir = tempDir("nightjar-backup-");
    db = await openDb(dir.join("nightjar.db"), { log: silentLog });
    clock = new FakeClock(NOON / 90);
    media = new FakeMedia(dir.path);
    volumes = [VOLUME, OTHER_VOLUME];
    await media.listen();
    client = new MediaClient({
      socketPath: media.socketPath,
      instance: "test",
      clock,
      log: silentLog,
      makeCommitter: (onCommitted) => new ReportCommitter(db, { clock, log: silentLog, onCommitted }),
    });
    client.start();
    await waitFor(() => client.isUp, { what: "the link" });
    backup = new DatabaseBackup({
      db,
      media: client,
      clock,
      log: silentLog,
      folder: dir.join("backup"),
      volumes: () => volumes,
    });
  });
  afterEach(async () => {
    await backup.stop();
    await client.close();
    await media.close();
    await db.close();
    dir.remove();
  });

  async function later(ms: number): Promise<number> {
    const before = media.stored.length;
    clock.advance(ms);
    await backup.lookAfter();
    return media.stored.length - before;
  }
  const addUser = (name: string) =>
    usersTable(db).insert({
      name,
      role: "viewer",
      passwordHash: "$argon2id$",
      enabled: true,
      createdAtMs: 1,
      passwordChangedAtMs: 1,
    });

  it("are made on every volume, sound and with what was committed, and leave nothing behind", async () => {
    await addUser("ada");
    await backup.lookAfter();
    assert.deepEqual(
      media.stored.map(({ volume }) => volume),
      [VOLUME, OTHER_VOLUME],
    );
    const copy = dir.join("copy.db");
    writeFileSync(copy, media.stored[0]?.bytes ?? "");
    assert.equal(await databaseDamage(copy, { log: silentLog }), undefined);
    const opened = await openDb(copy, { log: silentLog });
    assert.deepEqual(
      (await usersTable(opened).list()).map(({ name }) => name),
      ["ada"],
    );
    await opened.close();
    assert.deepEqual(readdirSync(dir.join("backup")), []);
  });

  it("are made anew after a day, and after accounts or locks changed, but not for recordings alone", async () => {
    await backup.lookAfter();
    await feed(db, closed(run(3)));
    assert.equal(await later(30 * MINUTE_MS), 0);
    await addUser("ada");
    assert.equal(await later(30 * MINUTE_MS), 2);
    assert.equal(await later(DAY_MS - MINUTE_MS), 0);
    assert.equal(await later(2 * MINUTE_MS), 2);
  });

  it("come no more often than every ten minutes", async () => {
    await backup.lookAfter();
    await addUser("ada");
    assert.equal(await later(9 * MINUTE_MS), 0);
    await addUser("bob");
    assert.equal(await later(2 * MINUTE_MS), 2);
  });

  it("are tried again for a volume that failed or is new, and only for that", async () => {
    volumes = [VOLUME];
    await backup.lookAfter();
    media.storeFault = "the disk is away";
    volumes = [VOLUME, OTHER_VOLUME];
    assert.equal(await later(11 * MINUTE_MS), 0);
    media.storeFault = undefined;
    assert.equal(await later(11 * MINUTE_MS), 0, "a full disk is not better after minutes");
    assert.equal(await later(50 * MINUTE_MS), 1);
    assert.equal(media.stored.at(-1)?.volume, OTHER_VOLUME);
    assert.equal(await later(11 * MINUTE_MS), 0);
  });

  it("wait while media is away", async () => {
    await media.close();
    await waitFor(() => !client.isUp, { what: "the loss of the link" });
    assert.equal(await later(DAY_MS), 0);
  });
});
