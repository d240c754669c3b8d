// The references that are written from code are up to date.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { generatedDocs } from "../../scripts/write-docs.ts";

const ROOT = join(import.meta.dirname, "../..");

describe("references written from code", () => {
  for (const [path, text] of generatedDocs()) {
    it(`${path} says what the code says`, () => {
      assert.equal(readFileSync(join(ROOT, path), "utf8"), text, "run npm run docs:write");
    });
  }
});
