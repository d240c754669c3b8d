// docs/manual-map.md names files that exist, and claims nothing as done without a test.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { ROOT } from "./source-tree.ts";

const STATES = ["done", "partly", "not yet", "–"];

const rows = readFileSync(join(ROOT, "docs/manual-map.md"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| section"))
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .map(([, section = "", , state = "", where = "", test = ""]) => ({
    section,
    state,
    paths: paths(where),
    tests: paths(test),
  }));

function paths(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, path]) => path ?? "");
}

describe("the manual map", () => {
  it("has a row for every section", () => assert.ok(rows.length > 200, `${rows.length} rows`));
  it("knows four states", () =>
    assert.deepEqual(
      rows.filter(({ state }) => !STATES.includes(state)),
      [],
    ));
  it("names places that exist", () => {
    const missing = rows.flatMap(({ section, paths: places, tests }) =>
      [...places, ...tests]
        .filter((path) => !existsSync(join(ROOT, path)))
        .map((path) => `${section}: ${path}`),
    );
    assert.deepEqual(missing, []);
  });
  it("claims nothing without a test", () => {
    const bare = rows.filter(
      ({ state, tests }) => (state === "done" || state === "partly") && tests.length === 0,
    );
    assert.deepEqual(bare, []);
  });
});
