// The life of a plugin that cannot be started: tried again with growing pauses, then left alone.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { it } from "node:test";
import { promisify } from "node:util";
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

it("is not started at all when it is stopped while it waits for its turn", async () => {
  using dir = tempDir("nj-waits-");
  mkdirSync(dir.join("plugin"));
  writeFileSync(dir.join("plugin/index.js"), 'require("fs").writeFileSync("was-here", "");');
  let stopped: Promise<void> | undefined;
  const places = {
    ...{ clearTaps: () => undefined, ended: () => undefined, gone: () => undefined },
    predecessors: async () => undefined,
    // Asked for when it is about to be started.
    config: () => {
      stopped = plugin.stop();
      return {};
    },
  } as unknown as PluginPlaces;
  const plugin = new IsolatedPlugin({
    ...{ name: "nightjar-camera-waits", folder: dir.join("plugin"), entry: "index.js", version: "0.1.0" },
    ...{ storageDir: dir.join("storage"), cacheDir: dir.join("cache"), groups: null, places },
    ...{ walls: { way: "process" }, clock: new FakeClock() },
    network: () => "unasked",
    mayTap: () => false,
  });
  await plugin.load();
  await stopped;
  assert.equal(plugin.status, "stopped");
  assert.equal(existsSync(dir.join("storage/was-here")), false);
});

it("fails, and the recorder goes on, where no more files can be opened", {
  skip: process.platform === "win32" && "no limit of open files",
}, async () => {
  using dir = tempDir("nj-files-");
  mkdirSync(dir.join("plugin"));
  const module = (path: string): string => JSON.stringify(import.meta.resolve(`../../../../core/${path}`));
  writeFileSync(
    dir.join("core.mjs"),
    `import { closeSync, openSync } from "node:fs";
     import { systemClock } from ${module("clock.ts")};
     import { silentLog } from ${module("log.ts")};
     import { IsolatedPlugin } from ${module("plugin/isolated/isolated-plugin.ts")};
     const nothing = () => undefined;
     const plugin = new IsolatedPlugin({
       name: "nightjar-camera-late", folder: "plugin", entry: "index.js", version: "0.1.0", storageDir: "storage",
       cacheDir: "cache", groups: null, walls: { way: "process" }, clock: systemClock, network: () => "unasked",
       mayTap: () => false,
       places: { log: silentLog, config: () => ({}), clearTaps: nothing, ended: nothing, gone: nothing, predecessors: nothing },
     });
     const open = [];
     try { for (;;) open.push(openSync("/dev/null")); } catch {}
     for (const one of open.splice(-3)) closeSync(one);
     await plugin.load();
     await new Promise(setImmediate);
     console.log(plugin.status + ": " + plugin.reason);
     await plugin.stop();`,
  );
  const run = promisify(execFile);
  const program = ["-c", 'ulimit -n 64; exec "$0" core.mjs', process.execPath];
  const { stdout } = await run("/bin/sh", program, { cwd: dir.path, timeout: 60_000 });
  assert.equal(stdout, "restarting: it cannot be started: too many files are open\n");
});
