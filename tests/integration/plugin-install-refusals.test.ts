// What is not installed, from a real registry (verdaccio) and from files: refused with the reason, nothing changed
// (attack list A12, A13).
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { after, afterEach, before, describe, it } from "node:test";
import { GATE, InstallRig, YARD } from "../support/install-rig.ts";

/** An install script that leaves its environment behind. */
const MARK = `import { writeFileSync } from "node:fs"; writeFileSync("ran", JSON.stringify(process.env));`;

describe("what is not installed", { timeout: 170_000 }, () => {
  let rig: InstallRig;
  before(async () => {
    rig = await InstallRig.start([
      { name: YARD, version: "1.0.0" },
      { name: GATE },
      { name: "nightjar-camera-no-plugin", card: { keywords: ["camera"] } },
      { name: "nightjar-camera-future", card: { engines: { nightjar: "^9.0.0" } } },
      { name: "nightjar-camera-changed" },
      { name: "scripted-part", card: { scripts: { postinstall: "node index.js" } }, entry: MARK },
      { name: "nightjar-camera-scripted", card: { dependencies: { "scripted-part": "1.0.0" } } },
    ]);
  });
  afterEach(() => rig.rest());
  after(() => rig.dispose());

  const refusals: readonly (readonly [string, string, RegExp])[] = [
    ["nightjar-camera-no-plugin", "NJ_PLUGIN_REFUSED", /lacks the keyword/],
    ["nightjar-camera-future", "NJ_PLUGIN_REFUSED", /wants Nightjar \^9\.0\.0/],
    ["nightjar-camera-unknown", "NJ_PLUGIN_NOT_ON_REGISTRY", /has no nightjar-camera-unknown@latest/],
    [`${YARD}@7.7.7`, "NJ_PLUGIN_NOT_ON_REGISTRY", /has no nightjar-camera-yard@7\.7\.7/],
  ];
  it("refuses what is no plugin, does not fit or is not there, with the reason, and changes nothing", async () => {
    const recorder = await rig.recorder();
    await recorder.install(`${YARD}@1.0.0`);
    const was = recorder.state();
    for (const [source, code, reason] of refusals) {
      const job = await recorder.run({ action: "install", source });
      assert.deepEqual([job.status, job.code], ["failed", code], source);
      assert.match(job.reason ?? "", reason);
      assert.deepEqual(recorder.state(), was, source);
      assert.deepEqual(recorder.running(), [`${YARD}@1.0.0`], source);
    }
  });

  it("refuses a tarball that brings its own core, also by a dependency, and files that are no plugin", async () => {
    const recorder = await rig.recorder();
    const own = { name: YARD, card: { dependencies: { "@nightjar/core": "0.1.0" } } };
    const inner = await rig.pack({ name: YARD, card: { dependencies: { "brings-core": "1.0.0" } } });
    await rig.publish({ name: "@nightjar/core", version: "0.1.0" });
    await rig.publish({
      name: "brings-core",
      card: { dependencies: { "@nightjar/core": "0.1.0" } },
    });
    const words = rig.path("words.tgz");
    writeFileSync(words, "just words");
    const cases = [
      [await rig.pack(own), /second @nightjar\/core/],
      [inner, /second @nightjar\/core, by one of its dependencies/],
      [words, /cannot be read as a \.tgz file/],
      [rig.path("nowhere.tgz"), /ENOENT/],
      [rig.path(), /package\.json cannot be read/],
    ] as const;
    for (const [source, reason] of cases) {
      const job = await recorder.run({ action: "install", source });
      assert.equal(job.status, "failed");
      assert.match(job.reason ?? "", reason);
    }
    assert.deepEqual(
      readdirSync(recorder.project()).filter((name) => name !== "storage"),
      [],
    );
  });

  it("refuses a plugin that brings another one with it, also under another name", async () => {
    const recorder = await rig.recorder();
    for (const dependencies of [{ [GATE]: "1.0.0" }, { "masked-part": `npm:${GATE}@1.0.0` }]) {
      const source = await rig.pack({ name: YARD, card: { dependencies } });
      const job = await recorder.run({ action: "install", source });
      assert.deepEqual([job.status, job.code], ["failed", "NJ_PLUGIN_REFUSED"]);
      assert.match(job.reason ?? "", /calls itself the plugin @somebody\/nightjar-camera-gate/);
    }
    assert.equal(existsSync(recorder.project("node_modules")), false);
  });

  it("lets nobody take the place of a plugin that comes with Nightjar", async () => {
    const recorder = await rig.recorder({ host: false });
    const source = await rig.pack({ name: "nightjar-camera-rtsp" });
    const job = await recorder.run({ action: "install", source });
    assert.equal(job.code, "NJ_PLUGIN_REFUSED");
    assert.match(job.reason ?? "", /comes with Nightjar/);
  });

  it("refuses a file that was changed on the registry", async () => {
    const recorder = await rig.recorder();
    const other = await rig.pack({ name: "nightjar-camera-changed", setup: "/* evil */" });
    writeFileSync(rig.registry.tarball("nightjar-camera-changed", "1.0.0"), readFileSync(other));
    const job = await recorder.run({ action: "install", source: "nightjar-camera-changed" });
    assert.deepEqual([job.status, job.code], ["failed", "NJ_PLUGIN_INTEGRITY"]);
    assert.deepEqual(recorder.running(), []);
    assert.equal(existsSync(recorder.project("node_modules")), false);
  });

  it("runs no install script unasked, names who wants one, and runs it once that is consented to", async () => {
    const recorder = await rig.recorder();
    const order = { action: "install", source: "nightjar-camera-scripted" } as const;
    const marker = recorder.project("node_modules/scripted-part/ran");
    const refused = await recorder.run(order);
    assert.deepEqual([refused.status, refused.code], ["failed", "NJ_PLUGIN_SCRIPTS"]);
    assert.deepEqual(refused.scripts, [{ name: "scripted-part", version: "1.0.0" }]);
    assert.equal(existsSync(recorder.project("node_modules")), false);
    const other = await recorder.run({ ...order, allowScripts: ["scripted-part@0.9.0"] });
    assert.equal(other.code, "NJ_PLUGIN_SCRIPTS");

    process.env["SOME_TOKEN"] = "canary";
    const consented = await recorder.run({ ...order, allowScripts: ["scripted-part@1.0.0"] });
    delete process.env["SOME_TOKEN"];
    assert.equal(consented.status, "done", consented.reason);
    const environment = JSON.parse(readFileSync(marker, "utf8")) as Record<string, string>;
    assert.equal(environment["SOME_TOKEN"], undefined);
    assert.ok(environment["HOME"]?.startsWith(recorder.dataDir));
    const card = JSON.parse(readFileSync(recorder.project("package.json"), "utf8")) as {
      allowScripts: object;
    };
    assert.deepEqual(card.allowScripts, { "scripted-part@1.0.0": true });

    const removed = await recorder.run({ action: "remove", name: "nightjar-camera-scripted" });
    assert.equal(removed.status, "done", removed.reason);
    assert.doesNotMatch(readFileSync(recorder.project("package.json"), "utf8"), /allowScripts/);
  });
});
