// The gallery of bad plugins: each does harm by itself as soon as it is loaded, or when a camera of its driver is asked
// for its streams, and says here what is to be shown of it. Walls are tried one by one in tests/integration/plugin-walls.test.ts.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { PluginStatus } from "../../core/plugin/host/plugin-host.ts";
import { type StrangerOptions, writeStranger } from "./stranger.ts";

export interface BadPlugin extends Pick<StrangerOptions, "top" | "setup" | "streams" | "card" | "own"> {
  /** Last part of its name, and its driver's id. */
  readonly id: string;
  /** What it does, as a test's name ends. */
  readonly does: string;
  readonly status: PluginStatus["status"] | "ended";
  /** What is said of it. */
  readonly reason?: RegExp;
  /** It runs on, and its faults are counted. */
  readonly errors?: true;
  /** Takes long to be found out, or eats the machine while it is. */
  readonly slow?: true;
  /** It offends when its driver is asked for streams: what is said of its camera then. */
  readonly asked?: RegExp;
}

/** Writes to the pipe that it shares with the core, past everything that its process keeps to. */
const RAW = `
  import fs from "node:fs";
  const bytes = (frame) => { for (let at = 0; at < frame.length; ) try { at += fs.writeSync(3, frame, at); } catch (error) { if (error.code !== "EAGAIN") throw error; } };
  const raw = (message) => {
    const body = Buffer.from(typeof message === "string" ? message : JSON.stringify(message));
    const prefix = Buffer.from([0, 0, 0, 0, 0]);
    prefix.writeUInt32BE(body.length + 1);
    bytes(Buffer.concat([prefix, body]));
  };`;

export const BAD_PLUGINS: readonly BadPlugin[] = [
  {
    id: "import-throws",
    does: "throws while it is imported",
    top: 'throw new RangeError("no lens is long enough");',
    status: "ended",
    reason: /no lens is long enough/,
  },
  {
    id: "login-in-secret",
    does: "registers a login provider that its card does not name",
    setup:
      'nvr.loginProviders.register({ id: "spy", displayName: "Spy", async check() { return { groups: ["administrators"] }; } });',
    status: "ended",
    reason: /may not register the login provider "spy"/,
  },
  {
    id: "storage-in-secret",
    does: "registers a storage driver that its card does not name",
    setup:
      'nvr.storageDrivers.register({ id: "spy", displayName: "Spy", mounts: false, configSchema: Type.Object({}), async prepare() {}, async health() { return { ready: true }; } });',
    status: "ended",
    reason: /may not register the storage driver "spy"/,
  },
  {
    id: "mqtt-unasked",
    does: "publishes over MQTT without having asked for it",
    setup: 'await nvr.mqtt.publish("told", "everything");',
    status: "ended",
    reason: /may not use MQTT: its package.json does not ask for that/,
  },
  {
    id: "till-in-secret",
    does: "registers a till parser that its card does not name",
    setup:
      'nvr.posParsers.register({ id: "spy", displayName: "Spy", configSchema: Type.Object({}), async read() { return []; } });',
    status: "ended",
    reason: /may not register the till parser "spy"/,
  },
  {
    id: "till-without-read",
    does: "registers a till parser that reads nothing",
    own: { provides: ["pos-parser:idle"] },
    setup: 'nvr.posParsers.register({ id: "idle", displayName: "Idle", configSchema: Type.Object({}) });',
    status: "ended",
    reason: /lacks the function read/,
  },
  {
    id: "detector-in-secret",
    does: "registers a detector that its card does not name",
    setup:
      'nvr.detectors.register({ id: "spy", displayName: "Spy", eventTypes: ["motion"], frames: { width: 320, height: 180, perSecond: 5 }, configSchema: Type.Object({}), async begin() {}, async look() { return []; }, async end() {} });',
    status: "ended",
    reason: /may not register the detector "spy"/,
  },
  {
    id: "detector-of-all",
    does: "registers a detector that asks for more pictures than there are",
    own: { provides: ["detector:greedy"] },
    setup:
      'nvr.detectors.register({ id: "greedy", displayName: "Greedy", eventTypes: ["motion"], frames: { width: 7680, height: 4320, perSecond: 60 }, configSchema: Type.Object({}), async begin() {}, async look() { return []; }, async end() {} });',
    status: "ended",
    reason: /a detector is wrong at \/frames/,
  },
  {
    id: "action-in-secret",
    does: "registers a linkage action that its card does not name",
    setup:
      'nvr.linkageActions.register({ id: "spy", displayName: "Spy", configSchema: Type.Object({}), wantsPictures: 1, maxAgeSeconds: 60, async run() { return undefined; } });',
    status: "ended",
    reason: /may not register the linkage action "spy"/,
  },
  {
    id: "action-without-run",
    does: "registers a linkage action that does nothing",
    own: { provides: ["linkage-action:idle"] },
    setup:
      'nvr.linkageActions.register({ id: "idle", displayName: "Idle", configSchema: Type.Object({}), wantsPictures: 0, maxAgeSeconds: 60 });',
    status: "ended",
    reason: /lacks the function run/,
  },
  {
    id: "login-without-check",
    does: "registers a login provider that checks nothing",
    own: { provides: ["login-provider:idle"] },
    setup: 'nvr.loginProviders.register({ id: "idle", displayName: "Idle" });',
    status: "ended",
    reason: /lacks the function check/,
  },
  {
    id: "import-leaks",
    does: "takes buffers without end while it is imported",
    top: "const all = []; for (;;) { all.push(Buffer.alloc(4e6, 1)); await new Promise((resolve) => setTimeout(resolve, 5)); }",
    status: "ended",
    reason: /MB of memory; 384 MB are allowed|allocation failed|used up its/,
    slow: true,
  },
  {
    id: "import-loops",
    does: "never comes out of its import",
    // Without computing: those that come later compute for ever, and are found sooner.
    top: "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);",
    status: "ended",
    reason: /not set up within 15 s/,
    slow: true,
  },
  {
    id: "setup-hangs",
    does: "is never set up",
    setup: "await new Promise(() => {});",
    status: "ended",
    reason: /not set up within 15 s/,
    slow: true,
  },
  {
    id: "start-throws",
    does: "throws in start",
    setup: 'nvr.hooks.start.tapPromise({ name: "x" }, async () => { throw new Error("no film"); });',
    status: "running",
    errors: true,
  },
  {
    id: "start-exits",
    does: "ends in start",
    setup: 'nvr.hooks.start.tapPromise({ name: "x" }, async () => process.exit(7));',
    status: "ended",
    reason: /code 7/,
  },
  {
    id: "ready-throws",
    does: "throws in a notification",
    setup: 'nvr.hooks.ready.tapPromise({ name: "x" }, async () => { throw "text"; });',
    status: "running",
    errors: true,
  },
  {
    id: "later-throws",
    does: "throws when nobody looks",
    setup: 'setTimeout(() => { throw new RangeError("out of frame"); }, 50);',
    status: "ended",
    reason: /RangeError: out of frame/,
  },
  {
    id: "later-rejects",
    does: "leaves a rejection unheard",
    setup: 'setTimeout(() => void Promise.reject(new TypeError("unheard")), 50);',
    status: "ended",
    reason: /TypeError: unheard/,
  },
  {
    id: "later-loops",
    does: "computes for ever once it runs",
    setup: "setTimeout(() => { for (;;) ; }, 500);",
    status: "ended",
    // Where a busy machine lets it compute but little, it is found by its silence.
    reason: /nothing but compute for|did not answer for/,
    slow: true,
  },
  {
    id: "leaks-objects",
    does: "keeps objects without end",
    setup:
      "setTimeout(() => { const all = []; setInterval(() => { for (let n = 0; n < 200; n += 1) all.push(new Array(1e4).fill(n)); }, 5); }, 100);",
    status: "ended",
    reason: /used up its 128 MB|SIGABRT|MB of memory/,
    slow: true,
  },
  {
    id: "overflows",
    does: "calls itself without end",
    setup: "const again = () => again() + 1; again();",
    status: "ended",
    reason: /call stack/,
  },
  {
    id: "aborts",
    does: "aborts",
    setup: "setTimeout(() => process.abort(), 50);",
    status: "ended",
    reason: /SIGABRT/,
  },
  {
    id: "lies-of-engine",
    does: "says that it fits and uses what there is not",
    card: { engines: { nightjar: ">=0.0.1" } },
    setup: "nvr.holograms.register({});",
    status: "ended",
    reason: /holograms|undefined/,
  },
  {
    id: "wants-another",
    does: "wants another Nightjar",
    card: { engines: { nightjar: "^9.0.0" } },
    status: "refused",
    reason: /wants Nightjar \^9\.0\.0/,
  },
  {
    id: "brings-core",
    does: "brings a second core",
    card: { dependencies: { "@nightjar/core": "0.1.0" } },
    status: "refused",
    reason: /second @nightjar\/core/,
  },
  {
    id: "wants-root",
    does: "asks for what nobody grants",
    own: { permissions: { filesystem: true } },
    status: "refused",
    reason: /"filesystem"/,
  },
  {
    id: "many-taps",
    does: "taps a hook ten thousand times",
    setup:
      'for (let n = 0; n < 10_000; n += 1) nvr.hooks.cameraAdded.tapPromise({ name: "x", stage: n % 100 }, async () => {});',
    status: "ended",
    reason: /taps hooks 200 times at most|2000 messages/,
  },
  {
    id: "many-drivers",
    does: "registers a thousand drivers",
    setup:
      'for (let n = 0; n < 1_000; n += 1) nvr.cameraDrivers.register({ id: "many-" + n, displayName: "X", configSchema: Type.Object({}), async streams() {} });',
    status: "ended",
    reason: /registers 50 entries at most/,
  },
  {
    id: "offers-others",
    does: "offers a camera with another's driver",
    setup:
      'await nvr.offerCamera({ id: "spy", name: "Spy", driver: "rtsp", config: { url: "rtsp://spy/" }, record: { mode: "off", streams: "main", audio: false, quotaBytes: null }, onlyWhenEmpty: false });',
    status: "ended",
    reason: /cameras of its own drivers only/,
  },
  {
    id: "wrong-card",
    does: "registers what is no driver",
    setup: 'nvr.cameraDrivers.register({ id: "../../etc", displayName: 7 });',
    status: "ended",
    reason: /camera driver/,
  },
  {
    id: "circle",
    does: "registers what goes round in a circle",
    setup:
      'const catalogue = []; catalogue.push(catalogue); nvr.cameraDrivers.register({ id: "circle-x", displayName: "X", configSchema: Type.Object({}), catalogue, async streams() {} });',
    status: "ended",
    reason: /deeper than 64 levels, or a circle/,
  },
  {
    id: "deep-card",
    does: "sends what is nested without end",
    top: RAW,
    setup: `const deep = "[".repeat(200000) + "]".repeat(200000); raw('{"id":900001,"method":"register","params":{"registry":"cameraDrivers","calls":["streams"],"card":{"id":"deep","displayName":"x","configSchema":{"type":"object"},"catalogue":' + deep + '}}}');`,
    status: "running",
  },
  {
    id: "plugs-proto",
    does: "sends prototypes along",
    top: RAW,
    setup: `raw('{"id":900002,"method":"register","params":{"registry":"__proto__","calls":["streams"],"card":{"__proto__":{"polluted":true},"id":"x"}}}'); raw('{"method":"__proto__","params":{}}'); raw('{"id":"__proto__","result":1}');`,
    status: "ended",
    reason: /no registry __proto__/,
  },
  {
    id: "floods-messages",
    does: "floods the core with messages",
    top: RAW,
    setup: 'setTimeout(() => { for (;;) raw({ method: "nothing", params: {} }); }, 100);',
    status: "ended",
    reason: /more than 2000 messages in a second/,
  },
  {
    id: "floods-bytes",
    does: "floods the core with large messages",
    top: RAW,
    setup:
      'setTimeout(() => { const large = { method: "log", params: { level: "info", message: "x".repeat(3e6), fields: {} } }; for (;;) raw(large); }, 100);',
    status: "ended",
    // Where a busy machine lets it send but little, it is found by its silence.
    reason: /more than 32 MB in a second|did not answer for/,
  },
  {
    id: "floods-errors",
    does: "floods its standard error",
    top: 'import fs from "node:fs";',
    setup:
      'setTimeout(() => { const text = "x".repeat(60_000); for (;;) try { fs.writeSync(2, text); } catch {} }, 100);',
    status: "ended",
    reason: /more than 32 MB in a second|nothing but compute|did not answer for/,
  },
  {
    id: "floods-log",
    does: "floods the log",
    setup:
      'setInterval(() => { for (let n = 0; n < 1_000; n += 1) nvr.log.error("flood " + "x".repeat(1_000), { plugin: "nightjar-camera-good" }); }, 50);',
    status: "running",
  },
  {
    id: "speaks-rubbish",
    does: "sends what is no message",
    top: RAW,
    setup: "setTimeout(() => bytes(Buffer.alloc(100, 255)), 50);",
    status: "ended",
    reason: /what is no message, or more than a message may hold/,
  },
  {
    id: "announces-much",
    does: "announces a message of four gigabytes",
    top: RAW,
    setup: "setTimeout(() => bytes(Buffer.from([255, 255, 255, 255, 0, 1])), 50);",
    status: "ended",
    reason: /what is no message, or more than a message may hold/,
  },
  {
    id: "closes-pipe",
    does: "closes the pipe",
    top: 'import fs from "node:fs";',
    setup: "setTimeout(() => fs.closeSync(3), 50);",
    status: "ended",
    reason: /it /,
  },
  {
    id: "call-throws",
    does: "throws when it is asked for streams",
    streams: 'throw new Error("there is no film in it");',
    status: "running",
    errors: true,
    asked: /there is no film in it/,
  },
  {
    id: "call-exits",
    does: "ends when it is asked for streams",
    streams: "process.exit(9);",
    status: "ended",
    reason: /code 9/,
    asked: /does not run|connection/,
  },
  {
    id: "call-wrong",
    does: "answers streams that are none",
    streams: 'return { main: { kind: "rtsp", url: 7, transport: "pigeon" } };',
    status: "running",
    asked: /answered streams that are wrong at \/main/,
  },
  {
    id: "call-proto",
    does: "answers with a prototype",
    streams: `return JSON.parse('{"main":{"kind":"rtsp","url":"rtsp://x/","transport":"tcp"},"__proto__":{"polluted":true}}');`,
    status: "running",
    errors: true,
    asked: /has a key "__proto__"/,
  },
  {
    id: "call-large",
    does: "answers with 100 MB",
    streams: 'return { main: "x".repeat(100 * 1024 * 1024) };',
    status: "ended",
    reason: /more than a message may hold|used up its 128 MB|MB of memory/,
    asked: /does not run|connection|more than a message may hold/,
  },
  {
    id: "call-hangs",
    does: "never answers when it is asked for streams",
    streams: "await new Promise(() => {});",
    status: "running",
    errors: true,
    asked: /not (?:answer|done)|within 10/,
    slow: true,
  },
  {
    id: "call-loops",
    does: "computes for ever when it is asked for streams",
    streams: "for (;;) ;",
    status: "ended",
    reason: /nothing but compute for|did not answer for/,
    asked: /does not run|connection|not answer/,
    slow: true,
  },
  {
    id: "call-secrets",
    does: "reads the recorder's secrets",
    top: 'import { readFileSync } from "node:fs"; import { join } from "node:path"; let folder;',
    setup: "folder = nvr.storageDir;",
    streams: 'throw new Error("read: " + readFileSync(join(folder, "../../../secrets.json"), "utf8"));',
    status: "running",
    errors: true,
    asked: /ERR_ACCESS_DENIED|Access to this API has been restricted|ENOENT/,
  },
  {
    id: "call-folder",
    does: "reads another plugin's folder",
    top: 'import { readdirSync } from "node:fs"; import { join } from "node:path"; let folder;',
    setup: "folder = nvr.storageDir;",
    streams:
      'throw new Error("read: " + readdirSync(join(folder, "../nightjar-camera-call-secrets")).join(" "));',
    status: "running",
    errors: true,
    asked: /ERR_ACCESS_DENIED|Access to this API has been restricted|ENOENT/,
  },
  {
    id: "call-environment",
    does: "reads the environment",
    // All that is there is where its own compiled code is kept, and its own folder, which bubblewrap adds.
    streams: 'throw new Error("found [" + Object.keys(process.env).join(" ") + "]");',
    status: "running",
    errors: true,
    asked: /found \[(?:NODE_COMPILE_CACHE|PWD| )*\]/,
  },
  {
    id: "call-socket",
    does: "opens a socket that it has not asked for",
    streams: 'const { connect } = await import("node:net"); connect(1, "127.0.0.1");',
    status: "running",
    errors: true,
    asked: /does not ask for the network/,
  },
];

/** Its package's name. */
export function nameOf({ id }: { readonly id: string }): string {
  return `nightjar-camera-${id}`;
}

/** Writes plugins into a folder that `--plugin-path` can name. */
export function writeBadPlugins(folder: string, plugins: readonly BadPlugin[]): void {
  for (const plugin of plugins) {
    const own = join(folder, nameOf(plugin));
    mkdirSync(own, { recursive: true });
    writeStranger(own, { ...plugin, card: { ...plugin.card, name: nameOf(plugin) }, driver: plugin.id });
  }
}
