// Style sheets: all of them are on every page, so a class that two of them know of by its bare name is drawn by the later one.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { it } from "node:test";

const THEME = join(import.meta.dirname, "../src/theme");

it("each class has its own rule in one style sheet alone", () => {
  const sheets = new Map<string, Set<string>>();
  for (const file of globSync(join(THEME, "*.css")))
    for (const [, name = ""] of readFileSync(file, "utf8").matchAll(/^\.([\w-]+) \{/gm))
      sheets.set(name, (sheets.get(name) ?? new Set()).add(basename(file)));
  assert.ok(sheets.size > 300, `${sheets.size} classes`);
  const several = [...sheets].filter(([, files]) => files.size > 1);
  assert.deepEqual(
    several.map(([name, files]) => `${name}: ${[...files].join(", ")}`),
    [],
  );
});
