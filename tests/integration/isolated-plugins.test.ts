// Strangers' plugins in processes of their own: what they can do, what they cannot, and that nothing they do gets out.
// Each plugin is plain JavaScript in a folder that knows nothing of this checkout.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { getPriority } from "node:os";
import { join } from "node:path";
import { after, afterEach, describe, it } from "node:test";
import { systemClock } from "../../core/clock.ts";
import { Type } from "../../core/index.ts";
import { silentLog } from "../../core/log.ts";
import type { CameraDriver } from "../../core/plugin/contract/camera-driver.ts";
import { PluginHost, type PluginStatus } from "../../core/plugin/host/plugin-host.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { CHILD_CORE } from "../support/child-core.ts";

const NAME = "nightjar-camera-stranger";
const CARD = {
  name: NAME,
  version: "1.0.0",
  type: "module",
  exports: "./index.js",
  keywords: ["nightjar-plugin"],
  engines: { nightjar: "^0.1.0" },
  nightjar: { displayName: "Stranger", kind: "camera" },
};

/** Threads of the Node process that has `word` on its command line, whatever stands around it. */
function threadsOf(word: string): number[] {
  const found = readdirSync("/proc").filter((pid) => {
    try {
      if (!/^\d+$/.test(pid) || !readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(word)) return false;
      return readlinkSync(`/proc/${pid}/exe`).endsWith("node");
    } catch {
      return false;
    }
  });
  return found.flatMap((pid) => readdirSync(`/proc/${pid}/task`).map(Number));
}

const CONTEXT = { signal: new AbortController().signal, secret: async (field: string) => `the ${field}` };

describe("a stranger's plugin", { timeout: 120_000 }, () => {
  const root = tempDir("nightjar-isolated-");
  const hosts: PluginHost[] = [];
  let number = 0;
  afterEach(async () => {
    for (const host of hosts.splice(0)) await host.stop();
  });
  after(() => root.remove());

  /** Loads a plugin whose `setup` has this body, and whose driver's `streams` has that one. */
  async function load(parts: {
    readonly setup?: string;
    readonly streams?: string;
    readonly top?: string;
    readonly config?: unknown;
    readonly files?: Readonly<Record<string, string>>;
    /** Another plugin answers for the driver already. */
    readonly taken?: boolean;
    /** Goes on as the recorder does, without waiting for it. */
    readonly impatient?: boolean;
    readonly onRefresh?: (driver: string) => void;
  }): Promise<{ host: PluginHost; dataDir: string; driver: () => CameraDriver; status: () => PluginStatus }> {
    number += 1;
    const folder = root.join(`elsewhere-${number}`, NAME);
    const dataDir = root.join(`data-${number}`);
    mkdirSync(folder, { recursive: true });
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(join(dataDir, "secrets.json"), "canary");
    writeFileSync(join(folder, "package.json"), JSON.stringify(CARD));
    for (const [path, text] of Object.entries(parts.files ?? {})) {
      mkdirSync(join(folder, path, ".."), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    writeFileSync(
      join(folder, "index.js"),
      `import { definePlugin, NightjarError, Type } from "@nightjar/core";
       import { readFileSync, writeFileSync } from "node:fs";
       import { spawnSync } from "node:child_process";
       ${parts.top ?? ""}
       const dataDir = ${JSON.stringify(dataDir)};
       export default definePlugin({
         name: "${NAME}",
         configSchema: Type.Object({ level: Type.Number({ default: 7 }) }, { additionalProperties: false }),
         async setup(nvr, config) {
           nvr.cameraDrivers.register({
             id: "stranger",
             displayName: "Stranger",
             configSchema: Type.Object({ host: Type.String() }),
             async prepare(typed) { return { ...typed, prepared: true }; },
             async streams(camera, context) {
               ${parts.streams ?? 'return { main: { kind: "rtsp", url: "rtsp://" + camera.host + "/" + config.level, username: await context.secret("user"), transport: "tcp" } };'}
             },
           });
           ${parts.setup ?? ""}
         },
       });`,
    );
    const host = new PluginHost({
      dataDir,
      version: "0.1.0",
      paths: [{ bundled: false, folder }],
      log: silentLog,
      clock: systemClock,
      settings: () => ({ enabled: true, config: parts.config }),
      secrets: () => ({ get: async () => undefined, set: async () => undefined }),
      refreshCameras: parts.onRefresh ?? (() => undefined),
      offerCamera: async () => undefined,
      childCore: CHILD_CORE,
    });
    hosts.push(host);
    if (parts.taken === true) {
      host.registries.cameraDrivers.add("nightjar-camera-first", {
        id: "stranger",
        displayName: "First",
        configSchema: Type.Object({}),
        streams: async () => ({ main: { kind: "rtsp", url: "rtsp://first/", transport: "tcp" } }),
      });
    }
    await host.load();
    if (parts.impatient !== true) await host.loaded();
    return {
      host,
      dataDir,
      driver: () => {
        const found = host.registries.cameraDrivers.get("stranger")?.entry;
        assert.ok(found !== undefined, host.list()[0]?.reason);
        return found;
      },
      status: () => host.list()[0] as PluginStatus,
    };
  }

  const streams = (driver: CameraDriver) => driver.streams({ host: "camera" }, CONTEXT);

  it("runs in a process of its own and answers like one of ours", async () => {
    const { driver, status } = await load({ config: { level: 3 } });
    assert.equal(status().status, "running");
    assert.equal(status().isolation, "process");
    assert.deepEqual(await driver().prepare?.({ host: "a" }), { host: "a", prepared: true });
    assert.deepEqual(await streams(driver()), {
      main: { kind: "rtsp", url: "rtsp://camera/3", username: "the user", transport: "tcp" },
    });
    await waitFor(() => status().health !== undefined, { deadlineMs: 10_000 });
  });

  it("comes after the recorder with each of its threads once it is started", {
    skip: process.platform !== "linux" && "priorities are a process's here",
  }, async () => {
    const { dataDir } = await load({});
    const priorities = (): number[] => threadsOf(dataDir).map((thread) => getPriority(thread));
    await waitFor(() => priorities().length > 1 && priorities().every((nice) => nice === 10), {
      what: "all threads to be nice",
    });
  });

  it("is told of what happens, and writes into its own folder", async () => {
    const { host, dataDir } = await load({
      setup: `
        nvr.hooks.start.tapPromise({ name: "x" }, async (signal) => writeFileSync("start", String(signal.aborted)));
        nvr.hooks.cameraAdded.tapPromise({ name: "x" }, async (camera) => writeFileSync("added", camera.id));`,
    });
    const storage = join(dataDir, "plugins/storage", NAME);
    await host.start();
    assert.equal(readFileSync(join(storage, "start"), "utf8"), "false");
    await host.hooks.cameraAdded.promise({ id: "yard" as never, name: "Yard", driver: "stranger" });
    assert.equal(readFileSync(join(storage, "added"), "utf8"), "yard");
  });

  it("may be CommonJS, as compilers write a default export, and requires the core", async () => {
    const { driver, status } = await load({
      files: {
        "package.json": JSON.stringify({ ...CARD, type: "commonjs", exports: "./main.js" }),
        "main.js": `"use strict";
          Object.defineProperty(exports, "__esModule", { value: true });
          const core_1 = require("@nightjar/core");
          exports.default = (0, core_1.definePlugin)({
            name: "${NAME}",
            configSchema: core_1.Type.Object({}),
            setup(nvr) {
              nvr.cameraDrivers.register({
                id: "stranger", displayName: "Stranger", configSchema: core_1.Type.Object({ host: core_1.Type.String() }),
                async streams({ host }) { return { main: { kind: "rtsp", url: "rtsp://" + host + "/cjs", transport: "tcp" } }; },
              });
            },
          });`,
      },
    });
    assert.equal(status().status, "running", status().reason);
    assert.equal((await streams(driver())).main.url, "rtsp://camera/cjs");
  });

  it("is refused wrong settings, by its own schema and with the place", async () => {
    const { status } = await load({ config: { level: "high" } });
    assert.match(status().reason ?? "", /\/level/);
  });

  it("is told when another one answers for its cameras already, and takes nothing from it", async () => {
    const { status, driver } = await load({ taken: true });
    assert.match(status().reason ?? "", /"stranger", which nightjar-camera-first already answers for/);
    assert.equal(driver().displayName, "First");
  });

  it("that takes its time keeps nobody waiting, and its cameras are asked for when it can answer", async () => {
    const answers: Promise<unknown>[] = [];
    const ofHost: { host?: PluginHost } = {};
    const { host, status } = await load({
      setup: "await new Promise((resolve) => setTimeout(resolve, 5000));",
      impatient: true,
      onRefresh: (id) => {
        const entry = ofHost.host?.registries.cameraDrivers.get(id)?.entry;
        if (entry !== undefined) answers.push(streams(entry));
      },
    });
    ofHost.host = host;
    assert.equal(status().status, "restarting", "the host goes on without it");
    await waitFor(() => answers.length > 0, { deadlineMs: 20_000, what: "its cameras to be asked for" });
    assert.equal(((await answers[0]) as { main: { kind: string } }).main.kind, "rtsp");
  });

  it("checks its cameras' settings with its own patterns, which cannot keep the recorder busy", async () => {
    const { driver } = await load({
      top: `const patient = { type: "object", properties: { host: { type: "string", pattern: "^(a+)+$" } }, required: ["host"] };`,
      setup: `nvr.cameraDrivers.register({ id: "patient", displayName: "P", configSchema: patient,
        async streams() { return { main: { kind: "rtsp", url: "rtsp://a/", transport: "tcp" } }; } });`,
    });
    assert.ok(driver());
    const patient = hosts.at(-1)?.registries.cameraDrivers.get("patient")?.entry;
    assert.ok(patient !== undefined);
    assert.deepEqual(patient.configSchema.properties["host"], { type: "string" });
    await assert.rejects(patient.streams({ host: "b" }, CONTEXT), {
      code: "NJ_CONFIG_INVALID",
      message: /\/host/,
    });
    assert.equal((await patient.streams({ host: "aa" }, CONTEXT)).main.url, "rtsp://a/");
  });

  it("is asked for streams without the secrets of a camera, also where its settings need one", async () => {
    await load({
      setup: `nvr.cameraDrivers.register({ id: "locked", displayName: "L",
        configSchema: Type.Object({ host: Type.String(), password: Type.String({ "x-secret": true }) }),
        async streams({ host }, { secret }) {
          return { main: { kind: "rtsp", url: "rtsp://" + host + "/", username: await secret("password"), transport: "tcp" } };
        } });`,
    });
    const locked = hosts.at(-1)?.registries.cameraDrivers.get("locked")?.entry;
    assert.ok(locked !== undefined);
    assert.equal((await locked.streams({ host: "a" }, CONTEXT)).main.username, "the password");
    await assert.rejects(locked.streams({}, CONTEXT), { code: "NJ_CONFIG_INVALID", message: /host/ });
  });

  it("gets the running core, whatever copy of it the plugin brings", async () => {
    const { driver } = await load({
      files: {
        "node_modules/@nightjar/core/package.json": JSON.stringify({
          name: "@nightjar/core",
          type: "module",
          exports: "./index.js",
        }),
        "node_modules/@nightjar/core/index.js":
          "export const definePlugin = () => ({}); export const Type = {}; export const NightjarError = Error;",
      },
    });
    assert.equal((await streams(driver())).main.kind, "rtsp");
  });

  for (const [what, body, reason] of [
    [
      "read the recorder's secrets",
      'readFileSync(dataDir + "/secrets.json")',
      /ERR_ACCESS_DENIED|Access to this API/,
    ],
    ["read the system's files", 'readFileSync("/etc/passwd")', /ERR_ACCESS_DENIED|Access to this API/],
    ["write beside its folder", 'writeFileSync(dataDir + "/x", "")', /ERR_ACCESS_DENIED|Access to this API/],
    ["start programs", 'spawnSync("id")', /ERR_ACCESS_DENIED|Access to this API/],
  ] as const) {
    it(`cannot ${what}`, async () => {
      const { driver } = await load({
        streams: `${body}; return { main: { kind: "rtsp", url: "rtsp://x/", transport: "tcp" } };`,
      });
      await assert.rejects(streams(driver()), reason);
    });
  }

  it("sees nothing of the recorder's environment", async () => {
    process.env["NIGHTJAR_CANARY"] = "canary";
    const { driver } = await load({ streams: "throw new Error(JSON.stringify(process.env));" });
    const error = await streams(driver()).catch((thrown: unknown) => thrown as Error);
    delete process.env["NIGHTJAR_CANARY"];
    assert.ok(error instanceof Error);
    assert.doesNotMatch(error.message, /canary/);
  });

  it("cannot reach our prototypes through its own", async () => {
    const { driver } = await load({
      top: "Object.prototype.polluted = true;",
      streams: 'return JSON.parse(\'{"__proto__": {"polluted": true}}\');',
    });
    await assert.rejects(streams(driver()), { code: "NJ_PLUGIN_DATA" });
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  });

  it("that throws keeps its own code and words", async () => {
    const { driver, status } = await load({
      streams: 'throw new NightjarError("NJ_CAMERA_AUTH", "unauthenticated", "wrong password");',
    });
    await assert.rejects(streams(driver()), {
      code: "NJ_CAMERA_AUTH",
      kind: "unauthenticated",
      message: "wrong password",
    });
    assert.equal(status().status, "running");
  });

  it("that answers with something else than plain data is told so", async () => {
    const { driver } = await load({ streams: "return { main: new Date() };" });
    await assert.rejects(streams(driver()), { code: "NJ_PLUGIN_DATA", message: /\/main is a Date/ });
  });

  for (const [what, body, reason] of [
    ["throws while it is set up", 'throw new Error("no such luck");', /no such luck/],
    ["ends while it is set up", "process.exit(3);", /code 3/],
  ] as const) {
    it(`that ${what} is named with the reason, and tried again`, async () => {
      const { status } = await load({ setup: body });
      assert.equal(status().status, "restarting");
      assert.match(status().reason ?? "", reason);
    });
  }

  for (const [what, body, reason] of [
    [
      "fails behind its own back",
      'setTimeout(() => { throw new RangeError("later"); }, 10); await new Promise(() => {});',
      /RangeError: later/,
    ],
    [
      "leaves a rejection unheard",
      'Promise.reject(new TypeError("unheard")); await new Promise(() => {});',
      /TypeError: unheard/,
    ],
    ["aborts", "process.abort();", /SIGABRT/],
    [
      "answers with 100 MB",
      'return { main: "x".repeat(100 * 1024 * 1024) };',
      /more than a message may hold|used up its 128 MB|MB of memory/,
    ],
    // One that computes for ever is in the gallery of bad plugins.
    [
      "never comes to an end",
      "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);",
      /did not answer for/,
    ],
    [
      "leaks objects",
      "const all = []; for (;;) { all.push(new Array(1e5).fill(all.length)); if (all.length % 50 === 0) await null; }",
      /used up its 128 MB|SIGABRT|MB of memory/,
    ],
    [
      "leaks buffers and lies about it",
      "process.memoryUsage.rss = () => 1; const all = []; for (;;) { all.push(Buffer.alloc(8 * 1024 * 1024, 1)); await new Promise((r) => setTimeout(r, 20)); }",
      /MB of memory/,
    ],
  ] as const) {
    it(`that ${what} ends alone, is named, and runs again`, async () => {
      const { driver, status } = await load({
        streams: `if (camera.host === "bad") { ${body} } return { main: { kind: "rtsp", url: "rtsp://x/", transport: "tcp" } };`,
      });
      await assert.rejects(driver().streams({ host: "bad" }, CONTEXT));
      await waitFor(() => (status().restarts ?? 0) > 0, {
        deadlineMs: 20_000,
        what: "the end of the process",
      });
      const why = await waitFor(
        () => status().reason ?? (status().status === "running" ? "ran" : undefined),
        { deadlineMs: 5_000 },
      );
      if (why !== "ran") assert.match(why, reason);
      await waitFor(() => status().status === "running", { deadlineMs: 20_000, what: "the next process" });
      assert.equal((await streams(driver())).main.kind, "rtsp");
    });
  }

  it("that fails again and again is left alone, until an administrator starts it", async () => {
    const { host, driver, status } = await load({ streams: "process.exit(1);" });
    for (let failures = 1; failures <= 5; failures += 1) {
      await waitFor(() => status().status === "running", { deadlineMs: 20_000, what: "the next process" });
      await assert.rejects(streams(driver()));
      await waitFor(() => status().status !== "running", { deadlineMs: 5_000 });
    }
    assert.equal(status().status, "quarantined");
    assert.match(status().reason ?? "", /failed 5 times within five minutes/);
    await assert.rejects(streams(driver()), { code: "NJ_PLUGIN_AWAY" });
    await host.restart(NAME);
    assert.equal(status().status, "running");
  });
});
