// What a plugin is lent ends with it, inline and in a process of its own: timers and requests. What a timer's action or a
// listener throws is contained, counted and named. No request leads back to the recorder (A9).
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
const OPEN = { ownPorts: () => [], allowed: () => undefined };
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
         nvr.timers.every(3_600_000, async () => {
           turns += 1;
           if (turns === 1) throw new Error("the first turn is bad");
           say("turn " + turns);
         });`,
      );
      nvr.clock.advance(3_600_000);
      await waitFor(() => nvr.plugin().errors === 1, { what: "the fault to be counted" });
      const line = nvr.logged.find(({ level }) => level === "error");
      assert.deepEqual([line?.fields["plugin"], line?.fields["where"]], [NAME, "a timer"]);
      assert.match(String(line?.fields["reason"]), /the first turn is bad/);
      nvr.clock.advance(3_600_000);
      await waitFor(() => said().includes("turn 2"), { what: "the timer to go on" });
      assert.equal(nvr.plugin().status, "running");
      await nvr.stop();
      const until = said().length;
      nvr.clock.advance(86_400_000);
      await new Promise(setImmediate);
      assert.equal(said().length, until);
    });

    it("follows the clock of the box alone, in order; what is cancelled does not come", async (t) => {
      const { nvr, said } = await box(
        t,
        isolation,
        `const gone = nvr.timers.after(60_000, () => say("cancelled"));
         nvr.timers.after(120_000, () => {
           nvr.timers.after(60_000, () => say("third"));
           say("second");
         });
         nvr.timers.after(30_000, () => {
           gone.cancel();
           say("first");
         });
         nvr.hooks.auditRecorded.tapPromise({ name: "${NAME}" }, async () => say("asked"));`,
      );
      for (const [word, ms] of [
        ["first", 30_000],
        ["second", 90_000],
        ["third", 60_000],
      ] as const) {
        nvr.clock.advance(ms - 1);
        // What is said on the way to its answer is said after whatever a timer has said.
        await nvr.hook("auditRecorded", {} as never);
        assert.deepEqual(said().slice(-1), ["asked"], `before ${word}`);
        nvr.clock.advance(1);
        await waitFor(() => said().at(-1) === word, { what: word });
      }
      assert.deepEqual(said(), ["asked", "first", "asked", "second", "asked", "third"]);
      assert.deepEqual([nvr.plugin().status, nvr.plugin().errors], ["running", 0]);
    });
  });
}

describe("requests of a plugin", () => {
  it("do not reach the recorder itself: not by its address, a name of it, a redirect, or a connection that stands", async (t) => {
    const server = (answer: (port: number) => string | undefined) => {
      let heard = 0;
      const made = createServer((_request, response) => {
        const location = answer((made.address() as AddressInfo).port);
        response
          .writeHead(location === undefined ? 200 : 302, location === undefined ? {} : { location })
          .end();
      }).on("connection", (socket) =>
        socket.on("data", () => {
          heard += 1;
        }),
      );
      t.after(() => {
        made.closeAllConnections();
        made.close();
      });
      made.listen(0, "127.0.0.1");
      return once(made, "listening").then(() => ({
        port: (made.address() as AddressInfo).port,
        heard: () => heard,
      }));
    };
    const own = await server(() => undefined);
    const other = await server(() => `http://localhost:${own.port}/`);
    let ports: readonly number[] = [];
    const { tools, end } = pluginTools(new FakeClock(), (error) => assert.ifError(error), {
      ownPorts: () => ports,
      allowed: () => undefined,
    });
    t.after(end);
    const home = `http://localhost:${own.port}/`;
    await (await tools.fetch(home)).text();
    assert.equal(own.heard(), 1);
    ports = [own.port];
    // The first goes out on the connection that stands already.
    for (const address of [home, home, `http://127.0.0.1:${own.port}/`, `http://127.0.0.1:${other.port}/`]) {
      for (const method of address.includes(String(other.port)) ? ["GET"] : ["GET", "POST"])
        await assert.rejects(
          tools.fetch(address, { method }),
          { code: "NJ_ADDRESS_OWN" },
          `${method} ${address}`,
        );
    }
    assert.equal(own.heard(), 1, "nothing more was sent to it");
    assert.equal(other.heard(), 1, "others are reached");
    await assert.rejects(tools.lookup("localhost", own.port), { code: "NJ_ADDRESS_OWN" });
    assert.ok((await tools.lookup("localhost", other.port)).length > 0);
    assert.deepEqual(await tools.lookup("224.0.0.1", 80), []);
  });

  it("resolve no name for a plugin that has no network", async (t) => {
    const dir = tempDir("nj-tools-");
    t.after(() => dir.remove());
    const source = `import { definePlugin, Type } from "@nightjar/core";
      export default definePlugin({
        name: "${NAME}", configSchema: Type.Object({}),
        async setup(nvr) {
          const said = await nvr.lookup("localhost", 80).then(() => "found", (error) => error.code);
          await nvr.secrets.set("said", said);
        },
      });`;
    writeHousePlugin(dir.join(NAME), NAME, { permissions: { network: false } }, source);
    await using nvr = await testNvr({ pluginFolder: dir.join(NAME) });
    assert.equal(nvr.secrets.get("said"), "NJ_PLUGIN_PERMISSION");
  });
});

describe("timers of a plugin", () => {
  it("run on the clock that they are given, one turn at a time, and are bounded", async () => {
    const clock = new FakeClock();
    const { tools, end } = pluginTools(clock, (error) => assert.ifError(error), OPEN);
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
