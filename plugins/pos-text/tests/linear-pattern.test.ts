// Patterns match as JavaScript's own do, and take linear time where those do not.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { minorOf } from "../src/amount.ts";
import { linearPattern } from "../src/linear-pattern.ts";

const PATTERNS = [
  "^TOTAL\\s+EUR\\s+([\\d.,]+)$",
  "(a|ab)(c|bcd)(d*)",
  "(a+)(b+)?",
  "a*?b",
  "(?:ab){2,3}",
  "a{0,2}a",
  "(a{2})+?b?",
  "\\bto\\b",
  "[^0-9a-c]+",
  "[a\\-z\\]]+",
  "x|y|",
  "(x*)*y",
  "(|a)+b",
  "^$",
  ".{3,}$",
  "(\\w+)\\s(\\w+)",
  "T(OT|OTA)?(L|AL)",
];
const LETTERS = "aabbcdxyzTOTAL 12.,-]\t";

/** Numbers that look random and are the same each time. */
function* numbers(seed: number): Generator<number> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

describe("patterns", () => {
  it("match what those of JavaScript match, with the same groups", () => {
    const random = numbers(7);
    const next = (): number => random.next().value as number;
    for (const source of PATTERNS) {
      const [own, native] = [linearPattern(source), new RegExp(source, "i")];
      for (let round = 0; round < 400; round += 1) {
        const text = Array.from(
          { length: Math.floor(next() * 14) },
          () => LETTERS[Math.floor(next() * LETTERS.length)],
        ).join("");
        const [is, should] = [own.exec(text), native.exec(text)];
        assert.equal(is?.[0], should?.[0], `${source} on ${JSON.stringify(text)}`);
        // What an empty round of a repetition leaves in its group is JavaScript's own affair.
        if (!/\)\*|\)\+/.test(source))
          assert.deepEqual(is, should === null ? undefined : [...should], `${source} on ${text}`);
      }
    }
  });

  it("take no time to speak of where those of JavaScript take years", () => {
    const begin = performance.now();
    for (const source of [
      "^(a+)+$",
      "(a|a)*b",
      "(a*)*b",
      "([a-z]+)*=",
      "^(([a-z])+.)+[A-Z]([a-z])+$",
      "(.*)(.*)(.*)(.*)x",
    ])
      assert.doesNotThrow(() => linearPattern(source).exec(`${"a".repeat(499)}!`));
    // Ten seconds on the busiest machine: the others' years are no less.
    assert.ok(performance.now() - begin < 10_000);
  });

  it("are refused with what is wrong with them", () => {
    for (const source of [
      "(",
      ")",
      "a)",
      "[a",
      "[",
      "*",
      "a**",
      "a{3,1}",
      "a{101}",
      "(?=a)",
      "(?<n>a)",
      "(?!a)",
      "\\1",
      "\\",
      "[z-a]",
      "^*",
      "(((a{90}){90}){90})",
    ])
      assert.throws(() => linearPattern(source), { code: "NJ_POS_PATTERN" }, source);
  });
});

describe("amounts", () => {
  it("are read in the ways that tills write them", () => {
    const cases: [string, number, number | undefined][] = [
      ["12.50", 2, 1_250],
      ["12,50", 2, 1_250],
      ["1.234,50", 2, 123_450],
      ["1,234.50", 2, 123_450],
      ["1 234.50", 2, 123_450],
      ["1'234.50", 2, 123_450],
      ["12", 2, 1_200],
      ["1,234", 2, 123_400],
      ["-3.00", 2, -300],
      ["3.00-", 2, -300],
      ["1,234", 0, 1_234],
      ["1.234", 3, 1_234],
      ["0.00", 2, 0],
      ["", 2, undefined],
      ["free", 2, undefined],
      ["9".repeat(30), 2, undefined],
    ];
    for (const [written, decimals, minor] of cases) assert.equal(minorOf(written, decimals), minor, written);
  });
});
