// The gallery of bad plugins beside 16 cameras, in small; `node tests/faults/bad-plugins.ts` takes longer.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { BAD_PLUGINS } from "../support/bad-plugins.ts";
import { type BadPluginsResult, badPlugins } from "./bad-plugins.ts";

describe("16 cameras recorded while every bad plugin does its worst", () => {
  let result: BadPluginsResult;
  before(async () => {
    result = await badPlugins({ cameras: 16, seconds: 10 });
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
    const { judged } = result;
    const left = BAD_PLUGINS.filter(({ id }) => judged[id]?.is === "not-yet");
    // Those that take longer are waited for by the program, and by tests/integration/bad-plugins.test.ts.
    for (const { id } of BAD_PLUGINS) assert.ok((judged[id]?.said.length ?? 0) > 0, id);
    for (const { id, status } of left) assert.notEqual(status, "refused", `${id}: ${judged[id]?.said}`);
    const told = left.map(({ id }) => `${id}: ${judged[id]?.said}`).join("\n");
    assert.ok(left.length < BAD_PLUGINS.length / 2, told);
    const asked = BAD_PLUGINS.filter((bad) => bad.asked !== undefined);
    const isReached = asked.filter(({ id }) => judged[id]?.said.some((text) => text.startsWith("camera: ")));
    assert.ok(isReached.length > asked.length / 2, isReached.map(({ id }) => id).join(" "));
  });
});
