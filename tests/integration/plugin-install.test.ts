// Installing plugins for real: npm, a registry (verdaccio) on loopback, plugins in processes of their own.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { waitFor } from "../../core/testing/wait-for.ts";
import { BAD_PLUGINS, nameOf, writeBadPlugins } from "../support/bad-plugins.ts";
import { GATE, InstallRig, NOWHERE, YARD } from "../support/install-rig.ts";
import { pack } from "../support/plugin-registry.ts";

const CORE = resolve(import.meta.dirname, "../../core");

describe("installing plugins", { timeout: 170_000 }, () => {
  let rig: InstallRig;
  before(async () => {
    rig = await InstallRig.start([
      { name: YARD, version: "1.0.0" },
      { name: YARD, version: "1.1.0" },
      { name: GATE },
      { name: GATE, version: "2.0.0-beta.1", tag: "next" },
      { name: "nightjar-camera-no-plugin", card: { keywords: ["camera"] } },
    ]);
  });
  afterEach(() => rig.rest());
  after(() => rig.dispose());

  it("finds plugins by keyword, by a word, and by a whole name, and nothing that is none", async () => {
    const recorder = await rig.recorder();
    const names = async (text: string) =>
      (await recorder.installer.search(text)).map(({ name }) => name).sort();
    assert.deepEqual(await names(""), [GATE, YARD]);
    assert.deepEqual(await names("gate"), [GATE]);
    assert.deepEqual(await names(YARD), [YARD]);
    assert.deepEqual(await names("nightjar-camera-no-plugin"), []);
    for (const [name, version] of [
      [YARD, "1.1.0"],
      [GATE, "1.0.0"],
    ] as const)
      assert.equal((await recorder.installer.search(name))[0]?.version, version);
  });

  it("installs an exact version with its checksum, which runs at once, finds the core, and keeps both when one more comes by a tag", async () => {
    const recorder = await rig.recorder();
    const job = await recorder.install(`${YARD}@1.0.0`);
    assert.equal(job.version, "1.0.0");
    assert.deepEqual(recorder.running(), [`${YARD}@1.0.0`]);
    const card = JSON.parse(readFileSync(recorder.project("package.json"), "utf8")) as {
      dependencies: object;
    };
    assert.deepEqual(card.dependencies, { [YARD]: "1.0.0" });
    assert.match(readFileSync(recorder.project("package-lock.json"), "utf8"), /"integrity": "sha512-/);
    assert.equal(realpathSync(recorder.project("node_modules/@nightjar/core")), CORE);
    assert.deepEqual([...new Set(recorder.told.map(({ status }) => status))], ["waiting", "running", "done"]);
    assert.ok(job.lines.some((line) => line.startsWith("npm http fetch GET 200")));
    // The tag is resolved to the version that it means then.
    assert.equal((await recorder.install(`${GATE}@next`)).version, "2.0.0-beta.1");
    assert.deepEqual(recorder.running(), [`${GATE}@2.0.0-beta.1`, `${YARD}@1.0.0`]);
    assert.equal(readlinkSync(recorder.project("node_modules/@nightjar/core")), CORE);
  });

  it("installs a tarball without any registry, and contains bad plugins out of others: refused, undone, or ended and named", async () => {
    const recorder = await rig.recorder({ url: NOWHERE });
    await recorder.install(await rig.pack({ name: YARD }));
    assert.deepEqual(recorder.running(), [`${YARD}@1.0.0`]);
    assert.match(
      readFileSync(recorder.project("package.json"), "utf8"),
      /file:tarballs\/nightjar-camera-yard-1\.0\.0-/,
    );
    const refused = BAD_PLUGINS.filter(({ status }) => status === "refused");
    assert.ok(refused.length >= 3);
    const tried = new Set(["import-throws", "call-exits", ...refused.map(({ id }) => id)]);
    const bad = BAD_PLUGINS.filter(({ id }) => tried.has(id));
    writeBadPlugins(rig.path("bad"), bad);
    const packed = (id: string) => pack(rig.path("bad", nameOf({ id })), rig.path(`packed-${id}`));
    const before = recorder.state();
    for (const { id, reason = /^$/ } of refused) {
      const job = await recorder.run({ action: "install", source: await packed(id) });
      assert.equal(job.status, "failed", id);
      assert.match(job.reason ?? "", reason);
      assert.deepEqual(recorder.state(), before, id);
    }
    const undone = await recorder.run({ action: "install", source: await packed("import-throws") });
    assert.equal(undone.status, "undone");
    assert.match(undone.reason ?? "", /no lens is long enough/);
    await recorder.install(await packed("call-exits"));
    const driver = recorder.host.registries.cameraDrivers.get("call-exits")?.entry;
    const context = { signal: new AbortController().signal, secret: async () => undefined };
    assert.ok(driver !== undefined);
    await assert.rejects(driver.streams({ host: "a" }, context));
    const status = () => recorder.host.list().find(({ name }) => name === nameOf({ id: "call-exits" }));
    await waitFor(() => /code 9/.test(status()?.reason ?? ""), { what: () => JSON.stringify(status()) });
    assert.ok(recorder.running().includes(`${YARD}@1.0.0`));
  });

  it("installs a folder as a copy of what it holds, its changed content again, and removes it, while the registry of others is away", async () => {
    let url = rig.registry.url;
    const recorder = await rig.recorder({ url: () => url });
    await recorder.install(GATE);
    url = NOWHERE;
    const folder = rig.write({ name: YARD });
    await recorder.install(folder);
    assert.deepEqual(recorder.running(), [`${GATE}@1.0.0`, `${YARD}@1.0.0`]);
    writeFileSync(join(folder, "more.js"), "export {};");
    assert.equal(existsSync(recorder.project("node_modules", YARD, "more.js")), false);
    await recorder.install(folder);
    assert.equal(existsSync(recorder.project("node_modules", YARD, "more.js")), true);
    assert.deepEqual(recorder.running(), [`${GATE}@1.0.0`, `${YARD}@1.0.0`]);
    assert.equal(readdirSync(recorder.project("tarballs")).length, 1);
    assert.equal((await recorder.run({ action: "remove", name: YARD })).status, "done");
    assert.deepEqual(recorder.running(), [`${GATE}@1.0.0`]);
  });
});
