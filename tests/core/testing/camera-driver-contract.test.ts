// The contract suite of camera drivers finds what it is there to find: each rule on something that breaks it, and the
// whole suite on a plugin that breaks nearly all of them.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { NightjarError, type StreamDescriptor, Type } from "../../../core/index.ts";
import { bundledDrivers } from "../../../core/plugin/package/bundled.ts";
import {
  checkDescriptor,
  checkFields,
  checkRefused,
  wrongConfigs,
} from "../../../core/testing/camera-driver-checks.ts";
import { silentDevice } from "../../../core/testing/silent-device.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";
import { testNvr } from "../../../core/testing/test-nvr.ts";

const ROOT = join(import.meta.dirname, "../../..");
const text = { title: "T", description: "D" };
const strict = { additionalProperties: false };

describe("the fields of a camera", () => {
  const secret = { ...text, "x-secret": true };
  const cases: [string, ReturnType<typeof Type.Object>, RegExp][] = [
    ["without a title", Type.Object({ a: Type.String({ description: "D" }) }, strict), /a has no title/],
    [
      "without a description",
      Type.Object({ a: Type.String({ title: "T" }) }, strict),
      /a has no description/,
    ],
    ["that may be anything", Type.Object({}), /unknown fields/],
    [
      "with an open password",
      Type.Object({ password: Type.String(text) }, strict),
      /password holds a secret/,
    ],
    ["with an open token", Type.Object({ apiToken: Type.String(text) }, strict), /apiToken holds a secret/],
    ["with a secret number", Type.Object({ pin: Type.Number(secret) }, strict), /pin is not text/],
    [
      "with a secret that everybody knows",
      Type.Object({ password: Type.String({ ...secret, default: "admin" }) }, strict),
      /default that everybody can read/,
    ],
    [
      "with a secret further down",
      Type.Object({ door: Type.Object({ key: Type.String(secret) }, text) }, strict),
      /door\.key must stand at the top/,
    ],
  ];
  for (const [what, schema, reason] of cases) {
    it(`are refused ${what}`, () => assert.throws(() => checkFields(schema), reason));
  }
  it("pass when they are described", () =>
    checkFields(Type.Object({ host: Type.String(text), password: Type.String(secret) }, strict)));
});

describe("a stream's descriptor", () => {
  const schema = Type.Object({ host: Type.String(), password: Type.String({ "x-secret": true }) });
  const good: StreamDescriptor = {
    kind: "rtsp",
    url: "rtsp://camera/1",
    username: "admin",
    credentialsRef: "password",
    transport: "tcp",
  };
  const secrets = { password: "p@ss" };
  const check = (change: object): void =>
    checkDescriptor("main", { ...good, ...change } as StreamDescriptor, schema, secrets);

  it("passes when it is right", () => check({}));
  for (const [what, change, reason] of [
    ["of an unknown kind", { kind: "carrier-pigeon" }, /kind/],
    ["with an unknown transport", { transport: "air" }, /transport/],
    ["with another scheme", { url: "http://camera/1" }, /not fetched/],
    ["with a user in its address", { url: "rtsp://admin@camera/1" }, /stand in the address/],
    ["with the password in its address", { url: "rtsp://camera/1?pwd=p%40ss" }, /secret password stands/],
    ["with the password as a user", { username: "p@ss" }, /secret password stands/],
    ["that names no secret field", { credentialsRef: "host" }, /no secret field/],
  ] as const) {
    it(`is refused ${what}`, () => assert.throws(() => check(change), reason));
  }
});

describe("wrong settings", () => {
  it("are made of right ones: unknown, of another type, missing", () => {
    const schema = Type.Object({ host: Type.String(), port: Type.Optional(Type.Integer()) });
    assert.deepEqual(wrongConfigs(schema, { host: "a" }), {
      "an unknown field": { host: "a", "no-such-field": 1 },
      "host of a wrong type": { host: { wrong: true } },
      "port of a wrong type": { host: "a", port: { wrong: true } },
      "no host": {},
    });
  });
  it("count as refused by an error with a code and a sentence alone", async () => {
    await checkRefused("x", async () => {
      throw new NightjarError("NJ_CAMERA_CONFIG_INVALID", "invalid-argument", "the host is missing");
    });
    await assert.rejects(
      checkRefused("x", async () => 1),
      /x: is taken/,
    );
    await assert.rejects(
      checkRefused("x", async () => {
        throw new TypeError("config.host is undefined");
      }),
      /throw a NightjarError/,
    );
  });
});

it("ids of drivers that come with Nightjar are known, with their plugins", async () => {
  assert.deepEqual(Object.fromEntries(await bundledDrivers()), {
    demo: "nightjar-camera-demo",
    onvif: "nightjar-camera-onvif",
    rtsp: "nightjar-camera-rtsp",
  });
});

describe("the contract suite on a plugin that breaks it", { timeout: 120_000 }, () => {
  const NAME = "nightjar-camera-sinner";
  using dir = tempDir("nightjar-sinner-");
  mkdirSync(dir.join("tests"));
  mkdirSync(dir.join("node_modules/@nightjar"), { recursive: true });
  const card = {
    name: NAME,
    version: "1.0.0",
    type: "module",
    exports: "./index.js",
    keywords: ["nightjar-plugin"],
    engines: { nightjar: "^0.1.0" },
    nightjar: { kind: "camera", provides: ["camera-driver:saint"], permissions: { network: true } },
  };
  writeFileSync(dir.join("package.json"), JSON.stringify(card));
  writeFileSync(
    dir.join("index.js"),
    `import { connect } from "node:net";
     import { readFileSync, writeFileSync } from "node:fs";
     import { definePlugin, Type } from "@nightjar/core";
     export default definePlugin({
       name: "${NAME}",
       configSchema: Type.Object({}),
       setup(nvr) {
         let starts = 0;
         nvr.hooks.start.tapPromise({ name: "${NAME}" }, async () => {
           try { starts = Number(readFileSync(nvr.storageDir + "/starts", "utf8")); } catch {}
           writeFileSync(nvr.storageDir + "/starts", String(starts + 1));
           setInterval(() => {}, 1000);
         });
         nvr.cameraDrivers.register({
           id: "sinner",
           displayName: "Sinner",
           configSchema: Type.Object({ host: Type.String(), port: Type.Integer(), password: Type.String() }),
           async prepare(typed) { return { ...typed, host: typed.host + "." }; },
           async streams({ host, port, password }) {
             if (host.startsWith("silent")) { connect(port, "127.0.0.1").on("error", () => {}); await new Promise(() => {}); }
             return { main: { kind: "rtsp", url: "rtsp://admin:" + password + "@127.0.0.1:" + port + "/" + starts, transport: "tcp" } };
           },
         });
       },
     });`,
  );
  writeFileSync(
    dir.join("tests/contract.test.mjs"),
    `import { cameraDriverContract } from ${JSON.stringify(join(ROOT, "core/testing/index.ts"))};
     cameraDriverContract({
       pluginFolder: new URL("..", import.meta.url),
       camera: async () => ({ config: { host: "camera", port: 9, password: "secret" } }),
       silentCamera: ({ port }) => ({ host: "silent", port, password: "secret" }),
     });`,
  );
  // What a generated plugin has as a link.
  writeFileSync(dir.join("register.mjs"), registration());
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const run = spawnSync(
    process.execPath,
    [
      "--import",
      dir.join("register.mjs"),
      "--test",
      // The timer that it leaves open would keep the tests' own process too.
      "--test-force-exit",
      "--test-reporter=tap",
      dir.join("tests/contract.test.mjs"),
    ],
    {
      encoding: "utf8",
      env: { ...env, NODE_OPTIONS: `--import=${dir.join("register.mjs")}` },
      timeout: 170_000,
    },
  );
  const failed = [...run.stdout.matchAll(/^ +not ok \d+ - (.+)$/gm)].map(([, name]) => name ?? "");

  for (const name of [
    "its identity card names its drivers, whose ids nobody else has",
    "every field of a camera has a title and a description, and passwords are marked as secret",
    "it answers with plain data: known streams, without credentials in their addresses",
    "the streams that it names play",
    "what was typed is tidied once: tidying it again changes nothing",
    "what is wrong is refused, with a sentence",
    "a call ends when nobody waits for it any more",
    "it starts a second time on the same data directory, and answers as before",
  ]) {
    it(`fails where "${name}", inline and isolated`, () => {
      assert.equal(failed.filter((found) => found === name).length, 2, run.stdout.slice(-3_000) + run.stderr);
    });
  }
  it("fails where a timer is left open, inline; a process of its own is ended with all that is in it", () => {
    const name = "after its stop nothing is left open: the process ends by itself";
    assert.equal(failed.filter((found) => found === name).length, 1, run.stdout.slice(-3_000));
    assert.match(run.stdout, /kept alive by .*Timeout/);
  });

  function registration(): string {
    const core = JSON.stringify(new URL("../../../core/index.ts", import.meta.url).href);
    return `import { registerHooks } from "node:module";
      registerHooks({ resolve: (specifier, context, next) =>
        specifier === "@nightjar/core" ? { url: ${core}, shortCircuit: true } : next(specifier, context) });`;
  }
});

describe("a recorder in a box", () => {
  const rtsp = join(ROOT, "plugins/camera-rtsp");

  it("says which plugin is not there, or does not run, and why", async () => {
    await assert.rejects(testNvr({ pluginFolder: join(ROOT, "docs/nowhere") }), /no package\.json/);
    await assert.rejects(
      testNvr({ pluginFolder: rtsp, isolation: "inline", settings: { speed: "high" } }),
      /nightjar-camera-rtsp is failed: .*\/speed|nightjar-camera-rtsp is failed: /,
    );
  });

  it("keeps what the plugin did: log lines, offered cameras, asked refreshes", async () => {
    await using nvr = await testNvr({ pluginFolder: join(ROOT, "plugins/camera-demo"), isolation: "inline" });
    await nvr.start();
    assert.deepEqual(
      nvr.offered.map(({ id }) => id),
      ["demo"],
    );
    assert.deepEqual(nvr.refreshed, ["demo"]);
    assert.throws(() => nvr.driver("rtsp"), /no camera driver rtsp: demo/);
  });

  it("takes secrets apart as the recorder does", async () => {
    await using nvr = await testNvr({ pluginFolder: rtsp, isolation: "inline" });
    assert.deepEqual(await nvr.prepare({ url: "rtsp://admin:secret@camera/1" }), {
      config: { url: "rtsp://camera/1", username: "admin" },
      secrets: { password: "secret" },
    });
  });
});

it("a silent device takes connections, says nothing, and hangs up when it is closed", async () => {
  const device = await silentDevice();
  const answer = fetch(`http://${device.host}:${device.port}/`).then(
    () => "answered",
    () => "hung up",
  );
  const { waitFor } = await import("../../../core/testing/wait-for.ts");
  await waitFor(() => device.connections === 1);
  await device.close();
  assert.equal(await answer, "hung up");
});
