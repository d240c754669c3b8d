// What a plugin has of MQTT, inline and in a process of its own alike: topics below its own place, commands to it, bounds.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { MODES } from "../../../../core/testing/contract-runs.ts";
import { type TempDir, tempDir } from "../../../../core/testing/temp-dir.ts";
import { type TestNvr, testNvr } from "../../../../core/testing/test-nvr.ts";
import { waitFor } from "../../../../core/testing/wait-for.ts";
import { writeHousePlugin } from "../../../support/house-plugin.ts";

const NAME = "nightjar-bridge-lamps";
const CORE = pathToFileURL(`${import.meta.dirname}/../../../../core/index.ts`).href;

/** A plugin with lamps: `settings.go` is what it does in `setup` besides, a body of code. */
async function lamps(
  dir: TempDir,
  isolation: "inline" | "process",
  go = "",
  permissions: object = { mqtt: true },
): Promise<TestNvr> {
  const folder = dir.join(`${NAME}-${isolation}`);
  const core = isolation === "inline" ? CORE : "@nightjar/core";
  writeHousePlugin(
    folder,
    NAME,
    { kind: "bridge", permissions },
    `import { definePlugin, Type } from ${JSON.stringify(core)};
    export default definePlugin({
      name: ${JSON.stringify(NAME)},
      configSchema: Type.Object({}),
      async setup(nvr) {
        const refused = async (what) => { try { await what; return "done"; } catch (error) { return error.code; } };
        const tell = (payload) => nvr.mqtt.publish("told", payload);
        ${go}
      },
    });`,
  );
  return testNvr({ pluginFolder: folder, isolation });
}

for (const [isolation, where] of MODES) {
  describe(`MQTT of a plugin that runs ${where}`, () => {
    it("is topics of its own, commands that it asked for, and nothing that stays when it is stopped", async () => {
      using dir = tempDir();
      await using nvr = await lamps(
        dir,
        isolation,
        `await nvr.mqtt.publish("lamps/yard/state", "OFF", { retain: true });
         await nvr.mqtt.subscribe({ filter: "lamps/+/set", permission: "arming.set" }, async ({ topic, payload }) => {
           if (payload === "BREAK") throw new Error("the lamp is broken");
           await nvr.mqtt.publish(topic.replace("/set", "/state"), payload, { retain: true });
         });`,
      );
      assert.deepEqual(nvr.mqtt.published, [{ topic: "lamps/yard/state", payload: "OFF", retain: true }]);
      assert.deepEqual(nvr.mqtt.filters, [{ filter: "lamps/+/set", permission: "arming.set" }]);
      assert.equal(nvr.mqtt.command("doors/yard/set", "ON"), 0);
      nvr.mqtt.command("lamps/yard/set", "BREAK");
      nvr.mqtt.command("lamps/gate/set", "ON");
      await waitFor(() => nvr.mqtt.retained.get("lamps/gate/state") === "ON");
      assert.equal(nvr.plugin().status, "running");
      await waitFor(() => nvr.logged.some(({ fields }) => /the lamp is broken/.test(JSON.stringify(fields))));
      assert.equal(nvr.plugin().errors, 1);

      await nvr.restart();
      assert.deepEqual(nvr.mqtt.filters, [{ filter: "lamps/+/set", permission: "arming.set" }], "asked once");
      assert.deepEqual([...nvr.mqtt.retained.keys()].sort(), ["lamps/gate/state", "lamps/yard/state"]);
    });

    it("is refused to a plugin that did not ask for it in its package.json", async () => {
      using dir = tempDir();
      await using nvr = await lamps(
        dir,
        isolation,
        `const codes = [
           await refused(nvr.mqtt.publish("a", "b")),
           await refused(nvr.mqtt.subscribe({ filter: "a/set", permission: "live" }, () => undefined)),
         ];
         nvr.log.notice("codes " + codes.join(" "));`,
        {},
      );
      await waitFor(() => nvr.logged.find(({ message }) => message.startsWith("codes ")));
      const told = nvr.logged.find(({ message }) => message.startsWith("codes "));
      assert.equal(told?.message, "codes NJ_PLUGIN_PERMISSION NJ_PLUGIN_PERMISSION");
      assert.deepEqual(nvr.mqtt.published, []);
    });

    it("refuses topics that are not its own, what is no text, and commands in its name", async () => {
      using dir = tempDir();
      await using nvr = await lamps(
        dir,
        isolation,
        `const codes = [];
         for (const topic of ["", "/", "a//b", "../x", "a/../b", "+", "a/#", "$SYS/x", "a\\u0000", "lamp/set", "set", "x".repeat(65), "a/".repeat(8) + "a", 7])
           codes.push(await refused(nvr.mqtt.publish(topic, "x")));
         codes.push(await refused(nvr.mqtt.publish("a", { on: true })), await refused(nvr.mqtt.publish("a", "x".repeat(64 * 1024 + 1))));
         for (const filter of ["#", "a/#", "a/+", "set", "a/b/c/d/set", "../set", "$SYS/set"])
           codes.push(await refused(nvr.mqtt.subscribe({ filter, permission: "live" }, () => undefined)));
         codes.push(await refused(nvr.mqtt.subscribe({ filter: "a/set" }, () => undefined)));
         codes.push(await refused(nvr.mqtt.subscribe({ filter: "a/set", permission: "root" }, () => undefined)));
         await tell([...new Set(codes)].join(" "));`,
      );
      assert.deepEqual(
        nvr.mqtt.published.map(({ payload }) => payload),
        ["NJ_PLUGIN_MQTT"],
      );
      assert.deepEqual(nvr.mqtt.filters, []);
    });

    it("has topics of others that its card names, and no more", async () => {
      using dir = tempDir();
      await using nvr = await lamps(
        dir,
        isolation,
        `await nvr.mqtt.publishOutside("house/lamp/yard/config", "{}", { retain: true });
         const codes = [];
         for (const topic of ["house/lamp/yard", "house/lamp/a/b/config", "house/lamp/+/config", "other/lamp/yard/config", "house/status", "", "#", 7])
           codes.push(await refused(nvr.mqtt.publishOutside(topic, "x")));
         codes.push(await refused(nvr.mqtt.subscribeOutside("house/lamp/yard/config", () => undefined)));
         codes.push(await refused(nvr.mqtt.publish("own", "x")));
         await nvr.mqtt.subscribeOutside("house/status", async ({ topic, payload }) => {
           await nvr.mqtt.publishOutside("house/lamp/" + payload + "/config", topic, { retain: true });
         });
         nvr.log.notice("codes " + [...new Set(codes)].join(" "));`,
        { mqttTopics: { publish: ["{prefix:house}/lamp/+/config"], subscribe: ["house/status"] } },
      );
      const told = await waitFor(() => nvr.logged.find(({ message }) => message.startsWith("codes ")));
      assert.equal(told.message, "codes NJ_PLUGIN_PERMISSION NJ_PLUGIN_MQTT");
      assert.deepEqual(nvr.mqtt.heard, ["house/status"]);
      nvr.mqtt.say("house/status", "gate");
      await waitFor(() => nvr.mqtt.retainedOutside.get("house/lamp/gate/config") === "house/status");
      assert.equal(nvr.mqtt.publishedOutside.length, 2);
    });

    it("has bounds of rate, of filters and of what is retained, and a plugin at a bound runs on", async () => {
      using dir = tempDir();
      await using nvr = await lamps(
        dir,
        isolation,
        `let filters = 0;
         while (await refused(nvr.mqtt.subscribe({ filter: "a" + filters + "/set", permission: "live" }, () => undefined)) === "done") filters += 1;
         let big = 0;
         while (await refused(nvr.mqtt.publish("big/" + big, "x".repeat(64 * 1024), { retain: true })) === "done") big += 1;
         let rest = 0;
         while (await refused(nvr.mqtt.publish("many", "x")) === "done") rest += 1;
         nvr.log.notice("bounds " + [filters, big, rest].join(" "));`,
      );
      const told = await waitFor(() => nvr.logged.find(({ message }) => message.startsWith("bounds ")));
      // The clock of the box stands still: what may be said at once is all that may be said.
      assert.equal(told.message, "bounds 32 16 183");
      assert.equal(nvr.plugin().status, "running");
      nvr.clock.advance(1_000);
      let brought = 0;
      for (let command = 0; command < 300; command += 1) brought += nvr.mqtt.command("a0/set", "x");
      assert.equal(brought, 300, "a flood is cut on its way to the plugin, not at the broker");
      assert.equal(nvr.plugin().status, "running");
    });
  });
}
