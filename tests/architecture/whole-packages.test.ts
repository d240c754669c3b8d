// The packages that processes of tests read from one file each are what is installed: nothing is missing, nothing is another.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { PLACES_FILE, wholePackages } from "../../scripts/whole-packages.ts";

const ROOT = join(import.meta.dirname, "../..");

describe("packages that tests read from one file", async () => {
  const folder = await wholePackages();
  const places = JSON.parse(readFileSync(join(folder, PLACES_FILE), "utf8")) as Record<string, string>;

  for (const [name, file] of Object.entries(places)) {
    it(`${name} gives what the installed package gives`, async () => {
      const whole = (await import(pathToFileURL(join(folder, file)).href)) as object;
      const [card, entry] = installed(name);
      const lying = (await import(pathToFileURL(join(card, entry)).href)) as object;
      assert.deepEqual(Object.keys(whole), Object.keys(lying));
    });

    it(`${name} finds from there the same of others as from where it lies`, () => {
      const [card] = installed(name);
      const { dependencies = {} } = JSON.parse(readFileSync(join(card, "package.json"), "utf8")) as {
        dependencies?: Record<string, string>;
      };
      for (const other of Object.keys(dependencies)) {
        const [there, here] = [folder, card].map((place) => createRequire(join(place, "x")).resolve(other));
        assert.equal(there, here, other);
      }
    });

    it(`${name} is read from there by the processes of a run`, () => {
      const wanted = pathToFileURL(join(folder, file)).href;
      const isRun = process.env["NIGHTJAR_WHOLE_PACKAGES"] !== undefined;
      assert.equal(import.meta.resolve(name) === wanted, isRun);
    });
  }

  it("stay what they are for packages of others that require them", () => {
    const names = JSON.stringify(Object.keys(places));
    const code = `for (const name of ${names}) { const it = require(name); console.log(name, typeof it, Object.keys(it).join()); }`;
    const required = (hooks: readonly string[]): string =>
      spawnSync(process.execPath, [...hooks, "-e", code], {
        ...{ cwd: ROOT, encoding: "utf8" },
        env: { ...process.env, NIGHTJAR_WHOLE_PACKAGES: folder },
      }).stdout;
    const lying = required([]);
    for (const name of Object.keys(places))
      assert.match(lying, new RegExp(`^${name} (object|function) .`, "m"));
    const hook = pathToFileURL(join(ROOT, "scripts/whole-packages.mjs")).href;
    assert.equal(required(["--import", hook]), lying);
  });
});

/** The folder of a package, and the entry that its card names for an import. */
function installed(name: string): [string, string] {
  const [, packageName = "", path = ""] = /^((?:@[^/]+\/)?[^/]+)(.*)$/.exec(name) ?? [];
  const folder = join(ROOT, "node_modules", packageName);
  const { exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    exports: Record<string, { import: string | { import: string } }>;
  };
  const entry = exports[`.${path}`]?.import ?? "";
  return [folder, typeof entry === "string" ? entry : entry.import];
}
