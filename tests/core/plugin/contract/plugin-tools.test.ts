// What a plugin is lent ends with it, inline and in a process of its own: timers and requests. What a timer's action or a
// listener throws is contained, counted and named.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { pluginTools } from "../../../../core/plugin/contract/plugin-tools.ts";
import { MODES } from "../../../../core/testing/contract-runs.ts";
import { FakeClock } from "../../../../core/testing/fake-clock.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";
import { testNvr } from "../../../../core/testing/test-nvr.ts";
import { waitFor } from "../../../../core/testing/wait-for.ts";
import { writeHousePlugin } from "../../../support/house-plugin.ts";

const CORE = import.meta.resolve("../../../../core/index.ts");
const NAME = "nightjar-bridge-timers";

async function box(t: TestContext, isolation: "inline" | "process", setup: string) {
  const dir = tempDir("nj-tools-");
  t.after(() => dir.remove());
  const core = isolation === "inline" ? CORE : "@nightjar/core";
  const source = `import { definePlugin, Type } from "${core}";
    export default definePlugin({
      name: "${NAME}", configSchema: Type.Object({}),
      setup(nvr) {
        const say = (text) => void nvr.mqtt.publish("said", text).catch(() => undefined);
        ${setup}
      },
    });`;
  const card = { permissions: { network: true, mqtt: true } };
  writeHousePlugin(dir.join(NAME), NAME, card, source);
  const nvr = await testNvr({ pluginFolder: dir.join(NAME), isolation });
  t.after(() => nvr.stop());
  const said = (): string[] => nvr.mqtt.published.map(({ payload }) => payload);
  return { nvr, said };
}

for (const [isolation, where] of MODES) {
  describe(`what ends with a plugin that runs ${where}`, { timeout: 120_000 }, () => {
    it("is a request that nobody waits for any more", async (t) => {
      const asked = Promise.withResolvers<IncomingMessage>();
      // It never answers.
      const server = createServer((request) => asked.resolve(request));
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      t.after(() => server.close());
      const { port } = server.address() as AddressInfo;
      const { nvr } = await box(
        t,
        isolation,
        `nvr.fetch("http://127.0.0.1:${port}/").catch(() => undefined);`,
      );
      const request = await asked.promise;
      const closed = once(request.socket, "close");
      await nvr.stop();
      await closed;
    });

    it("is a timer, whose action may throw: that is counted and named, and it goes on", async (t) => {
      const { nvr, said } = await box(
        t,
        isolation,
        `let turns = 0;
         nvr.timers.every(1000, async () => {
           turns += 1;
           if (turns === 1) throw new Error("the first turn is bad");
           say("turn " + turns);
         });`,
      );
      // In a process of its own it is real time that passes, and this does nothing.
      nvr.clock.advance(1_000);
      await waitFor(() => nvr.plugin().errors === 1, { what: "the fault to be counted" });
      const line = nvr.logged.find(({ level }) => level === "error");
      assert.deepEqual([line?.fields["plugin"], line?.fields["where"]], [NAME, "a timer"]);
      assert.match(String(line?.fields["reason"]), /the first turn is bad/);
      nvr.clock.advance(1_000);
      await waitFor(() => said().includes("turn 2"), { what: "the timer to go on" });
      assert.equal(nvr.plugin().status, "running");
      await nvr.stop();
      const until = said().length;
      nvr.clock.advance(60_000);
      await new Promise(setImmediate);
      assert.equal(said().length, until);
    });
  });
}

describe("timers of a plugin", () => {
  it("run on the clock that they are given, one turn at a time, and are bounded", async () => {
    const clock = new FakeClock();
    const { tools, end } = pluginTools(clock, (error) => assert.ifError(error));
    const heard: string[] = [];
    const slow = Promise.withResolvers<void>();
    tools.timers.after(500, () => void heard.push("once"));
    tools.timers.after(500, () => void heard.push("never")).cancel();
    tools.timers.every(1_000, () => {
      heard.push("turn");
      return slow.promise;
    });
    clock.advance(5_000);
    assert.deepEqual(heard, ["once", "turn"], "the first turn is not over");
    slow.resolve();
    await new Promise(setImmediate);
    clock.advance(1_000);
    assert.deepEqual(heard, ["once", "turn", "turn"]);
    assert.throws(
      () => {
        for (let each = 0; each < 2_000; each += 1) tools.timers.after(1, () => undefined);
      },
      { code: "NJ_PLUGIN_FAILED", kind: "resource-exhausted" },
    );
    end();
    assert.equal(clock.pending, 0);
    assert.ok(tools.signal.aborted);
    assert.throws(() => tools.timers.after(1, () => undefined), { code: "NJ_PLUGIN_AWAY" });
    await assert.rejects(tools.fetch("http://127.0.0.1:9/"), { code: "NJ_PLUGIN_AWAY" });
  });
});
