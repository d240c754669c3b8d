// The gallery of bad plugins beside 16 cameras, in small; `node tests/faults/bad-plugins.ts` takes longer.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { BAD_PLUGINS, nameOf } from "../support/bad-plugins.ts";
import { type BadPluginsResult, badPlugins } from "./bad-plugins.ts";

describe("16 cameras recorded while every bad plugin does its worst", () => {
  let result: BadPluginsResult;
  before(async () => {
    result = await badPlugins({ cameras: 16, seconds: 15 });
  });

  it("are all recorded to the end", () => {
    assert.equal(result.cameras, 16);
    assert.ok(result.endsEarlyMs < 5_000, `${result.endsEarlyMs} ms`);
  });
  it("have every frame, in one session each", () => {
    assert.deepEqual(result.gaps, []);
    assert.deepEqual(result.missing, []);
    assert.deepEqual(result.reconnected, []);
    assert.equal(result.droppedBySender, 0);
  });
  it("are all in the index", () => assert.equal(result.fsck.exitCode, 0, result.fsck.output));
  it("stand beside a list in which every bad plugin is named, and most of them are found out already", () => {
    const foundOut = BAD_PLUGINS.filter((bad) => {
      const shown = result.plugins[nameOf(bad)];
      assert.ok(shown !== undefined, nameOf(bad));
      if (bad.status === "refused") assert.match(`${shown.status}: ${shown.reason}`, bad.reason ?? /./);
      return shown.status === "running" || (shown.reason ?? "") !== "";
    });
    assert.ok(foundOut.length > BAD_PLUGINS.length / 2, `${foundOut.length} of ${BAD_PLUGINS.length}`);
  });
});
