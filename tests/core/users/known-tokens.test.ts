import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { rememberingTokens } from "../../../core/users/known-tokens.ts";

interface Row {
  readonly name: string;
  readonly expiresAtMs: number | undefined;
}

/** A table of tokens that counts how often it is asked, and a database whose writes are counted by hand. */
function counted(rows: Record<string, Row>) {
  const clock = new FakeClock();
  const db = { writes: 0 };
  const asked: string[] = [];
  let beforeAnswer = async (): Promise<void> => undefined;
  const table = {
    async findByTokenHash(hash: string, nowMs: number): Promise<Row | undefined> {
      asked.push(hash);
      const row = rows[hash];
      await beforeAnswer();
      return row !== undefined && (row.expiresAtMs ?? Number.POSITIVE_INFINITY) > nowMs ? row : undefined;
    },
  };
  const remembering = rememberingTokens(table, db, clock);
  return {
    clock,
    db,
    asked,
    find: (hash: string) => remembering.findByTokenHash(hash, clock.wallMs()),
    whileReading: (act: () => Promise<void>) => {
      beforeAnswer = act;
    },
  };
}

describe("whom a token stands for", () => {
  it("is looked up once for many requests", async () => {
    const { asked, find } = counted({ anna: { name: "anna", expiresAtMs: undefined } });
    for (let request = 0; request < 5; request += 1) assert.equal((await find("anna"))?.name, "anna");
    assert.deepEqual(asked, ["anna"]);
  });

  it("is looked up anew after whatever was written: an ended session is ended at the next request", async () => {
    const rows: Record<string, Row> = { anna: { name: "anna", expiresAtMs: undefined } };
    const { db, find } = counted(rows);
    await find("anna");
    delete rows["anna"];
    db.writes += 1;
    assert.equal(await find("anna"), undefined);
  });

  it("is not remembered if something was written while it was read", async () => {
    const rows: Record<string, Row> = { anna: { name: "anna", expiresAtMs: undefined } };
    const { db, find, whileReading } = counted(rows);
    whileReading(async () => {
      delete rows["anna"];
      db.writes += 1;
    });
    assert.equal((await find("anna"))?.name, "anna", "read before");
    assert.equal(await find("anna"), undefined);
  });

  it("holds for a second at most, for another process may have written", async () => {
    const { asked, clock, find } = counted({ anna: { name: "anna", expiresAtMs: undefined } });
    await find("anna");
    clock.advance(1_000);
    await find("anna");
    assert.equal(asked.length, 2);
  });

  it("ends when its time is over, however short ago it was looked up", async () => {
    const clockStart = new FakeClock().wallMs();
    const { clock, find } = counted({ anna: { name: "anna", expiresAtMs: clockStart + 500 } });
    assert.equal((await find("anna"))?.name, "anna");
    clock.advance(500);
    assert.equal(await find("anna"), undefined);
  });

  it("is never remembered of what stands for nobody, and of some hundreds at most", async () => {
    const rows = Object.fromEntries(
      Array.from({ length: 400 }, (_, index) => [`t${index}`, { name: `n${index}`, expiresAtMs: undefined }]),
    );
    const { asked, find } = counted(rows);
    await find("made-up");
    await find("made-up");
    assert.equal(asked.length, 2);
    for (const hash of Object.keys(rows)) await find(hash);
    await find("t0");
    assert.equal(asked.at(-1), "t0", "the first ones were let go of");
  });
});
