// `npm test` checks the types of every TypeScript project that `npm run types` checks, and none is in neither.
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { ROOT } from "./source-tree.ts";

it("npm test checks the types of every project", () => {
  const { scripts, workspaces } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    readonly scripts: { readonly types: string };
    readonly workspaces: readonly string[];
  };
  const typed = [...scripts.types.matchAll(/tsc -p (\S+)/g)].map(([, project]) => project);
  const tested = [
    ...readFileSync(join(ROOT, "scripts/test.mjs"), "utf8").matchAll(/"tsc"\), \["-p", "([^"]+)"/g),
  ].map(([, project]) => project);
  const projects = [".", ...workspaces.flatMap((pattern) => globSync(pattern, { cwd: ROOT }))].filter(
    (folder) => existsSync(join(ROOT, folder, "tsconfig.json")),
  );
  assert.deepEqual(tested, typed);
  assert.deepEqual(typed.toSorted(), projects.toSorted());
});
