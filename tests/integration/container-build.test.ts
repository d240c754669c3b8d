// What the Containerfile copies is enough to build the web interface and the program, and to run the command line: its own
// lines are run on a folder that holds these files only, with this checkout's packages in the place of `npm ci`.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, symlinkSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { describe, it } from "node:test";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { copies, instructions, isIgnored } from "../support/containerfile.ts";
import { ROOT } from "../support/program.ts";

describe("the files of the container", () => {
  it("build the web interface and the program, whose command runs", () => {
    using dir = tempDir();
    for (const { sources, target } of copies) {
      for (const source of sources) {
        // A folder is copied as what it holds, a file into the folder that is named.
        const to = target.endsWith("/") ? join(target, basename(source)) : target;
        const into = to.startsWith("/opt/nightjar/") ? to.slice("/opt/nightjar/".length) : to;
        cpSync(join(ROOT, source), dir.join(into), {
          recursive: true,
          filter: (path) => !isIgnored(relative(ROOT, path)),
        });
      }
    }
    assert.equal(existsSync(dir.join("ui/dist")), false);
    symlinkSync(join(ROOT, "node_modules"), dir.join("node_modules"));

    const at = instructions.findIndex(({ text }) => text.includes("vite"));
    assert.equal(instructions[at - 1]?.text, "/opt/nightjar/ui");
    const [program = "", ...args] = (instructions[at]?.text ?? "").split(" ");
    const built = spawnSync(program, args, { cwd: dir.join("ui"), encoding: "utf8" });
    assert.equal(built.status, 0, built.stderr);
    assert.equal(existsSync(dir.join("ui/dist/index.html")), true);

    const packed = instructions.find(({ text }) => text.includes("build-packages"))?.text.split(" ") ?? [];
    const where = packed[packed.indexOf("--to") + 1];
    const words = packed.slice(1).map((word) => (word === where ? dir.join("built") : word));
    const made = spawnSync(process.execPath, words, { cwd: dir.path, encoding: "utf8" });
    assert.equal(made.status, 0, made.stderr);
    assert.ok(instructions.some(({ text }) => text === `--from=build ${where}/nightjar /opt/nightjar`));
    symlinkSync(join(ROOT, "node_modules"), dir.join("built/nightjar/node_modules"));

    mkdirSync(dir.join("data"));
    const command = dir.join("built/nightjar/core/bin/nightjar.mjs");
    const printed = spawnSync(process.execPath, [command, "service", "print", "--data", dir.join("data")], {
      encoding: "utf8",
    });
    assert.match(printed.stdout, /ExecStart=/, printed.stderr);
  });
});
