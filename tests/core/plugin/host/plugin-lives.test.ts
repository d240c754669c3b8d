// Plugins come, go and change while the recorder runs, inline and in processes of their own alike: what they registered
// and tapped comes and goes with them, and the others do not notice.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, it } from "node:test";
import { systemClock } from "../../../../core/clock.ts";
import type { CameraId, VolumeId } from "../../../../core/domain/ids.ts";
import { silentLog } from "../../../../core/log.ts";
import { Collection } from "../../../../core/plugin/calls/collection.ts";
import { PluginHost, type PluginSettings } from "../../../../core/plugin/host/plugin-host.ts";
import { BUNDLED_PLUGINS } from "../../../../core/plugin/package/bundled.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";
import { waitFor } from "../../../../core/testing/wait-for.ts";
import { VERSION } from "../../../../core/version.ts";
import { CHILD_CORE } from "../../../support/child-core.ts";

const CORE = import.meta.resolve("../../../../core/index.ts");
const CONTEXT = { signal: new AbortController().signal, secret: async () => undefined };

for (const bundled of [true, false]) {
  describe(`plugins ${bundled ? "inline" : "in processes of their own"}`, { timeout: 170_000 }, () => {
    const clean: (() => unknown)[] = [];
    afterEach(async () => {
      for (const action of clean.splice(0).reverse()) await action();
    });

    async function recorder() {
      const root = tempDir("nightjar-lives-");
      clean.push(() => root.remove());
      const folder = root.join("elsewhere");
      mkdirSync(folder, { recursive: true });
      const settings: Record<string, PluginSettings> = {};
      const secrets = new Map<string, string>();

      /** Writes a plugin that registers a driver of its name, and notes in a file what it is told. */
      function write(name: string, version = "1.0.0"): void {
        const place = join(folder, `nightjar-camera-${name}`);
        mkdirSync(place, { recursive: true });
        writeFileSync(
          join(place, "package.json"),
          JSON.stringify({
            name: `nightjar-camera-${name}`,
            version,
            type: "module",
            exports: `./index-${version}.js`,
            keywords: ["nightjar-plugin"],
            engines: { nightjar: "^0.1.0" },
            nightjar: {
              provides: [`pos-parser:${name}`],
              permissions: { hooks: ["beforePlayback", "placementPlan", "beforeEvict", "posTransaction"] },
            },
          }),
        );
        writeFileSync(
          join(place, `index-${version}.js`),
          `${bundled ? `const { Type } = await import("@nightjar/core").catch(() => import("${CORE}"));` : 'import { Type } from "@nightjar/core";'}
          import { appendFileSync } from "node:fs";
          import { join } from "node:path";
          export default {
            name: "nightjar-camera-${name}",
            configSchema: Type.Object({ level: Type.Number({ default: 1 }) }, { additionalProperties: false }),
            async setup(nvr, config) {
              const note = (text) => appendFileSync(join(nvr.storageDir, "heard"), text + "\\n");
              note("setup ${version} " + config.level + " " + (await nvr.secrets.get("word")));
              await nvr.secrets.set("word", "secret ${version}");
              nvr.cameraDrivers.register({
                id: "${name}", displayName: "T", configSchema: Type.Object({}),
                async streams() { return { main: { kind: "rtsp", url: "rtsp://${version}/" + config.level, transport: "tcp" } }; },
              });
              nvr.routes.register({
                id: "say", method: "POST", path: "/say/:word", permission: "settings.edit", summary: "Says.",
                body: Type.Object({ loud: Type.String({ pattern: "^[a-z]+$" }) }),
                async handle(request, { signal }) { return { ...request, aborted: signal.aborted }; },
              });
              nvr.routes.register({
                id: "break", method: "GET", path: "/break", permission: "settings.view", summary: "Breaks.",
                async handle() { throw new Error("the handler broke"); },
              });
              nvr.posParsers.register({
                id: "${name}", displayName: "T", configSchema: Type.Object({}),
                async read() { throw new Error("the parser broke"); },
              });
              nvr.signal.addEventListener("abort", () => note("ended"));
              for (const hook of ["start", "ready", "stop"])
                nvr.hooks[hook].tapPromise({ name: "x" }, async () => note(hook));
              nvr.hooks.cameraAdded.tapPromise({ name: "x" }, async (camera) => note("added " + camera.id));
              nvr.hooks.beforePlayback.tapPromise({ name: "x" }, async () => "no, says ${version}");
              nvr.hooks.placementPlan.tapPromise({ name: "x" }, async (plan) => ({ ...plan, volumes: plan.volumes.toReversed() }));
              nvr.hooks.beforeEvict.tapPromise({ name: "x" }, async ({ why, segments }) => why + " of " + segments.length);
              nvr.hooks.posTransaction.tapPromise({ name: "x" }, async (sold) => ({ ...sold, totalMinor: 300 }));
              nvr.hooks.streamEnded.tapPromise({ name: "x" }, async (camera, stream, reason) => note([camera, stream, reason === undefined ? "unknown" : reason.code].join(" ")));
              nvr.hooks.pictureCaptured.tapPromise({ name: "x" }, async ({ event, file }) => note("picture " + event + " " + file));
              nvr.hooks.diagnostics.tapPromise({ name: "x" }, async () => ({ version: "${version}" }));
            },
          };`,
        );
      }

      const host = new PluginHost({
        dataDir: root.path,
        version: "0.1.0",
        paths: [{ bundled, folder }],
        log: silentLog,
        clock: systemClock,
        settings: (name) => settings[name],
        secrets: (plugin) => ({
          get: async (name) => secrets.get(`${plugin} ${name}`),
          set: async (name, secret) => void secrets.set(`${plugin} ${name}`, secret ?? ""),
        }),
        refreshCameras: () => undefined,
        offerCamera: async () => undefined,
        childCore: CHILD_CORE,
      });
      clean.push(() => host.stop());
      const told = (name: string): string[] => {
        const file = join(root.path, "plugins/storage", `nightjar-camera-${name}`, "heard");
        const lines = readFileSync(file, "utf8").trim().split("\n");
        writeFileSync(file, "");
        return lines.filter((line) => line !== "");
      };
      const url = async (name: string): Promise<string | undefined> =>
        (await host.registries.cameraDrivers.get(name)?.entry.streams({}, CONTEXT))?.main.url;
      return { folder, settings, host, write, told, url };
    }

    it("that come between the recorder's start and its being ready are told each once", async () => {
      const { host, write, told } = await recorder();
      await host.load();
      await host.start();
      write("between");
      await host.rescan();
      assert.deepEqual(told("between"), ["setup 1.0.0 1 undefined", "start"]);
      await host.ready();
      assert.deepEqual(told("between"), ["ready"]);
    });

    it("are told of what happens, can refuse, and keep secrets from life to life", async () => {
      const { host, write, told, url } = await recorder();
      write("a");
      await host.load();
      await host.loaded();
      await host.start();
      await host.ready();
      await host.hooks.cameraAdded.promise({ id: "yard" as CameraId, name: "Yard", driver: "a" });
      assert.equal(
        await host.hooks.beforePlayback.promise({ camera: "yard" as CameraId, userName: "bob" }),
        "no, says 1.0.0",
      );
      assert.equal(await url("a"), "rtsp://1.0.0/1");
      assert.deepEqual(told("a"), ["setup 1.0.0 1 undefined", "start", "ready", "added yard"]);
      await host.restart("nightjar-camera-a");
      assert.deepEqual(
        told("a").filter((line) => line !== "ended"),
        ["stop", "setup 1.0.0 1 secret 1.0.0", "start", "ready"],
      );
      assert.deepEqual(host.list()[0]?.provides, [
        "camera-driver:a",
        "route:say",
        "route:break",
        "pos-parser:a",
      ]);
      assert.ok((host.list()[0]?.calls ?? 0) > 4);
    });

    it("choose the disk, put off deleting, change receipts, and add to the diagnostics document", async () => {
      const { host, write, told } = await recorder();
      write("a");
      await host.load();
      await host.loaded();
      told("a");
      const { hooks } = host;
      const camera = "yard" as CameraId;
      const volumes = ["one", "two"] as unknown as VolumeId[];
      const plan = await hooks.placementPlan.promise({ camera, volumes });
      assert.deepEqual(plan, { camera, volumes: ["two", "one"] });
      const doomed = { volume: "one" as VolumeId, camera, stream: "main", why: "days" } as const;
      assert.equal(await hooks.beforeEvict.promise({ ...doomed, segments: [] }), "days of 0");
      const sold = { till: "t", name: "T", cameras: [camera], start: "", end: "", receipt: null, lines: [] };
      assert.equal((await hooks.posTransaction.promise({ ...sold, totalMinor: null })).totalMinor, 300);
      await hooks.streamEnded.promise(camera, "main", { code: "stalled", message: "" });
      await hooks.streamEnded.promise(camera, "sub");
      await hooks.pictureCaptured.promise({ event: 7, camera, file: 1, time: "", sizeBytes: 1 });
      assert.deepEqual(told("a"), ["yard main stalled", "yard sub unknown", "picture 7 1"]);
      const answers = new Collection();
      await hooks.diagnostics.promise(answers);
      assert.deepEqual(Object.fromEntries(answers.close()), { "nightjar-camera-a": { version: "1.0.0" } });
      assert.equal(host.list()[0]?.errors, 0);
    });

    it("may throw where they answer: that reaches who asked, is counted, and costs nothing else", async () => {
      const { host, write, url } = await recorder();
      write("a");
      await host.load();
      await host.loaded();
      const broken = host.routesOf("nightjar-camera-a").find(({ id }) => id === "break");
      const request = { params: {}, query: {}, body: undefined, userName: "bob" };
      await assert.rejects(async () => broken?.handle(request, CONTEXT), /the handler broke/);
      const parser = host.registries.posParsers.owned()[0]?.entry;
      const lines = [{ text: "TOTAL", timeMs: 0 }];
      await assert.rejects(
        async () => parser?.read({ till: "t", config: {}, lines }, CONTEXT),
        /the parser broke/,
      );
      assert.equal(host.list()[0]?.errors, 2);
      const { time = "", reason = "" } = host.list()[0]?.lastFault ?? {};
      assert.match(reason, /till parser a, read: the parser broke/);
      assert.ok(Math.abs(Date.parse(time) - Date.now()) < 60_000, time);
      assert.equal(host.list()[0]?.status, "running");
      assert.equal(await url("a"), "rtsp://1.0.0/1");
    });

    it("answer at resources of their own, of the same name in each, while they are there", async () => {
      const { host, write, settings } = await recorder();
      write("a");
      write("b");
      await host.load();
      await host.loaded();
      const say = host.routesOf("nightjar-camera-b")[0];
      const request = { params: { word: "hello" }, query: {}, body: { loud: "yes" }, userName: "bob" };
      assert.deepEqual(await say?.handle(request, CONTEXT), { ...request, aborted: false });
      if (!bundled)
        await assert.rejects(say?.handle({ ...request, body: { loud: "NO" } }, CONTEXT) ?? Promise.resolve());
      settings["nightjar-camera-b"] = { enabled: false, config: {} };
      await host.settingsChanged();
      assert.deepEqual(host.routesOf("nightjar-camera-b"), []);
      assert.equal(host.routesOf("nightjar-camera-a").length, 2);
    });

    if (!bundled)
      it("that never end their start keep nobody else waiting", async () => {
        const { host, write, told, folder } = await recorder();
        write("a");
        write("b");
        const file = join(folder, "nightjar-camera-a", "index-1.0.0.js");
        const hangs =
          'for (let n = 0; n < 50; n += 1) nvr.hooks.start.tapPromise({ name: "x", stage: -50 }, () => new Promise(() => {}));';
        writeFileSync(
          file,
          readFileSync(file, "utf8").replace(
            "nvr.cameraDrivers.register",
            `${hangs} nvr.cameraDrivers.register`,
          ),
        );
        await host.load();
        await host.loaded();
        await host.start();
        await waitFor(() => told("b").includes("start"), { deadlineMs: 8_000, what: "the other's start" });
        assert.deepEqual(
          host.list().map(({ status }) => status),
          ["running", "running"],
        );
      });

    it("decide nothing once their owner has taken that away, where they are strangers'", async () => {
      const { host, write, settings } = await recorder();
      write("a");
      settings["nightjar-camera-a"] = { enabled: true, config: {}, grants: { hooks: false } };
      await host.load();
      await host.loaded();
      const asked = await host.hooks.beforePlayback.promise({ camera: "yard" as CameraId, userName: "bob" });
      assert.equal(asked, bundled ? "no, says 1.0.0" : undefined);
      assert.equal(host.list()[0]?.errors, bundled ? 0 : 4);
      assert.equal(host.list()[0]?.status, "running");
    });

    if (bundled)
      it("move to a process of their own and back, each once stopped and started, and the others notice nothing", async () => {
        const { host, write, told, url, settings } = await recorder();
        write("a");
        write("b");
        await host.load();
        await host.start();
        await host.ready();
        told("b");
        const statuses = () => host.list().map(({ isolation, status }) => [isolation, status]);
        const move = async (isolation: "inline" | "process"): Promise<string[]> => {
          told("a");
          settings["nightjar-camera-a"] = { enabled: true, config: {}, isolation };
          await host.settingsChanged();
          return told("a").filter((line) => line !== "ended");
        };
        const life = ["stop", "setup 1.0.0 1 secret 1.0.0", "start", "ready"];
        assert.deepEqual(await move("process"), life);
        assert.deepEqual(statuses(), [
          ["process", "running"],
          ["inline", "running"],
        ]);
        assert.equal(host.inlineOrder("nightjar-camera-a"), undefined);
        assert.ok(host.isBundled("nightjar-camera-a"));
        // There it is held to what its card asks for.
        assert.equal(host.list()[0]?.asks?.length, 4);
        assert.equal(await url("a"), "rtsp://1.0.0/1");
        await host.hooks.cameraAdded.promise({ id: "yard" as CameraId, name: "Yard", driver: "a" });
        assert.deepEqual(told("a"), ["added yard"]);
        assert.deepEqual(await move("inline"), life);
        assert.ok(host.inlineOrder("nightjar-camera-a") !== undefined);
        await move("process");
        assert.deepEqual(told("b"), ["added yard"]);
        await host.stop();
        assert.deepEqual(
          told("a").filter((line) => line === "stop"),
          ["stop"],
        );
      });
    else
      it("run there whatever is wished for", async () => {
        const { host, write, settings } = await recorder();
        write("a");
        settings["nightjar-camera-a"] = { enabled: true, config: {}, isolation: "inline" };
        await host.load();
        await host.loaded();
        assert.deepEqual([host.list()[0]?.isolation, host.list()[0]?.status], ["process", "running"]);
      });

    it("are ended and started by their settings, and nothing of them answers meanwhile", async () => {
      const { host, write, told, url, settings } = await recorder();
      write("a");
      write("b");
      await host.load();
      await host.loaded();
      await host.start();
      await host.ready();
      told("a");
      told("b");
      settings["nightjar-camera-a"] = { enabled: false, config: {} };
      await host.settingsChanged();
      assert.equal(host.list()[0]?.status, "disabled");
      assert.equal(await url("a"), undefined);
      assert.ok(told("a").includes("stop"));
      await host.hooks.cameraAdded.promise({ id: "yard" as CameraId, name: "Yard", driver: "a" });
      assert.deepEqual(told("a"), []);
      settings["nightjar-camera-a"] = { enabled: true, config: { level: 5 } };
      await host.settingsChanged();
      assert.equal(await url("a"), "rtsp://1.0.0/5");
      await host.hooks.cameraAdded.promise({ id: "gate" as CameraId, name: "Gate", driver: "a" });
      assert.deepEqual(told("a"), ["setup 1.0.0 5 secret 1.0.0", "start", "ready", "added gate"]);
      assert.deepEqual(told("b"), ["added yard", "added gate"]);
    });

    it("with wrong new settings do not run and say where it is wrong, until they are mended", async () => {
      const { host, write, url, settings } = await recorder();
      write("a");
      await host.load();
      await host.loaded();
      settings["nightjar-camera-a"] = { enabled: true, config: { level: "high" } };
      await host.settingsChanged();
      assert.notEqual(host.list()[0]?.status, "running");
      assert.match(host.list()[0]?.reason ?? "", /\/level/);
      settings["nightjar-camera-a"] = { enabled: true, config: { level: 2 } };
      await host.settingsChanged();
      assert.equal(await url("a"), "rtsp://1.0.0/2");
    });

    it("that appear, change or go are taken up without touching the others", async () => {
      const { host, write, told, url, folder } = await recorder();
      write("a");
      write("b");
      await host.load();
      await host.loaded();
      await host.start();
      await host.ready();
      told("a");
      write("b", "2.0.0");
      write("c");
      await host.rescan();
      assert.equal(await url("b"), "rtsp://2.0.0/1");
      assert.equal(await url("c"), "rtsp://1.0.0/1");
      assert.deepEqual(told("c"), ["setup 1.0.0 1 undefined", "start", "ready"]);
      rmSync(join(folder, "nightjar-camera-b"), { recursive: true });
      await host.rescan();
      assert.equal(await url("b"), undefined);
      assert.deepEqual(
        host.list().map(({ name }) => name),
        ["nightjar-camera-a", "nightjar-camera-c"],
      );
      assert.deepEqual(told("a"), []);
    });
  });
}

it("plugins that come with Nightjar all run in processes of their own where they are put there", async () => {
  using root = tempDir("nightjar-apart-");
  const host = new PluginHost({
    ...{ dataDir: root.path, version: VERSION, log: silentLog, clock: systemClock },
    paths: [{ bundled: true, folder: BUNDLED_PLUGINS }],
    settings: () => ({ enabled: true, config: {}, isolation: "process" }),
    secrets: () => ({ get: async () => undefined, set: async () => undefined }),
    refreshCameras: () => undefined,
    offerCamera: async () => undefined,
    childCore: CHILD_CORE,
  });
  try {
    await host.load();
    await host.loaded();
    const shown = host
      .list()
      .map(({ name, isolation, status, reason = "" }) => [name, isolation, status, reason]);
    assert.ok(shown.length >= 8);
    assert.deepEqual(
      shown,
      shown.map(([name = ""]) => [name, "process", "running", ""]),
    );
  } finally {
    await host.stop();
  }
});
