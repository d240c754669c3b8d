// Receipts out of lines and what a parser says of them.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PosMark } from "../../../core/plugin/contract/pos-parser.ts";
import { checkedMarks, RECEIPT_LINES_LIMIT, Receipts } from "../../../core/pos/receipts.ts";

const lines = (...texts: string[]) => texts.map((text, index) => ({ text, timeMs: 1_000 + index }));

/** Takes lines at once and tells of the receipts in short. */
function made(texts: string[], marks: PosMark[]): string[] {
  const told = new Receipts().take(lines(...texts), marks);
  return told.map(
    ({ lines: of, endedBy, totalMinor, receipt }) =>
      `${of.map(({ text }) => text).join("+")} ${endedBy ?? "open"} ${totalMinor ?? "-"} ${receipt ?? "-"}`,
  );
}

describe("receipts", () => {
  it("begin and end where the parser says", () => {
    assert.deepEqual(
      made(
        ["A", "b", "C", "-", "D", "e"],
        [
          { line: 0, begins: true },
          { line: 1, totalMinor: 5, receipt: "7" },
          { line: 2, ends: true, totalMinor: 9 },
          { line: 3, ignored: true },
          { line: 4, begins: true },
          { line: 5, text: "***" },
        ],
      ),
      ["A+b+C end 9 7", "D+*** open - -"],
    );
  });

  it("end when the next begins, and are one while nothing is said", () => {
    assert.deepEqual(made(["A", "B"], [{ line: 1, begins: true }]), ["A next - -", "B open - -"]);
    assert.deepEqual(made(["A", "B"], []), ["A+B open - -"]);
    assert.deepEqual(made(["A"], [{ line: 0, begins: true, ends: true }]), ["A end - -"]);
  });

  it("have a longest length, and the rest is another one", () => {
    const receipts = new Receipts();
    const many = Array.from({ length: RECEIPT_LINES_LIMIT + 1 }, (_, index) => ({
      text: "x",
      timeMs: index,
    }));
    const [first, second] = receipts.take(many, []);
    assert.equal(first?.endedBy, "too-long");
    assert.equal(second, receipts.open);
    assert.equal(receipts.end("pause"), second);
    assert.equal(receipts.open, undefined);
    assert.equal(receipts.end("pause"), undefined);
  });

  it("believe no parser whose answer is none", () => {
    for (const answer of [
      undefined,
      "end",
      [{ ends: true }],
      [{ line: -1 }],
      [{ line: 2 }],
      [{ line: 0, totalMinor: 1.5 }],
      [{ line: 0, receipt: "x".repeat(65) }],
      [{ line: 0, text: "x".repeat(501) }],
    ])
      assert.throws(() => checkedMarks(answer, 2), { code: "NJ_PLUGIN_DATA" }, JSON.stringify(answer));
    assert.deepEqual(checkedMarks([{ line: 1, more: "may come" }], 2), [{ line: 1, more: "may come" }]);
  });
});
