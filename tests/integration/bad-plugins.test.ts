// The gallery of bad plugins (tests/support/bad-plugins.ts) beside a good one in a real host: each is contained, named and
// shown, and the good one notices nothing (attack list A13). What the page says of them: tests/e2e/plugin-gallery.test.ts.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { askStreams } from "../../core/cameras/driver-call.ts";
import { systemClock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import type { HookEvent } from "../../core/plugin/contract/hook-data.ts";
import type { MqttCommand } from "../../core/plugin/contract/plugin-mqtt.ts";
import { PluginHost, type PluginSettings, type PluginStatus } from "../../core/plugin/host/plugin-host.ts";
import { NO_MESSAGES } from "../../core/plugin/host/plugin-messages.ts";
import { runNpm } from "../../core/plugin/install/npm-process.ts";
import { registryAt } from "../../core/plugin/install/registries.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { BAD_PLUGINS, type BadPlugin, nameOf, writeBadPlugins } from "../support/bad-plugins.ts";
import { CHILD_CORE } from "../support/child-core.ts";
import { pack } from "../support/plugin-registry.ts";
import { STREAMS } from "../support/stranger.ts";

const GOOD: BadPlugin = { id: "good", does: "nothing bad", status: "running" };
/** Throws in each place where the recorder calls it, besides those of the gallery. */
const THROWER: BadPlugin = {
  id: "thrower",
  does: "throws wherever it is called",
  status: "running",
  own: {
    permissions: { hooks: ["beforeAlarm"], mqtt: true },
    provides: ["detector:thrower", "storage-driver:thrower"],
  },
  setup: `
    const fail = async (where) => { throw new Error("no film for " + where); };
    nvr.hooks.beforeAlarm.tapPromise({ name: "x" }, () => fail("the veto"));
    await nvr.mqtt.subscribe({ filter: "lamp/set", permission: "arming.set" }, () => fail("the listener"));
    nvr.detectors.register({ id: "thrower", displayName: "X", eventTypes: ["motion"],
      frames: { width: 320, height: 180, perSecond: 5 }, configSchema: Type.Object({}),
      async begin() {}, look: () => fail("the look"), async end() {} });
    nvr.storageDrivers.register({ id: "thrower", displayName: "X", mounts: false, configSchema: Type.Object({}),
      async prepare() {}, health: () => fail("its health") });`,
};
const ENDED = new Set<PluginStatus["status"]>(["restarting", "quarantined"]);

describe("a bad plugin beside a good one", { timeout: 170_000 }, () => {
  const root = tempDir("nightjar-gallery-");
  after(() => root.remove());

  async function load(bad: readonly BadPlugin[], messages = NO_MESSAGES): Promise<PluginHost> {
    const host = await hostOf(bad, {}, messages);
    await begin(host);
    return host;
  }

  async function begin(host: PluginHost): Promise<void> {
    await host.load();
    await host.start();
    await host.ready();
  }

  /** Nothing of it is loaded yet. */
  async function hostOf(
    bad: readonly BadPlugin[],
    settings: Readonly<Record<string, PluginSettings>>,
    messages = NO_MESSAGES,
    packed: readonly BadPlugin[] = [],
  ): Promise<PluginHost> {
    const base = root.join(String(bad[0]?.id));
    mkdirSync(`${base}/plugins`, { recursive: true });
    writeBadPlugins(`${base}/plugins`, [...bad, GOOD]);
    const folders = [`${base}/plugins`];
    if (packed.length > 0) folders.push(await installPacked(packed, `${base}/project`));
    return new PluginHost({
      dataDir: `${base}/data`,
      version: "0.1.0",
      paths: folders.map((folder) => ({ bundled: false, folder })),
      log: silentLog,
      clock: systemClock,
      settings: (name) => settings[name],
      secrets: () => ({ get: async () => undefined, set: async () => undefined }),
      refreshCameras: () => undefined,
      offerCamera: async () => undefined,
      childCore: CHILD_CORE,
      messages: () => messages,
    });
  }

  /** As `npm pack` and `npm install` leave them, with no registry at hand. Gives their folder. */
  async function installPacked(plugins: readonly BadPlugin[], project: string): Promise<string> {
    writeBadPlugins(`${project}/sources`, plugins);
    const tarballs: string[] = [];
    for (const one of plugins)
      tarballs.push(await pack(`${project}/sources/${nameOf(one)}`, `${project}/tarballs`));
    rmSync(`${project}/sources`, { recursive: true });
    await runNpm({
      args: ["install", "--ignore-scripts", ...tarballs],
      ...{ cwd: project, dataDir: `${project}/data`, registries: registryAt("http://127.0.0.1:9/") },
      ...{ signal: new AbortController().signal, onLine: () => undefined },
    });
    return `${project}/node_modules`;
  }

  const statusOf = (host: PluginHost, plugin: BadPlugin): PluginStatus => {
    const found = host.list().find(({ name }) => name === nameOf(plugin));
    assert.ok(found !== undefined, "it is not in the list");
    return found;
  };

  /** Whether what is shown of it is what the gallery says. */
  function isShown(bad: BadPlugin, { status, reason = "", errors }: PluginStatus): boolean {
    if (bad.status === "ended" ? !ENDED.has(status) : status !== bad.status) return false;
    if (bad.errors === true && errors === 0) return false;
    return bad.reason === undefined || bad.reason.test(reason);
  }

  /**
   * Waits for each until what is shown of it is what the gallery says. One that has ended is switched off then: starting it
   * again and again shows nothing new, and costs more than all the rest.
   */
  function untilShown(
    host: PluginHost,
    all: readonly BadPlugin[],
    settings: Record<string, PluginSettings>,
  ): ReadonlyMap<string, Promise<void>> {
    const waited = all.map((bad) => ({ bad, told: undefined as unknown, ...Promise.withResolvers<void>() }));
    const pending = new Set(waited);
    const look = (): boolean => {
      const list = new Map(host.list().map((status) => [status.name, status]));
      const before = pending.size;
      for (const one of pending) {
        const status = list.get(nameOf(one.bad));
        one.told = status;
        if (status === undefined || !isShown(one.bad, status)) continue;
        pending.delete(one);
        if (one.bad.status === "ended") settings[nameOf(one.bad)] = { enabled: false, config: undefined };
        if (status.displayName === "") one.reject(new Error("it has no name"));
        else one.resolve();
      }
      if (pending.size < before) void host.settingsChanged();
      return pending.size === 0;
    };
    waitFor(look, { deadlineMs: 60_000, periodMs: 100 }).catch(() => {
      for (const { bad, told, reject } of pending)
        reject(new Error(`it ${bad.does}, and shown is: ${JSON.stringify(told)}`));
    });
    for (const { promise } of waited) promise.catch(() => undefined);
    return new Map(waited.map(({ bad, promise }) => [bad.id, promise]));
  }

  async function goodAnswers(host: PluginHost): Promise<void> {
    await waitFor(() => statusOf(host, GOOD).status === "running", { deadlineMs: 30_000 });
    const good = host.registries.cameraDrivers.get("good")?.entry;
    const context = { signal: new AbortController().signal, secret: async () => undefined };
    assert.deepEqual(await good?.streams({ host: "a" }, context), STREAMS);
    assert.equal(statusOf(host, GOOD).errors, 0);
  }

  /** Asks for the streams of a camera again and again until what its owner is told of it fits. */
  async function askUntilTold(host: PluginHost, bad: BadPlugin, asked: RegExp): Promise<void> {
    let told = "nothing yet";
    const isTold = async (): Promise<boolean> => {
      const driver = host.registries.cameraDrivers.get(bad.id)?.entry;
      if (driver === undefined) return false;
      told = await askStreams(driver, { host: "a" }, {}).then(
        (answer) => `answered ${JSON.stringify(answer)}`,
        (error: unknown) => (error as Error).message,
      );
      return asked.test(told);
    };
    await waitFor(isTold, { deadlineMs: 40_000, periodMs: 200, what: () => `${bad.does}; told: ${told}` });
  }

  it("that offends when it is asked for streams is shown for what it is, while the good one answers", async () => {
    const asked = BAD_PLUGINS.filter((bad) => bad.asked !== undefined);
    const settings: Record<string, PluginSettings> = {};
    const host = await hostOf(asked, settings);
    await begin(host);
    writeFileSync(root.join(String(asked[0]?.id), "data/secrets.json"), '{"canary":"4711"}');
    try {
      await waitFor(() => asked.every((bad) => host.registries.cameraDrivers.get(bad.id) !== undefined), {
        deadlineMs: 60_000,
        what: "all of them to be loaded",
      });
      await Promise.all(
        asked.map(async (bad) => {
          await askUntilTold(host, bad, bad.asked ?? /./);
          await untilShown(host, [bad], settings).get(bad.id);
        }),
      );
      await goodAnswers(host);
      assert.equal(({} as { polluted?: boolean }).polluted, undefined);
    } finally {
      await host.stop();
    }
  });

  describe("that does its worst by itself", () => {
    const bad = BAD_PLUGINS.filter(({ slow, asked }) => slow !== true && asked === undefined);
    let shown: ReadonlyMap<string, Promise<void>> = new Map();
    let host: PluginHost;
    before(async () => {
      // What npm takes runs out of its tarball, on a path of npm's own; what is refused before anything of it is, lies in a folder.
      const isRefused = ({ status }: BadPlugin) => status === "refused";
      const settings: Record<string, PluginSettings> = {};
      const [refused, packed] = [bad.filter(isRefused), bad.filter((one) => !isRefused(one))];
      host = await hostOf(refused, settings, NO_MESSAGES, packed);
      shown = untilShown(host, bad, settings);
      await begin(host);
    });
    after(() => host.stop());

    for (const one of bad)
      it(`as one that ${one.does}, is shown for what it is`, async () => {
        assert.ok(shown.has(one.id));
        await shown.get(one.id);
        assert.equal(({} as { polluted?: boolean }).polluted, undefined);
      });

    it("leaves the good one as it was", () => goodAnswers(host));
  });

  it("that takes time to be found out is shown for what it is, while the good one answers", async () => {
    const slow = BAD_PLUGINS.filter(({ slow, asked }) => slow === true && asked === undefined);
    const settings: Record<string, PluginSettings> = {};
    const host = await hostOf(slow, settings);
    const shown = untilShown(host, slow, settings);
    try {
      await begin(host);
      await Promise.all(shown.values());
      await goodAnswers(host);
    } finally {
      await host.stop();
    }
  });

  it("that throws in a veto, a listener, a detector or a storage driver is named with the place", async () => {
    const commands: ((command: MqttCommand) => void)[] = [];
    const subscribe: typeof NO_MESSAGES.subscribe = (_plugin, _wanted, deliver) =>
      void commands.push(deliver);
    const host = await load([THROWER], { ...NO_MESSAGES, subscribe });
    try {
      await waitFor(() => statusOf(host, THROWER).status === "running", { deadlineMs: 30_000 });
      const { detectors, storageDrivers } = host.registries;
      const [detector] = detectors.ofPlugin(nameOf(THROWER));
      const [storage] = storageDrivers.ofPlugin(nameOf(THROWER));
      const [command] = commands;
      assert.ok(detector !== undefined && storage !== undefined && command !== undefined);
      const signal = new AbortController().signal;
      const look = { watch: "yard", nowMs: 0, silentMs: 0 };
      const event = { type: "motion", camera: "yard", kind: "start" } as unknown as HookEvent;
      const calls: [place: RegExp, call: () => unknown][] = [
        [
          /beforeAlarm.*the veto/,
          async () => assert.equal(await host.hooks.beforeAlarm.promise(event), undefined),
        ],
        [/command over MQTT.*the listener/, () => command({ topic: "lamp/set", payload: "ON" })],
        [
          /detector thrower, look.*the look/,
          () =>
            assert.rejects(
              async () => detector.look(look, { signal, luma: new Uint8Array() }),
              /no film for the look/,
            ),
        ],
        [
          /storage driver thrower, health.*its health/,
          () => assert.rejects(storage.health({ volume: "a", path: "/x", config: {} } as never, { signal })),
        ],
      ];
      for (const [index, [place, call]] of calls.entries()) {
        await call();
        await waitFor(() => statusOf(host, THROWER).errors === index + 1, { what: String(place) });
        assert.match(statusOf(host, THROWER).lastFault?.reason ?? "", place);
      }
      assert.equal(statusOf(host, THROWER).status, "running");
      await goodAnswers(host);
    } finally {
      await host.stop();
    }
  });

  it("that does not stop when it is told does not hold up the others' end", async () => {
    const host = await load([
      {
        id: "stop-hangs",
        does: "hangs in stop",
        status: "running",
        setup: 'nvr.hooks.stop.tapPromise({ name: "x" }, () => new Promise(() => {}));',
      },
      {
        id: "stop-throws",
        does: "throws in stop",
        status: "running",
        setup: 'nvr.hooks.stop.tapPromise({ name: "x" }, async () => { throw new Error("no end"); });',
      },
    ]);
    await waitFor(() => host.list().every(({ status }) => status === "running"), { deadlineMs: 20_000 });
    const begin = performance.now();
    await host.stop();
    assert.ok(performance.now() - begin < 30_000, `${Math.round(performance.now() - begin)} ms`);
    assert.equal(host.list().find(({ name }) => name === "nightjar-camera-stop-hangs")?.errors, 1);
  });

  it("that is stopped while it is being started is gone", async () => {
    const hangs = BAD_PLUGINS.filter(({ id }) => id === "setup-hangs");
    const host = await load(hangs);
    assert.equal(
      host.list().find(({ name }) => name === nameOf({ id: "setup-hangs" }))?.status,
      "restarting",
    );
    const children = (): string[] =>
      readFileSync(`/proc/self/task/${process.pid}/children`, "utf8").trim().split(" ").filter(Boolean);
    assert.ok(children().length >= 1);
    await host.stop();
    await waitFor(() => children().length === 0, { deadlineMs: 20_000, what: "its process to be gone" });
  });
});
