import assert from "node:assert/strict";
import { readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { currentSchema } from "../../../core/db/migrate.ts";
import { openDb } from "../../../core/db/open-db.ts";
import { NightjarError } from "../../../core/errors.ts";
import { silentLog } from "../../../core/log.ts";
import { onBothDrivers } from "./on-both-drivers.ts";

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof NightjarError && error.code === code;
}

const EARLIER_EVENT_INDEXES = `create index events_by_type on events (type, number);
create index events_by_camera on events (camera, number);
create index events_open on events (type, camera) where end_ms is null;`;

onBothDrivers("the database", ({ driver, folder, fresh }) => {
  it("says which driver it uses", async () => {
    assert.equal((await fresh()).driver, driver);
  });

  it("keeps write-ahead logging and full synchronisation on the writing connection", async () => {
    const db = await fresh();
    await db.transaction(async (writer) => {
      assert.deepEqual(await writer.get("pragma journal_mode"), { journal_mode: "wal" });
      assert.deepEqual(await writer.get("pragma synchronous"), { synchronous: 2 });
      assert.deepEqual(await writer.get("pragma foreign_keys"), { foreign_keys: 1 });
    });
  });

  it("refuses writes on the reading connection", async () => {
    const db = await fresh();
    await assert.rejects(db.all("insert into key_values (key, value) values ('a', '1') returning key"));
    assert.equal(await db.get("select 1 as one from key_values"), undefined);
  });

  it("shows a write to readers once it is committed, and not before", async () => {
    const db = await fresh();
    await db.transaction(async (writer) => {
      await writer.run("insert into key_values (key, value) values ('a', '1')");
      assert.equal(await db.get("select key from key_values"), undefined);
      assert.deepEqual(await writer.get("select key from key_values"), { key: "a" });
    });
    assert.deepEqual(await db.get("select key from key_values"), { key: "a" });
  });

  it("rolls a failed transaction back and goes on with the next write", async () => {
    const db = await fresh();
    const failing = db.transaction(async (writer) => {
      await writer.run("insert into key_values (key, value) values ('a', '1')");
      await writer.run("insert into key_values (key, value) values ('a', '2')");
    });
    const next = db.run("insert into key_values (key, value) values ('b', '2')");
    await assert.rejects(failing, hasCode("NJ_DB_CONSTRAINT"));
    assert.equal((await next).changes, 1);
    assert.deepEqual(await db.all("select key from key_values"), [{ key: "b" }]);
  });

  it("never mixes the writes of callers that run at the same time", async () => {
    const db = await fresh();
    const jobs = Array.from({ length: 20 }, (_, job) =>
      db.transaction(async (writer) => {
        const seen = await writer.get<{ count: number }>("select count(*) as count from key_values");
        await writer.run("insert into key_values (key, value) values (?, '1')", [`${job}-a`]);
        await writer.run("insert into key_values (key, value) values (?, '1')", [`${job}-b`]);
        return seen?.count;
      }),
    );
    assert.deepEqual(
      await Promise.all(jobs),
      Array.from({ length: 20 }, (_, job) => job * 2),
    );
  });

  it("refuses a statement that comes after its transaction", async () => {
    const db = await fresh();
    const escaped = await db.transaction(async (writer) => writer);
    await assert.rejects(escaped.run("delete from key_values"), hasCode("NJ_DB"));
  });

  it("gives back text, large integers, real numbers, bytes and null as they went in", async () => {
    const db = await fresh();
    const row = await db.get<Record<string, unknown>>("select ? as a, ? as b, ? as c, ? as d, ? as e", [
      "späť",
      161_616_161_616_161,
      0.5,
      new Uint8Array([0, 255, 7]),
      null,
    ]);
    assert.deepEqual(
      { ...row, d: Array.from((row?.["d"] ?? []) as Uint8Array) },
      { a: "späť", b: 161_616_161_616_161, c: 0.5, d: [0, 255, 7], e: null },
    );
  });

  it("rejects a wrong statement with its message, and the next one works", async () => {
    const db = await fresh();
    await assert.rejects(db.all("select x from nowhere"), /no such table: nowhere/);
    await assert.rejects(db.run("insert into nowhere values (1)"), /no such table: nowhere/);
    assert.deepEqual(await db.get("select 1 as one"), { one: 1 });
  });

  it("rejects calls after close", async () => {
    const db = await fresh();
    await db.close();
    await assert.rejects(db.all("select 1"), hasCode("NJ_DB_CLOSED"));
    await assert.rejects(db.run("select 1"), hasCode("NJ_DB_CLOSED"));
    await db.close();
  });

  it("finishes queued writes before it closes", async () => {
    const file = join(folder(), "queued.db");
    const db = await openDb(file, { log: silentLog, driver });
    const writes = [1, 2, 3].map((n) =>
      db.run("insert into key_values (key, value) values (?, '1')", [`k${n}`]),
    );
    await db.close();
    await Promise.all(writes);
    const again = await openDb(file, { log: silentLog, driver });
    assert.deepEqual(await again.get("select count(*) as count from key_values"), { count: 3 });
    await again.close();
  });

  it("serves a database in memory", async () => {
    const db = await openDb(":memory:", { log: silentLog, driver });
    await db.run("insert into key_values (key, value) values ('a', '1')");
    assert.deepEqual(await db.all("select key from key_values"), [{ key: "a" }]);
    await db.close();
  });

  it("keeps the file to its owner", async () => {
    const db = await fresh();
    assert.equal((await stat(db.file)).mode & 0o777, 0o600);
    assert.equal((await stat(`${db.file}-wal`)).mode & 0o777, 0o600);
  });

  it("copies itself while it is in use", async () => {
    const db = await fresh();
    await db.run("insert into key_values (key, value) values ('a', '1')");
    const copy = join(folder(), "copy.db");
    await db.backup(copy);
    const opened = await openDb(copy, { log: silentLog, driver });
    assert.deepEqual(await opened.all("select key from key_values"), [{ key: "a" }]);
    await opened.close();
  });

  it("says so when the file is no database", async () => {
    const file = join(folder(), "rubbish.db");
    await writeFile(file, "this is not a database, but long enough to look like one".repeat(100));
    await assert.rejects(openDb(file, { log: silentLog, driver }), hasCode("NJ_DB_DAMAGED"));
  });

  it("refuses a file of a later version, and leaves it alone", async () => {
    const file = join(folder(), "later.db");
    const { sql, version } = await currentSchema();
    await (
      await openDb(file, { log: silentLog, driver, schema: { version: version + 1, sql, migrations: [] } })
    ).close();
    await assert.rejects(openDb(file, { log: silentLog, driver }), hasCode("NJ_DB_TOO_NEW"));
  });

  it("migrates step by step after making a copy", async () => {
    const file = join(folder(), "old.db");
    const first = { version: 1, sql: "create table a (x integer) strict;", migrations: [] };
    const old = await openDb(file, { log: silentLog, driver, schema: first });
    await old.run("insert into a (x) values (5)");
    await old.close();
    const third = {
      version: 3,
      sql: "create table a (y integer, z integer) strict;",
      migrations: [
        { to: 2, sql: "alter table a rename column x to y;" },
        { to: 3, sql: "alter table a add column z integer;" },
      ],
    };
    const migrated = await openDb(file, { log: silentLog, driver, schema: third });
    assert.deepEqual(await migrated.all("select y, z from a"), [{ y: 5, z: null }]);
    await migrated.close();
    assert.deepEqual(
      (await readdir(folder())).filter((name) => name.startsWith("old.db.v")),
      ["old.db.v1.backup"],
    );
    assert.equal((await stat(join(folder(), "old.db.v1.backup"))).mode & 0o777, 0o600);
    const kept = await openDb(join(folder(), "old.db.v1.backup"), { log: silentLog, driver, schema: first });
    assert.deepEqual(await kept.all("select x from a"), [{ x: 5 }]);
    await kept.close();
  });

  it("leads a database of any earlier version to the schema of this one", async () => {
    const { sql, version } = await currentSchema();
    // Version 1 knew no checksums, second factor, API tokens, stream passwords and login providers; each later step is taken back here as it was added there.
    const steps: [RegExp, string][] = [
      [/^( {2}path text), (--.*)\n {2}sha256 .*$/m, "$1 $2"],
      [/^create table second_factors \([^;]*;$/m, ""],
      [/^create table recovery_codes \([^;]*;$/m, ""],
      [/^create table api_tokens \([\s\S]*?^\) strict, without rowid;$/m, ""],
      [/^create index api_tokens_by_expiry .*$/m, ""],
      [
        /^ {2}session_id text references sessions .*$/m,
        "  session_id text not null references sessions (id),",
      ],
      [/^ {2}api_token_id text .*$/m, ""],
      [/^( {2}first_used_at_ms integer),.*\n {2}check .*$/m, "$1"],
      [/^create index media_tickets_by_api_token .*$/m, ""],
      [/^create table stream_passwords \([^;]*;$/m, ""],
      [/^create index stream_passwords_by_user .*$/m, ""],
      [/^( {2}password_changed_at_ms integer not null),\n.*\n {2}source .*$/m, "$1"],
      [/^create table till_receipts \([\s\S]*?^create virtual table till_words .*$/m, ""],
      [/^create table motion_cameras \([\s\S]*?^create table motion_minutes [\s\S]*?^\) strict;$/m, ""],
      [/^create table waiting_actions \([^;]*;$/m, ""],
      [/^create table event_objects \([\s\S]*?^create index event_objects_by_camera .*$/m, ""],
      [/^create index events_by_time [\s\S]*?^create index events_acknowledged .*$/m, EARLIER_EVENT_INDEXES],
      [
        /^( {2}payload text not null check \(json_valid\(payload\)\)), --.*\n {2}rule text[\s\S]*?^\)/m,
        "$1\n)",
      ],
    ];
    let first = sql;
    for (const [added, before] of steps) {
      assert.match(first, added);
      first = first.replace(added, before);
    }
    const file = join(folder(), "first.db");
    const made = { version: 1, sql: first, migrations: [] };
    const old = await openDb(file, { log: silentLog, driver, schema: made });
    await old.run(
      `insert into events (type, camera, start_ms, payload) values
         ('exception-camera-offline', 'yard', 5, '{}'), ('exception-volume-full', null, 6, '{"path":"/srv"}')`,
    );
    await old.close();
    const migrated = await openDb(file, { log: silentLog, driver });
    const db = await fresh();
    assert.deepEqual(
      await migrated.all("select type, subject, revision from events order by number"),
      [
        { type: "exception-camera-link", subject: null, revision: 1 },
        { type: "exception-volume-full", subject: "/srv", revision: 2 },
      ],
      "events of before have their new names",
    );
    assert.deepEqual(await migrated.get("select value from key_values where key = 'events.count'"), {
      value: "2",
    });
    assert.deepEqual(await migrated.get("pragma user_version"), { user_version: version });
    for (const { name } of await db.all<{ name: string }>(
      "select name from sqlite_schema where type = 'table'",
    )) {
      const columns = `select name, type, "notnull", dflt_value from pragma_table_info('${name}')`;
      assert.deepEqual(await migrated.all(columns), await db.all(columns), name);
    }
    const indexes = "select name, sql from sqlite_schema where type = 'index' order by name";
    assert.deepEqual(await migrated.all(indexes), await db.all(indexes));
    await migrated.close();
  });

  it("leaves the file as it was when a migration fails", async () => {
    const file = join(folder(), "stuck.db");
    const first = { version: 1, sql: "create table a (x integer) strict;", migrations: [] };
    await (await openDb(file, { log: silentLog, driver, schema: first })).close();
    const broken = {
      version: 2,
      sql: "create table a (x integer) strict;",
      migrations: [{ to: 2, sql: "create table b (y integer) strict; insert into nowhere values (1);" }],
    };
    await assert.rejects(openDb(file, { log: silentLog, driver, schema: broken }), /nowhere/);
    const again = await openDb(file, { log: silentLog, driver, schema: first });
    assert.deepEqual(await again.all("select name from sqlite_schema"), [{ name: "a" }]);
    await again.close();
  });

  it("comments every column of the schema, and makes every table strict", async () => {
    const { sql } = await currentSchema();
    const tables = sql.split(/^create table /m).slice(1);
    assert.ok(tables.length >= 16);
    for (const table of tables) {
      assert.match(table, /^\) strict(, without rowid)?;$/m, table.slice(0, 40));
    }
  });
});
