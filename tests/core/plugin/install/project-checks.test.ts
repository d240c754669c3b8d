// What may lie in the plugins' project after npm was there (attack list A12).
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { PluginProject } from "../../../../core/plugin/install/plugin-project.ts";
import { checkFilesOnly } from "../../../../core/plugin/install/project-checks.ts";
import { type TempDir, tempDir } from "../../../../core/testing/temp-dir.ts";

function project(root: TempDir): PluginProject {
  mkdirSync(root.join("node_modules/.bin"), { recursive: true });
  mkdirSync(root.join("node_modules/part/deep"), { recursive: true });
  writeFileSync(root.join("node_modules/part/cli.js"), "");
  symlinkSync("../part/cli.js", root.join("node_modules/.bin/part"));
  return new PluginProject(root.path);
}

describe("the files of the plugins' project (attack list A12)", () => {
  it("may be files, folders and npm's links to commands", async () => {
    using root = tempDir();
    await checkFilesOnly(project(root), "nightjar-camera-x");
  });

  const targets = ["/etc", "../../../elsewhere", "../../../../etc/passwd"];
  for (const target of targets) {
    it(`may not be a link to ${target}`, async () => {
      using root = tempDir();
      const tried = project(root);
      symlinkSync(target, root.join("node_modules/part/deep/link"));
      await assert.rejects(checkFilesOnly(tried, "nightjar-camera-x"), {
        code: "NJ_PLUGIN_REFUSED",
        message: /node_modules.part.deep.link is a link that leads out/,
      });
    });
  }

  it("may not be a pipe, which holds up whoever reads it", {
    skip: process.platform === "win32",
  }, async () => {
    using root = tempDir();
    const tried = project(root);
    assert.equal(spawnSync("mkfifo", [root.join("node_modules/part/pipe")]).status, 0);
    await assert.rejects(checkFilesOnly(tried, "nightjar-camera-x"), /part.pipe is no file/);
  });
});
