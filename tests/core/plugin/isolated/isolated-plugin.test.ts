// The life of a plugin that cannot be started: tried again with growing pauses, then left alone.
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { it } from "node:test";
import { createLog } from "../../../../core/log.ts";
import type { PluginPlaces } from "../../../../core/plugin/host/hosted-plugin.ts";
import { IsolatedPlugin } from "../../../../core/plugin/isolated/isolated-plugin.ts";
import { FakeClock } from "../../../../core/testing/fake-clock.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../../core/testing/wait-for.ts";

it("is started again after 0.5, 1, 2 and 4 seconds, and after the fifth failure not any more", async () => {
  using dir = tempDir("nj-pauses-");
  const folder = dir.join("plugin");
  mkdirSync(folder);
  // Its folder may hold no way out: it fails before any process is started.
  symlinkSync("/", dir.join("plugin/out"));
  const clock = new FakeClock();
  const pauses: number[] = [];
  const log = createLog({
    level: "warn",
    destination: { write: (line) => void pauses.push(JSON.parse(line).pauseMs ?? Number.NaN) },
  });
  let gone = 0;
  let asked = 0;
  const places = {
    ...{ log, config: () => ({}), clearTaps: () => undefined, ended: () => undefined },
    gone: () => {
      gone += 1;
    },
    predecessors: async () => {
      asked += 1;
    },
  } as unknown as PluginPlaces;
  const plugin = new IsolatedPlugin({
    ...{ name: "nightjar-camera-out", folder, entry: "index.js", version: "0.1.0", clock, places },
    ...{ storageDir: dir.join("storage"), cacheDir: dir.join("cache"), groups: null },
    network: () => "unasked",
    mayTap: () => false,
  });
  await plugin.load();
  for (const [failures, pauseMs] of [500, 1_000, 2_000, 4_000].entries()) {
    assert.equal(plugin.status, "restarting");
    clock.advance(pauseMs - 1);
    await new Promise(setImmediate);
    assert.equal(pauses.length, failures + 1, `not before ${pauseMs} ms`);
    clock.advance(1);
    await waitFor(() => pauses.length === failures + 2, { what: "the next start to fail" });
  }
  assert.deepEqual(pauses, [500, 1_000, 2_000, 4_000, Number.NaN]);
  assert.deepEqual([plugin.status, plugin.restarts, gone], ["quarantined", 4, 1]);
  assert.equal(asked, 5, "those that come before it are waited for at each start");
  assert.equal(clock.pending, 0, "nothing starts it any more");
  // Failures that are long past do not count.
  await plugin.restart();
  assert.equal(plugin.status, "restarting");
  assert.equal(pauses.at(-1), 500);
  await plugin.stop();
});
