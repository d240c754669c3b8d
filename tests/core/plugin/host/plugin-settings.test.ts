// Settings of plugins: read from a package without running it, checked before anything is kept, secrets apart.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { systemClock } from "../../../../core/clock.ts";
import { ConfigStore } from "../../../../core/config/config-store.ts";
import { SecretStore } from "../../../../core/config/secret-store.ts";
import { NightjarError } from "../../../../core/errors.ts";
import { silentLog } from "../../../../core/log.ts";
import { PluginHost } from "../../../../core/plugin/host/plugin-host.ts";
import { secretsOfPlugin } from "../../../../core/plugin/host/plugin-secrets.ts";
import { PluginSettingsBook, PluginSettingsError } from "../../../../core/plugin/host/plugin-settings.ts";
import { settingsProblems } from "../../../../core/plugin/host/settings-problems.ts";
import { discoverPlugins, type FoundPlugin } from "../../../../core/plugin/package/discovery.ts";
import { tempDir } from "../../../../core/testing/temp-dir.ts";
import { CHILD_CORE } from "../../../support/child-core.ts";

const NAME = "nightjar-camera-far";
const CANARY = "canary-4711";
const SCHEMA = {
  type: "object",
  required: ["host"],
  properties: {
    host: { type: "string", minLength: 1 },
    port: { type: "integer", minimum: 1, maximum: 65535, default: 80 },
    mode: { enum: ["open", "closed"], default: "open" },
    password: { type: "string", "x-secret": true, minLength: 3 },
    cloud: {
      type: "object",
      properties: { user: { type: "string" }, token: { type: "string", "x-secret": true } },
      additionalProperties: false,
    },
    zones: {
      type: "array",
      items: { type: "object", required: ["name"], properties: { name: { type: "string" } } },
    },
  },
  additionalProperties: false,
  if: { required: ["mode"], properties: { mode: { const: "closed" } } },
  // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own word
  then: { required: ["password"] },
};

async function settingsOf(t: TestContext, schema: unknown = SCHEMA, schemaPath = "./config.schema.json") {
  const root = tempDir("nightjar-plugin-settings-");
  t.after(() => root.remove());
  const folder = root.join("plugins", NAME);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({
      name: NAME,
      version: "1.0.0",
      type: "module",
      exports: "./index.js",
      keywords: ["nightjar-plugin"],
      engines: { nightjar: "^0.1.0" },
      nightjar: { configSchema: schemaPath },
    }),
  );
  const write = (text: string): void => writeFileSync(join(folder, "config.schema.json"), text);
  write(typeof schema === "string" ? schema : JSON.stringify(schema));
  const dataDir = root.join("data");
  const config = await ConfigStore.open({ dataDir, log: silentLog, watch: false });
  t.after(() => config.close());
  const secrets = await SecretStore.open({ dataDir });
  const found = async (): Promise<FoundPlugin> => {
    const { plugins } = await discoverPlugins([{ bundled: false, folder }], "0.1.0");
    const [plugin] = plugins;
    assert.ok(plugin);
    return plugin;
  };
  const plugin = await found();
  const changes: unknown[] = [];
  const book = new PluginSettingsBook({
    config,
    secrets,
    log: silentLog,
    find: (name) => {
      if (name === NAME) return plugin;
      throw new NightjarError("NJ_PLUGIN_NOT_FOUND", "not-found", `there is no plugin ${name}`);
    },
    changed: async () => void changes.push(await book.load(plugin)),
  });
  return { root, folder, dataDir, write, config, secrets, book, plugin, changes };
}

describe("settings of a plugin", () => {
  it("are stored with the secrets apart, and the plugin gets both", async (t) => {
    const { book, dataDir, plugin, changes } = await settingsOf(t);
    const view = await book.put(NAME, {
      host: "far.example",
      password: CANARY,
      cloud: { user: "kim", token: `${CANARY}-token` },
    });
    assert.deepEqual(view.config, { host: "far.example", cloud: { user: "kim" } });
    assert.deepEqual(view.secretsSet, ["/password", "/cloud/token"]);
    const whole = {
      enabled: true,
      config: { host: "far.example", password: CANARY, cloud: { user: "kim", token: `${CANARY}-token` } },
    };
    assert.deepEqual(await book.load(plugin), whole);
    assert.deepEqual(changes, [whole], "and is told once");
    for (const file of ["config.json", "config.last-good.json", "secrets.json"])
      assert.ok(!readFileSync(join(dataDir, file), "utf8").includes(CANARY), file);
    assert.ok(!JSON.stringify(await book.view(NAME)).includes(CANARY));
  });

  it("keep a secret that is left out, replace one that is given, and remove one that is null", async (t) => {
    const { book, plugin, changes } = await settingsOf(t);
    const secret = async (): Promise<unknown> =>
      ((await book.load(plugin))?.config as { password?: string } | undefined)?.password;
    await book.put(NAME, { host: "b", password: "first" });
    await book.put(NAME, { host: "b", port: 81 });
    assert.equal(await secret(), "first");
    await book.put(NAME, { host: "b", password: "second" });
    assert.equal(await secret(), "second");
    assert.equal(changes.length, 3, "also a new secret alone is told");
    const view = await book.put(NAME, { host: "b", password: null });
    assert.equal(await secret(), undefined);
    assert.deepEqual(view.secretsSet, []);
  });

  it("are refused, naming the secret, where one that is left out would go elsewhere than it was given for", async (t) => {
    const { book, config, secrets, plugin } = await settingsOf(t);
    const stored = { host: "a", password: CANARY, cloud: { user: "kim", token: `${CANARY}-token` } };
    await book.put(NAME, stored);
    const again = (path: string) => ({
      path,
      message: "was given for another address or account: type it again, or remove it",
      rule: "again",
    });
    const elsewhere = { host: "b", password: "typed", cloud: { user: "kim" } };
    assert.deepEqual(await book.check(NAME, elsewhere), [again("/cloud/token")]);
    await assert.rejects(() => book.put(NAME, elsewhere), { code: "NJ_PLUGIN_SETTINGS" });
    assert.deepEqual(await book.check(NAME, { host: "a", cloud: { user: "eve" } }), [
      again("/password"),
      again("/cloud/token"),
    ]);
    assert.deepEqual(config.get().plugins[NAME]?.config, { host: "a", cloud: { user: "kim" } });
    assert.equal(secrets.names(`plugin/${NAME}/`).length, 2);
    // Typed, removed, or taken away with its object.
    await book.put(NAME, { host: "b", password: "typed", cloud: { user: "kim", token: null } });
    await book.put(NAME, { host: "c", password: null });
    assert.deepEqual((await book.load(plugin))?.config, { host: "c" });
  });

  it("keep their secrets as they were when config.json cannot be written", async (t) => {
    const { book, config, plugin, changes } = await settingsOf(t);
    const before = { host: "a", password: "first", cloud: { token: "abc" } };
    await book.put(NAME, before);
    const full = new Error("the disk is full");
    t.mock.method(config, "update", async () => {
      throw full;
    });
    await assert.rejects(book.put(NAME, { host: "b", password: "second" }), full);
    assert.deepEqual((await book.load(plugin))?.config, before);
    assert.equal(changes.length, 1, "nothing to be started anew for");
  });

  it("lose the secret of an object that is taken away", async (t) => {
    const { book, secrets } = await settingsOf(t);
    await book.put(NAME, { host: "a", cloud: { user: "kim", token: "abc" } });
    await book.put(NAME, { host: "a", cloud: { user: "kim" } });
    assert.equal(secrets.names(`plugin/${NAME}/`).length, 1);
    await book.put(NAME, { host: "a" });
    assert.deepEqual(secrets.names(`plugin/${NAME}/`), []);
  });

  it("take a secret that somebody typed into config.json out of it", async (t) => {
    const { book, config, plugin } = await settingsOf(t);
    await config.update((draft) => {
      draft.plugins[NAME] = { enabled: true, config: { host: "a", password: CANARY } };
    });
    assert.deepEqual((await book.view(NAME)).config, { host: "a" });
    await book.put(NAME, { host: "a", port: 81 });
    assert.ok(!JSON.stringify(config.get()).includes(CANARY));
    assert.deepEqual((await book.load(plugin))?.config, { host: "a", port: 81, password: CANARY });
  });

  it("cannot be reached by the plugin's own secrets, nor counted among them", async (t) => {
    const { book, secrets } = await settingsOf(t);
    await book.put(NAME, { host: "a", password: "first" });
    const own = secretsOfPlugin(secrets, NAME);
    for (const name of ["settings/password", "password", "settings.password"])
      assert.equal(
        await own.get(name).catch((error: NightjarError) => error.code === "NJ_PLUGIN_DATA"),
        name.includes("/") || undefined,
      );
    await own.set("password", "the plugin's");
    assert.equal((await book.view(NAME)).secretsSet.length, 1);
    assert.equal(secrets.get(`plugin/${NAME}/settings/password`), "first");
  });

  it("are refused with every place that is wrong, and then nothing has changed", async (t) => {
    const { book, config, secrets, changes } = await settingsOf(t);
    await book.put(NAME, { host: "a", password: "first" });
    const before = JSON.stringify(config.get().plugins);
    const wrong = { host: "", port: 0, mode: "ajar", colour: "red", zones: [{}, 5], password: "another" };
    const problems = [
      { path: "/colour", message: "is not a known key", rule: "unknown-key" },
      { path: "/host", message: "must not have fewer than 1 characters", rule: "minLength", bound: "1" },
      {
        path: "/mode",
        message: 'must be one of "open", "closed"',
        rule: "one-of",
        bound: '"open", "closed"',
      },
      { path: "/port", message: "must be >= 1", rule: "minimum", bound: "1" },
      { path: "/zones/0/name", message: "is missing", rule: "missing" },
      { path: "/zones/1", message: "must be object", rule: "object" },
    ];
    const sorted = (list: readonly { path: string; message: string }[]) =>
      [...list].sort((a, b) => a.path.localeCompare(b.path));
    await assert.rejects(
      () => book.put(NAME, wrong),
      (error) => {
        assert.ok(error instanceof PluginSettingsError);
        assert.equal(error.code, "NJ_PLUGIN_SETTINGS");
        assert.deepEqual(sorted(error.problems), problems);
        assert.ok(!error.message.includes("another"), "no secret is repeated");
        return true;
      },
    );
    assert.deepEqual(sorted(await book.check(NAME, wrong)), problems, "and a check says the same");
    assert.equal(JSON.stringify(config.get().plugins), before);
    assert.equal(secrets.get(`plugin/${NAME}/settings/password`), "first");
    assert.equal(changes.length, 1);
  });

  it("name the field that a condition asks for, a kept secret counting as given", async (t) => {
    const { book } = await settingsOf(t);
    assert.deepEqual(await book.check(NAME, { host: "a", mode: "closed" }), [
      { path: "/password", message: "is missing", rule: "missing" },
    ]);
    await book.put(NAME, { host: "a", password: "first" });
    assert.deepEqual(await book.check(NAME, { host: "a", mode: "closed" }), []);
    assert.deepEqual(await book.check(NAME, { host: "a", mode: "closed", password: null }), [
      { path: "/password", message: "is missing", rule: "missing" },
    ]);
  });

  it("are loaded, shown and mended where a secret of them cannot be opened", async (t) => {
    const { book, dataDir, config, plugin } = await settingsOf(t);
    await book.put(NAME, { host: "b", password: "first", cloud: { token: "second" } });
    const file = join(dataDir, "secrets.json");
    const kept = JSON.parse(readFileSync(file, "utf8"));
    const name = (field: string): string => `plugin/${NAME}/settings/${field}`;
    kept.secrets[name("password")] = kept.secrets[name("cloud.token")];
    writeFileSync(file, JSON.stringify(kept));
    const damaged = new PluginSettingsBook({
      ...{ config, secrets: await SecretStore.open({ dataDir }), log: silentLog },
      find: () => plugin,
      changed: async () => undefined,
    });
    assert.deepEqual((await damaged.load(plugin))?.config, { host: "b", cloud: { token: "second" } });
    assert.deepEqual((await damaged.view(NAME)).secretsSet, ["/password", "/cloud/token"]);
    assert.deepEqual(await damaged.check(NAME, { host: "b", mode: "closed" }), [
      { path: "/password", message: "is missing", rule: "missing" },
    ]);
    await damaged.put(NAME, { host: "b", password: "third", cloud: {} });
    assert.deepEqual((await damaged.load(plugin))?.config, {
      host: "b",
      password: "third",
      cloud: { token: "second" },
    });
  });

  it("never reach into prototypes, and are bounded", async (t) => {
    const { book } = await settingsOf(t);
    const evil = JSON.parse('{"host":"a","__proto__":{"polluted":true}}') as Record<string, unknown>;
    await assert.rejects(() => book.put(NAME, evil), { code: "NJ_PLUGIN_SETTINGS" });
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
    await assert.rejects(() => book.put(NAME, { host: "x".repeat(300_000) }), { code: "NJ_PLUGIN_SETTINGS" });
  });

  it("of a plugin without a schema are taken as they are; it checks them itself", async (t) => {
    const { book, plugin } = await settingsOf(t);
    const bare = { ...plugin, manifest: { ...plugin.manifest, configSchema: undefined } };
    const { config, secrets } = await settingsOf(t);
    const other = new PluginSettingsBook({
      config,
      secrets,
      log: silentLog,
      find: () => bare,
      changed: async () => undefined,
    });
    await other.put(NAME, { anything: 1 });
    assert.equal((await other.view(NAME)).schema, undefined);
    assert.deepEqual((await other.load(bare))?.config, { anything: 1 });
    await assert.rejects(() => book.view("nightjar-camera-near"), { code: "NJ_PLUGIN_NOT_FOUND" });
  });

  it("leave what else the owner decided about the plugin as it is", async (t) => {
    const { book, config, plugin } = await settingsOf(t);
    const grants = { network: false };
    await config.update((draft) => {
      draft.plugins[NAME] = { enabled: false, config: {}, grants };
    });
    await book.put(NAME, { host: "a" });
    await book.setEnabled(NAME, true);
    assert.deepEqual(await book.load(plugin), { enabled: true, config: { host: "a" }, grants });
  });

  it("say what a plugin may of what it asks for, one thing at a time, and of nothing else", async (t) => {
    const { config, secrets, plugin } = await settingsOf(t);
    const permissions = { network: true, hooks: ["recordingPlan", "beforePlayback"] } as const;
    const asking = {
      ...plugin,
      manifest: { ...plugin.manifest, permissions: { ...permissions, hooks: [...permissions.hooks] } },
    };
    let changes = 0;
    const book = new PluginSettingsBook({
      config,
      secrets,
      log: silentLog,
      find: () => asking,
      changed: async () => {
        changes += 1;
      },
    });
    await book.put(NAME, { host: "a" });
    await book.setGrant(NAME, "network", false);
    await book.setGrant(NAME, "recordingPlan", false);
    assert.deepEqual(await book.load(asking), {
      enabled: true,
      config: { host: "a" },
      grants: { network: false, hooks: ["beforePlayback"] },
    });
    await book.setGrant(NAME, "network", true);
    await book.setGrant(NAME, "recordingPlan", true);
    assert.deepEqual((await book.load(asking))?.grants, {
      network: true,
      hooks: ["recordingPlan", "beforePlayback"],
    });
    assert.equal(changes, 5, "it runs with each");
    asking.manifest.permissions.hooks = ["beforePlayback"];
    await assert.rejects(() => book.setGrant(NAME, "recordingPlan", true), { code: "NJ_PLUGIN_PERMISSION" });
  });

  it("put a plugin of ours into a process of its own and back, and no other one to the recorder", async (t) => {
    const { book, config, secrets, plugin } = await settingsOf(t);
    await assert.rejects(() => book.setIsolation(NAME, "inline"), { code: "NJ_PLUGIN_ISOLATION" });
    assert.equal(await book.load(plugin), undefined);
    const ours = { ...plugin, bundled: true };
    const other = new PluginSettingsBook({
      ...{ config, secrets, log: silentLog, find: () => ours },
      changed: async () => undefined,
    });
    await other.setIsolation(NAME, "process");
    await other.put(NAME, { host: "a" });
    assert.equal((await other.load(ours))?.isolation, "process");
    await other.setIsolation(NAME, "inline");
    assert.deepEqual(await other.load(ours), { enabled: true, config: { host: "a" }, isolation: "inline" });
  });

  it("switch a plugin off and on, and stay", async (t) => {
    const { book, plugin } = await settingsOf(t);
    await book.put(NAME, { host: "a" });
    await book.setEnabled(NAME, false);
    assert.deepEqual(await book.load(plugin), { enabled: false, config: { host: "a" } });
    await book.put(NAME, { host: "b" });
    await book.setEnabled(NAME, true);
    assert.deepEqual(await book.load(plugin), { enabled: true, config: { host: "b" } });
  });
});

describe("a schema file", () => {
  const deep = (levels: number): unknown =>
    levels === 0 ? { type: "string" } : { type: "object", properties: { a: deep(levels - 1) } };
  const wrong: readonly (readonly [string, unknown, RegExp])[] = [
    ["that is not JSON", "{", /is not JSON/],
    ["of no object", { type: "string" }, /not the schema of an object/],
    [
      "that is too large",
      JSON.stringify({ type: "object", description: "x".repeat(300_000) }),
      /larger than 256 KiB/,
    ],
    [
      "with a pattern that is none",
      { type: "object", properties: { a: { type: "string", pattern: "(" } } },
      /pattern/,
    ],
    ["with a part that is no schema", { type: "object", properties: { a: 5 } }, /no schema/],
    ["that is nested without end", deep(40), /nested/],
    [
      "with a secret in a list",
      { type: "object", properties: { a: { type: "array", items: { type: "string", "x-secret": true } } } },
      /list/,
    ],
    [
      "with a secret that is no text",
      { type: "object", properties: { a: { type: "number", "x-secret": true } } },
      /no text/,
    ],
  ];
  for (const [what, schema, reason] of wrong) {
    it(`${what} is refused with the reason, and the plugin is loaded all the same`, async (t) => {
      const { book, plugin, config } = await settingsOf(t, schema);
      await assert.rejects(
        () => book.view(NAME),
        (error) =>
          error instanceof NightjarError && error.code === "NJ_PLUGIN_SCHEMA" && reason.test(error.message),
      );
      await config.update((draft) => {
        draft.plugins[NAME] = { enabled: true, config: { host: "a" } };
      });
      assert.deepEqual(await book.load(plugin), { enabled: true, config: { host: "a" } });
    });
  }

  it("outside the package is refused, by path and by link", async (t) => {
    const { root, plugin, config, secrets, folder } = await settingsOf(t);
    writeFileSync(root.join("elsewhere.json"), JSON.stringify(SCHEMA));
    symlinkSync(root.join("elsewhere.json"), join(folder, "link.json"));
    for (const configSchema of [
      "../../elsewhere.json",
      root.join("elsewhere.json"),
      "./link.json",
      ".",
      "./none.json",
    ]) {
      const lying = { ...plugin, manifest: { ...plugin.manifest, configSchema } };
      const book = new PluginSettingsBook({
        config,
        secrets,
        log: silentLog,
        find: () => lying,
        changed: async () => undefined,
      });
      await assert.rejects(() => book.view(NAME), { code: "NJ_PLUGIN_SCHEMA" }, configSchema);
    }
  });

  it("whose pattern runs for years is given up", () => {
    const schema = { type: "object", properties: { a: { type: "string", pattern: "^(a+)+$" } } } as never;
    const start = performance.now();
    assert.throws(() => settingsProblems(schema, { a: `${"a".repeat(60)}!` }), { code: "NJ_PLUGIN_SCHEMA" });
    assert.ok(performance.now() - start < 10_000);
  });

  it("may follow conditions in lists, in parts, and into what must be given together", () => {
    const schema = {
      type: "object",
      properties: {
        doors: {
          type: "array",
          items: {
            type: "object",
            properties: { kind: { enum: ["gate", "hatch"] }, code: { type: "string" } },
            allOf: [
              {
                if: { properties: { kind: { const: "gate" } }, required: ["kind"] },
                // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own word
                then: { required: ["code"], properties: { code: { minLength: 4 } } },
                else: { not: { required: ["code"] } },
              },
            ],
          },
        },
        user: { type: "string" },
      },
      dependentRequired: { user: ["realm"] },
    } as never;
    const found = settingsProblems(schema, {
      doors: [
        { kind: "gate" },
        { kind: "gate", code: "12" },
        { kind: "hatch" },
        { kind: "hatch", code: "1" },
      ],
      user: "kim",
    });
    assert.deepEqual(found.map(({ path }) => path).sort(), [
      "/doors/0/code",
      "/doors/1/code",
      "/doors/3",
      "/realm",
    ]);
  });
});

describe("a change of settings", { timeout: 60_000 }, () => {
  it("restarts that plugin alone, with the new secret", async (t) => {
    const root = tempDir("nightjar-plugin-restart-");
    t.after(() => root.remove());
    for (const name of ["a", "b"]) {
      const folder = root.join("plugins", `nightjar-camera-${name}`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(
        join(folder, "package.json"),
        JSON.stringify({
          name: `nightjar-camera-${name}`,
          version: "1.0.0",
          type: "module",
          exports: "./index.js",
          keywords: ["nightjar-plugin"],
          engines: { nightjar: "^0.1.0" },
          nightjar: { configSchema: "config.schema.json" },
        }),
      );
      writeFileSync(
        join(folder, "config.schema.json"),
        JSON.stringify({ type: "object", properties: { word: { type: "string", "x-secret": true } } }),
      );
      writeFileSync(
        join(folder, "index.js"),
        `import { appendFileSync } from "node:fs";
         import { join } from "node:path";
         import { definePlugin, Type } from "@nightjar/core";
         export default definePlugin({
           name: "nightjar-camera-${name}",
           configSchema: Type.Object({ word: Type.Optional(Type.String()) }, { additionalProperties: false }),
           setup(nvr, config) { appendFileSync(join(nvr.storageDir, "heard"), (config.word ?? "-") + "\\n"); },
         });`,
      );
    }
    const config = await ConfigStore.open({ dataDir: root.path, log: silentLog, watch: false });
    t.after(() => config.close());
    const secrets = await SecretStore.open({ dataDir: root.path });
    const host = new PluginHost({
      dataDir: root.path,
      version: "0.1.0",
      paths: [{ bundled: false, folder: root.join("plugins") }],
      log: silentLog,
      clock: systemClock,
      settings: (_name, found) => book.load(found),
      secrets: (name) => secretsOfPlugin(secrets, name),
      refreshCameras: () => undefined,
      offerCamera: async () => undefined,
      childCore: CHILD_CORE,
    });
    t.after(() => host.stop());
    const book = new PluginSettingsBook({
      config,
      secrets,
      log: silentLog,
      find: (name) => host.find(name),
      changed: () => host.settingsChanged(),
    });
    const heard = (name: string): string[] =>
      readFileSync(root.join("plugins", "storage", `nightjar-camera-${name}`, "heard"), "utf8")
        .trim()
        .split("\n");
    await host.load();
    await book.put("nightjar-camera-a", { word: "heron" });
    await book.put("nightjar-camera-a", { word: "egret" });
    assert.deepEqual(heard("a"), ["-", "heron", "egret"]);
    assert.deepEqual(heard("b"), ["-"]);
    await book.setEnabled("nightjar-camera-a", false);
    assert.equal(host.list()[0]?.status, "disabled");
    await book.setEnabled("nightjar-camera-a", true);
    assert.equal(host.list()[0]?.status, "running");
    assert.deepEqual(heard("a").slice(3), ["egret"]);
  });
});
