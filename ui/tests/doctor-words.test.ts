import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { CHECK_TEXT, checkText } from "../src/pages/system/doctor-words.ts";

const CHECKS = new URL("../../core/system/doctor/", import.meta.url);

describe("what doctor looks at, in words", () => {
  it("has words for every id of the guide and of the checks, and none for others", () => {
    const guide = readFileSync(new URL("../../docs/guide/doctor.md", import.meta.url), "utf8");
    const told = [...guide.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, cell = ""]) =>
      [...cell.matchAll(/`([a-z-]+)`/g)].map(([, id = ""]) => id),
    );
    assert.deepEqual(Object.keys(CHECK_TEXT).sort(), [...new Set(told)].sort());
    for (const file of readdirSync(CHECKS)) {
      const source = readFileSync(new URL(file, CHECKS), "utf8");
      for (const [, id = ""] of source.matchAll(/\b(?:ok|finding)\(\s*"([a-z-]+)"/g))
        assert.ok(Object.hasOwn(CHECK_TEXT, id), `${file} finds ${id}`);
    }
    assert.equal(checkText("certificate"), "Certificate");
    assert.equal(checkText("toString"), "toString");
  });
});
