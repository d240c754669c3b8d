// The order that plugins declare in `after` holds while they are set up, wherever each of them runs.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { systemClock } from "../../../../core/clock.ts";
import { createLog, silentLog } from "../../../../core/log.ts";
import type { HostedStatus } from "../../../../core/plugin/host/hosted-plugin.ts";
import { PluginHost } from "../../../../core/plugin/host/plugin-host.ts";
import { AFTER_PATIENCE_MS, SettledWaiters, untilSetUp } from "../../../../core/plugin/host/set-up-order.ts";
import { FakeClock } from "../../../../core/testing/fake-clock.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../../core/testing/wait-for.ts";
import { CHILD_CORE } from "../../../support/child-core.ts";

class Other {
  readonly #waiters = new SettledWaiters();
  status: HostedStatus;
  reason: string | undefined;
  constructor(status: HostedStatus) {
    this.status = status;
  }
  set(status: HostedStatus, reason?: string): void {
    this.status = status;
    this.reason = reason;
    this.#waiters.changed(status);
  }
  settled(): Promise<void> {
    return this.#waiters.wait(this.status);
  }
}

describe("a plugin that comes after others", () => {
  function waiting(others: Readonly<Record<string, Other>>) {
    const clock = new FakeClock();
    const named: unknown[] = [];
    const log = createLog({
      level: "warn",
      destination: {
        write: (line) => {
          const { after, status, reason } = JSON.parse(line);
          named.push([after, status, reason]);
        },
      },
    });
    const ended = new AbortController();
    let isOver = false;
    const after = ["a", "b", "absent"];
    const over = untilSetUp(after, (name) => others[name], { clock, log }, ended.signal).then(() => {
      isOver = true;
    });
    return { clock, named, ended, over, isOver: () => isOver };
  }

  it("waits until all of them are set up, and names nobody", async () => {
    const [a, b] = [new Other("starting"), new Other("restarting")];
    const { clock, named, over, isOver } = waiting({ a, b });
    a.set("running");
    b.set("starting");
    await new Promise(setImmediate);
    assert.equal(isOver(), false, "one of them is still being set up");
    b.set("running");
    await over;
    assert.deepEqual(named, []);
    assert.equal(clock.pending, 0);
  });
  for (const status of ["failed", "quarantined", "stopped"] as const) {
    it(`goes on without one that is ${status}, and names it`, async () => {
      const [a, b] = [new Other("starting"), new Other(status)];
      b.reason = "no lens";
      const { named, over } = waiting({ a, b });
      a.set(status);
      await over;
      assert.deepEqual(named, [
        ["a", status, undefined],
        ["b", status, "no lens"],
      ]);
    });
  }
  it("does not wait for ever for one that hangs, and names it", async () => {
    const { clock, named, over, isOver } = waiting({ a: new Other("starting"), b: new Other("running") });
    clock.advance(AFTER_PATIENCE_MS - 1);
    await new Promise(setImmediate);
    assert.equal(isOver(), false);
    clock.advance(1);
    await over;
    assert.deepEqual(named, [["a", "starting", undefined]]);
  });
  it("waits no longer when it is itself stopped", async () => {
    const { clock, named, ended, over } = waiting({ a: new Other("starting") });
    ended.abort();
    await over;
    assert.deepEqual(named, []);
    assert.equal(clock.pending, 0);
  });
});

describe("plugins in processes of their own, and one beside them", { timeout: 120_000 }, () => {
  it("are set up in declared order, while one that declares nothing waits for nobody", async () => {
    using root = tempDir("nightjar-order-");
    const core = import.meta.resolve("../../../../core/index.ts");
    // Times of the machine's one monotonic clock, in each plugin's own folder.
    const write = (folder: string, name: string, after: readonly string[], held: boolean): void => {
      const own = root.join(folder, `nightjar-camera-${name}`);
      mkdirSync(own, { recursive: true });
      const card = {
        ...{ name: `nightjar-camera-${name}`, version: "1.0.0", type: "module", exports: "./index.js" },
        ...{ keywords: ["nightjar-plugin"], engines: { nightjar: "^0.1.0" } },
        nightjar: { after: after.map((other) => `nightjar-camera-${other}`) },
      };
      writeFileSync(join(own, "package.json"), JSON.stringify(card));
      writeFileSync(
        join(own, "index.js"),
        `import { existsSync, writeFileSync } from "node:fs";
        import { join } from "node:path";
        import { Type } from "${folder === "ours" ? core : "@nightjar/core"}";
        export default {
          name: "nightjar-camera-${name}",
          configSchema: Type.Object({}),
          async setup(nvr) {
            const note = (what) => writeFileSync(join(nvr.storageDir, what), String(process.hrtime.bigint()));
            note("begun");
            while (${held} && !existsSync(join(nvr.storageDir, "go")))
              await new Promise((resolve) => setTimeout(resolve, 20));
            note("set-up");
          },
        };`,
      );
    };
    write("strangers", "a", [], true);
    write("strangers", "b", ["a"], false);
    write("strangers", "c", [], false);
    write("ours", "d", ["b"], false);
    write("ours", "e", ["d"], false);
    const host = new PluginHost({
      ...{ dataDir: root.join("data"), version: "0.1.0", log: silentLog, clock: systemClock },
      paths: [
        { bundled: true, folder: root.join("ours") },
        { bundled: false, folder: root.join("strangers") },
      ],
      settings: () => undefined,
      secrets: () => ({ get: async () => undefined, set: async () => undefined }),
      refreshCameras: () => undefined,
      offerCamera: async () => undefined,
      childCore: CHILD_CORE,
    });
    const storage = (name: string): string => root.join("data/plugins/storage", `nightjar-camera-${name}`);
    const at = (name: string, what: string): bigint =>
      BigInt(readFileSync(join(storage(name), what), "utf8"));
    const isRunning = (name: string): boolean =>
      host.list().some((one) => one.name === `nightjar-camera-${name}` && one.status === "running");
    try {
      const loading = host.load();
      // Two are started at a time: if B did not wait, its turn would come before that of C.
      await waitFor(() => isRunning("c"), { deadlineMs: 40_000, what: "the plugin that waits for nobody" });
      writeFileSync(join(storage("a"), "go"), "");
      await loading;
      await host.loaded();
      for (const name of ["a", "b", "c", "d", "e"]) assert.ok(isRunning(name), JSON.stringify(host.list()));
      for (const [first, next] of ["ab", "bd", "de"].map((pair) => [...pair] as [string, string]))
        assert.ok(at(first, "set-up") < at(next, "begun"), `${next} was set up before ${first} was`);
      assert.ok(at("c", "set-up") < at("a", "set-up"));
    } finally {
      await host.stop();
    }
  });
});
