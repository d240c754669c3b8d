import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { systemClock } from "../../../../core/clock.ts";
import { silentLog } from "../../../../core/log.ts";
import { PluginHost } from "../../../../core/plugin/host/plugin-host.ts";
import { discoverPlugins } from "../../../../core/plugin/package/discovery.ts";
import { readManifest } from "../../../../core/plugin/package/manifest.ts";
import { CHILD_CORE } from "../../../support/child-core.ts";

const CARD = {
  name: "nightjar-camera-test",
  version: "1.2.3",
  type: "module",
  exports: "./index.js",
  keywords: ["nightjar-plugin"],
  engines: { nightjar: "^0.1.0" },
  nightjar: { displayName: "Test", kind: "camera", provides: ["camera-driver:test"] },
};

describe("a plugin's identity card", () => {
  it("is accepted when name, keyword and engine fit", () => {
    const result = readManifest(CARD, "0.1.7");
    assert.equal(result.ok, true);
    assert.equal(result.ok && result.manifest.kind, "camera");
    assert.equal(result.ok && result.manifest.isolation, undefined);
  });
  for (const [what, change, reason] of [
    ["a name outside the pattern", { name: "camera-test" }, /does not fit/],
    ["an unknown kind", { name: "nightjar-lens-test" }, /does not fit/],
    ["a kind whose room is not built", { name: "nightjar-cluster-test" }, /no place yet .* "cluster"/],
    ["a missing keyword", { keywords: [] }, /keyword/],
    ["a missing engine", { engines: {} }, /engines\.nightjar/],
    ["an engine that is not satisfied", { engines: { nightjar: "^2.0.0" } }, /wants Nightjar \^2/],
    ["a second core in its dependencies", { dependencies: { "@nightjar/core": "1" } }, /peerDependencies/],
    ["a kind that contradicts its name", { nightjar: { kind: "pos" } }, /kind "camera"/],
    ["no entry", { exports: undefined }, /entry/],
  ] as const) {
    it(`is refused for ${what}, with the reason`, () => {
      const result = readManifest({ ...CARD, ...change }, "0.1.0");
      assert.equal(result.ok, false);
      assert.match(result.ok ? "" : result.reason, reason);
    });
  }
  it("is refused, not fatal, when it is rubbish", () => {
    for (const value of [null, 3, "x", [], { name: 4 }]) assert.equal(readManifest(value, "0.1.0").ok, false);
  });
});

describe("plugins on disk", async () => {
  const root = await mkdtemp(join(tmpdir(), "nightjar-plugins-"));
  after(() => rm(root, { recursive: true }));
  let number = 0;

  async function folderWith(plugins: Record<string, { card?: object; entry?: string }>): Promise<string> {
    const folder = join(root, `set-${number++}`);
    for (const [name, { card, entry }] of Object.entries(plugins)) {
      await mkdir(join(folder, name), { recursive: true });
      await writeFile(join(folder, name, "package.json"), JSON.stringify({ ...CARD, name, ...card }));
      await writeFile(join(folder, name, "index.js"), entry ?? "export default {};");
    }
    return folder;
  }

  const plugin = (name: string, setup: string) =>
    `import { Type } from "${import.meta.resolve("typebox")}";
    export default { name: "${name}", configSchema: Type.Object({ level: Type.Number({ default: 7 }) }, { additionalProperties: false }), setup(nvr, config) { ${setup} } };`;

  function host(
    folder: string,
    settings: Record<string, { enabled: boolean; config: unknown }> = {},
    bundled = true,
  ) {
    return new PluginHost({
      dataDir: join(root, "data"),
      version: "0.1.0",
      paths: [{ bundled, folder }],
      log: silentLog,
      clock: systemClock,
      settings: (name) => settings[name],
      secrets: () => ({ get: async () => undefined, set: async () => undefined }),
      refreshCameras: () => undefined,
      offerCamera: async () => undefined,
      childCore: CHILD_CORE,
    });
  }

  it("are found once: the first search path wins and the other is named", async () => {
    const one = await folderWith({ "nightjar-camera-a": {} });
    const two = await folderWith({ "nightjar-camera-a": {}, "nightjar-camera-b": {} });
    const found = await discoverPlugins(
      [
        { bundled: true, folder: one },
        { bundled: false, folder: two },
        { bundled: false, folder: join(root, "missing") },
      ],
      "0.1.0",
    );
    assert.deepEqual(
      found.plugins.map(({ manifest, bundled }) => [manifest.name, bundled]),
      [
        ["nightjar-camera-a", true],
        ["nightjar-camera-b", false],
      ],
    );
    assert.match(found.refused[0]?.reason ?? "", /found first/);
  });

  it("that cannot be read are named, one and all, and the others are found", async () => {
    const folder = await folderWith({ "nightjar-camera-a": {}, "acme-lens": {} });
    await mkdir(join(folder, "nightjar-camera-rubbish"));
    await writeFile(join(folder, "nightjar-camera-rubbish/package.json"), "{");
    await mkdir(join(folder, "nightjar-camera-folder/package.json"), { recursive: true });
    await mkdir(join(folder, "lost+found/package.json"), { recursive: true });
    const found = await discoverPlugins([{ bundled: false, folder }], "0.1.0");
    assert.deepEqual(
      found.plugins.map(({ manifest }) => manifest.name),
      ["nightjar-camera-a"],
    );
    assert.deepEqual(
      found.refused.map(({ name, reason }) => [name, /cannot be read/.test(reason)]),
      [
        ["acme-lens", false],
        ["nightjar-camera-folder", true],
        ["nightjar-camera-rubbish", true],
      ],
    );
  });

  it("are missed where somebody named a path by hand, and only there", async () => {
    const one = await folderWith({ "nightjar-camera-a": {} });
    const empty = join(root, "empty");
    await mkdir(empty);
    const paths = [one, empty, join(root, "away")];
    const refusedOf = async (named: boolean) => {
      const { plugins, refused } = await discoverPlugins(
        paths.map((folder) => ({ bundled: false, folder, named })),
        "0.1.0",
      );
      assert.equal(plugins.length, 1);
      return refused;
    };
    assert.deepEqual(await refusedOf(false), []);
    assert.deepEqual(
      (await refusedOf(true)).map(({ name, context, reason }) => [name, context["case"], reason]),
      [
        ["empty", "no-plugin", `no plugin lies in the folder ${empty} (--plugin-path)`],
        ["away", "no-folder", `there is no folder ${paths[2]} that can be read (--plugin-path)`],
      ],
    );
  });

  it("are set up in declared order", async () => {
    const folder = await folderWith({
      "nightjar-camera-a": { card: { nightjar: { after: ["nightjar-camera-b"] } } },
      "nightjar-camera-b": {},
    });
    const found = await discoverPlugins([{ bundled: true, folder }], "0.1.0");
    assert.deepEqual(
      found.plugins.map(({ manifest }) => manifest.name),
      ["nightjar-camera-b", "nightjar-camera-a"],
    );
  });

  it("that wait for each other are refused with the circle, and the others are found", async () => {
    const folder = await folderWith({
      "nightjar-camera-a": { card: { nightjar: { after: ["nightjar-camera-b"] } } },
      "nightjar-camera-b": { card: { nightjar: { after: ["nightjar-camera-a"] } } },
      "nightjar-camera-c": {},
    });
    const found = await discoverPlugins([{ bundled: false, folder }], "0.1.0");
    assert.deepEqual(
      found.plugins.map(({ manifest }) => manifest.name),
      ["nightjar-camera-c"],
    );
    const plugins = host(folder);
    await plugins.load();
    const refused = plugins.list().filter(({ status }) => status === "refused");
    assert.deepEqual(
      refused.map(({ name }) => name),
      ["nightjar-camera-a", "nightjar-camera-b"],
    );
    assert.match(
      refused[0]?.reason ?? "",
      /nightjar-camera-a after nightjar-camera-b after nightjar-camera-a/,
    );
  });

  it("get their configuration with defaults filled in and register drivers", async () => {
    const name = "nightjar-camera-ok";
    const folder = await folderWith({
      [name]: {
        entry: plugin(
          name,
          'nvr.cameraDrivers.register({ id: "t" + config.level, displayName: "T", configSchema: Type.Object({}), streams: async () => ({}) });',
        ),
      },
    });
    const plugins = host(folder);
    await plugins.load();
    assert.equal(plugins.registries.cameraDrivers.get("t7")?.plugin, name);
    assert.equal(plugins.list()[0]?.status, "running");
  });

  it("that throw in setup are listed as failed with the reason, and the others run", async () => {
    const folder = await folderWith({
      "nightjar-camera-bad": { entry: plugin("nightjar-camera-bad", 'throw new Error("no lens");') },
      "nightjar-camera-good": { entry: plugin("nightjar-camera-good", "") },
    });
    const plugins = host(folder);
    await plugins.load();
    assert.deepEqual(
      plugins.list().map(({ name, status, reason }) => [name, status, reason]),
      [
        ["nightjar-camera-bad", "failed", "no lens"],
        ["nightjar-camera-good", "running", undefined],
      ],
    );
  });

  for (const [bundled, status] of [
    [true, "failed"],
    [false, "restarting"],
  ] as const) {
    it(`whose storage folder cannot be made are ${status}${bundled ? "" : " in a process of their own"}, with the reason`, async () => {
      const [bad, good] = [`nightjar-camera-full-${status}`, "nightjar-camera-room"];
      const folder = await folderWith({
        [bad]: { entry: plugin(bad, "") },
        ...(bundled ? { [good]: { entry: plugin(good, "") } } : {}),
      });
      const storage = join(root, "data", "plugins", "storage");
      await mkdir(storage, { recursive: true });
      await writeFile(join(storage, bad), "a file where the folder should be");
      const plugins = host(folder, {}, bundled);
      await plugins.load();
      const [first, second] = plugins.list();
      assert.equal(first?.status, status);
      assert.match(first?.reason ?? "", /^EEXIST/);
      assert.equal(second?.status, bundled ? "running" : undefined);
      await plugins.stop();
    });
  }

  it("with a wrong configuration are not set up, and the path is named", async () => {
    const name = "nightjar-camera-cfg";
    const folder = await folderWith({ [name]: { entry: plugin(name, 'throw new Error("was set up");') } });
    const plugins = host(folder, { [name]: { enabled: true, config: { level: "high" } } });
    await plugins.load();
    assert.match(plugins.list()[0]?.reason ?? "", /\/level/);
  });

  it("that are disabled are not imported", async () => {
    const name = "nightjar-camera-off";
    const folder = await folderWith({ [name]: { entry: 'throw new Error("imported");' } });
    const plugins = host(folder, { [name]: { enabled: false, config: {} } });
    await plugins.load();
    assert.equal(plugins.list()[0]?.status, "disabled");
  });

  it("may not answer for a driver that another answers for", async () => {
    const entry = (name: string) =>
      plugin(
        name,
        'nvr.cameraDrivers.register({ id: "same", displayName: "S", configSchema: Type.Object({}), streams: async () => ({}) });',
      );
    const folder = await folderWith({
      "nightjar-camera-one": { entry: entry("nightjar-camera-one") },
      "nightjar-camera-two": { entry: entry("nightjar-camera-two") },
    });
    const plugins = host(folder);
    await plugins.load();
    assert.equal(plugins.registries.cameraDrivers.get("same")?.plugin, "nightjar-camera-one");
    assert.match(plugins.list()[1]?.reason ?? "", /already answers/);
  });
});
