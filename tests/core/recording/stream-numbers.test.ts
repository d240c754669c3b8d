import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openDb } from "../../../core/db/open-db.ts";
import { streamsTable } from "../../../core/db/tables/streams-table.ts";
import type { CameraId } from "../../../core/domain/ids.ts";
import { silentLog } from "../../../core/log.ts";
import { StreamNumbers } from "../../../core/recording/stream-numbers.ts";

const YARD = "yard" as CameraId;
const GATE = "gate" as CameraId;

describe("the numbers of streams", () => {
  it("are asked for once for any number of cameras, also where some were never recorded", async () => {
    const db = await openDb(":memory:", { log: silentLog });
    const yard = await streamsTable(db).numberOf(YARD, "main");
    let questions = 0;
    const counting = {
      all: (sql: string, params?: never) => {
        questions += 1;
        return db.all(sql, params);
      },
      get: (sql: string, params?: never) => {
        questions += 1;
        return db.get(sql, params);
      },
    } as unknown as typeof db;
    const numbers = new StreamNumbers(counting);
    const found = await numbers.numbersOf([YARD, GATE], ["main", "sub"]);
    assert.deepEqual([...found], [[yard, { camera: YARD, stream: "main" }]]);
    assert.equal(questions, 1);
    // One that was recorded since is there at the next question.
    const gate = await streamsTable(db).numberOf(GATE, "main");
    assert.deepEqual([...(await numbers.numbersOf([YARD, GATE], ["main"])).keys()], [yard, gate]);
    assert.deepEqual([...(await numbers.numbersOf([YARD, GATE], ["main"])).keys()], [yard, gate]);
    assert.equal(questions, 2);
    await db.close();
  });
});
