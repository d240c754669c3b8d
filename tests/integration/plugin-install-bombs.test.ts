// Packages that are made to fill the disk or to get out of their folder, on a real registry (verdaccio), as a plugin and as
// what a plugin depends on (attack list A12).
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { InstallRig, type PluginRecorder, YARD } from "../support/install-rig.ts";
import { member } from "../support/tar-archive.ts";

const GROWTH = { bytes: 24 * 1024 ** 2, entries: 400 };

/** Nothing of the job is left, and what was there still is. */
function assertUntouched(recorder: PluginRecorder, was: unknown): void {
  assert.deepEqual(recorder.state(), was);
  assert.deepEqual(recorder.running(), [`${YARD}@1.0.0`]);
  assert.equal(existsSync(join(recorder.dataDir, "cache/npm/cache")), false);
}

describe("packages that are traps", { timeout: 170_000 }, () => {
  let rig: InstallRig;
  before(async () => {
    rig = await InstallRig.start([
      { name: YARD, version: "1.0.0" },
      { name: "nightjar-camera-heavy", card: { dependencies: { "heavy-part": "1.0.0" } } },
      { name: "nightjar-camera-many", card: { dependencies: { "many-part": "1.0.0" } } },
    ]);
    const heavy = rig.write({ name: "heavy-part" });
    // Noise that is repeated shrinks to a hundredth or two: npm itself refuses what shrinks to less than a thousandth.
    writeFileSync(join(heavy, "noise"), Buffer.alloc(64 * 1024 ** 2, randomBytes(8 * 1024)));
    await rig.registry.publish(heavy);
    const many = rig.write({ name: "many-part" });
    mkdirSync(join(many, "files"));
    for (let index = 0; index < 500; index += 1) writeFileSync(join(many, "files", `${index}`), "");
    await rig.registry.publish(many);
  });
  afterEach(() => rig.rest());
  after(() => rig.dispose());

  for (const [what, source] of [
    ["unpacks to more than there is room for", "nightjar-camera-heavy"],
    ["has files without end", "nightjar-camera-many"],
  ] as const) {
    it(`refuses a plugin of which a dependency ${what}, and leaves nothing of it on the disk`, async () => {
      const recorder = await rig.recorder({ growth: GROWTH });
      await recorder.install(`${YARD}@1.0.0`);
      const was = recorder.state();
      const job = await recorder.run({ action: "install", source });
      assert.deepEqual([job.status, job.code], ["failed", "NJ_PLUGIN_TOO_LARGE"], job.reason);
      assertUntouched(recorder, was);
    });
  }

  it("lets no file of an archive, and no link, out of the package's folder", async () => {
    const recorder = await rig.recorder({ growth: GROWTH });
    const folder = rig.write({ name: "nightjar-camera-evil" });
    const read = (name: string) => readFileSync(join(folder, name), "utf8");
    const archive = [
      member("package/package.json", read("package.json")),
      member("package/index.js", read("index.js")),
      member("package/../../../escaped-1", "1"),
      member("../../../../escaped-2", "2"),
      member(`${rig.path("escaped-3")}`, "3"),
      member("package/out", "", "2", 0, rig.path()),
      member("package/out/escaped-4", "4"),
      member("package/hard", "", "1", 0, join(recorder.dataDir, "secret")),
    ];
    writeFileSync(join(recorder.dataDir, "secret"), "canary");
    const file = rig.path("evil.tgz");
    writeFileSync(file, gzipSync(Buffer.concat([...archive, Buffer.alloc(1024)])));
    const job = await recorder.run({ action: "install", source: file });
    assert.deepEqual(
      globSync("**/escaped-*", { cwd: rig.path() }).filter(
        (path) => !path.includes("node_modules/nightjar-camera-evil/"),
      ),
      [],
    );
    const own = recorder.project("node_modules/nightjar-camera-evil");
    assert.equal(job.status, "done", job.reason);
    const kinds = readdirSync(own, { withFileTypes: true, recursive: true });
    assert.ok(kinds.every((entry) => !entry.isSymbolicLink()));
    assert.ok(!existsSync(join(own, "hard")) || readFileSync(join(own, "hard"), "utf8") !== "canary");
  });
});
