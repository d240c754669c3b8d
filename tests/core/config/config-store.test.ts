import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it, type TestContext } from "node:test";
import { ConfigInvalidError } from "../../../core/config/config-errors.ts";
import {
  CONFIG_FILE,
  CONFIG_SCHEMA_FILE,
  ConfigStore,
  LAST_GOOD_FILE,
} from "../../../core/config/config-store.ts";
import { type ConfigMigration, migrateConfig } from "../../../core/config/migrations.ts";
import { silentLog } from "../../../core/log.ts";

const roots: string[] = [];
after(async () => {
  for (const root of roots) await rm(root, { recursive: true, force: true });
});

async function emptyFolder(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "nightjar-config-"));
  roots.push(root);
  return root;
}

async function openStore(t: TestContext, dataDir: string, watch = false): Promise<ConfigStore> {
  const store = await ConfigStore.open({ dataDir, log: silentLog, watch });
  t.after(() => store.close());
  return store;
}

async function readConfig(dataDir: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(dataDir, CONFIG_FILE), "utf8"));
}

async function editConfig(dataDir: string, edit: (config: Record<string, unknown>) => void): Promise<void> {
  const config = await readConfig(dataDir);
  edit(config);
  await writeFile(join(dataDir, CONFIG_FILE), JSON.stringify(config));
}

const CAMERA = { id: "yard", name: "Yard", driver: "rtsp", config: { url: "rtsp://10.0.0.2/" } };

function problemPaths(error: unknown): string[] {
  assert.ok(error instanceof ConfigInvalidError);
  return error.problems.map((problem) => problem.path);
}

describe("linkage actions in the configuration", () => {
  it("have the names of today, whichever the file or a change gave them; the file is left as it is", async (t) => {
    const dataDir = await emptyFolder();
    await (await openStore(t, dataDir)).close();
    const [former, stranger] = ["nightjar-linkage-email/email", "nightjar-linkage-acme/email"];
    const actions = [former, "record", stranger].map((action) => ({ action, settings: {} }));
    await editConfig(dataDir, (config) => {
      config["linkage"] = { rules: [{ id: "gate", name: "Gate", actions }] };
      config["inputs"] = [
        { id: "key", name: "Key", source: { kind: "virtual" }, disarms: ["email", former, stranger] },
      ];
    });
    const text = await readFile(join(dataDir, CONFIG_FILE), "utf8");
    const store = await openStore(t, dataDir);
    const named = () => store.get().linkage.rules.map((rule) => rule.actions.map(({ action }) => action));
    assert.deepEqual(named(), [["email", "record", stranger]]);
    assert.deepEqual(store.get().inputs[0]?.disarms, ["email", stranger]);
    assert.equal(await readFile(join(dataDir, CONFIG_FILE), "utf8"), text);
    await store.update((draft) => {
      draft.linkage.rules.push({
        ...{ id: "yard", name: "Yard" },
        actions: [{ action: "nightjar-linkage-push/push", settings: {} }],
      });
    });
    assert.deepEqual(named(), [["email", "record", stranger], ["push"]]);
    assert.doesNotMatch(await readFile(join(dataDir, CONFIG_FILE), "utf8"), /email\/email|push\/push/);
  });
});

describe("an edit by hand while the disk takes nothing more", () => {
  it("is written over by no change, and is in force once there is room", async (t) => {
    const dataDir = await emptyFolder();
    const store = await openStore(t, dataDir);
    store.onHandEdit("test", () => undefined);
    // Nothing can be written in its place.
    await rm(join(dataDir, LAST_GOOD_FILE));
    await mkdir(join(dataDir, LAST_GOOD_FILE));
    await editConfig(dataDir, (config) => {
      config["cameras"] = [CAMERA];
    });
    await assert.rejects(store.reload());
    await assert.rejects(store.update("/log/level", "debug"));
    assert.equal(((await readConfig(dataDir))["cameras"] as unknown[]).length, 1);
    assert.equal(store.get().cameras.length, 0);
    await rmdir(join(dataDir, LAST_GOOD_FILE));
    await store.update("/log/level", "debug");
    assert.deepEqual([store.get().cameras.length, store.get().log.level], [1, "debug"]);
    assert.equal(((await readConfig(dataDir))["cameras"] as unknown[]).length, 1);
  });
});

describe("configuration store", () => {
  it("writes nothing at a start with what is there, and what is missing or another one's", async (t) => {
    const dataDir = await emptyFolder();
    await (await openStore(t, dataDir)).close();
    const names = await readdir(dataDir);
    // A file that was replaced is another one.
    const facts = () => Promise.all(names.map(async (name) => (await stat(join(dataDir, name))).ino));
    const before = await facts();
    await (await openStore(t, dataDir)).close();
    assert.deepEqual(await facts(), before);
    await rm(join(dataDir, LAST_GOOD_FILE));
    await writeFile(join(dataDir, CONFIG_SCHEMA_FILE), "{}");
    await openStore(t, dataDir);
    assert.equal(
      await readFile(join(dataDir, LAST_GOOD_FILE), "utf8"),
      await readFile(join(dataDir, CONFIG_FILE), "utf8"),
    );
    assert.match(await readFile(join(dataDir, CONFIG_SCHEMA_FILE), "utf8"), /json-schema/);
  });

  it("makes a complete file with a schema beside it in an empty folder", async (t) => {
    const dataDir = await emptyFolder();
    const store = await openStore(t, dataDir);
    const config = store.get();
    assert.equal(config.network.http.port, 8480);
    assert.equal(config.network.http.host, "127.0.0.1");
    assert.equal(config.network.https.port, 8443);
    assert.deepEqual(config.storage.volumes, [{ path: "volumes/default", overwrite: true }]);
    assert.match(config.node.id, /^n[0-9a-f]{8}$/);
    const file = await readConfig(dataDir);
    assert.equal(file["$schema"], "./config.schema.json");
    assert.deepEqual((await readdir(dataDir)).sort(), [
      "config.json",
      "config.last-good.json",
      "config.schema.json",
    ]);
  });

  it("keeps the same node id over restarts", async (t) => {
    const dataDir = await emptyFolder();
    const first = await openStore(t, dataDir);
    const second = await openStore(t, dataDir);
    assert.equal(second.get().node.id, first.get().node.id);
  });

  it("does not record the sound of a camera unless told to", async (t) => {
    const store = await openStore(t, await emptyFolder());
    await store.update((draft) => draft.cameras.push({ ...CAMERA } as never));
    assert.equal(store.get().cameras[0]?.record.audio, false);
    assert.equal(store.get().cameras[0]?.record.retentionDays, null);
  });

  it("hands out a copy that cannot be changed", async (t) => {
    const store = await openStore(t, await emptyFolder());
    assert.throws(() => {
      (store.get().network.http as { port: number }).port = 1;
    }, TypeError);
  });

  it("persists a change by pointer and tells listeners what was before", async (t) => {
    const dataDir = await emptyFolder();
    const store = await openStore(t, dataDir);
    const seen: number[][] = [];
    store.onChange("test", (config, previous) =>
      seen.push([previous.network.http.port, config.network.http.port]),
    );
    await store.update("/network/http/port", 8481);
    assert.deepEqual(seen, [[8480, 8481]]);
    const again = await openStore(t, dataDir);
    assert.equal(again.get().network.http.port, 8481);
  });

  it("refuses a change by which the file could not be read again", async (t) => {
    const store = await openStore(t, await emptyFolder());
    const before = store.get();
    const huge = { ...CAMERA, config: { text: "x".repeat(5 * 1024 * 1024) } };
    await assert.rejects(
      store.update((draft) => void draft.cameras.push(huge as never)),
      (error) => error instanceof ConfigInvalidError && /larger than/.test(error.message),
    );
    assert.equal(store.get(), before);
  });

  it("makes changes one after the other, so that none is lost", async (t) => {
    const store = await openStore(t, await emptyFolder());
    await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        store.update((draft) => draft.cameras.push({ ...CAMERA, id: `camera-${index}` } as never)),
      ),
    );
    assert.equal(store.get().cameras.length, 8);
  });

  const refused: [string, (draft: Record<string, unknown>) => void, string][] = [
    ["an unknown key", (draft) => Object.assign(draft, { netwrok: {} }), "/netwrok"],
    [
      "an unknown key deep inside",
      (draft) => Object.assign(draft, { network: { http: { prot: 1 } } }),
      "/network/http/prot",
    ],
    ["a wrong type", (draft) => Object.assign(draft, { timeZone: 5 }), "/timeZone"],
    ["a zone that does not exist", (draft) => Object.assign(draft, { timeZone: "Moon/Base" }), "/timeZone"],
    ["a missing part", (draft) => Reflect.deleteProperty(draft, "node"), "/node"],
    [
      "an id with a slash",
      (draft) => Object.assign(draft, { cameras: [{ ...CAMERA, id: "../x" }] }),
      "/cameras/0/id",
    ],
    [
      "an id that occurs twice",
      (draft) => Object.assign(draft, { cameras: [CAMERA, { ...CAMERA, name: "Other" }] }),
      "/cameras/1/id",
    ],
    [
      "a password in clear",
      (draft) => Object.assign(draft, { cameras: [{ ...CAMERA, config: { password: "canary" } }] }),
      "/cameras/0/config/password",
    ],
    [
      "a password inside an address",
      (draft) => Object.assign(draft, { cameras: [{ ...CAMERA, config: { url: "rtsp://a:canary@host/" } }] }),
      "/cameras/0/config/url",
    ],
    [
      "a mode that does not exist",
      (draft) => Object.assign(draft, { cameras: [{ ...CAMERA, record: { mode: "sometimes" } }] }),
      "/cameras/0/record/mode",
    ],
    [
      "a retention of no days",
      (draft) => Object.assign(draft, { cameras: [{ ...CAMERA, record: { retentionDays: 0 } }] }),
      "/cameras/0/record/retentionDays",
    ],
    [
      "settings of what cannot be a plugin",
      (draft) => Object.assign(draft, { plugins: { "left-pad": { enabled: true } } }),
      "/plugins/left-pad",
    ],
    ["a newer version", (draft) => Object.assign(draft, { version: 99 }), "/version"],
    [
      "a key that reaches into prototypes",
      (draft) =>
        Object.defineProperty(draft, "plugins", {
          value: JSON.parse('{"__proto__":{"enabled":true}}'),
          enumerable: true,
        }),
      "/plugins/__proto__",
    ],
  ];
  for (const [what, edit, path] of refused) {
    it(`refuses a file with ${what}, naming ${path}`, async (t) => {
      const dataDir = await emptyFolder();
      await openStore(t, dataDir);
      await rm(join(dataDir, LAST_GOOD_FILE));
      await editConfig(dataDir, edit);
      await assert.rejects(ConfigStore.open({ dataDir, log: silentLog, watch: false }), (error) => {
        assert.deepEqual(problemPaths(error), [path]);
        assert.ok(error instanceof Error && error.message.includes(path));
        assert.ok(!error.message.includes("canary"), "the message must not repeat a secret");
        return true;
      });
    });
  }

  it("says all problems at once", async (t) => {
    const store = await openStore(t, await emptyFolder());
    await assert.rejects(
      store.update((draft) => Object.assign(draft, { timeZone: 1, log: { level: "loud" }, extra: 1 })),
      (error) => {
        assert.deepEqual(new Set(problemPaths(error)), new Set(["/extra", "/log/level", "/timeZone"]));
        return true;
      },
    );
    assert.equal(store.get().log.level, "notice");
  });

  it("starts with the last good configuration when the file has been spoilt", async (t) => {
    const dataDir = await emptyFolder();
    const store = await openStore(t, dataDir);
    await store.update("/network/http/port", 8490);
    await writeFile(join(dataDir, CONFIG_FILE), '{ "version": 1, ');
    const again = await openStore(t, dataDir);
    assert.equal(again.get().network.http.port, 8490);
    assert.match(again.problem?.message ?? "", /not JSON/);
    assert.equal(await readFile(join(dataDir, CONFIG_FILE), "utf8"), '{ "version": 1, ');
  });

  it("keeps a refused hand edit beside the file when a change replaces it", async (t) => {
    const dataDir = await emptyFolder();
    const store = await openStore(t, dataDir);
    await writeFile(join(dataDir, CONFIG_FILE), "typed by hand");
    await store.update("/network/http/port", 8491);
    assert.equal(await readFile(join(dataDir, "config.refused.json"), "utf8"), "typed by hand");
    assert.equal(store.problem, undefined);
  });

  it("does not lose a good hand edit to a change that comes at the same time", async (t) => {
    const dataDir = await emptyFolder();
    const store = await openStore(t, dataDir);
    await editConfig(dataDir, (config) => Object.assign(config, { timeZone: "Asia/Tokyo" }));
    await store.update("/network/http/port", 8492);
    assert.equal(store.get().timeZone, "Asia/Tokyo");
    assert.equal(store.get().network.http.port, 8492);
  });

  it("picks up an edit by hand while it runs", async (t) => {
    const dataDir = await emptyFolder();
    const store = await openStore(t, dataDir, true);
    const changed = new Promise<string>((resolve) => {
      store.onChange("test", (config) => resolve(config.timeZone));
    });
    await editConfig(dataDir, (config) => Object.assign(config, { timeZone: "Asia/Tokyo" }));
    assert.equal(await changed, "Asia/Tokyo");
  });

  it("tells of edits by hand, of those made while it was away too, and not of its own changes", async (t) => {
    const dataDir = await emptyFolder();
    const first = await openStore(t, dataDir);
    const seen: string[] = [];
    const note = (store: ConfigStore) =>
      store.onHandEdit(
        "test",
        (next, previous) => void seen.push(`${previous.node.name} → ${next.node.name}`),
      );
    note(first);
    await first.update("/node/name", "Own");
    await first.reload();
    assert.deepEqual(seen, []);
    await editConfig(dataDir, (config) => Reflect.set(config, "timeZone", "UTC"));
    await editConfig(dataDir, (config) => Reflect.set(config["node"] as object, "name", "By hand"));
    await first.reload();
    assert.deepEqual(seen, ["Own → By hand"]);
    await first.close();
    note(await openStore(t, dataDir));
    assert.equal(seen.length, 1, "nothing was edited meanwhile");
    await editConfig(dataDir, (config) => Reflect.set(config["node"] as object, "name", "While away"));
    const second = await openStore(t, dataDir);
    note(second);
    note(second);
    assert.deepEqual(seen, ["Own → By hand", "By hand → While away"]);
  });

  it("tells of edits by hand that short-lived commands met meanwhile, once", async (t) => {
    const dataDir = await emptyFolder();
    const first = await openStore(t, dataDir);
    await first.update("/node/name", "Own");
    await first.close();
    const rename = (name: string) =>
      editConfig(dataDir, (config) => Reflect.set(config["node"] as object, "name", name));
    await rename("First");
    await (await openStore(t, dataDir)).close();
    const command = await openStore(t, dataDir);
    await rename("Meanwhile");
    await command.update("/timeZone", "Asia/Tokyo");
    await command.close();
    const seen: string[] = [];
    const start = async () => {
      const store = await openStore(t, dataDir);
      store.onHandEdit(
        "test",
        (next, previous) => void seen.push(`${previous.node.name} → ${next.node.name}`),
      );
      await store.close();
    };
    await start();
    await start();
    assert.deepEqual(seen, ["Own → Meanwhile"]);
  });

  it("tells of an edit by hand that a command took over when nothing had been edited before", async (t) => {
    const dataDir = await emptyFolder();
    const command = await openStore(t, dataDir);
    const before = command.get().node.name;
    await editConfig(dataDir, (config) => Reflect.set(config["node"] as object, "name", "By hand"));
    await command.update("/timeZone", "Asia/Tokyo");
    await command.close();
    const seen: string[] = [];
    const store = await openStore(t, dataDir);
    store.onHandEdit("test", (next, previous) => void seen.push(`${previous.node.name} → ${next.node.name}`));
    assert.deepEqual(seen, [`${before} → By hand`]);
  });

  it("refuses a bad edit by hand, keeps the old one and says which place is wrong", async (t) => {
    const dataDir = await emptyFolder();
    const store = await openStore(t, dataDir);
    await editConfig(dataDir, (config) => Object.assign(config, { network: { http: { port: "x" } } }));
    await store.reload();
    assert.equal(store.get().network.http.port, 8480);
    assert.deepEqual(
      store.problem?.problems.map((problem) => problem.path),
      ["/network/http/port"],
    );
    await editConfig(dataDir, (config) => Object.assign(config, { network: { http: { port: 8493 } } }));
    await store.reload();
    assert.equal(store.get().network.http.port, 8493);
    assert.equal(store.problem, undefined);
  });

  it("refuses a pointer that leads nowhere and one that leads into prototypes", async (t) => {
    const store = await openStore(t, await emptyFolder());
    await assert.rejects(store.update("/nowhere/at/all", 1), ConfigInvalidError);
    await assert.rejects(store.update("/__proto__/polluted", 1), ConfigInvalidError);
    await assert.rejects(
      store.update("/plugins/__proto__", { enabled: true, config: {} }),
      ConfigInvalidError,
    );
    assert.equal(Reflect.get({}, "polluted"), undefined);
  });

  it("converts old versions step by step", () => {
    const migrations = new Map<number, ConfigMigration>([
      [1, (old) => ({ b: old["a"] })],
      [2, (old) => ({ c: old["b"] })],
    ]);
    assert.deepEqual(migrateConfig("x", { version: 1, a: 7 }, migrations, 3), {
      value: { version: 3, c: 7 },
      from: 1,
    });
    assert.throws(() => migrateConfig("x", { version: 1 }, new Map(), 2), ConfigInvalidError);
  });
});
