// docs/reference/hooks.md lists every hook of the catalogue with its kind, and no other.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { createHooks } from "../../core/plugin/calls/hooks.ts";
import { HOOKS } from "../../core/plugin/contract/hook-catalogue.ts";
import { ROOT } from "./source-tree.ts";

it("docs/reference/hooks.md lists the hooks that there are", () => {
  const page = readFileSync(join(ROOT, "docs/reference/hooks.md"), "utf8");
  const listed = [...page.matchAll(/^\| `(\w+)` \| (\w+) \|/gm)].map(([, name, kind]) => [name, kind]);
  const kinds = Object.entries(HOOKS).map(([name, { kind }]) => [name, kind]);
  assert.deepEqual(Object.fromEntries(listed), Object.fromEntries(kinds));
  const made = createHooks({ failed: () => undefined, measured: () => undefined });
  assert.deepEqual(Object.keys(made).sort(), Object.keys(HOOKS).sort());
});
