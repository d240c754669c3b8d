// docs/reference/errors.md explains every error code of the sources, and no other.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { errorCodes } from "../../scripts/error-codes.ts";

const ROOT = join(import.meta.dirname, "../..");

describe("error codes", () => {
  const rows = [
    ...readFileSync(join(ROOT, "docs/reference/errors.md"), "utf8").matchAll(
      /^\| `(NJ_[A-Z0-9_]+)` \| ([^|]*) \| (.*) \|$/gm,
    ),
  ];
  const explained = rows.map((row) => row[1] ?? "");
  const used = errorCodes(ROOT);

  it("are explained, each once", () => {
    assert.ok(used.size > 50);
    const missing = [...used.keys()].filter((code) => !explained.includes(code));
    assert.deepEqual(missing, [], "add a line to docs/reference/errors.md");
    assert.equal(new Set(explained).size, explained.length, "a code is explained twice");
  });

  it("that are explained are used", () => {
    assert.deepEqual(
      explained.filter((code) => !used.has(code)),
      [],
      "take the line out of docs/reference/errors.md",
    );
  });

  it("have an explanation worth the name, and their status", () => {
    for (const [, code = "", status, text = ""] of rows) {
      assert.ok(text.length > 15 && /[.…]$/.test(text), code);
      const statuses = used.get(code) ?? [];
      assert.equal(
        status,
        statuses.length === 0 ? "–" : statuses.join(", "),
        `${code}: run npm run docs:write`,
      );
    }
  });
});
