// Changes of the plugins' project stand whole or not at all, wherever Nightjar is cut off.
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { PluginProject } from "../../../../core/plugin/install/plugin-project.ts";
import {
  beginChange,
  JOURNAL,
  swapIn,
  undoUnfinished,
} from "../../../../core/plugin/install/project-swap.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";

const ORDER = { action: "install", source: "nightjar-camera-x" } as const;
const PARTS = ["package.json", "package-lock.json", "node_modules", "tarballs"];

function write(folder: string, word: string, withTarballs: boolean): void {
  mkdirSync(join(folder, "node_modules/a"), { recursive: true });
  writeFileSync(join(folder, "package.json"), word);
  writeFileSync(join(folder, "package-lock.json"), word);
  writeFileSync(join(folder, "node_modules/a/index.js"), word);
  if (!withTarballs) return;
  mkdirSync(join(folder, "tarballs"));
  writeFileSync(join(folder, "tarballs/a.tgz"), word);
}

/** The words in the project: one of them if it is whole. */
function words(folder: string): string[] {
  const files = ["package.json", "package-lock.json", "node_modules/a/index.js"];
  return [...new Set(files.map((file) => readFileSync(join(folder, file), "utf8")))];
}

function setUp(root: string): { live: PluginProject; staged: PluginProject } {
  const folder = join(root, "plugins");
  write(folder, "old", false);
  mkdirSync(join(folder, "storage/nightjar-camera-x"), { recursive: true });
  write(join(folder, ".staging-j1"), "new", true);
  return { live: new PluginProject(folder), staged: new PluginProject(join(folder, ".staging-j1")) };
}

const leftovers = (folder: string) =>
  readdirSync(folder).filter((name) => name.startsWith(".") || name === JOURNAL);

describe("a change of the plugins' project", () => {
  it("is kept: the new stands there and nothing of the old is left", async () => {
    using root = tempDir();
    const { live, staged } = setUp(root.path);
    const swap = await swapIn(live, staged, "j1", ORDER);
    assert.deepEqual(words(live.folder), ["new"]);
    await swap.keep();
    assert.deepEqual(words(live.folder), ["new"]);
    assert.equal(await undoUnfinished(live), undefined);
    assert.deepEqual(leftovers(live.folder), []);
    assert.ok(existsSync(live.path("storage/nightjar-camera-x")));
  });

  it("is undone: the old stands there, and a part that was not there is gone again", async () => {
    using root = tempDir();
    const { live, staged } = setUp(root.path);
    const swap = await swapIn(live, staged, "j1", ORDER);
    await swap.undo();
    assert.deepEqual(words(live.folder), ["old"]);
    assert.equal(existsSync(live.path("tarballs")), false);
    assert.equal(existsSync(live.path(JOURNAL)), false);
  });

  it("of a project that was empty is undone to an empty one", async () => {
    using root = tempDir();
    const folder = root.join("plugins");
    write(join(folder, ".staging-j1"), "new", true);
    const live = new PluginProject(folder);
    await swapIn(live, new PluginProject(join(folder, ".staging-j1")), "j1", ORDER);
    assert.deepEqual((await undoUnfinished(live))?.order, ORDER);
    assert.deepEqual(readdirSync(folder), []);
  });

  // Every state that a kill can leave: the renames in their order, cut off after each.
  const steps = PARTS.flatMap((part) => [
    { part, from: ".", to: ".previous-j1" },
    { part, from: ".staging-j1", to: "." },
  ]);
  for (let done = 0; done <= steps.length; done += 1) {
    it(`cut off after ${done} of ${steps.length} renames, is the old one at the next start`, async () => {
      using root = tempDir();
      const { live } = setUp(root.path);
      mkdirSync(live.path(".previous-j1"));
      const had = PARTS.filter((part) => existsSync(live.path(part)));
      writeFileSync(live.path(JOURNAL), JSON.stringify({ id: "j1", order: ORDER, had }));
      for (const { part, from, to } of steps.slice(0, done)) {
        if (existsSync(live.path(from, part))) renameSync(live.path(from, part), live.path(to, part));
      }
      assert.deepEqual((await undoUnfinished(live))?.order, ORDER);
      assert.deepEqual(words(live.folder), ["old"]);
      assert.equal(existsSync(live.path("tarballs")), false);
      assert.deepEqual(leftovers(live.folder), []);
    });
  }

  it("whose undoing was cut off too is undone by the next start", async () => {
    using root = tempDir();
    const { live, staged } = setUp(root.path);
    await swapIn(live, staged, "j1", ORDER);
    // The first part is back, the second one's new state has been set aside, then the lights went out.
    mkdirSync(live.path(".undone-j1"));
    renameSync(live.path("package.json"), live.path(".undone-j1/package.json"));
    renameSync(live.path(".previous-j1/package.json"), live.path("package.json"));
    renameSync(live.path("package-lock.json"), live.path(".undone-j1/package-lock.json"));
    await undoUnfinished(live);
    assert.deepEqual(words(live.folder), ["old"]);
    assert.deepEqual(leftovers(live.folder), []);
  });

  it("cut off while it was prepared is told of, and has changed nothing", async () => {
    using root = tempDir();
    const { live } = setUp(root.path);
    await beginChange(live, "j1", ORDER);
    assert.deepEqual(await undoUnfinished(live), { id: "j1", order: ORDER });
    assert.deepEqual(words(live.folder), ["old"]);
    assert.deepEqual(leftovers(live.folder), []);
  });

  it("cut off after it was kept stays, and what lay aside is cleared", async () => {
    using root = tempDir();
    const { live, staged } = setUp(root.path);
    cpSync(live.folder, root.join("copy"), { recursive: true });
    const swap = await swapIn(live, staged, "j1", ORDER);
    await swap.keep();
    renameSync(root.join("copy"), live.path(".previous-j1"));
    assert.equal(await undoUnfinished(live), undefined);
    assert.deepEqual(words(live.folder), ["new"]);
    assert.deepEqual(leftovers(live.folder), []);
  });
});
