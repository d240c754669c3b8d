// Which folders flows may be given: none that holds, or lies in, what is the recorder's or the system's.
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, it } from "node:test";
import { flowFolder, flowFolderApart } from "../../../core/control/flow-folders.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";

const PROGRAM = resolve(import.meta.dirname, "../../..");

describe("folders for flows", () => {
  it("are such as are there, given as they really lie", () => {
    using dir = tempDir();
    mkdirSync(dir.join("share/in"), { recursive: true });
    symlinkSync(dir.join("share"), dir.join("link"));
    assert.equal(
      flowFolder(join(dir.path, "link/in"), [dir.join("data")]),
      flowFolder(dir.join("share/in"), []),
    );
  });

  it("are looked at in a thread of their own, with the same answers", async () => {
    using dir = tempDir();
    mkdirSync(dir.join("share"));
    assert.equal(await flowFolderApart(dir.join("share"), []), flowFolder(dir.join("share"), []));
    await assert.rejects(flowFolderApart(dir.join("nothing"), []), { code: "NJ_FLOWS_FOLDER" });
  });

  it("are none that holds or lies in the recorder's own, by links neither, and none of the system's", () => {
    using dir = tempDir();
    mkdirSync(dir.join("data/flows"), { recursive: true });
    mkdirSync(dir.join("data-of-others"));
    writeFileSync(dir.join("file"), "");
    symlinkSync(dir.join("data"), dir.join("link"));
    const kept = [dir.join("data"), dir.join("link/never-made")];
    assert.equal(flowFolder(dir.join("data-of-others"), kept).endsWith("data-of-others"), true);
    for (const [folder, why] of [
      [dir.join("data"), "the data directory"],
      [dir.join("data/flows"), "below it"],
      [dir.path, "above it"],
      ["/", "above all"],
      [dir.join("link"), "by a link"],
      [PROGRAM, "the program"],
      [join(PROGRAM, "core"), "below the program"],
      ["/proc/self", "the kernel's"],
      ["/sys", "the kernel's"],
      [dir.join("file"), "a file"],
      [dir.join("nothing"), "nothing"],
      ["share", "not a whole path"],
    ] as const)
      assert.throws(() => flowFolder(folder, kept), { code: "NJ_FLOWS_FOLDER" }, `${folder}: ${why}`);
  });
});
