import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { CameraList } from "../../../core/cameras/camera-list.ts";
import { KNOWN_STREAMS_FILE, KnownStreams } from "../../../core/cameras/known-streams.ts";
import { type Clock, systemClock } from "../../../core/clock.ts";
import { ConfigStore } from "../../../core/config/config-store.ts";
import { SecretStore } from "../../../core/config/secret-store.ts";
import { NightjarError } from "../../../core/errors.ts";
import { Type } from "../../../core/index.ts";
import { silentLog } from "../../../core/log.ts";
import { guardedEntry } from "../../../core/plugin/calls/guarded-entry.ts";
import { partsOf } from "../../../core/plugin/calls/registries.ts";
import { Registry } from "../../../core/plugin/calls/registry.ts";
import type { CameraDriver, CameraStreams } from "../../../core/plugin/contract/camera-driver.ts";
import type { Nvr } from "../../../core/plugin/contract/define-plugin.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import rtspPlugin from "../../../plugins/camera-rtsp/src/index.ts";

const root = await mkdtemp(join(tmpdir(), "nightjar-cameras-"));
after(() => rm(root, { recursive: true, force: true }));

async function cameraList(extra?: CameraDriver, formerly?: string, clock: Clock = systemClock) {
  const dataDir = formerly ?? (await mkdtemp(join(root, "d-")));
  const config = await ConfigStore.open({ dataDir, log: silentLog, watch: false });
  const secrets = await SecretStore.open({ dataDir });
  const drivers = new Registry<CameraDriver>("camera driver");
  const registry = (plugin: string) => ({
    register: (driver: CameraDriver) =>
      drivers.add(
        plugin,
        guardedEntry("cameraDrivers", plugin, partsOf("cameraDrivers", driver), { called: () => undefined }),
      ),
  });
  await rtspPlugin.setup({ cameraDrivers: registry("nightjar-camera-rtsp") } as unknown as Nvr, {});
  if (extra !== undefined) registry("extra").register(extra);
  const known = await KnownStreams.open(dataDir, silentLog);
  const changes: string[] = [];
  const list = new CameraList({
    config,
    secrets,
    drivers,
    known,
    clock,
    log: silentLog,
    ownPorts: () => [8480],
    onChange: ({ id, kind }) => changes.push(`${kind} ${id}`),
  });
  await list.start();
  after(async () => {
    list.stop();
    await config.close();
  });
  return { dataDir, config, secrets, list, changes, known };
}

const yard = { name: "Yard gate", driver: "rtsp", config: { url: "rtsp://admin:s3cret-word@10.0.0.9/1" } };

describe("adding a camera (manual 3.1)", () => {
  it("makes an id of its name and finds its streams", async () => {
    const { list, changes } = await cameraList();
    const added = await list.add(yard);
    assert.equal(added.camera.id, "yard-gate");
    assert.deepEqual(added.streams.main, {
      kind: "rtsp",
      url: "rtsp://10.0.0.9/1",
      username: "admin",
      password: "s3cret-word",
      transport: "auto",
    });
    assert.deepEqual(changes, ["added yard-gate"]);
  });

  it("numbers cameras of the same name", async () => {
    const { list } = await cameraList();
    await list.add(yard);
    assert.equal((await list.add(yard)).camera.id, "yard-gate-2");
  });

  it("keeps the password out of config.json and out of secrets.json in the clear", async () => {
    const { list, dataDir } = await cameraList();
    await list.add(yard);
    for (const file of ["config.json", "secrets.json", "config.last-good.json"]) {
      assert.equal((await readFile(join(dataDir, file), "utf8")).includes("s3cret-word"), false, file);
    }
  });

  for (const [what, camera, code] of [
    ["an unknown driver", { ...yard, driver: "nope" }, "NJ_CAMERA_DRIVER_UNKNOWN"],
    ["an address that is none", { ...yard, config: { url: "http://x/" } }, "NJ_CAMERA_CONFIG_INVALID"],
    ["an unknown key", { ...yard, config: { ...yard.config, exec: "x" } }, "NJ_CAMERA_CONFIG_INVALID"],
    ["the recorder's own port", { ...yard, config: { url: "rtsp://127.0.0.1:8480/" } }, "NJ_ADDRESS_REFUSED"],
    ["an id that is none", { ...yard, id: "../x" }, "NJ_ID_INVALID"],
  ] as const) {
    it(`refuses ${what} and stores nothing`, async () => {
      const { list, config } = await cameraList();
      await assert.rejects(list.add(camera), { code });
      assert.deepEqual(config.get().cameras, []);
    });
  }

  it("refuses an id that is taken", async () => {
    const { list } = await cameraList();
    await list.add({ ...yard, id: "gate" });
    await assert.rejects(list.add({ ...yard, id: "gate" }), { code: "NJ_CAMERA_EXISTS" });
  });
});

describe("changing and removing a camera (manual 3.3), whose password is sent only where it was given for (A17)", () => {
  it("keeps the password when it is left out", async () => {
    const { list } = await cameraList();
    await list.add(yard);
    const changed = await list.update("yard-gate", {
      config: { url: "rtsp://10.0.0.9/2", subUrl: "rtsp://10.0.0.9/3", transport: "tcp", username: "admin" },
    });
    assert.equal(changed.streams.main?.password, "s3cret-word");
    assert.equal(changed.streams.main?.url, "rtsp://10.0.0.9/2");
    assert.equal(changed.streams.sub?.password, "s3cret-word");
  });

  for (const [what, config] of [
    ["another host", { url: "rtsp://10.0.0.10/1", username: "admin" }],
    ["another port", { url: "rtsp://10.0.0.9:8554/1", username: "admin" }],
    ["another protocol", { url: "rtsps://10.0.0.9/1", username: "admin" }],
    ["another account", { url: "rtsp://10.0.0.9/1", username: "root" }],
    ["a second host", { url: "rtsp://10.0.0.9/1", subUrl: "rtsp://10.0.0.10/1", username: "admin" }],
    ["an account in the address", { url: "rtsp://root@10.0.0.9/1" }],
  ] as const) {
    it(`sends the kept password to ${what} neither for a trial nor after a change, and forgets it`, async () => {
      const { list, secrets } = await cameraList();
      await list.add(yard);
      assert.equal((await list.trial("rtsp", config, "yard-gate")).password, undefined);
      assert.equal(secrets.get("camera/yard-gate/password"), "s3cret-word");
      const changed = await list.update("yard-gate", { config });
      assert.equal(changed.streams.main?.password, undefined);
      assert.equal(changed.streams.sub?.password, undefined);
      assert.deepEqual(changed.secretsSet, []);
      assert.equal(secrets.has("camera/yard-gate/password"), false);
    });
  }

  it("takes a password for another host that is typed, also the same one, also within the address", async () => {
    const { list } = await cameraList();
    await list.add(yard);
    const apart = { url: "rtsp://10.0.0.10/1", username: "admin", password: "s3cret-word" };
    assert.equal((await list.trial("rtsp", apart, "yard-gate")).password, "s3cret-word");
    const within = { url: "rtsp://root:other-word@10.0.0.11/1" };
    assert.equal((await list.update("yard-gate", { config: within })).streams.main?.password, "other-word");
  });

  it("takes a new password within the address instead of the kept one, of the same user and of another", async () => {
    const { list } = await cameraList();
    await list.add(yard);
    for (const [config, password] of [
      [{ url: "rtsp://admin:new-word@10.0.0.9/1", username: "admin" }, "new-word"],
      [{ url: "rtsp://admin:newer-word@10.0.0.9/1" }, "newer-word"],
      [{ url: "rtsp://root:newest-word@10.0.0.9/1" }, "newest-word"],
    ] as const) {
      const changed = await list.update("yard-gate", { config });
      assert.equal(changed.streams.main?.password, password);
    }
  });

  it("tries a camera with its kept password where it was given for, and with none for another driver", async () => {
    const { list } = await cameraList({
      id: "odd",
      displayName: "Odd",
      configSchema: Type.Object({
        url: Type.String(),
        username: Type.String(),
        password: Type.Optional(Type.String({ "x-secret": true })),
      }),
      streams: async ({ url, username }) => ({
        main: {
          ...{ kind: "rtsp", url: String(url), username: String(username) },
          ...{ credentialsRef: "password", transport: "tcp" },
        },
      }),
    });
    await list.add(yard);
    const same = { url: "rtsp://10.0.0.9/1", username: "admin" };
    assert.equal((await list.trial("rtsp", same, "yard-gate")).password, "s3cret-word");
    assert.equal((await list.trial("rtsp", same)).password, undefined);
    assert.equal((await list.trial("odd", same, "yard-gate")).password, undefined);
  });

  it("takes a new password although nothing else changes", async () => {
    const { list } = await cameraList();
    await list.add(yard);
    const changed = await list.update("yard-gate", {
      config: { url: "rtsp://10.0.0.9/1", username: "admin", password: "other-word" },
    });
    assert.equal(changed.streams.main?.password, "other-word");
  });

  it("changes how it is recorded without touching the rest", async () => {
    const { list } = await cameraList();
    await list.add(yard);
    const { camera } = await list.update("yard-gate", { record: { retentionDays: 7 } });
    assert.deepEqual([camera.record.retentionDays, camera.record.mode], [7, "continuous"]);
  });

  it("forgets its secrets when it is removed", async () => {
    const { list, secrets } = await cameraList();
    await list.add(yard);
    await list.remove("yard-gate");
    assert.equal(list.find("yard-gate"), undefined);
    assert.equal(secrets.get("camera/yard-gate/password"), undefined);
  });

  it("does not give a camera the password of one of its id that was taken out of config.json by hand", async () => {
    const { list, config, secrets } = await cameraList();
    await list.add({ ...yard, id: "gate" });
    await config.update((draft) => {
      draft.cameras = [];
    });
    assert.equal(secrets.has("camera/gate/password"), true);
    const added = await list.add({ ...yard, id: "gate", config: { url: "rtsp://admin@10.0.0.66/1" } });
    assert.equal(added.streams.main?.password, undefined);
    assert.equal(secrets.has("camera/gate/password"), false);
  });

  it("says so when there is none of that id", async () => {
    const { list } = await cameraList();
    await assert.rejects(list.remove("nobody"), { code: "NJ_CAMERA_NOT_FOUND", kind: "not-found" });
  });
});

describe("a driver in trouble", () => {
  const driver = (streams: CameraDriver["streams"]): CameraDriver => ({
    id: "odd",
    displayName: "Odd",
    configSchema: Type.Object({
      url: Type.Optional(Type.String()),
      password: Type.Optional(Type.String({ "x-secret": true })),
    }),
    streams,
  });

  it("does not cost the streams that were known", async () => {
    let fails = false;
    const { list } = await cameraList(
      driver(async () => {
        if (fails) throw new NightjarError("NJ_TEST", "unavailable", "no answer");
        return { main: { kind: "rtsp", url: "rtsp://10.0.0.1/", transport: "auto" } };
      }),
    );
    await list.add({ name: "Odd", driver: "odd", config: {} });
    assert.deepEqual(await list.refresh("odd"), ["odd"]);
    fails = true;
    // Of these nobody says that they are there.
    assert.deepEqual(await list.refresh("odd"), []);
    assert.equal(list.find("odd")?.streams.main?.url, "rtsp://10.0.0.1/");
  });

  it("costs no stream over a restart either, unless the camera's settings have changed", async () => {
    const answer = (): Promise<never> => Promise.reject(new NightjarError("NJ_TEST", "unavailable", "away"));
    const before = await cameraList(
      driver(async () => ({
        main: {
          kind: "rtsp",
          url: "rtsp://10.0.0.1/",
          username: "u",
          credentialsRef: "password",
          transport: "tcp",
        },
      })),
    );
    const typed = { url: "rtsp://10.0.0.1/", password: "s3cret-word" };
    await before.list.add({ name: "Odd", driver: "odd", config: typed });
    await before.known.settled();
    before.list.stop();
    await before.config.close();
    const remembered = await readFile(join(before.dataDir, KNOWN_STREAMS_FILE), "utf8");
    assert.doesNotMatch(remembered, /s3cret/);

    for (const away of [driver(answer), undefined]) {
      const { list } = await cameraList(away, before.dataDir);
      assert.deepEqual(list.find("odd")?.streams.main, {
        kind: "rtsp",
        url: "rtsp://10.0.0.1/",
        username: "u",
        password: "s3cret-word",
        transport: "tcp",
      });
    }
    const { list, config } = await cameraList(driver(answer), before.dataDir);
    await config.update((draft) => {
      const camera = draft.cameras[0];
      if (camera !== undefined) camera.config = { url: "rtsp://10.0.0.2/" };
    });
    list.stop();
    const after = await cameraList(driver(answer), before.dataDir);
    assert.deepEqual(after.list.find("odd")?.streams, {});
    assert.equal(after.list.find("odd")?.problem?.code, "NJ_TEST");
  });

  it("is told where its answer is wrong, and nothing of it is used", async () => {
    for (const streams of [
      undefined,
      {},
      { main: { kind: "rtsp", url: 7, transport: "tcp" } },
      { main: null },
    ]) {
      const { list } = await cameraList(driver((async () => streams) as never));
      await assert.rejects(list.add({ name: "Odd", driver: "odd", config: {} }), { code: "NJ_PLUGIN_DATA" });
    }
  });

  it("may not smuggle credentials or other schemes in its descriptors", async () => {
    for (const url of ["rtsp://a:b@10.0.0.1/", "file:///etc/passwd", "exec:sh"]) {
      const { list } = await cameraList(
        driver(async () => ({ main: { kind: "rtsp", url, transport: "auto" } })),
      );
      await assert.rejects(
        list.add({ name: "Odd", driver: "odd", config: {} }),
        { kind: "invalid-argument" },
        url,
      );
    }
  });
});

describe("a camera whose password cannot be opened", () => {
  it("is no obstacle to the start, says so, and is mended by typing it again", async () => {
    const before = await cameraList();
    await before.list.add(yard);
    await before.list.add({ ...yard, id: "other", config: { url: "rtsp://admin:other-word@10.0.0.8/1" } });
    await before.known.settled();
    before.list.stop();
    const file = join(before.dataDir, "secrets.json");
    const kept = JSON.parse(await readFile(file, "utf8"));
    kept.secrets["camera/yard-gate/password"] = kept.secrets["camera/other/password"];
    await writeFile(file, JSON.stringify(kept));

    const { list } = await cameraList(undefined, before.dataDir);
    assert.equal(list.find("other")?.streams.main?.password, "other-word");
    const gate = list.all().find(({ camera }) => camera.id === "yard-gate");
    assert.equal(gate?.problem?.code, "NJ_SECRETS_UNREADABLE");
    assert.deepEqual([gate?.streams, gate?.secretsSet], [{}, ["password"]]);
    assert.throws(() => list.access("yard-gate"), { code: "NJ_SECRETS_UNREADABLE" });
    assert.equal((await list.update("yard-gate", { name: "Gate" })).problem?.code, "NJ_SECRETS_UNREADABLE");
    const typed = { url: "rtsp://10.0.0.9/1", username: "admin", password: "new-word" };
    assert.equal((await list.trial("rtsp", typed, "yard-gate")).password, "new-word");
    const mended = await list.update("yard-gate", { config: typed });
    assert.deepEqual([mended.problem, mended.streams.main?.password], [undefined, "new-word"]);
  });
});

describe("a driver that is slow to answer", () => {
  /** Answers for an address at once, or when it is let go: with the streams there, or with an error. */
  function slowDriver() {
    const held = new Map<string, PromiseWithResolvers<void>>();
    const asked: string[] = [];
    const driver: CameraDriver = {
      id: "slow",
      displayName: "Slow",
      configSchema: Type.Object({
        url: Type.String(),
        password: Type.Optional(Type.String({ "x-secret": true })),
      }),
      async streams({ url }): Promise<CameraStreams> {
        asked.push(String(url));
        await held.get(String(url))?.promise;
        return { main: { kind: "rtsp", url: String(url), transport: "tcp" } };
      },
    };
    const hold = (url: string): PromiseWithResolvers<void> => {
      const waiting = Promise.withResolvers<void>();
      held.set(url, waiting);
      return waiting;
    };
    return { driver, asked, hold, letAll: () => held.clear() };
  }
  const [OLD, NEW] = ["rtsp://10.0.0.1/", "rtsp://10.0.0.2/"];
  const slow = { id: "gate", name: "Gate", driver: "slow", config: { url: OLD } };

  it("is not asked again about a camera that is gone meanwhile, nor about a later one of its id", async () => {
    const clock = new FakeClock();
    const { driver, asked, hold, letAll } = slowDriver();
    const { list, known, changes } = await cameraList(driver, undefined, clock);
    await list.add(slow);
    const answer = hold(OLD);
    const asking = list.refresh("slow");
    await list.remove("gate");
    letAll();
    await list.add({ ...slow, config: { url: NEW, password: "s3cret-word" } });
    answer.reject(new NightjarError("NJ_TEST", "unavailable", "away"));
    await asking;
    assert.equal(clock.pending, 0);
    assert.equal(asked.filter((url) => url === OLD).length, 3);
    assert.equal(list.find("gate")?.streams.main?.url, NEW);
    assert.notEqual(known.get("gate", { driver: "slow", config: { url: NEW } }), undefined);
    assert.deepEqual(changes, ["added gate", "removed gate", "added gate"]);
  });

  it("does not take a camera back to an address that it had when it was asked", async () => {
    const clock = new FakeClock();
    const { driver, hold } = slowDriver();
    const { list, known } = await cameraList(driver, undefined, clock);
    await list.add(slow);
    const answer = hold(OLD);
    const asking = list.refresh("slow");
    await list.update("gate", { config: { url: NEW } });
    answer.resolve();
    await asking;
    assert.equal(list.find("gate")?.streams.main?.url, NEW);
    assert.notEqual(known.get("gate", { driver: "slow", config: { url: NEW } }), undefined);
    assert.equal(clock.pending, 0);
  });

  it("is not waited for once the list has stopped", async () => {
    const clock = new FakeClock();
    const { driver, hold } = slowDriver();
    const { list } = await cameraList(driver, undefined, clock);
    await list.add(slow);
    const answer = hold(OLD);
    const asking = list.refresh("slow");
    list.stop();
    answer.reject(new NightjarError("NJ_TEST", "unavailable", "away"));
    await asking;
    assert.equal(clock.pending, 0);
  });
});

describe("a camera that a plugin offers", () => {
  const offer = {
    id: "demo",
    name: "Demo",
    driver: "rtsp",
    config: { url: "rtsp://127.0.0.1:9999/demo" },
    record: { mode: "continuous", streams: "both", audio: true, quotaBytes: 1 << 30 },
    onlyWhenEmpty: true,
  } as const;

  it("is taken by an empty recorder, once", async () => {
    const { list } = await cameraList();
    await list.offer(offer);
    await list.offer(offer);
    assert.deepEqual(
      list.all().map(({ camera }) => camera.id),
      ["demo"],
    );
  });

  it("is not forced upon an owner who has cameras", async () => {
    const { list } = await cameraList();
    await list.add(yard);
    await list.offer(offer);
    assert.equal(list.find("demo"), undefined);
  });
});
