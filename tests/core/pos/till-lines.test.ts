// From bytes to lines: letters of every set, printer commands, bounds, and what must not be kept (A20).
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TILL_CHARSETS } from "../../../core/config/till-config.ts";
import { letterDecoder } from "../../../core/pos/charsets.ts";
import { hiding } from "../../../core/pos/hidden-words.ts";
import { LINE_LIMIT, TillLines } from "../../../core/pos/till-lines.ts";

const ascii = (text: string): Buffer => Buffer.from(text, "latin1");

/** All lines of what comes in pieces of a size. */
function linesOf(bytes: Buffer, piece: number, charset: (typeof TILL_CHARSETS)[number] = "utf-8"): string[] {
  const lines = new TillLines(charset);
  const all: string[] = [];
  for (let at = 0; at < bytes.length; at += piece) all.push(...lines.take(bytes.subarray(at, at + piece)));
  return [...all, ...lines.flush()];
}

describe("lines of a till", () => {
  it("are the same in whatever pieces they come", () => {
    const bytes = Buffer.from("ACME MÜNCHEN\r\n2 × CÔTE 3,00 €\n\n\rTOTAL\t3,00\f漢字 🧾", "utf8");
    const expected = ["ACME MÜNCHEN", "2 × CÔTE 3,00 €", "TOTAL 3,00", "漢字 🧾"];
    for (const piece of [1, 2, 3, 7, 1_000]) assert.deepEqual(linesOf(bytes, piece), expected, String(piece));
  });

  it("come in every set of letters that can be chosen", () => {
    const cases: [(typeof TILL_CHARSETS)[number], string, string][] = [
      ["windows-1252", "80 e4 df", "€äß"],
      ["iso-8859-15", "a4", "€"],
      ["windows-1251", "cf f0", "Пр"],
      ["cp437", "84 9c e1 9e", "ä£ß₧"],
      ["cp850", "84 9c e1 9e d5", "ä£ß×ı"],
      ["cp858", "d5", "€"],
      ["ibm866", "8f e0", "Пр"],
      ["gbk", "ba ba", "汉"],
      ["big5", "ba 7e", "漢"],
      ["shift_jis", "8a bf", "漢"],
      ["euc-kr", "c7 d1", "한"],
    ];
    for (const [charset, hex, text] of cases)
      assert.deepEqual(linesOf(Buffer.from(hex.replaceAll(" ", ""), "hex"), 1, charset), [text], charset);
    for (const charset of TILL_CHARSETS)
      assert.equal(letterDecoder(charset).decode(ascii("TOTAL 3")), "TOTAL 3");
  });

  it("are the text of a receipt printer without its commands, and a cut ends one", () => {
    const receipt = Buffer.concat([
      ascii("\x1b@\x1ba\x01\x1b!\x30ACME\x1b!\x00\n"),
      ascii("\x1bt\x13\x1dB\x012 COKE\x1d!\x00 3.00\n"),
      // A picture of 2 × 3 bytes that look like lines, and a bar code of either form.
      ascii("\x1dv0\x00\x02\x00\x03\x00\n\n\n\n\n\n"),
      ascii("\x1dk\x04CODE39\x00\x1dk\x49\x04\n\n\n\n"),
      ascii(
        "\x1d(k\x03\x001C\n\x1bD\x08\x10\x00TOTAL 3.00\x1bp\x00\x19\xfa\x10\x04\x01\x1dV\x42\x00THE NEXT\x1bi",
      ),
    ]);
    for (const piece of [1, 5, 1_000])
      assert.deepEqual(
        linesOf(receipt, piece, "cp437"),
        ["ACME", "2 COKE 3.00", "TOTAL 3.00", "THE NEXT"],
        String(piece),
      );
  });

  it("are cut where they are too long, and nothing unseen is left in them", () => {
    const lines = linesOf(ascii("x".repeat(LINE_LIMIT * 2 + 7)), 100);
    assert.equal(lines.join("").length, LINE_LIMIT * 2 + 7);
    assert.ok(lines.every(({ length }) => length <= LINE_LIMIT));
    assert.deepEqual(linesOf(Buffer.from("a\u202eb\u0007c\u200bd\u0000\n", "utf8"), 3), ["abcd"]);
  });

  it("of random bytes are short text, whatever the set of letters", () => {
    let state = 11;
    const random = Buffer.from(
      Array.from({ length: 50_000 }, () => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return state >>> 24;
      }),
    );
    for (const charset of TILL_CHARSETS) {
      for (const line of linesOf(random, 97, charset)) {
        assert.ok(line.length <= LINE_LIMIT);
        assert.doesNotMatch(line, /[\p{Cc}\p{Cf}]/u);
      }
    }
  });
});

describe("what must not be kept of a till", () => {
  it("is hidden: words in either case, and of card numbers all but the last four", () => {
    const hide = hiding(["Anna Meier", "PIN"], true);
    const cases: [string, string][] = [
      ["SERVED BY ANNA MEIER", "SERVED BY ***"],
      ["pin 1234 Pin", "*** 1234 ***"],
      ["CARD 4111 1111 1111 1111 OK", "CARD ***1111 OK"],
      ["CARD 4111-1111-1111-1234", "CARD ***1234"],
      ["EAN 40123451", "EAN 40123451"],
      ["123456789012", "***9012"],
      ["12345678901234567890", "12345678901234567890"],
      ["TOTAL 3.00", "TOTAL 3.00"],
    ];
    for (const [line, kept] of cases) assert.equal(hide(line), kept);
    assert.equal(hiding([], false)("4111 1111 1111 1111"), "4111 1111 1111 1111");
  });
});
