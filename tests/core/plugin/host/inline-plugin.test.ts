// Plugins that run with the core and take their time over `setup`: what ends them holds them back, and each moment of the
// recorder's life reaches them once, when they run.
import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { systemClock } from "../../../../core/clock.ts";
import type { CameraId } from "../../../../core/domain/ids.ts";
import { silentLog } from "../../../../core/log.ts";
import { PluginHost, type PluginSettings } from "../../../../core/plugin/host/plugin-host.ts";
import { type MessagesForPlugins, NO_MESSAGES } from "../../../../core/plugin/host/plugin-messages.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../../core/testing/wait-for.ts";
import { VERSION } from "../../../../core/version.ts";
import { writeHousePlugin } from "../../../support/house-plugin.ts";

const NAME = "nightjar-camera-slow";
/** It taps, waits for the gate, and does all else that a plugin may do. */
const SOURCE = `export default {
  name: "${NAME}",
  configSchema: { type: "object" },
  async setup(nvr) {
    const tell = (text) => nvr.secrets.set("told", text);
    const tap = (hook) => nvr.hooks[hook].tapPromise({ name: "x" }, () => tell(hook));
    for (const hook of ["start", "ready", "stop", "cameraAdded"]) tap(hook);
    await nvr.secrets.get("gate");
    nvr.cameraDrivers.register({ id: "slow", displayName: "Slow", configSchema: { type: "object" }, async streams() { return {}; } });
    tap("cameraRemoved");
    nvr.refreshCameras("slow");
    await nvr.offerCamera({ id: "offered" });
    await nvr.mqtt.subscribe({ filter: "word/set", permission: "settings.edit" }, () => undefined);
    await nvr.mqtt.publish("state", "on");
    await tell("set up");
  },
};`;

describe("a plugin with the core that is slow to set up", { timeout: 60_000 }, () => {
  const clean: (() => unknown)[] = [];
  afterEach(async () => {
    for (const action of clean.splice(0).reverse()) await action();
  });

  function recorder() {
    const root = tempDir("nightjar-slow-");
    clean.push(() => root.remove());
    const settings: Record<string, PluginSettings> = {};
    /** What it did, and was told. */
    const told: string[] = [];
    /** One for each life that stands before the gate. */
    const gates: PromiseWithResolvers<string | undefined>[] = [];
    const messages: MessagesForPlugins = {
      ...NO_MESSAGES,
      publish: async () => void told.push("published"),
      subscribe: () => void told.push("subscribed"),
      unsubscribe: () => undefined,
    };
    const host = new PluginHost({
      ...{ dataDir: root.path, version: VERSION, log: silentLog, clock: systemClock, groups: null },
      paths: [{ bundled: true, folder: root.join("all") }],
      settings: (name) => settings[name],
      secrets: () => ({
        get: () => {
          const gate = Promise.withResolvers<string | undefined>();
          gates.push(gate);
          return gate.promise;
        },
        set: async (_name, text) => void told.push(text ?? ""),
      }),
      refreshCameras: (driver) => void told.push(`refreshed ${driver}`),
      offerCamera: async ({ id }) => void told.push(`offered ${id}`),
      messages: () => messages,
    });
    clean.push(() => host.stop());
    const write = () =>
      writeHousePlugin(root.join("all", NAME), NAME, { permissions: { mqtt: true } }, SOURCE);
    const gate = (life: number) =>
      waitFor(() => gates[life - 1], { what: `life ${life} to stand before the gate` });
    const added = () => host.hooks.cameraAdded.promise({ id: "a" as CameraId, name: "A", driver: "slow" });
    const removed = () =>
      host.hooks.cameraRemoved.promise({ id: "a" as CameraId, name: "A", driver: "slow" });
    return { host, settings, told, write, gate, added, removed };
  }

  it("stays away when it is switched off meanwhile, whatever it still does", async () => {
    const { host, settings, told, write, gate, added, removed } = recorder();
    write();
    const loaded = host.load();
    const first = await gate(1);
    settings[NAME] = { enabled: false, config: undefined };
    await host.settingsChanged();
    first.resolve(undefined);
    await loaded;
    assert.deepEqual(told, ["set up"], "all else led nowhere");
    await added();
    await removed();
    assert.deepEqual([told.length, host.list()[0]?.status], [1, "disabled"]);
    assert.equal(host.registries.cameraDrivers.get("slow"), undefined);

    settings[NAME] = { enabled: true, config: undefined };
    const again = host.settingsChanged();
    (await gate(2)).resolve(undefined);
    await again;
    await added();
    await removed();
    assert.equal(host.list()[0]?.status, "running");
    assert.equal(host.registries.cameraDrivers.get("slow")?.plugin, NAME);
    const all = ["refreshed slow", "offered offered", "subscribed", "published", "set up"];
    assert.deepEqual(told.slice(1), [...all, "refreshed slow", "cameraAdded", "cameraRemoved"]);
  });

  it("is not called failed by a life that was ended", async () => {
    const { host, write, gate } = recorder();
    write();
    const loaded = host.load();
    const first = await gate(1);
    const restarted = host.restart(NAME);
    (await gate(2)).resolve(undefined);
    await restarted;
    first.reject(new Error("too late"));
    await loaded;
    assert.equal(host.list()[0]?.status, "running");
    assert.equal(host.list()[0]?.reason, undefined);
    assert.equal(host.registries.cameraDrivers.get("slow")?.plugin, NAME);
  });

  it("is started once, and told once that everything serves, when it runs", async () => {
    const { host, told, write, gate, added } = recorder();
    const heard = () => told.splice(0).filter((text) => /^(start|ready|stop|camera)/.test(text));
    await host.load();
    write();
    const found = host.rescan();
    const first = await gate(1);
    await host.start();
    await added();
    assert.deepEqual(heard(), [], "it is still being set up");
    first.resolve(undefined);
    await found;
    assert.deepEqual(heard(), ["start"], "not everything serves yet");
    const restarted = host.restart(NAME);
    const second = await gate(2);
    assert.deepEqual(heard(), ["stop"]);
    await host.ready();
    assert.deepEqual(heard(), []);
    second.resolve(undefined);
    await restarted;
    assert.deepEqual(heard(), ["start", "ready"]);
    await host.stop();
    assert.deepEqual(heard(), ["stop"]);
  });

  it("that runs when the recorder starts is started and told ready by the hooks alone", async () => {
    const { host, told, write, gate } = recorder();
    write();
    const loaded = host.load();
    (await gate(1)).resolve(undefined);
    await loaded;
    told.splice(0);
    await host.start();
    await host.ready();
    assert.deepEqual(told, ["start", "ready"]);
  });
});
