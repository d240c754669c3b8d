// What plugins may import is explained, each name; tests/architecture/reference-docs.test.ts holds the page to it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import * as core from "../../core/index.ts";
import * as kit from "../../core/testing/index.ts";
import { apiOf } from "../../scripts/plugin-api.ts";
import { ROOT } from "./source-tree.ts";

/** Types of TypeScript and Node; and the server's inner doors, which are the test kit's own. */
const OF_THE_LANGUAGE = new Set([
  "AsyncDisposable",
  "Disposable",
  "Exclude",
  "NoInfer",
  "Parameters",
  "Readonly",
  "ReadonlyMap",
  "Record",
  "RequestInit",
  "RtspServerHooks",
  "SenderCounters",
]);

describe("core/index.ts, which a plugin imports", () => {
  it("says of each of its parts what it is for, above it", () => {
    const lines = readFileSync(join(ROOT, "core/index.ts"), "utf8").split("\n");
    const bare = lines.filter(
      (line, index) => line.startsWith("export ") && !lines[index - 1]?.endsWith("*/"),
    );
    assert.deepEqual(bare, []);
  });
});

for (const [title, file, module] of [
  ["@nightjar/core", "core/index.ts", core],
  ["@nightjar/core/testing", "core/testing/index.ts", kit],
] as const) {
  describe(title, () => {
    const names = apiOf(ROOT, join(ROOT, file));

    it("explains every name that it exports, in a sentence", () => {
      const bare = names.filter(({ paragraph }) => !/^[A-Z`].{8,}[.:?]( |$)/.test(paragraph));
      assert.deepEqual(
        bare.map(({ name, source, paragraph }) => `${name} in ${source}: ${paragraph}`),
        [],
      );
    });

    it("shows how each is declared", () => {
      const bare = names.filter(({ declaration, source }) => declaration === "" && source.startsWith("core"));
      assert.deepEqual(
        bare.map(({ name }) => name),
        [],
      );
    });

    it("is read whole: nothing that exists when it runs is left out", () => {
      const values = names.filter(({ isType }) => !isType).map(({ name }) => name);
      assert.deepEqual(values.toSorted(), Object.keys(module).toSorted());
    });

    it("speaks of nothing that it does not export", () => {
      const known = new Set([...names, ...apiOf(ROOT, join(ROOT, "core/index.ts"))].map(({ name }) => name));
      const unknown = names.flatMap(({ name, declaration }) => {
        const code = declaration.replaceAll(/\/\*\*[\s\S]*?\*\/|"[^"]*"/g, "");
        const generic = [...code.matchAll(/\b([A-Z]\w*) (?:extends|= )|[\w>]<([A-Z]\w*)>\(/g)].flatMap(
          (match) => [match[1] ?? "", match[2] ?? ""],
        );
        return [...code.matchAll(/(?<!\.)\b[A-Z][A-Za-z]\w*\b/g)]
          .map(String)
          .filter((word) => !known.has(word) && !generic.includes(word) && !(word in globalThis))
          .filter((word) => !OF_THE_LANGUAGE.has(word))
          .map((word) => `${word} in ${name}`);
      });
      assert.deepEqual(unknown, []);
    });

    it("stands on the page", () => {
      const page = readFileSync(join(ROOT, "docs/reference/plugin-api.md"), "utf8");
      for (const { name } of names) assert.ok(page.includes(`### \`${name}\``), name);
    });
  });
}
