// Updating and removing plugins while others run, from a real registry (verdaccio), with updates that do not start and
// registries that are away.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, afterEach, before, describe, it } from "node:test";
import { NightjarError } from "../../core/errors.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { GATE, InstallRig, NOWHERE, YARD } from "../support/install-rig.ts";

describe("changing what is installed", { timeout: 170_000 }, () => {
  let rig: InstallRig;
  before(async () => {
    rig = await InstallRig.start([
      { name: YARD, version: "1.0.0" },
      { name: YARD, version: "1.1.0" },
      { name: GATE, setup: 'appendFileSync(nvr.storageDir + "/starts", process.pid + "\\n");' },
    ]);
  });
  afterEach(() => rig.rest());
  after(() => rig.dispose());

  it("tells of a newer version and installs it; only that plugin is started anew, and removed it is gone", async () => {
    const recorder = await rig.recorder();
    await recorder.install(`${YARD}@1.0.0`);
    await recorder.install(GATE);
    const starts = () =>
      readFileSync(recorder.project("storage/@somebody+nightjar-camera-gate/starts"), "utf8");
    const bystander = starts();
    assert.deepEqual(await recorder.installer.updates(), [
      { name: YARD, installed: "1.0.0", newest: "1.1.0", fits: true, permissions: { network: false } },
    ]);
    const job = await recorder.run({ action: "update", name: YARD });
    assert.deepEqual([job.status, job.previousVersion, job.version], ["done", "1.0.0", "1.1.0"]);
    assert.deepEqual(recorder.running(), [`${GATE}@1.0.0`, `${YARD}@1.1.0`]);
    assert.equal(starts(), bystander);
    assert.deepEqual(await recorder.installer.updates(), []);
    const again = await recorder.run({ action: "update", name: YARD });
    assert.deepEqual([again.status, again.version], ["done", "1.1.0"]);
    assert.match(again.lines.join("\n"), /is the newest/);

    const removal = await recorder.run({ action: "remove", name: YARD });
    assert.equal(removal.status, "done", removal.reason);
    assert.deepEqual(recorder.running(), [`${GATE}@1.0.0`]);
    assert.equal(existsSync(recorder.project("node_modules", YARD)), false);
    const other = await recorder.run({ action: "remove", name: YARD });
    assert.deepEqual([other.status, other.code], ["failed", "NJ_PLUGIN_NOT_INSTALLED"]);
    assert.equal(starts(), bystander);
  });

  it("undoes an update that does not start: the old one runs again", async () => {
    const recorder = await rig.recorder();
    const name = "nightjar-camera-fragile";
    await rig.publish({ name });
    await recorder.install(name);
    const was = recorder.state();
    const broken = { name, version: "1.1.0", setup: 'throw new Error("no such luck");' };
    await rig.publish(broken);
    const job = await recorder.run({ action: "update", name });
    assert.deepEqual([job.status, job.code], ["undone", "NJ_PLUGIN_NOT_STARTED"]);
    assert.match(job.reason ?? "", /1\.1\.0 does not start.*no such luck/);
    assert.deepEqual(recorder.running(), [`${name}@1.0.0`]);
    assert.deepEqual(recorder.state(), was);
  });

  it("undoes a plugin that ends soon after it was started", async () => {
    const recorder = await rig.recorder({ settleMs: 60_000 });
    const source = await rig.pack({
      name: YARD,
      setup: "setTimeout(() => process.exit(3), 50);",
    });
    const job = await recorder.run({ action: "install", source });
    assert.equal(job.status, "undone", job.reason);
    assert.deepEqual(recorder.host.list(), []);
    assert.equal(existsSync(recorder.project("node_modules")), false);
  });

  it("says plainly that the registry is away, and goes on without it", async () => {
    const recorder = await rig.recorder({ url: NOWHERE });
    await assert.rejects(recorder.installer.search("yard"), isAway);
    const job = await recorder.run({ action: "install", source: YARD });
    assert.deepEqual([job.status, job.code], ["failed", "NJ_PLUGIN_REGISTRY_AWAY"]);
    // One whose dependency has to be fetched.
    const needy = { name: GATE, card: { dependencies: { "some-part": "1.0.0" } } };
    const second = await recorder.run({ action: "install", source: await rig.pack(needy) });
    assert.deepEqual([second.status, second.code], ["failed", "NJ_PLUGIN_REGISTRY_AWAY"], second.reason);
    await recorder.install(await rig.pack({ name: YARD }));
    assert.deepEqual(recorder.running(), [`${YARD}@1.0.0`]);
  });

  it("gives a job up when it is told to, also one that waits", async () => {
    const recorder = await rig.recorder();
    const first = recorder.installer.start({ action: "install", source: `${YARD}@1.0.0` });
    const second = recorder.installer.start({ action: "install", source: GATE });
    recorder.installer.cancel(first.id);
    recorder.installer.cancel(second.id);
    for (const { id } of [first, second]) {
      const job = await recorder.installer.finished(id);
      assert.deepEqual([job.status, job.code], ["failed", "NJ_PLUGIN_JOB_CANCELLED"]);
    }
    assert.equal(existsSync(recorder.project("node_modules")), false);
  });

  it("undoes a change that is given up when it is in place already", async () => {
    const recorder = await rig.recorder({ settleMs: 60_000 });
    const { id } = recorder.installer.start({ action: "install", source: await rig.pack({ name: YARD }) });
    const waits = (): boolean =>
      recorder.installer.jobs().some((job) => job.lines.includes("waiting until it runs"));
    await waitFor(waits, { deadlineMs: 30_000, what: "it to be in place" });
    assert.ok(existsSync(recorder.project("node_modules", YARD)));
    recorder.installer.cancel(id);
    const job = await recorder.installer.finished(id);
    assert.deepEqual([job.status, job.code], ["undone", "NJ_PLUGIN_JOB_CANCELLED"]);
    assert.deepEqual(recorder.host.list(), []);
    assert.equal(existsSync(recorder.project("node_modules")), false);
  });

  it("changes a recorder that stands still too, and says that nothing was started", async () => {
    const recorder = await rig.recorder({ host: false });
    const job = await recorder.install(`${YARD}@1.0.0`);
    assert.match(job.lines.join("\n"), /whether it starts was not tried/);
    assert.deepEqual(recorder.host.list(), []);
  });
});

const isAway = (error: unknown): boolean =>
  error instanceof NightjarError &&
  error.code === "NJ_PLUGIN_REGISTRY_AWAY" &&
  /does not serve/.test(error.message);
