import assert from "node:assert/strict";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { describe, it, type TestContext } from "node:test";
import type { CameraDriver, Log, Nvr, OfferedCamera } from "@nightjar/core";
import { tempDir } from "@nightjar/core/testing";
import plugin from "../src/index.ts";

const quiet: Log = {
  debug: () => undefined,
  info: () => undefined,
  notice: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => quiet,
};

interface Host {
  readonly drivers: Map<string, CameraDriver>;
  readonly offered: OfferedCamera[];
  readonly folder: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Sets the plugin up as the core does. */
async function host(t: TestContext, config: { offer: boolean }, folder?: string): Promise<Host> {
  const dir = tempDir();
  const drivers = new Map<string, CameraDriver>();
  const offered: OfferedCamera[] = [];
  const starts: ((signal: AbortSignal) => Promise<void>)[] = [];
  const stops: (() => Promise<void>)[] = [];
  const storageDir = folder ?? dir.path;
  // What this plugin uses of it.
  const nvr: Pick<
    Nvr,
    "version" | "cameraDrivers" | "log" | "storageDir" | "refreshCameras" | "offerCamera"
  > & {
    readonly hooks: Pick<Nvr["hooks"], "start" | "stop">;
  } = {
    version: "0.1.0",
    cameraDrivers: { register: (driver) => drivers.set(driver.id, driver) },
    hooks: {
      start: { tapPromise: (_options, listener) => starts.push(listener) },
      stop: { tapPromise: (_options, listener) => stops.push(listener) },
    },
    log: quiet,
    storageDir,
    refreshCameras: () => undefined,
    offerCamera: async (camera) => void offered.push(camera),
  };
  await plugin.setup(nvr as Nvr, config);
  const stop = async (): Promise<void> => {
    for (const listener of stops) await listener();
  };
  t.after(async () => {
    await stop();
    dir.remove();
  });
  return {
    drivers,
    offered,
    folder: storageDir,
    start: async () => {
      for (const listener of starts) await listener(new AbortController().signal);
    },
    stop,
  };
}

async function mainUrl(made: Host, config: Record<string, unknown> = {}): Promise<URL> {
  const driver = made.drivers.get("demo");
  assert.ok(driver);
  const context = { signal: new AbortController().signal, secret: async () => undefined };
  return new URL((await driver.streams(config, context)).main.url);
}

async function ask(url: URL, path: string): Promise<string> {
  const socket = connect(Number(url.port), url.hostname);
  socket.write(`DESCRIBE rtsp://${url.host}${path} RTSP/1.0\r\nCSeq: 1\r\n\r\n`);
  const [answer] = (await once(socket, "data")) as [Buffer];
  socket.destroy();
  return answer.toString("latin1");
}

describe("demo camera", () => {
  it("serves both streams over RTSP once it is started", async (t) => {
    const made = await host(t, { offer: true });
    await made.start();
    const url = await mainUrl(made);
    const answer = await ask(url, url.pathname);
    assert.match(answer, /^RTSP\/1\.0 200 OK/);
    assert.match(answer, /H264\/90000/);
    assert.match(answer, /MPEG4-GENERIC\/16000/i);
    assert.match(await ask(url, url.pathname.replace("main", "sub")), /^RTSP\/1\.0 200 OK/);
  });

  it("runs no server until a camera asks for its streams", async (t) => {
    const made = await host(t, { offer: true });
    await made.start();
    assert.deepEqual(await readdir(made.folder), []);
    await mainUrl(made);
    assert.deepEqual(await readdir(made.folder), ["server.json"]);
  });

  it("ends a server that is just being started when the plugin is stopped", async (t) => {
    const made = await host(t, { offer: false });
    await made.start();
    const asked = mainUrl(made).catch(() => undefined);
    await made.stop();
    const url = await asked;
    if (url === undefined) return;
    const socket = connect(Number(url.port), url.hostname);
    await assert.rejects(once(socket, "connect"), { code: "ECONNREFUSED" });
  });

  it("shows nothing to those who were not told its path", async (t) => {
    const made = await host(t, { offer: false });
    await made.start();
    assert.match(await ask(await mainUrl(made), "/main"), /^RTSP\/1\.0 404/);
  });

  it("offers itself to an empty recorder, with at most 1 GiB of recordings", async (t) => {
    const made = await host(t, { offer: true });
    await made.start();
    assert.equal(made.offered.length, 1);
    assert.equal(made.offered[0]?.onlyWhenEmpty, true);
    assert.equal(made.offered[0]?.record.quotaBytes, 1024 ** 3);
    assert.equal(made.offered[0]?.record.mode, "continuous");
  });

  it("offers nothing when it is told not to", async (t) => {
    const made = await host(t, { offer: false });
    await made.start();
    assert.equal(made.offered.length, 0);
  });

  it("gives a camera its own time of day", async (t) => {
    const made = await host(t, { offer: false });
    await made.start();
    assert.equal((await mainUrl(made, { shiftSeconds: 30 })).searchParams.get("shift"), "30");
  });

  it("has no address before the start and after the stop", async (t) => {
    const made = await host(t, { offer: false });
    await assert.rejects(mainUrl(made), { code: "NJ_DEMO_NOT_RUNNING" });
    await made.start();
    const url = await mainUrl(made);
    await made.stop();
    await assert.rejects(mainUrl(made), { code: "NJ_DEMO_NOT_RUNNING" });
    const socket = connect(Number(url.port), url.hostname);
    await assert.rejects(once(socket, "connect"), { code: "ECONNREFUSED" });
  });

  it("comes back at the same address after a restart", async (t) => {
    const made = await host(t, { offer: false });
    await made.start();
    const before = await mainUrl(made);
    await made.stop();
    await made.start();
    assert.equal((await mainUrl(made)).href, before.href);
  });

  it("takes another port when its own is taken, and a new token when its note is damaged", async (t) => {
    const first = await host(t, { offer: false });
    await first.start();
    const taken = await mainUrl(first);
    using dir = tempDir();
    const note = { port: Number(taken.port), token: "f".repeat(32) };
    await writeFile(dir.join("server.json"), JSON.stringify(note));
    const second = await host(t, { offer: false }, dir.path);
    await second.start();
    const moved = await mainUrl(second);
    assert.notEqual(moved.port, taken.port);
    assert.match(await readFile(dir.join("server.json"), "utf8"), new RegExp(moved.port));
    await second.stop();
    await writeFile(dir.join("server.json"), '{"port":"x","token":"../.."}');
    const third = await host(t, { offer: false }, dir.path);
    await third.start();
    assert.doesNotMatch((await mainUrl(third)).pathname, /\.\./);
  });
});
