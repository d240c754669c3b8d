// The contract suite of bridges finds what it is there to find: it is run on a bridge that breaks all of it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { tempDir } from "../../../core/testing/temp-dir.ts";
import { writeHousePlugin } from "../../support/house-plugin.ts";

const ROOT = join(import.meta.dirname, "../../..");
const NAME = "nightjar-bridge-sinner";

/** The test that finds a sin, and by what. In the order of the suite. */
const FOUND: readonly (readonly [string, RegExp])[] = [
  ["it shows how a camera is", /waited \d+ ms for offline/],
  ["whatever happens in the recorder is no obstacle", /reading 'code'/],
  ["odd commands over MQTT are no obstacle", /the lamp broke/],
  ["its resources answer", /the page broke/],
  ["nothing that it has told stays behind", /waited \d+ ms for degraded/],
  ["after its stop nothing is left open", /kept alive by .*Timeout/],
];

describe("the contract suite on a bridge that breaks it", { timeout: 120_000 }, () => {
  using dir = tempDir("nightjar-sinner-");
  mkdirSync(dir.join("tests"));
  mkdirSync(dir.join("node_modules/@nightjar"), { recursive: true });
  symlinkSync(join(ROOT, "core"), dir.join("node_modules/@nightjar/core"), "junction");
  writeHousePlugin(
    dir.path,
    NAME,
    { permissions: { mqtt: true } },
    `import { existsSync, writeFileSync } from "node:fs";
     import { definePlugin, Type } from "@nightjar/core";
     export default definePlugin({
       name: "${NAME}", configSchema: Type.Object({}),
       async setup(nvr) {
         const isSecond = existsSync(nvr.storageDir + "/started");
         writeFileSync(nvr.storageDir + "/started", "");
         setInterval(() => {}, 1000);
         nvr.hooks.cameraStateChanged.tapPromise({ name: "x" }, async (camera, { status }) => {
           if (!isSecond && status !== "offline") await nvr.mqtt.publish("yard", status, { retain: true });
         });
         nvr.hooks.streamEnded.tapPromise({ name: "x" }, async (camera, stream, reason) => void reason.code);
         await nvr.mqtt.subscribe({ filter: "lamp/set", permission: "live" }, ({ payload }) => {
           if (payload === "{") throw new Error("the lamp broke");
         });
         nvr.routes.register({
           id: "page", method: "GET", path: "/page/:part", permission: "live", summary: "Breaks.",
           async handle() { throw new Error("the page broke"); },
         });
       },
     });`,
  );
  writeFileSync(
    dir.join("tests/contract.test.mjs"),
    `import { bridgeContract, waitFor } from ${JSON.stringify(join(ROOT, "core/testing/index.ts"))};
     bridgeContract({
       pluginFolder: new URL("..", import.meta.url),
       shows: async (nvr, { status }) =>
         void await waitFor(() => nvr.mqtt.retained.get("yard") === status, { deadlineMs: 1500, what: status }),
     });`,
  );
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const words = ["--test", "--test-force-exit", "--test-reporter=tap", dir.join("tests/contract.test.mjs")];
  const run = spawnSync(process.execPath, words, { encoding: "utf8", env, timeout: 100_000 });
  const parts = run.stdout.split(/^ +# Subtest: /m);
  for (const [name, reason] of FOUND) {
    it(`finds that not: ${name}`, () => {
      const found = parts.filter((part) => part.startsWith(name));
      assert.equal(found.length, 2, run.stdout.slice(-3_000) + run.stderr);
      const [inline, isolated] = found.map((part) => /^ +not ok/m.test(part) && reason.test(part));
      assert.equal(inline, true, found[0]);
      // A process of its own is ended with all that is in it.
      assert.equal(isolated, !name.startsWith("after its stop"), found[1]);
    });
  }
});
