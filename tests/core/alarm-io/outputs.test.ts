// All outputs: what is kept over a restart, schedules, what devices say, and settings that change.
import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { Outputs } from "../../../core/alarm-io/outputs.ts";
import type { Config } from "../../../core/config/config-schema.ts";
import type { Db } from "../../../core/db/db.ts";
import { silentLog } from "../../../core/log.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";
import { configWith, memoryDb } from "./alarm-io-fixture.ts";

const RULE = { on: true, by: "rule gate", dwellSeconds: undefined, isTest: false };
const mqtt = { kind: "mqtt", topic: "garden/lamp/set", on: "ON", off: "OFF", stateTopic: "garden/lamp" };

async function outputsOf(t: TestContext, outputs: readonly object[], db?: Db, clock = new FakeClock()) {
  const state = { config: configWith({ outputs }) };
  const published: string[] = [];
  const all = new Outputs({
    ...{ db: db ?? (await memoryDb(t)), clock, log: silentLog, config: () => state.config as never },
    publish: async (topic, payload) => void published.push(`${topic} ${payload}`),
    switchCamera: async ({ camera, relay, part }, on) =>
      void published.push(`${camera} ${relay ?? part} ${on}`),
    ownPorts: () => [],
    authorization: (id) => (id === "gate" ? "Bearer swordfish" : undefined),
    changed: () => undefined,
  });
  await all.start();
  t.after(() => all.stop());
  return {
    ...{ all, published, clock },
    change(next: readonly object[]): void {
      state.config = configWith({ outputs: next });
      all.settingsChanged();
    },
  };
}

async function device(t: TestContext): Promise<{ url: string; asked: string[]; status: { now: number } }> {
  const asked: string[] = [];
  const status = { now: 200 };
  const server: Server = createServer((request: IncomingMessage, answer) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const { method, url, headers } = request;
      asked.push(
        `${method} ${url} ${headers.authorization ?? "-"} ${Buffer.concat(parts).toString()}`.trim(),
      );
      answer.writeHead(status.now, { location: "http://127.0.0.1:1/" }).end("x".repeat(1_000));
    });
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, status };
}

describe("all alarm outputs", () => {
  it("are as they were after a restart: latches on, the rest switched off", async (t) => {
    const db = await memoryDb(t);
    const both = [
      { id: "latch", dwellSeconds: 0 },
      { id: "lamp", dwellSeconds: 60, driver: mqtt },
    ];
    const first = await outputsOf(t, both, db);
    await first.all.setAll(true, "ann");
    await first.all.stop();
    const second = await outputsOf(t, both, db);
    await waitFor(() => second.all.stateOf("lamp")?.on === false);
    assert.deepEqual(
      [second.all.stateOf("latch")?.on, second.all.stateOf("latch")?.by, second.published],
      [true, "ann", ["garden/lamp/set OFF"]],
    );
  });

  it("that are of a camera are switched by it, and show what it tells", async (t) => {
    const of = (more: object) => ({ kind: "camera", camera: "yard", ...more });
    const both = [
      { id: "relay", dwellSeconds: 5, driver: of({ relay: "r1" }) },
      { id: "horn", dwellSeconds: 0, driver: of({ part: "siren" }) },
    ];
    const { all, published, clock } = await outputsOf(t, both);
    await all.set("relay", true, "ann");
    await all.set("horn", true, "ann");
    clock.advance(5_000);
    await waitFor(() => all.stateOf("relay")?.on === false);
    assert.deepEqual(published, ["yard r1 true", "yard siren true", "yard r1 false"]);
    all.reported("hall", "r1", true);
    assert.equal(all.stateOf("relay")?.on, false);
    all.reported("yard", "r1", true);
    assert.deepEqual([all.stateOf("relay")?.on, all.stateOf("relay")?.by], [true, "device"]);
  });

  it("are not taken for latches while their device does not hear that they go off, however often the recorder starts", async (t) => {
    const db = await memoryDb(t);
    const { url, asked, status } = await device(t);
    const call = (path: string) => ({ method: "GET", url: `${url}/${path}` });
    const both = [
      { id: "lamp", dwellSeconds: 60, driver: { kind: "http", on: call("on"), off: call("lamp-off") } },
      { id: "bell", dwellSeconds: 0, driver: { kind: "http", on: call("on"), off: call("bell-off") } },
    ];
    const first = await outputsOf(t, both, db);
    await first.all.setAll(true, "ann");
    status.now = 503;
    await assert.rejects(first.all.set("bell", false, "ann"), { code: "NJ_OUTPUT_FAILED" });
    await first.all.stop();
    const second = await outputsOf(t, both, db);
    await waitFor(() => asked.filter((text) => /-off/.test(text)).length >= 3);
    await second.all.stop();
    status.now = 200;
    const third = await outputsOf(t, both, db);
    await waitFor(() => ["lamp", "bell"].every((id) => third.all.stateOf(id)?.on === false));
  });

  it("that are put back while their device does not hear that they go off are not switched off later", async (t) => {
    const { url, asked, status } = await device(t);
    const call = (path: string) => ({ method: "GET", url: `${url}/${path}` });
    const lamp = { id: "lamp", dwellSeconds: 0, driver: { kind: "http", on: call("on"), off: call("off") } };
    const { all, clock, change } = await outputsOf(t, [lamp]);
    await all.set("lamp", true, "ann");
    status.now = 503;
    change([]);
    await waitFor(() => asked.length === 2 && clock.pending === 1);
    change([{ ...lamp, id: "again" }]);
    assert.equal(all.stateOf("again")?.on, true, "it goes off as the other one did");
    await waitFor(() => asked.length === 3 && clock.pending === 1);
    status.now = 200;
    await all.set("again", true, "rule night");
    clock.advance(600_000);
    assert.deepEqual([all.stateOf("again")?.on, asked.at(-1), clock.pending], [true, "GET /on -", 0]);
  });

  it("are left alone by rules outside their schedule, and switched by hand at any time", async (t) => {
    const monday = { monday: [{ from: "08:00", to: "18:00" }] };
    // Thursday, 12:00.
    const clock = new FakeClock(Date.UTC(2026, 0, 1, 12));
    const { all } = await outputsOf(
      t,
      [{ id: "siren", name: "Siren", schedule: monday }, { id: "lamp" }],
      undefined,
      clock,
    );
    assert.deepEqual(await all.wish(["siren", "lamp"], RULE), ["Siren"]);
    assert.deepEqual([all.stateOf("siren")?.on, all.stateOf("lamp")?.on], [false, true]);
    assert.deepEqual([all.isArmed("siren"), all.isArmed("lamp")], [false, true]);
    await all.set("siren", true, "ann");
    await all.wish(["siren"], { ...RULE, on: false });
    assert.equal(all.stateOf("siren")?.on, false);
  });

  it("are heard by a test for 5 seconds at most, also a latch", async (t) => {
    const { all, clock } = await outputsOf(t, [{ id: "latch", dwellSeconds: 0 }]);
    await all.wish(["latch"], { ...RULE, isTest: true });
    assert.equal(all.stateOf("latch")?.offAtMs, clock.wallMs() + 5_000);
  });

  it("follow what their devices say, and nothing else that comes on the topic", async (t) => {
    const { all, published } = await outputsOf(t, [{ id: "lamp", driver: mqtt }]);
    assert.deepEqual(all.topics(), ["garden/lamp"]);
    for (const wrong of ["on", "ON ", "", "{}", "\u0000", "O".repeat(200_000)])
      all.heard("garden/lamp", Buffer.from(wrong));
    all.heard("garden/other", Buffer.from("ON"));
    assert.equal(all.stateOf("lamp")?.on, false);
    all.heard("garden/lamp", Buffer.from("ON"));
    assert.deepEqual([all.stateOf("lamp")?.on, all.stateOf("lamp")?.by, published], [true, "device", []]);
  });

  it("are known by their id, and cannot be switched while they are off by their settings", async (t) => {
    const { all } = await outputsOf(t, [{ id: "siren", enabled: false }]);
    await assert.rejects(all.set("siren", true, "ann"), { code: "NJ_OUTPUT_OFF" });
    await assert.rejects(all.set("nothing", true, "ann"), { code: "NJ_OUTPUT_NOT_FOUND" });
    await assert.rejects(all.wish(["nothing"], RULE), { code: "NJ_OUTPUT_NOT_FOUND" });
    await all.setAll(true, "ann");
    assert.equal(all.stateOf("siren"), undefined);
  });

  it("stay on when they are renamed, and are switched off the old way when they are removed", async (t) => {
    const { all, published, change } = await outputsOf(t, [{ id: "lamp", driver: mqtt, dwellSeconds: 0 }]);
    await all.set("lamp", true, "ann");
    change([{ id: "lamp", name: "Another", driver: mqtt, dwellSeconds: 9 }]);
    assert.equal(all.stateOf("lamp")?.on, true);
    change([]);
    assert.equal(all.stateOf("lamp"), undefined);
    await waitFor(() => published.length === 2);
    assert.deepEqual(published, ["garden/lamp/set ON", "garden/lamp/set OFF"]);
  });

  it("are told to be off until they obey, also when they were removed while their device was away", async (t) => {
    const { url, asked, status } = await device(t);
    const driver = {
      kind: "http",
      on: { method: "PUT", url: `${url}/on` },
      off: { method: "PUT", url: `${url}/off` },
    };
    const { all, change, clock } = await outputsOf(t, [{ id: "siren", driver, dwellSeconds: 0 }]);
    await all.set("siren", true, "ann");
    status.now = 503;
    change([]);
    await waitFor(() => asked.length === 2 && clock.pending === 1);
    status.now = 200;
    clock.advance(1_000);
    await waitFor(() => asked.length === 3 && clock.pending === 0);
    assert.deepEqual(asked, ["PUT /on -", "PUT /off -", "PUT /off -"]);
  });

  it("are switched over HTTP, with their secret, and no redirect is followed", async (t) => {
    const { url, asked, status } = await device(t);
    const call = (path: string) => ({ method: "POST", url: `${url}${path}`, body: '{"relay":1}' });
    const { all } = await outputsOf(t, [
      {
        id: "gate",
        dwellSeconds: 0,
        driver: { kind: "http", on: call("/on"), off: { method: "GET", url: `${url}/off` } },
      },
    ]);
    await all.set("gate", true, "ann");
    status.now = 302;
    await assert.rejects(all.set("gate", false, "ann"), {
      code: "NJ_OUTPUT_FAILED",
      kind: "failed-precondition",
    });
    status.now = 503;
    await assert.rejects(all.set("gate", false, "ann"), { code: "NJ_OUTPUT_FAILED", kind: "unavailable" });
    assert.equal(all.stateOf("gate")?.on, true);
    assert.doesNotMatch(all.stateOf("gate")?.reason ?? "", /\/off|swordfish/);
    assert.deepEqual(asked, [
      'POST /on Bearer swordfish {"relay":1}',
      "GET /off Bearer swordfish",
      "GET /off Bearer swordfish",
    ]);
  });

  it("refuse addresses that no device has, in whatever way they are written", async (t) => {
    const addresses = ["0.0.0.0", "224.0.0.1", "[::]", "[::ffff:0.0.0.0]", "0"];
    const outputs = addresses.map((address, index) => {
      const call = { method: "GET", url: `http://${address}/` };
      return { id: `gate-${index}`, driver: { kind: "http", on: call, off: call } };
    });
    const { all } = await outputsOf(t, outputs);
    for (const { id } of outputs)
      await assert.rejects(all.set(id, true, "ann"), { code: "NJ_OUTPUT_ADDRESS" }, id);
  });
});

describe("settings of alarm outputs", () => {
  const problems = (outputs: readonly object[]): string => {
    try {
      configWith({ outputs });
      return "";
    } catch (error) {
      return String(error);
    }
  };
  for (const [name, outputs, expected] of [
    ["an id that occurs twice", [{ id: "a" }, { id: "a" }], /\/outputs\/1\/id/],
    [
      "a topic of the recorder's own",
      [{ id: "a", driver: { ...mqtt, topic: "nightjar/camera/x" } }],
      /driver\/topic/,
    ],
    ["a topic with wildcards", [{ id: "a", driver: { ...mqtt, topic: "garden/#" } }], /\/outputs\/0\/driver/],
    ["one word for both states", [{ id: "a", driver: { ...mqtt, off: "ON" } }], /driver\/off/],
    [
      "a password in an address",
      [
        {
          id: "a",
          driver: {
            kind: "http",
            on: { method: "GET", url: "http://a:b@c/" },
            off: { method: "GET", url: "http://c/" },
          },
        },
      ],
      /driver\/on\/url/,
    ],
    [
      "another scheme",
      [{ id: "a", driver: { kind: "http", on: { method: "GET", url: "file:///etc" } } }],
      /\/outputs\/0\/driver/,
    ],
    [
      "periods that overlap",
      [
        {
          id: "a",
          schedule: {
            monday: [
              { from: "08:00", to: "10:00" },
              { from: "09:00", to: "11:00" },
            ],
          },
        },
      ],
      /\/outputs\/0\/schedule/,
    ],
    [
      "the sun without a place",
      [{ id: "a", schedule: { monday: [{ from: "sunset", to: "24:00" }] } }],
      /place/,
    ],
  ] as const) {
    it(`are refused with ${name}`, () => assert.match(problems(outputs), expected));
  }
  it("are filled up with what is usual", () => {
    const [output] = (configWith({ outputs: [{ id: "a" }] }) as Config).outputs;
    assert.deepEqual([output?.enabled, output?.dwellSeconds], [true, 5]);
  });
});
