// The files of the built core: what lies together there, so that a process loads few of them and nothing that it has no use for.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import {
  BEGINNINGS,
  corePart,
  type ModuleGraph,
  PART_NAMES,
} from "../../scripts/build-packages/core-parts.ts";
import { ROOT } from "./source-tree.ts";

const CORE = join(ROOT, "core");

/** A graph in which the named modules import what is given, and all others nothing. */
function graph(imports: Readonly<Record<string, { now?: readonly string[]; later?: readonly string[] }>>) {
  const ids = (paths: readonly string[] = []) => paths.map((path) => join(CORE, path));
  return {
    getModuleInfo: (id: string) => {
      const { now, later } = imports[id.slice(CORE.length + 1)] ?? {};
      return { importedIds: ids(now), dynamicallyImportedIds: ids(later) };
    },
  } satisfies ModuleGraph;
}

function partOf(path: string, modules: ModuleGraph): string | null {
  return corePart(CORE)(join(CORE, path), modules);
}

describe("parts of the built core", () => {
  it("begin at modules that are there", () => {
    for (const path of Object.values(BEGINNINGS).flat()) assert.ok(existsSync(join(CORE, path)), path);
  });

  it("keep apart what one process loads and what two do", () => {
    const modules = graph({
      "control/run-core.ts": { now: ["own.ts", "shared.ts"] },
      "gateway/run-gateway.ts": { now: ["shared.ts"] },
      "shared.ts": { now: ["deep.ts"] },
    });
    assert.equal(partOf("own.ts", modules), "core");
    assert.equal(partOf("shared.ts", modules), "core-gateway");
    assert.equal(partOf("deep.ts", modules), "core-gateway");
  });

  it("burden no command and no isolated plugin with a process", () => {
    const modules = graph({
      "control/run-core.ts": { now: ["status-words.ts", "plugin-words.ts"] },
      "cli/status.ts": { now: ["status-words.ts"] },
      "plugin/isolated/plugin-child.ts": { now: ["plugin-words.ts", "plugin-own.ts"] },
    });
    assert.equal(partOf("status-words.ts", modules), "core-talk");
    assert.equal(partOf("plugin-words.ts", modules), "plugins");
    assert.equal(partOf("plugin-own.ts", modules), null);
  });

  it("leave for later what is asked for later", () => {
    const modules = graph({
      "control/run-core.ts": { later: ["rare.ts"], now: ["often.ts"] },
      "rare.ts": { now: ["rarer.ts", "often.ts"] },
    });
    assert.deepEqual(
      ["rare.ts", "rarer.ts", "often.ts"].map((path) => partOf(path, modules)),
      [null, null, "core-later"],
    );
  });

  it("never wait for each other: what a module imports lies in its own part or in an earlier one", () => {
    const processes = ["media/process/run-media.ts", "flows/run-flows.ts", "cli/start.ts", "cli/fsck.ts"];
    const modules = graph({
      "main.ts": { now: ["a.ts"], later: processes },
      "a.ts": { now: ["b.ts"] },
      "media/process/run-media.ts": { now: ["c.ts"] },
      "flows/run-flows.ts": { now: ["d.ts", "b.ts"] },
      "cli/start.ts": { now: ["c.ts", "a.ts"] },
      "cli/fsck.ts": { now: ["d.ts"] },
      "c.ts": { now: ["d.ts", "b.ts"] },
    });
    assert.equal(partOf("main.ts", modules), null);
    for (const [one, other] of ["ab", "cd", "cb"]) {
      const [before, after] = [other, one].map((name) =>
        PART_NAMES.indexOf(`${partOf(`${name}.ts`, modules)}`),
      );
      assert.ok(before !== undefined && after !== undefined && before <= after, `${one} imports ${other}`);
    }
  });

  it("are not made without a beginning", () => {
    assert.throws(() => partOf("own.ts", { getModuleInfo: () => null }), /main\.ts is not there/);
  });
});
