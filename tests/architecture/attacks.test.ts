// The table of attacks in docs/design/security.md: every id of the attack list has its tests or the reason why it has none
// yet, every test that it names is there and says which attack it makes, and no test makes one that the table does not name.
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { ROOT } from "./source-tree.ts";

const ATTACKS = 26;

const rows = readFileSync(join(ROOT, "docs/design/security.md"), "utf8")
  .split("\n")
  .map((line) => /^\| (A\d+) \| (.+) \| (.+) \|$/.exec(line))
  .filter((row) => row !== null)
  .map(([, id = "", , cell = ""]) => ({
    id,
    cell,
    tests: [...cell.matchAll(/`([^`]+\.ts)`/g)].map(([, path = ""]) => `tests/${path}`),
  }));

function idsIn(path: string): Set<string> {
  return new Set(readFileSync(join(ROOT, path), "utf8").match(/\bA\d{1,2}\b/g) ?? []);
}

describe("the table of attacks", () => {
  it("has a row for every attack of the list, in order", () => {
    assert.deepEqual(
      rows.map(({ id }) => id),
      Array.from({ length: ATTACKS }, (_, at) => `A${at + 1}`),
    );
  });

  it("names tests for each, or says which part comes later and why", () => {
    const empty = rows.filter(({ tests, cell }) => tests.length === 0 && !/\blater: \S.{20,}/.test(cell));
    assert.deepEqual(empty, []);
  });

  it("names tests that exist and that say which attack they make", () => {
    const wrong = rows.flatMap(({ id, tests }) =>
      tests
        .filter((path) => !existsSync(join(ROOT, path)) || !idsIn(path).has(id))
        .map((path) => `${id}: ${path}`),
    );
    assert.deepEqual(wrong, []);
  });

  it("leaves out no test that says it makes an attack", () => {
    const named = new Map(rows.map(({ id, tests }) => [id, new Set(tests)]));
    const missing = globSync("tests/**/*.test.ts", { cwd: ROOT }).flatMap((path) => {
      const list = readFileSync(join(ROOT, path), "utf8").match(/attack list (A\d+(?:, A\d+)*)/g) ?? [];
      const ids = new Set(list.flatMap((each) => each.match(/A\d+/g) ?? []));
      return [...ids].filter((id) => named.get(id)?.has(path) !== true).map((id) => `${id}: ${path}`);
    });
    assert.deepEqual(missing, []);
  });
});
