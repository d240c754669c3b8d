// package-lock.json names the public registry and nothing else, with a checksum for every package: an installation is
// quick, the same everywhere, and a mirror is put in the registry's place by npm itself.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { ROOT } from "./source-tree.ts";

interface LockedPackage {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly inBundle?: boolean;
}

it("the lock file names each package's place on the public registry, and its checksum", () => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as {
    packages: Record<string, LockedPackage>;
  };
  const wrong = Object.entries(packages)
    .filter(([path, { link, inBundle }]) => path.includes("node_modules/") && !link && !inBundle)
    .filter(
      ([, { resolved = "", integrity = "" }]) =>
        !resolved.startsWith("https://registry.npmjs.org/") || !integrity.startsWith("sha512-"),
    )
    .map(([path]) => path);
  assert.deepEqual(wrong, []);
});

it("asks nothing of npm that the one of Debian stable (9.2) cannot do", () => {
  // Beside any override it fails at a dependency that is wanted by a tag (`node-fetch@cjs` of verdaccio's), and calls the
  // lock file missing. The lock file fixes what an override would.
  const card = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Record<string, unknown>;
  assert.equal(card["overrides"], undefined);
});
