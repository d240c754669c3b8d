// Who may run programs when packages are installed: consents, their limits, and what they are kept for.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import {
  consentsFor,
  notYetRun,
  packagesWithScripts,
  ScriptsRefusedError,
  type WantsScripts,
} from "../../../../core/plugin/install/install-scripts.ts";
import { PluginProject } from "../../../../core/plugin/install/plugin-project.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";

const wants = (name: string, version = "1.0.0"): WantsScripts => ({
  name,
  version,
  key: `${name}@${version}`,
  path: `node_modules/${name}`,
});

describe("consents to install scripts", () => {
  it("are wanted for each package whose scripts have yet to run, and named", () => {
    assert.throws(
      () => consentsFor([wants("a"), wants("b")], [wants("a"), wants("b")], { "a@1.0.0": true }, undefined),
      (error) =>
        error instanceof ScriptsRefusedError &&
        error.code === "NJ_PLUGIN_SCRIPTS" &&
        /: b@1\.0\.0\. /.test(error.message) &&
        error.packages.length === 1,
    );
  });

  it("hold for the version that was named, and no other", () => {
    const given = { "a@1.0.0": true };
    assert.deepEqual(consentsFor([wants("a")], [wants("a")], given, undefined), given);
    assert.throws(() => consentsFor([wants("a", "1.0.1")], [wants("a", "1.0.1")], given, ["a@1.0.0"]));
    assert.deepEqual(consentsFor([wants("a", "1.0.1")], [wants("a", "1.0.1")], given, ["a@1.0.1"]), {
      "a@1.0.1": true,
    });
  });

  it("are not made for what was there before without one", () => {
    assert.deepEqual(consentsFor([wants("by-hand"), wants("a")], [wants("a")], {}, true), {
      "a@1.0.0": true,
    });
  });

  it("go with what they were given for; refusals of the owner stay", () => {
    assert.deepEqual(consentsFor([], [], { "a@1.0.0": true, b: false }, undefined), { b: false });
    const denied = { "a@1.0.0": false };
    for (const allowed of [true, ["a@1.0.0"]])
      assert.throws(() => consentsFor([wants("a")], [wants("a")], denied, allowed), {
        code: "NJ_PLUGIN_SCRIPTS",
      });
    assert.deepEqual(consentsFor([wants("a")], [], denied, true), denied);
  });

  it("are for what is new: what was built stays built", () => {
    const entry = (path: string, version: string) => ({
      path,
      version,
      name: path,
      resolved: "",
      integrity: `sha512-${version}`,
      hasInstallScript: true,
      isLink: false,
      isBundled: false,
    });
    const before = [entry("node_modules/a", "1.0.0"), entry("node_modules/b", "1.0.0")];
    const after = [entry("node_modules/a", "1.0.0"), entry("node_modules/b", "2.0.0")];
    assert.deepEqual(notYetRun([wants("a"), wants("b", "2.0.0")], before, after), [wants("b", "2.0.0")]);
  });
});

describe("packages that want scripts", () => {
  it("are found by what lies on the disk, whatever the lock file says", async () => {
    using root = tempDir();
    const packages: Record<string, object> = { "": {} };
    const add = (name: string, card: object | undefined, lock: object = {}) => {
      packages[`node_modules/${name}`] = { version: "1.0.0", ...lock };
      if (card === undefined) return;
      mkdirSync(root.join("node_modules", name), { recursive: true });
      writeFileSync(root.join("node_modules", name, "package.json"), JSON.stringify(card));
    };
    add("plain", { scripts: { test: "x" } });
    add("silent", { scripts: { postinstall: "x" } });
    add("told", {}, { hasInstallScript: true });
    add("addon", {});
    writeFileSync(root.join("node_modules/addon/binding.gyp"), "{}");
    add("inside", { scripts: { install: "x" } }, { inBundle: true });
    add("elsewhere", undefined, { hasInstallScript: true });
    add("nightjar-camera-x", { scripts: { preinstall: "x" } }, { resolved: "file:tarballs/x.tgz" });
    writeFileSync(root.join("package-lock.json"), JSON.stringify({ packages }));
    const found = await packagesWithScripts(new PluginProject(root.path));
    assert.deepEqual(
      found.map(({ key }) => key),
      ["silent@1.0.0", "told@1.0.0", "addon@1.0.0", "file:tarballs/x.tgz"],
    );
  });
});
