// Letters outside ASCII in the built package are escapes, and what is read there is the same.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runInThisContext } from "node:vm";
import { inPlainLetters } from "../../scripts/build-packages/plain-letters.ts";

const PROGRAMS = [
  `"Kürbis – 摄像头 😀"`,
  "`Größe °C`",
  String.raw`["\ü", "\\ü", "\\\ü", '\😀']`,
  String.raw`["ä–z", "\\"].map((text) => [/^[ä-ö]/.test(text), /\ä/.exec(text)?.[0], /\\/.test(text)])`,
  `["😀", "🦉", "x"].map((text) => [/^[\u{1F600}-🦉]$/u.test(text), /[😀]/.test(text), /^.$/v.test(text)])`,
  "(() => { const größe = { länge: 2 }; return größe.länge; })()",
  "/* – */ 1 // ©",
];

describe("letters outside ASCII", () => {
  for (const program of PROGRAMS)
    it(`are escapes that say the same in ${program}`, () => {
      const plain = inPlainLetters(program);
      assert.match(plain, /^[\0-\x7f]*$/);
      assert.deepEqual(runInThisContext(plain), runInThisContext(program));
    });
  it("leave a program without any as it is", () =>
    assert.equal(inPlainLetters(String.raw`"\\u00e9" + "\n"`), String.raw`"\\u00e9" + "\n"`));
});
