// Installing plugins for real: npm, a registry (verdaccio) on loopback, plugins in processes of their own. What is
// installed runs; what cannot be is refused, and all is as it was before.
import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { systemClock } from "../../core/clock.ts";
import { NightjarError } from "../../core/errors.ts";
import { silentLog } from "../../core/log.ts";
import type { PluginJob, PluginJobOrder } from "../../core/plugin/install/install-job.ts";
import { PluginInstaller } from "../../core/plugin/install/plugin-installer.ts";
import { PluginHost } from "../../core/plugin/plugin-host.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { PluginRegistry, pack, writePlugin } from "../support/plugin-registry.ts";

const YARD = "nightjar-camera-yard";
const GATE = "@somebody/nightjar-camera-gate";
const CORE = resolve(import.meta.dirname, "../../core");
/** Nobody listens on the discard port. */
const NOWHERE = "http://127.0.0.1:9/";
/** An install script that leaves its environment behind. */
const MARK = `import { writeFileSync } from "node:fs"; writeFileSync("ran", JSON.stringify(process.env));`;

describe("the installer of plugins", { timeout: 180_000 }, () => {
  const root = tempDir("nightjar-install-");
  const ends: (() => Promise<void>)[] = [];
  let registry: PluginRegistry;
  let number = 0;

  before(async () => {
    registry = await PluginRegistry.start(root.join("registry"));
    const publish = async (parts: Parameters<typeof writePlugin>[1], tag?: string) =>
      registry.publish(writePlugin(root.join("sources"), parts), tag);
    await publish({ name: YARD, version: "1.0.0" });
    await publish({ name: YARD, version: "1.1.0" });
    await publish({ name: YARD, version: "2.0.0-beta.1" }, "next");
    await publish({ name: GATE, setup: 'appendFileSync(nvr.storageDir + "/starts", process.pid + "\\n");' });
    await publish({ name: "nightjar-camera-no-plugin", card: { keywords: ["camera"] } });
    await publish({ name: "nightjar-camera-future", card: { engines: { nightjar: "^9.0.0" } } });
    await publish({ name: "nightjar-camera-changed" });
    await publish({
      name: "scripted-part",
      card: { scripts: { postinstall: "node index.js" } },
      entry: MARK,
    });
    await publish({ name: "nightjar-camera-scripted", card: { dependencies: { "scripted-part": "1.0.0" } } });
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  after(async () => {
    await registry.stop();
    root.remove();
  });

  /** A recorder's plugins: what runs them and what installs them. */
  async function setUp(options: { url?: string | (() => string); host?: boolean; settleMs?: number } = {}) {
    number += 1;
    const dataDir = root.join(`data-${number}`);
    mkdirSync(dataDir, { recursive: true });
    const host = new PluginHost({
      dataDir,
      version: "0.1.0",
      paths: [{ bundled: false, folder: join(dataDir, "plugins/node_modules") }],
      log: silentLog,
      clock: systemClock,
      settings: () => undefined,
      secrets: () => ({ get: async () => undefined, set: async () => undefined }),
      refreshCameras: () => undefined,
      offerCamera: async () => undefined,
    });
    const told: PluginJob[] = [];
    const installer = new PluginInstaller({
      dataDir,
      version: "0.1.0",
      clock: systemClock,
      log: silentLog,
      registryUrl: () => (typeof options.url === "function" ? options.url() : (options.url ?? registry.url)),
      ...(options.host === false ? {} : { runner: host }),
      limits: { startMs: 20_000, settleMs: options.settleMs ?? 200 },
      onJob: (job) => told.push(job),
    });
    await installer.recover();
    await host.load();
    await host.start();
    ends.push(async () => {
      await installer.close();
      await host.stop();
    });
    const run = async (order: PluginJobOrder) => installer.finished(installer.start(order).id);
    return {
      dataDir,
      host,
      installer,
      told,
      run,
      project: (...parts: string[]) => join(dataDir, "plugins", ...parts),
      /** Installs and expects that to work. */
      async install(source: string): Promise<PluginJob> {
        const job = await run({ action: "install", source });
        assert.equal(job.status, "done", `${job.reason}\n${job.lines.join("\n")}`);
        return job;
      },
      running: () =>
        host
          .list()
          .filter(({ status }) => status === "running")
          .map(({ name, version }) => `${name}@${version}`)
          .sort(),
    };
  }

  /** What of the project must not change when a job fails. */
  function state(dataDir: string): unknown {
    const folder = join(dataDir, "plugins");
    const read = (file: string) =>
      existsSync(join(folder, file)) ? readFileSync(join(folder, file), "utf8") : "";
    return {
      files: ["package.json", "package-lock.json", "node_modules/.package-lock.json"].map(read),
      modules: existsSync(join(folder, "node_modules"))
        ? readdirSync(join(folder, "node_modules")).sort()
        : [],
      left: readdirSync(folder).filter((name) => name.startsWith(".")),
    };
  }

  it("finds plugins by keyword, by a word, and by a whole name, and nothing that is none", async () => {
    const { installer } = await setUp();
    const names = async (text: string) => (await installer.search(text)).map(({ name }) => name).sort();
    assert.deepEqual(await names(""), [
      GATE,
      "nightjar-camera-changed",
      "nightjar-camera-future",
      "nightjar-camera-scripted",
      YARD,
    ]);
    assert.deepEqual(await names("gate"), [GATE]);
    assert.deepEqual(await names(YARD), [YARD]);
    assert.deepEqual(await names("nightjar-camera-no-plugin"), []);
    const [found] = await installer.search(YARD);
    assert.equal(found?.version, "1.1.0");
  });

  it("installs an exact version with its checksum, which runs at once and finds the core", async () => {
    const { install, running, project, told } = await setUp();
    const job = await install(`${YARD}@1.0.0`);
    assert.equal(job.version, "1.0.0");
    assert.deepEqual(running(), [`${YARD}@1.0.0`]);
    const card = JSON.parse(readFileSync(project("package.json"), "utf8")) as { dependencies: object };
    assert.deepEqual(card.dependencies, { [YARD]: "1.0.0" });
    assert.match(readFileSync(project("package-lock.json"), "utf8"), /"integrity": "sha512-/);
    assert.equal(realpathSync(project("node_modules/@nightjar/core")), CORE);
    assert.deepEqual([...new Set(told.map(({ status }) => status))], ["waiting", "running", "done"]);
    assert.ok(job.lines.some((line) => line.startsWith("npm http fetch GET 200")));
  });

  it("resolves a tag to the version that it means then", async () => {
    const { install, running } = await setUp();
    assert.equal((await install(`${YARD}@next`)).version, "2.0.0-beta.1");
    assert.deepEqual(running(), [`${YARD}@2.0.0-beta.1`]);
  });

  it("installs a tarball without any registry", async () => {
    const { install, running, project } = await setUp({ url: NOWHERE });
    const tarball = await pack(writePlugin(root.join("sources"), { name: YARD }), root.join("tarballs"));
    await install(tarball);
    assert.deepEqual(running(), [`${YARD}@1.0.0`]);
    assert.match(
      readFileSync(project("package.json"), "utf8"),
      /file:tarballs\/nightjar-camera-yard-1\.0\.0-/,
    );
  });

  it("installs and removes files while the registry is away, although others came from it", async () => {
    let url = registry.url;
    const { install, run, running } = await setUp({ url: () => url });
    await install(GATE);
    url = NOWHERE;
    await install(writePlugin(root.join("sources"), { name: YARD }));
    assert.deepEqual(running(), [`${GATE}@1.0.0`, `${YARD}@1.0.0`]);
    assert.equal((await run({ action: "remove", name: YARD })).status, "done");
    assert.deepEqual(running(), [`${GATE}@1.0.0`]);
  });

  it("installs a folder as a copy of what it holds, and its changed content again", async () => {
    const { install, running, project } = await setUp({ url: NOWHERE });
    const folder = writePlugin(root.join("sources"), { name: YARD });
    await install(folder);
    assert.deepEqual(running(), [`${YARD}@1.0.0`]);
    writeFileSync(join(folder, "more.js"), "export {};");
    assert.equal(existsSync(project("node_modules", YARD, "more.js")), false);
    await install(folder);
    assert.equal(existsSync(project("node_modules", YARD, "more.js")), true);
    assert.deepEqual(running(), [`${YARD}@1.0.0`]);
    assert.equal(readdirSync(project("tarballs")).length, 1);
  });

  it("keeps the others and the link to the core when one more comes", async () => {
    const { install, running, project } = await setUp();
    await install(`${YARD}@1.0.0`);
    await install(GATE);
    assert.deepEqual(running(), [`${GATE}@1.0.0`, `${YARD}@1.0.0`]);
    assert.equal(readlinkSync(project("node_modules/@nightjar/core")), CORE);
  });

  const refusals: readonly (readonly [string, string, RegExp])[] = [
    ["nightjar-camera-no-plugin", "NJ_PLUGIN_REFUSED", /lacks the keyword/],
    ["nightjar-camera-future", "NJ_PLUGIN_REFUSED", /wants Nightjar \^9\.0\.0/],
    ["nightjar-camera-unknown", "NJ_PLUGIN_NOT_ON_REGISTRY", /has no nightjar-camera-unknown@latest/],
    [`${YARD}@7.7.7`, "NJ_PLUGIN_NOT_ON_REGISTRY", /has no nightjar-camera-yard@7\.7\.7/],
  ];
  for (const [source, code, reason] of refusals) {
    it(`refuses ${source} with the reason and changes nothing`, async () => {
      const { install, run, dataDir, running } = await setUp();
      await install(`${YARD}@1.0.0`);
      const was = state(dataDir);
      const job = await run({ action: "install", source });
      assert.deepEqual([job.status, job.code], ["failed", code]);
      assert.match(job.reason ?? "", reason);
      assert.deepEqual(state(dataDir), was);
      assert.deepEqual(running(), [`${YARD}@1.0.0`]);
    });
  }

  it("refuses a tarball that brings its own core, also by a dependency, and files that are no plugin", async () => {
    const { run, dataDir } = await setUp();
    const own = { name: YARD, card: { dependencies: { "@nightjar/core": "0.1.0" } } };
    const inner = await pack(
      writePlugin(root.join("sources"), { name: YARD, card: { dependencies: { "brings-core": "1.0.0" } } }),
      root.join("tarballs-inner"),
    );
    await registry.publish(writePlugin(root.join("sources"), { name: "@nightjar/core", version: "0.1.0" }));
    await registry.publish(
      writePlugin(root.join("sources"), {
        name: "brings-core",
        card: { dependencies: { "@nightjar/core": "0.1.0" } },
      }),
    );
    const words = root.join("words.tgz");
    writeFileSync(words, "just words");
    const cases = [
      [await pack(writePlugin(root.join("sources"), own), root.join("tarballs")), /second @nightjar\/core/],
      [inner, /second @nightjar\/core, by one of its dependencies/],
      [words, /cannot be read as a \.tgz file/],
      [root.join("nowhere.tgz"), /ENOENT/],
      [root.path, /package\.json cannot be read/],
    ] as const;
    for (const [source, reason] of cases) {
      const job = await run({ action: "install", source });
      assert.equal(job.status, "failed");
      assert.match(job.reason ?? "", reason);
    }
    assert.deepEqual(
      readdirSync(join(dataDir, "plugins")).filter((name) => name !== "storage"),
      [],
    );
  });

  it("refuses a plugin that brings another one with it, also under another name", async () => {
    const { run, dataDir } = await setUp();
    for (const dependencies of [{ [GATE]: "1.0.0" }, { "masked-part": `npm:${GATE}@1.0.0` }]) {
      const source = writePlugin(root.join("sources"), { name: YARD, card: { dependencies } });
      const job = await run({ action: "install", source });
      assert.deepEqual([job.status, job.code], ["failed", "NJ_PLUGIN_REFUSED"]);
      assert.match(job.reason ?? "", /calls itself the plugin @somebody\/nightjar-camera-gate/);
    }
    assert.equal(existsSync(join(dataDir, "plugins/node_modules")), false);
  });

  it("lets nobody take the place of a plugin that comes with Nightjar", async () => {
    const { run } = await setUp({ host: false });
    const source = writePlugin(root.join("sources"), { name: "nightjar-camera-rtsp" });
    const job = await run({ action: "install", source });
    assert.equal(job.code, "NJ_PLUGIN_REFUSED");
    assert.match(job.reason ?? "", /comes with Nightjar/);
  });

  it("refuses a file that was changed on the registry", async () => {
    const { run, dataDir, running } = await setUp();
    const other = await pack(
      writePlugin(root.join("sources"), { name: "nightjar-camera-changed", setup: "/* evil */" }),
      root.join("evil"),
    );
    writeFileSync(registry.tarball("nightjar-camera-changed", "1.0.0"), readFileSync(other));
    const job = await run({ action: "install", source: "nightjar-camera-changed" });
    assert.deepEqual([job.status, job.code], ["failed", "NJ_PLUGIN_INTEGRITY"]);
    assert.deepEqual(running(), []);
    assert.equal(existsSync(join(dataDir, "plugins/node_modules")), false);
  });

  it("runs no install script unasked, names who wants one, and runs it once that is consented to", async () => {
    const { run, project, dataDir } = await setUp();
    const order = { action: "install", source: "nightjar-camera-scripted" } as const;
    const marker = project("node_modules/scripted-part/ran");
    const refused = await run(order);
    assert.deepEqual([refused.status, refused.code], ["failed", "NJ_PLUGIN_SCRIPTS"]);
    assert.deepEqual(refused.scripts, [{ name: "scripted-part", version: "1.0.0" }]);
    assert.equal(existsSync(project("node_modules")), false);
    const other = await run({ ...order, allowScripts: ["scripted-part@0.9.0"] });
    assert.equal(other.code, "NJ_PLUGIN_SCRIPTS");

    process.env["SOME_TOKEN"] = "canary";
    const consented = await run({ ...order, allowScripts: ["scripted-part@1.0.0"] });
    delete process.env["SOME_TOKEN"];
    assert.equal(consented.status, "done", consented.reason);
    const environment = JSON.parse(readFileSync(marker, "utf8")) as Record<string, string>;
    assert.equal(environment["SOME_TOKEN"], undefined);
    assert.ok(environment["HOME"]?.startsWith(dataDir));
    const card = JSON.parse(readFileSync(project("package.json"), "utf8")) as { allowScripts: object };
    assert.deepEqual(card.allowScripts, { "scripted-part@1.0.0": true });

    const removed = await run({ action: "remove", name: "nightjar-camera-scripted" });
    assert.equal(removed.status, "done", removed.reason);
    assert.doesNotMatch(readFileSync(project("package.json"), "utf8"), /allowScripts/);
  });

  it("tells of a newer version and installs it; only that plugin is started anew", async () => {
    const { install, run, running, installer, project } = await setUp();
    await install(`${YARD}@1.0.0`);
    await install(GATE);
    const starts = () => readFileSync(project("storage/@somebody+nightjar-camera-gate/starts"), "utf8");
    const bystander = starts();
    assert.deepEqual(await installer.updates(), [
      { name: YARD, installed: "1.0.0", newest: "1.1.0", fits: true, permissions: { network: false } },
    ]);
    const job = await run({ action: "update", name: YARD });
    assert.deepEqual([job.status, job.previousVersion, job.version], ["done", "1.0.0", "1.1.0"]);
    assert.deepEqual(running(), [`${GATE}@1.0.0`, `${YARD}@1.1.0`]);
    assert.equal(starts(), bystander);
    assert.deepEqual(await installer.updates(), []);
    const again = await run({ action: "update", name: YARD });
    assert.deepEqual([again.status, again.version], ["done", "1.1.0"]);
    assert.match(again.lines.join("\n"), /is the newest/);
  });

  it("undoes an update that does not start: the old one runs again", async () => {
    const { install, run, running, dataDir } = await setUp();
    const name = "nightjar-camera-fragile";
    await registry.publish(writePlugin(root.join("sources"), { name }));
    await install(name);
    const was = state(dataDir);
    const broken = { name, version: "1.1.0", setup: 'throw new Error("no such luck");' };
    await registry.publish(writePlugin(root.join("sources"), broken));
    const job = await run({ action: "update", name });
    assert.deepEqual([job.status, job.code], ["undone", "NJ_PLUGIN_NOT_STARTED"]);
    assert.match(job.reason ?? "", /1\.1\.0 does not start.*no such luck/);
    assert.deepEqual(running(), [`${name}@1.0.0`]);
    assert.deepEqual(state(dataDir), was);
  });

  it("undoes a plugin that ends soon after it was started", async () => {
    const { run, dataDir, host } = await setUp({ settleMs: 60_000 });
    const source = writePlugin(root.join("sources"), {
      name: YARD,
      setup: "setTimeout(() => process.exit(3), 50);",
    });
    const job = await run({ action: "install", source });
    assert.equal(job.status, "undone", job.reason);
    assert.deepEqual(host.list(), []);
    assert.equal(existsSync(join(dataDir, "plugins/node_modules")), false);
  });

  it("removes a plugin, which stops; one that was not installed here is not touched", async () => {
    const { install, run, running, project } = await setUp();
    await install(`${YARD}@1.0.0`);
    await install(GATE);
    const job = await run({ action: "remove", name: YARD });
    assert.equal(job.status, "done", job.reason);
    assert.deepEqual(running(), [`${GATE}@1.0.0`]);
    assert.equal(existsSync(project("node_modules", YARD)), false);
    const other = await run({ action: "remove", name: YARD });
    assert.deepEqual([other.status, other.code], ["failed", "NJ_PLUGIN_NOT_INSTALLED"]);
  });

  it("says plainly that the registry is away, and goes on without it", async () => {
    const { install, run, installer, running } = await setUp({ url: NOWHERE });
    await assert.rejects(installer.search("yard"), isAway);
    const job = await run({ action: "install", source: YARD });
    assert.deepEqual([job.status, job.code], ["failed", "NJ_PLUGIN_REGISTRY_AWAY"]);
    // One whose dependency has to be fetched.
    const needy = { name: GATE, card: { dependencies: { "some-part": "1.0.0" } } };
    const second = await run({ action: "install", source: writePlugin(root.join("sources"), needy) });
    assert.deepEqual([second.status, second.code], ["failed", "NJ_PLUGIN_REGISTRY_AWAY"], second.reason);
    await install(writePlugin(root.join("sources"), { name: YARD }));
    assert.deepEqual(running(), [`${YARD}@1.0.0`]);
  });

  it("gives a job up when it is told to, also one that waits", async () => {
    const { installer, dataDir } = await setUp();
    const first = installer.start({ action: "install", source: `${YARD}@1.0.0` });
    const second = installer.start({ action: "install", source: GATE });
    installer.cancel(first.id);
    installer.cancel(second.id);
    for (const { id } of [first, second]) {
      const job = await installer.finished(id);
      assert.deepEqual([job.status, job.code], ["failed", "NJ_PLUGIN_JOB_CANCELLED"]);
    }
    assert.equal(existsSync(join(dataDir, "plugins/node_modules")), false);
  });

  it("changes a recorder that stands still too, and says that nothing was started", async () => {
    const { install, host } = await setUp({ host: false });
    const job = await install(`${YARD}@1.0.0`);
    assert.match(job.lines.join("\n"), /whether it starts was not tried/);
    assert.deepEqual(host.list(), []);
  });
});

const isAway = (error: unknown): boolean =>
  error instanceof NightjarError &&
  error.code === "NJ_PLUGIN_REGISTRY_AWAY" &&
  /does not serve/.test(error.message);
