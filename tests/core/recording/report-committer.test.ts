import assert from "node:assert/strict";
import { it } from "node:test";
import type { Db, SqlWriter } from "../../../core/db/db.ts";
import { NightjarError } from "../../../core/errors.ts";
import { silentLog } from "../../../core/log.ts";
import { type IndexChanges, ReportCommitter } from "../../../core/recording/report-committer.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";
import { onBothDrivers } from "../db/on-both-drivers.ts";
import { closed, deleted, record, run } from "./sample-segments.ts";

/** Counts transactions, and fails as many as asked for. */
function watched(db: Db): { db: Db; begun: () => number; failNext: (count: number, error: Error) => void } {
  let begun = 0;
  let failures = 0;
  let failure = new Error("unset");
  const proxy: Db = {
    driver: db.driver,
    file: db.file,
    writes: db.writes,
    all: (sql, params) => db.all(sql, params),
    get: (sql, params) => db.get(sql, params),
    run: (sql, params) => db.run(sql, params),
    backup: (file) => db.backup(file),
    close: () => db.close(),
    transaction<T>(work: (writer: SqlWriter) => Promise<T>): Promise<T> {
      begun += 1;
      if (failures > 0) {
        failures -= 1;
        return Promise.reject(failure);
      }
      return db.transaction(work);
    },
  };
  return {
    db: proxy,
    begun: () => begun,
    failNext(count, error) {
      failures = count;
      failure = error;
    },
  };
}

onBothDrivers("committing reports", ({ fresh }) => {
  it("writes at most one transaction a second, and the first at once", async () => {
    const { db, begun } = watched(await fresh());
    const clock = new FakeClock();
    const committer = new ReportCommitter(db, { clock, log: silentLog, onCommitted: () => undefined });
    const [a, b, c] = run(3);
    const first = committer.commit(closed(a === undefined ? [] : [a]));
    clock.advance(0);
    await first;
    const second = committer.commit(closed(b === undefined ? [] : [b]));
    const third = committer.commit(closed(c === undefined ? [] : [c]));
    clock.advance(999);
    assert.equal(begun(), 1);
    clock.advance(1);
    await Promise.all([second, third]);
    assert.equal(begun(), 2);
    assert.deepEqual(await db.get("select count(*) as count from segments"), { count: 3 });
  });

  it("does not pause while a backlog fills its batches, and keeps the order", async () => {
    const { db, begun } = watched(await fresh());
    const clock = new FakeClock();
    const committer = new ReportCommitter(db, { clock, log: silentLog, onCommitted: () => undefined });
    const segments = run(600);
    const done: number[] = [];
    const commits = [0, 1, 2].map((part) =>
      committer.commit(closed(segments.slice(part * 200, part * 200 + 200))).then(() => done.push(part)),
    );
    await waitFor(() => {
      clock.advance(0);
      return committer.waiting < 256;
    });
    clock.advance(1_000);
    await Promise.all(commits);
    assert.equal(begun(), 3);
    assert.deepEqual(done, [0, 1, 2]);
  });

  it("tells what changed only after the commit, and nothing for repetitions", async () => {
    const db = await fresh();
    const told: IndexChanges[] = [];
    const committer = new ReportCommitter(db, {
      clock: new FakeClock(),
      log: silentLog,
      onCommitted: (changes) => told.push(changes),
    });
    const segments = run(2);
    void committer.commit([...closed(segments), ...deleted(segments.slice(0, 1))]);
    await committer.flush();
    void committer.commit(closed(segments.slice(1)));
    await committer.flush();
    assert.deepEqual(
      told.map((changes) => [changes.added.length, changes.removed.map(({ id }) => id)]),
      [
        [2, [segments[0]?.id]],
        [0, []],
      ],
    );
  });

  it("tries again when the database cannot be written, and acknowledges nothing before", async () => {
    const { db, failNext, begun } = watched(await fresh());
    const clock = new FakeClock();
    const committer = new ReportCommitter(db, { clock, log: silentLog, onCommitted: () => undefined });
    failNext(2, new NightjarError("NJ_DB_FULL", "resource-exhausted", "full"));
    let isDone = false;
    const commit = committer.commit(closed([record()])).then(() => {
      isDone = true;
    });
    for (const round of [1, 2]) {
      clock.advance(2_000);
      await waitFor(() => begun() === round);
      await new Promise(setImmediate);
      assert.equal(isDone, false);
    }
    clock.advance(2_000);
    await commit;
    assert.deepEqual(await db.get("select count(*) as count from segments"), { count: 1 });
  });

  it("leaves out a record that makes no sense and writes the others", async () => {
    const db = await fresh();
    const committer = new ReportCommitter(db, {
      clock: new FakeClock(),
      log: silentLog,
      onCommitted: () => undefined,
    });
    const good = run(2);
    const bad = [
      record({ id: "nonsense" as never }),
      record({ duration90k: -1 }),
      record({ camera: "../../etc" as never }),
      record({ sizeBytes: Number.NaN }),
      // Passes the looks, but not the schema.
      record({ clockSource: "sundial" as never, run: 77 }),
      record({ videoCodec: null as never, run: 78 }),
    ];
    const commit = committer.commit(closed([...bad, ...good]));
    await committer.flush();
    await commit;
    assert.deepEqual(
      await db.all("select id from segments order by sequence"),
      good.map(({ id }) => ({ id })),
    );
  });
});
