// The command `nightjar` on a system whose Node is too old: it finds the one that npm brought, whether npm linked it or not.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { describe, it } from "node:test";
import { tempDir } from "../../../core/testing/temp-dir.ts";

const COMMAND = resolve(import.meta.dirname, "../../../core/bin/nightjar.mjs");
/** Makes the Node of the test say that it is an old one. */
const OLD = `data:text/javascript,Object.defineProperty(process, "versions", { value: { ...process.versions, node: "18.20.0" } })`;

/** Runs the command in a checkout of one line, with the Node of npm at `place` below its node_modules. */
function runBeside(place?: string): {
  readonly out: string;
  readonly err: string;
  readonly code: number | null;
} {
  using dir = tempDir();
  mkdirSync(dir.join("core/bin"), { recursive: true });
  copyFileSync(COMMAND, dir.join("core/bin/nightjar.mjs"));
  writeFileSync(dir.join("core/main.js"), "console.log(process.versions.node)");
  if (place !== undefined) {
    mkdirSync(dirname(dir.join("node_modules", place)), { recursive: true });
    symlinkSync(process.execPath, dir.join("node_modules", place));
  }
  const ran = spawnSync(process.execPath, ["--import", OLD, dir.join("core/bin/nightjar.mjs")], {
    encoding: "utf8",
  });
  return { out: ran.stdout, err: ran.stderr, code: ran.status };
}

describe("the command nightjar, started by an old Node", { skip: process.platform === "win32" }, () => {
  for (const place of [".bin/node", `node-${process.platform}-${process.arch}/bin/node`]) {
    it(`hands over to the Node at ${place}`, () => {
      const { out, err, code } = runBeside(place);
      assert.equal(code, 0, err);
      assert.ok(out.trim().endsWith(process.versions.node), out);
    });
  }

  it("says what is needed where npm brought none", () => {
    const { err, code } = runBeside();
    assert.equal(code, 1);
    assert.match(err, /this is Node 18\.20\.0, Nightjar needs 24\.12 or later/);
  });
});
