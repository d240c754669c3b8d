// Receipts in the database: found by till, time, amount and text, and forgotten with their words.
import assert from "node:assert/strict";
import { it } from "node:test";
import {
  endOpenReceipts,
  findReceipt,
  forgetReceipts,
  putReceipt,
  type StoredReceipt,
  searchReceipts,
  tillsWithReceipts,
} from "../../../../core/db/tables/receipts-table.ts";
import { onBothDrivers } from "../on-both-drivers.ts";

function receipt(startMs: number, ...texts: string[]): Omit<StoredReceipt, "number"> {
  return {
    till: "counter",
    startMs,
    lastMs: startMs + texts.length,
    endedBy: "end",
    totalMinor: startMs,
    receipt: undefined,
    lines: texts.map((text, index) => ({ timeMs: startMs + index, text })),
  };
}

onBothDrivers("the table of receipts", ({ fresh }) => {
  it("gives back what was written, while it grows and when it is over", async () => {
    const db = await fresh();
    const begun = { ...receipt(5, "ACME"), endedBy: undefined, totalMinor: undefined };
    const number = await putReceipt(db, undefined, begun);
    assert.deepEqual(await findReceipt(db, number), { ...begun, number });
    const over = { ...receipt(5, "ACME", "2 COKE"), receipt: "4711" };
    assert.equal(await putReceipt(db, number, over), number);
    assert.deepEqual(await findReceipt(db, number), { ...over, number });
    assert.equal(await findReceipt(db, number + 1), undefined);
  });

  it("finds them by words in them, amount, till and time, newest first, page by page", async () => {
    const db = await fresh();
    await putReceipt(db, undefined, receipt(100, "ACME", "2 DIET-COKE 3,00"));
    await putReceipt(db, undefined, receipt(200, "ACME", "1 TEE 'GRÜN' 100%", "茶 1"));
    await putReceipt(db, undefined, { ...receipt(300, "BAR", "1 coke"), till: "bar" });
    const found = async (query: Omit<Parameters<typeof searchReceipts>[1], "limit">): Promise<number[]> =>
      (await searchReceipts(db, { limit: 10, ...query })).map(({ startMs }) => startMs);
    assert.deepEqual(await found({}), [300, 200, 100]);
    assert.deepEqual(await found({ text: "CoKe" }), [300, 100]);
    assert.deepEqual(await found({ text: "acme coke" }), [100]);
    assert.deepEqual(await found({ text: "grün" }), [200]);
    assert.deepEqual(await found({ text: "茶" }), [200], "words that are too short for the index");
    assert.deepEqual(await found({ text: "0%" }), [200]);
    assert.deepEqual(await found({ text: '" OR 1' }), [], "what is typed is no query");
    assert.deepEqual(await found({ text: "ACME*" }), []);
    assert.deepEqual(await found({ leastMinor: 150, mostMinor: 200 }), [200]);
    assert.deepEqual(await found({ tills: ["bar"] }), [300]);
    assert.deepEqual(await found({ tills: ["bar", "counter"], text: "coke" }), [300, 100]);
    assert.deepEqual(await found({ tills: [] }), []);
    assert.deepEqual(await found({ startMs: 100, endMs: 200 }), [100]);
    const [first] = await searchReceipts(db, { limit: 1 });
    assert.deepEqual(await found({ after: first }), [200, 100]);
    assert.deepEqual(await tillsWithReceipts(db), ["bar", "counter"]);
  });

  it("ends what an earlier process left open, and then finds its words", async () => {
    const db = await fresh();
    const number = await putReceipt(db, undefined, { ...receipt(5, "half a receipt"), endedBy: undefined });
    assert.equal(await endOpenReceipts(db, "restarted"), 1);
    assert.equal((await findReceipt(db, number))?.endedBy, "restarted");
    assert.equal((await searchReceipts(db, { limit: 9, text: "half" })).length, 1);
    assert.equal(await endOpenReceipts(db, "restarted"), 0);
  });

  it("forgets the oldest of a till in portions, their words too", async () => {
    const db = await fresh();
    for (const startMs of [1, 2, 3, 4]) await putReceipt(db, undefined, receipt(startMs, "COKE"));
    assert.equal(await forgetReceipts(db, "counter", 4, 2), 2);
    assert.equal(await forgetReceipts(db, "counter", 4, 2), 1);
    assert.equal(await forgetReceipts(db, "other", 9, 2), 0);
    assert.deepEqual(
      (await searchReceipts(db, { limit: 9, text: "COKE" })).map(({ startMs }) => startMs),
      [4],
    );
    const words = await db.all("select rowid from till_words where till_words match 'coke'");
    assert.equal(words.length, 1);
  });
});
