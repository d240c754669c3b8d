// `nightjar plugin …` while the recorder stands still: what it prints, its exit codes, and a kill at every step.
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { ConfigStore } from "../../core/config/config-store.ts";
import { silentLog } from "../../core/log.ts";
import type { PluginJob } from "../../core/plugin/install/install-job.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { nightjar, startNightjar } from "../support/nightjar-command.ts";
import { PluginRegistry, pack, writePlugin } from "../support/plugin-registry.ts";

const YARD = "nightjar-camera-yard";
const GATE = "nightjar-camera-gate";

describe("nightjar plugin, while the recorder stands still", { timeout: 170_000 }, () => {
  const root = tempDir("nightjar-plugin-command-");
  const dataDir = root.join("data");
  const sources = root.join("sources");
  let registry: PluginRegistry;

  before(async () => {
    mkdirSync(dataDir);
    registry = await PluginRegistry.start(root.join("registry"));
    for (const version of ["1.1.0", "1.0.0"])
      await registry.publish(writePlugin(sources, { name: YARD, version }));
    const config = await ConfigStore.open({ dataDir, log: silentLog, watch: false });
    await config.update("/pluginRegistry/url", registry.url);
    await config.close();
  });
  after(async () => {
    await registry.stop();
    root.remove();
  });

  const command = (...args: string[]) => nightjar(dataDir, ["plugin", ...args]);
  const leftovers = () =>
    readdirSync(join(dataDir, "plugins")).filter((name) => name.startsWith(".") || name.includes("journal"));

  function installed(): string | undefined {
    const card = join(dataDir, "plugins/node_modules", YARD, "package.json");
    if (!existsSync(card)) return undefined;
    return (JSON.parse(readFileSync(card, "utf8")) as { version: string }).version;
  }

  it("search, add and list tell what they found and did, in words and in JSON", async () => {
    assert.match(
      (await command("search", "yard")).out,
      /nightjar-camera-yard\s+1\.0\.0\s+A plugin of a test/,
    );
    const added = await command("add", `${YARD}@1.0.0`);
    assert.equal(added.code, 0, added.err);
    assert.match(
      added.out,
      /npm http fetch GET 200.*whether it starts was not tried.*Installed .*yard 1\.0\.0/s,
    );
    assert.match((await command("list")).out, /nightjar-camera-yard\s+1\.0\.0\s+from the registry/);
    const listed = JSON.parse((await command("list", "--json")).out) as unknown[];
    assert.deepEqual(listed, [{ name: YARD, version: "1.0.0", origin: "registry" }]);
  });

  it("takes a file by a path that is meant from where one is", async () => {
    const tarball = await pack(writePlugin(sources, { name: GATE }), root.join("tarballs"));
    const added = await nightjar(dataDir, ["plugin", "add", basename(tarball), "--json"], {
      cwd: dirname(tarball),
    });
    assert.equal(added.code, 0, added.err);
    assert.equal((JSON.parse(added.out) as PluginJob).version, "1.0.0");
    assert.equal((await command("remove", GATE)).code, 0);
  });

  it("has exit codes for what fails and for what is not understood", async () => {
    const failed = await command("add", "nightjar-camera-nowhere", "--json");
    assert.equal(failed.code, 1);
    const { error } = JSON.parse(failed.err) as { error: { code: string; context: { job: PluginJob } } };
    assert.deepEqual([error.code, error.context.job.status], ["NJ_PLUGIN_NOT_ON_REGISTRY", "failed"]);
    assert.equal((await command("add")).code, 2);
    assert.equal((await command("fetch")).code, 2);
    const scripted = { name: GATE, card: { scripts: { install: "node index.js" } } };
    const refused = await command("add", writePlugin(sources, scripted));
    assert.equal(refused.code, 1);
    assert.match(refused.err, /nightjar-camera-gate@1\.0\.0.*add --allow-scripts/);
  });

  // Each is told before its step begins; how far that has come is what chance makes of it.
  const STEPS = ["asking the registry", "installing", "npm http fetch", "putting it in place"];
  for (const [index, step] of STEPS.entries()) {
    it(`is as it was, or as ordered, after a kill in the step "${step}"`, async () => {
      // To the newer one and back in turns, so that each begins with what the one before has left.
      const [from, to] = index % 2 === 0 ? (["1.0.0", "1.1.0"] as const) : (["1.1.0", "1.0.0"] as const);
      if (installed() !== from) {
        const before = await command("add", `${YARD}@${from}`);
        assert.equal(before.code, 0, before.err);
      }
      const child = startNightjar(dataDir, ["plugin", "add", `${YARD}@${to}`]);
      let out = "";
      for await (const chunk of child.stdout) {
        out += String(chunk);
        if (out.includes(step)) break;
      }
      assert.ok(out.includes(step), `it never came to that step: ${out}`);
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      const [plugin] = JSON.parse((await command("list", "--json")).out) as { version: string }[];
      assert.ok(["1.0.0", "1.1.0"].includes(plugin?.version ?? ""), plugin?.version);
      assert.deepEqual(leftovers(), []);
      const again = await command("add", `${YARD}@${to}`);
      assert.equal(again.code, 0, again.err);
      assert.equal(installed(), to);
    });
  }
});
