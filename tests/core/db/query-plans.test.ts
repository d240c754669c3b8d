// Every query that runs while people wait or every minute must run along an index. The statements are taken from
// the modules by listening, so that none can be forgotten by copying.
import assert from "node:assert/strict";
import { it } from "node:test";
import type { Db, SqlParams, SqlReader } from "../../../core/db/db.ts";
import { apiTokensTable } from "../../../core/db/tables/api-tokens-table.ts";
import {
  coverageInRange,
  firstCoverageFrom,
  holesInRange,
  lastCoverageBefore,
  runEndsInRange,
} from "../../../core/db/tables/coverage-table.ts";
import { eventsAfter, findEvent, searchEvents } from "../../../core/db/tables/events-table.ts";
import { locksOnVolume } from "../../../core/db/tables/locks-table.ts";
import { loginAttemptsTable } from "../../../core/db/tables/login-attempts-table.ts";
import { motionInRange, putMotion } from "../../../core/db/tables/motion-table.ts";
import { findReceipt, searchReceipts, tillsWithReceipts } from "../../../core/db/tables/receipts-table.ts";
import {
  endedBefore,
  findSegment,
  firstWrittenWithin,
  lockedInRange,
  oldestOfStream,
  oldestOnVolume,
  oldestUnlocked,
  playableInRange,
  recentWriting,
  segmentsInRange,
  segmentsOfRun,
  segmentsOfStream,
  segmentsOnVolume,
  unsynchronisedBefore,
} from "../../../core/db/tables/segments-table.ts";
import { sessionsTable } from "../../../core/db/tables/sessions-table.ts";
import { closed, feed, run } from "../recording/sample-segments.ts";
import { onBothDrivers } from "./on-both-drivers.ts";

interface Asked {
  readonly sql: string;
  readonly params: SqlParams;
}

/** Runs `ask` and answers the statements that it read with. */
async function statements(db: Db, ask: (reader: Db) => Promise<unknown>): Promise<Asked[]> {
  const asked: Asked[] = [];
  const note = (sql: string, params: SqlParams = []): void => void asked.push({ sql, params });
  const listening: Db = {
    driver: db.driver,
    file: db.file,
    writes: db.writes,
    all(sql, params) {
      note(sql, params);
      return db.all(sql, params);
    },
    get(sql, params) {
      note(sql, params);
      return db.get(sql, params);
    },
    run: (sql, params) => db.run(sql, params),
    transaction: (work) => db.transaction(work),
    backup: (file) => db.backup(file),
    close: () => db.close(),
  };
  await ask(listening);
  return asked;
}

async function plan(db: SqlReader, { sql, params }: Asked): Promise<string[]> {
  const rows = await db.all<{ detail: string }>(`explain query plan ${sql}`, params);
  return rows.map((row) => row.detail);
}

const QUERIES: Readonly<Record<string, (db: Db) => Promise<unknown>>> = {
  "a segment by its id": (db) => findSegment(db, "1-nj-1-1"),
  "the segments of a range": (db) =>
    segmentsInRange(db, { streamNumber: 1, start90k: 0, end90k: 9, limit: 9 }),
  "the next page of a range": (db) =>
    segmentsInRange(db, {
      streamNumber: 1,
      start90k: 0,
      end90k: 9,
      limit: 9,
      after: { start90k: 1, number: 1 },
    }),
  "what else covers a moment": (db) => segmentsOfRun(db, { streamNumber: 1, run: 1, start90k: 0, end90k: 9 }),
  "what is locked in a range": (db) => lockedInRange(db, [1, 2], 0, 9, 9),
  "what can be played": (db) => playableInRange(db, 1, 0, 9, 9),
  "the oldest of a volume": (db) => oldestOnVolume(db, 1, 9),
  "the writing of late": (db) => recentWriting(db, 1, 9),
  "the oldest of a stream": (db) => oldestOfStream(db, 1, 1, 9),
  "the oldest that is not locked": (db) => oldestUnlocked(db, 1, 9),
  "what is past its days": (db) =>
    endedBefore(db, { volumeNumber: 1, streamNumber: 1, known90k: 1, before90k: 9, writeSequence: 9 }, 9),
  "the first that is not past them": (db) =>
    firstWrittenWithin(db, { volumeNumber: 1, streamNumber: 1 }, { after90k: 9, until90k: 99, reach: 9 }),
  "what was written before a clock was set": (db) => unsynchronisedBefore(db, 1, 1, 9, 9),
  "the rows of a volume for fsck": (db) => segmentsOnVolume(db, 1, { writeSequence: 0, number: 0 }, 9),
  "the rows of a stream for fsck": (db) => segmentsOfStream(db, 1, { start90k: 0, number: 0 }, 9),
  "the coverage of a range": (db) => coverageInRange(db, [1, 2, 3], 0, 9),
  "the next coverage": (db) => firstCoverageFrom(db, 1, 0),
  "the last coverage": (db) => lastCoverageBefore(db, 1, 9),
  "the holes of a range": (db) => holesInRange(db, [1, 2], 0, 9, 9),
  "the ends of runs": (db) => runEndsInRange(db, 1, 0, 9),
  "the locks of a volume": (db) => locksOnVolume(db, 1),
  "an API token by its secret": (db) => apiTokensTable(db).findByTokenHash("x", 0),
  "the API tokens that ran out of late": (db) => apiTokensTable(db).expiredBetween(0, 1),
  "a session by its token": (db) => sessionsTable(db).findByTokenHash("x", 0),
  "the failures of a user": (db) => loginAttemptsTable(db).failuresOfUser("anna", 0),
  "the failures of an address": (db) => loginAttemptsTable(db).failuresOfAddress("192.0.2.1", 0),
  "an event by its number": (db) => findEvent(db, 1),
  "the events after a revision": (db) => eventsAfter(db, 1, 9),
  "the newest events": (db) => searchEvents(db, { limit: 9 }),
  "a page of events": (db) =>
    searchEvents(db, { limit: 9, after: { startMs: 1, id: 1 }, startMs: 0, endMs: 9 }),
  "the events of cameras": (db) =>
    searchEvents(db, { limit: 9, cameras: ["yard", "gate"], acknowledged: false }),
  "the events of types": (db) => searchEvents(db, { limit: 9, types: ["motion", "tamper"] }),
  "the events of cameras and types": (db) =>
    searchEvents(db, { limit: 9, cameras: ["yard"], types: ["motion"] }),
  "the events of many types": (db) =>
    searchEvents(db, { limit: 9, cameras: ["yard"], types: Array.from({ length: 70 }, (_, n) => `t${n}`) }),
  "the events with an object": (db) =>
    searchEvents(db, { limit: 9, objects: ["person"], types: ["motion"], after: { startMs: 1, id: 1 } }),
  "the events of a camera with an object": (db) =>
    searchEvents(db, { limit: 9, objects: ["person"], cameras: ["yard"] }),
  "the motion of a camera": (db) =>
    motionInRange(db, { camera: "yard", startMinute: 0, endMinute: 9, limit: 9 }),
  "the newest receipts": (db) => searchReceipts(db, { limit: 9, after: { startMs: 1, number: 1 } }),
  "the receipts of tills with words": (db) =>
    searchReceipts(db, { limit: 9, tills: ["a", "b"], text: "coke zero", leastMinor: 1 }),
  "the tills with receipts": (db) => tillsWithReceipts(db),
  "a receipt by its number": (db) => findReceipt(db, 1),
  "the acknowledged events": (db) => searchEvents(db, { limit: 9, acknowledged: true }),
};

onBothDrivers("query plans", ({ fresh }) => {
  it("never scan a table or sort what an index could order", async () => {
    const db = await fresh();
    await feed(db, closed(run(3)));
    await putMotion(db, [{ camera: "yard", minute: 5, cells: new Uint8Array(62) }]);
    for (const [name, ask] of Object.entries(QUERIES)) {
      const asked = await statements(db, ask);
      assert.ok(asked.length > 0, name);
      for (const statement of asked) {
        const details = await plan(db, statement);
        // json_each is a list of parameters; sub-queries, as that of the events that are found, have been limited inside.
        const scans = details.filter(
          (detail) =>
            /^SCAN /.test(detail) && !/json_each|VIRTUAL TABLE|^SCAN (?:\(subquery|found$)/.test(detail),
        );
        assert.deepEqual(scans, [], `${name}: ${details.join(" | ")}`);
        assert.ok(
          details.some((detail) => /^SEARCH /.test(detail)),
          `${name}: ${details.join(" | ")}`,
        );
        if (name === "what is locked in a range") {
          // An index over all files would be walked through years of footage for a handful of locks.
          assert.match(details.join(" | "), /segments_locked/);
        }
        const sorts = details.filter((detail) => detail.includes("TEMP B-TREE FOR ORDER BY"));
        assert.deepEqual(sorts, [], `${name}: ${details.join(" | ")}`);
      }
    }
  });
});
