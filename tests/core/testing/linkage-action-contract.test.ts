// The contract suite of linkage actions finds what it is there to find: it is run on an action that breaks nearly all of it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { eventPictures } from "../../../core/testing/linkage-requests.ts";
import { tempDir } from "../../../core/testing/temp-dir.ts";

const ROOT = join(import.meta.dirname, "../../..");
const NAME = "nightjar-linkage-sinner";

/** A sin, the test that finds it, and by what. In the order of the suite. */
const SINS: readonly (readonly [string, string, RegExp])[] = [
  ["card", "its identity card names its actions", /nightjar\.provides/],
  ["fields", "every field of a rule has a title", /lets unknown fields pass/],
  ["note", "it does what it is asked", /300 letters at most/],
  ["bare", "an event without camera", /reading 'camera'/],
  ["odd", "odd names reach the target", /the next one is done/],
  ["test", "whoever gets it sees that it is only tried", /and is recognised/],
  ["mix", "two at once do not mix", /as much of the one as of the other/],
  ["plain", "a target that is away is told", /its kind is internal|TypeError/],
  ["open", "what is wrong is refused", /an unknown field: is taken/],
  ["silent", "a call ends when nobody waits", /a call to end that was given up/],
  ["restart", "it starts a second time", /1 !== 2/],
  ["timer", "after its stop nothing is left open", /kept alive by .*Timeout/],
];

describe("the contract suite on a linkage action that breaks it", { timeout: 120_000 }, () => {
  using dir = tempDir("nightjar-sinner-");
  mkdirSync(dir.join("tests"));
  mkdirSync(dir.join("node_modules/@nightjar"), { recursive: true });
  symlinkSync(join(ROOT, "core"), dir.join("node_modules/@nightjar/core"), "junction");
  const card = {
    name: NAME,
    version: "1.0.0",
    type: "module",
    exports: "./index.js",
    keywords: ["nightjar-plugin"],
    engines: { nightjar: "^0.1.0" },
    nightjar: {
      kind: "linkage",
      provides: ["linkage-action:saint", "linkage-action:sinner"],
      permissions: { network: true },
    },
  };
  writeFileSync(dir.join("package.json"), JSON.stringify(card));
  writeFileSync(
    dir.join("index.js"),
    `import { connect } from "node:net";
     import { existsSync, writeFileSync } from "node:fs";
     import { definePlugin, Type } from "@nightjar/core";
     export default definePlugin({
       name: "${NAME}",
       configSchema: Type.Object({ url: Type.String(), key: Type.String({ "x-secret": true }), sin: Type.String() }),
       setup(nvr, { url, key, sin }) {
         let last, isSpoilt = existsSync(nvr.storageDir + "/started");
         if (sin === "restart") writeFileSync(nvr.storageDir + "/started", "");
         if (sin === "timer") setInterval(() => {}, 1000);
         nvr.linkageActions.register({
           id: "sinner", displayName: "Sinner", wantsPictures: 1, maxAgeSeconds: 60,
           configSchema: Type.Object({ loud: Type.Boolean({ default: true }) }),
           async run(request) {
             if (sin === "silent") { connect(Number(url), "127.0.0.1").on("error", () => {}); await new Promise(() => {}); }
             if (sin === "odd" && request.rule.id === "odd") isSpoilt = true;
             last = request;
             if (sin === "mix") await new Promise((resolve) => setTimeout(resolve, 100));
             const { cameraName, isTest, pictures } = sin === "mix" ? last : request;
             if (sin === "bare") pictures[0].camera.toUpperCase();
             if (isSpoilt) return;
             const body = JSON.stringify({ cameraName, test: isTest && sin !== "test" });
             await fetch(url, { method: "POST", headers: { connection: "close" }, body });
             return sin === "note" ? { note: "sent ".repeat(100) } : undefined;
           },
         });
       },
     });`,
  );
  writeFileSync(
    dir.join("tests/contract.test.mjs"),
    `import { createServer } from "node:http";
     import { once } from "node:events";
     // One sin per test, in their order, inline and isolated.
     const SINS = ${JSON.stringify(SINS.map(([sin]) => sin).filter((sin) => sin !== "silent"))};
     let targets = 0;
     import { linkageActionContract } from ${JSON.stringify(join(ROOT, "core/testing/index.ts"))};
     linkageActionContract({
       pluginFolder: new URL("..", import.meta.url),
       action: "sinner",
       async target() {
         const got = [];
         const server = createServer(async (request, response) => {
           let text = "";
           for await (const chunk of request.setEncoding("utf8")) text += chunk;
           got.push({ text, isTest: JSON.parse(text).test });
           response.end();
         });
         server.listen(0, "127.0.0.1");
         await once(server, "listening");
         return {
           settings: {
             url: "http://127.0.0.1:" + server.address().port,
             key: "hush",
             sin: SINS[targets++ % SINS.length],
           },
           config: {}, secrets: ["hush"], received: () => got,
           close: async () => { server.close(); server.closeAllConnections(); },
         };
       },
       silentTarget: ({ port }) => ({ settings: { url: String(port), key: "hush", sin: "silent" }, config: {} }),
     });`,
  );
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const words = ["--test", "--test-force-exit", "--test-reporter=tap", dir.join("tests/contract.test.mjs")];
  const run = spawnSync(process.execPath, words, { encoding: "utf8", env, timeout: 100_000 });
  const parts = run.stdout.split(/^ +# Subtest: /m);
  for (const [sin, name, reason] of SINS) {
    it(`finds "${sin}": ${name}`, () => {
      const found = parts.filter((part) => part.startsWith(name));
      assert.equal(found.length, 2, run.stdout.slice(-3_000) + run.stderr);
      // A process of its own is ended with all that is in it.
      const [inline, isolated] = found.map((part) => /^ +not ok/m.test(part) && reason.test(part));
      assert.equal(inline, true, found[0]);
      assert.equal(isolated, sin !== "timer", found[1]);
    });
  }
});

it("pictures for actions are as large as the recorder's, and can be decoded", () => {
  const [picture, ...rest] = eventPictures(2);
  assert.equal(rest.length, 1);
  const jpeg = Buffer.from(picture?.jpeg ?? "", "base64");
  assert.ok(jpeg.length > 200_000, `${jpeg.length}`);
  const decoded = spawnSync(
    "ffmpeg",
    ["-loglevel", "error", "-i", "-", "-pix_fmt", "gray", "-f", "rawvideo", "-"],
    {
      input: jpeg,
    },
  );
  assert.equal(decoded.stdout.length, 64, decoded.stderr.toString());
});
