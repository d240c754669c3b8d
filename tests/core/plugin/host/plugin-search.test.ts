// What is refused, and what wants another Node, stands in the log: once, until it changes.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { it } from "node:test";
import { createLog } from "../../../../core/log.ts";
import type { HostedPlugin } from "../../../../core/plugin/host/hosted-plugin.ts";
import { PluginSearch } from "../../../../core/plugin/host/plugin-search.ts";
import { statusOf } from "../../../../core/plugin/host/plugin-status.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";
import { writeStranger } from "../../../support/stranger.ts";

it("refused plugins, and those for another Node, are named in the log once", async () => {
  using dir = tempDir("nj-search-");
  const lines: Record<string, unknown>[] = [];
  const log = createLog({ level: "warn", destination: { write: (line) => lines.push(JSON.parse(line)) } });
  const search = new PluginSearch({
    ...{ dataDir: dir.path, version: "0.1.0", log },
    paths: [{ bundled: false, folder: dir.path }],
  });
  const write = (name: string, engines: object): void => {
    writeStranger(dir.join(name), { card: { name, engines } });
  };
  for (const name of ["nightjar-camera-old", "nightjar-camera-node", "nightjar-camera-fine"])
    mkdirSync(dir.join(name));
  write("nightjar-camera-old", { nightjar: "^9.0.0" });
  write("nightjar-camera-node", { nightjar: "^0.1.0", node: "<20" });
  write("nightjar-camera-fine", { nightjar: "^0.1.0", node: ">=24" });
  const found = await search.look();
  await search.look();
  assert.deepEqual(
    lines.map(({ message, plugin, wanted = "", reason = "" }) => [message, plugin, wanted, reason]),
    [
      ["plugin refused", "nightjar-camera-old", "", "it wants Nightjar ^9.0.0, this is 0.1.0"],
      ["a plugin wants another Node, and may not work", "nightjar-camera-node", "<20", ""],
    ],
  );
  const figures = { errors: 0, calls: 0, callMs: 0, longestHoldMs: 3 };
  const wanted = found.map((plugin) => {
    const status = statusOf(plugin, undefined, { figures, provides: [], installed: false, asks: [] });
    return [status.name, status.status, status.nodeWanted];
  });
  assert.deepEqual(wanted, [
    ["nightjar-camera-fine", "disabled", undefined],
    ["nightjar-camera-node", "disabled", "<20"],
  ]);
  const [plugin] = found;
  assert.ok(plugin !== undefined);
  const loopHoldMs = (["inline", "process"] as const).map((isolation) => {
    const hosted = { isolation, status: "running", restarts: 0, reason: undefined } as HostedPlugin;
    return statusOf(plugin, hosted, { figures, provides: [], installed: false, asks: [] }).loopHoldMs;
  });
  assert.deepEqual(loopHoldMs, [3, undefined], "the core's loop is held by what runs with the core alone");
  assert.ok(search.refused.every((one) => !search.isInstalled(one)));
  const installed = dir.join("plugins/node_modules/nightjar-camera-old");
  assert.ok(search.isInstalled({ folder: installed }), "one that is refused can be taken out again");
  write("nightjar-camera-old", { nightjar: "^8.0.0" });
  await search.look();
  assert.equal(lines.length, 3, "another reason is news");
});
