// MQTT of a whole recorder: its own broker with the clients of Mosquitto, and Mosquitto as another broker that is killed
// and comes back.
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect as connectTcp, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { connect, type MqttClient } from "mqtt";
import { systemClock } from "../../core/clock.ts";
import { DATABASE_FILE } from "../../core/db/database-file.ts";
import { openDb } from "../../core/db/open-db.ts";
import { lastEventNumbers, putEvents } from "../../core/db/tables/events-table.ts";
import type { MqttView } from "../../core/http/mqtt-schemas.ts";
import { silentLog } from "../../core/log.ts";
import { ExternalBroker } from "../../core/mqtt/external-broker.ts";
import type { EventMessage } from "../../core/mqtt/payloads.ts";
import type { ResponseMessage } from "../../core/mqtt/request-schemas.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { type CoreInProcess, PASSWORD, startCoreInProcess } from "../support/core-in-process.ts";
import {
  mosquittoPub,
  mosquittoSub,
  startMosquitto,
  type Target,
  WITHOUT_MOSQUITTO,
} from "../support/mosquitto.ts";

const SECRET = "mosquitto lantern quarry";

async function recorder(t: TestContext, https = false): Promise<CoreInProcess> {
  const core = await startCoreInProcess({
    configure(draft) {
      draft.network.https = { enabled: https, host: "127.0.0.1", port: 0 };
      draft.network.rtsps.enabled = false;
      draft.network.rtsp.port = 0;
      draft.alarms.arming.rules = [
        { id: "dark", name: "Dark", enabled: true, types: ["motion"], profiles: ["night"] },
      ];
    },
  });
  t.after(() => core.stop());
  return core;
}

async function view(core: CoreInProcess): Promise<MqttView> {
  return JSON.parse((await core.ask("/api/v1/mqtt", { token: core.token })).text) as MqttView;
}

async function patch(core: CoreInProcess, body: object): Promise<MqttView> {
  const { token } = core;
  const { status, text } = await core.ask("/api/v1/mqtt", {
    method: "PATCH",
    token,
    body: JSON.stringify(body),
  });
  assert.equal(status, 200, text);
  return JSON.parse(text) as MqttView;
}

async function embedded(core: CoreInProcess): Promise<Target & { readonly node: string }> {
  const { state } = await waitFor(async () => {
    const now = await view(core);
    return now.state.tcp === undefined ? undefined : now;
  });
  return { port: state.tcp?.port ?? 0, user: "admin", password: PASSWORD, node: state.node };
}

describe("the recorder's own broker", { skip: WITHOUT_MOSQUITTO }, () => {
  it("shows states to the clients of Mosquitto, obeys them, and answers", async (t) => {
    const core = await recorder(t);
    const target = await embedded(core);
    const node = await mosquittoSub(target, `nightjar/node/${target.node}/state`, 1);
    assert.deepEqual(node, [`nightjar/node/${target.node}/state online`]);
    const states = await mosquittoSub(target, "nightjar/camera/+/enabled/state", 2);
    assert.deepEqual(states.sort(), [
      "nightjar/camera/gate/enabled/state OFF",
      "nightjar/camera/yard/enabled/state OFF",
    ]);

    await mosquittoPub(target, "nightjar/camera/yard/enabled/set", "ON");
    await waitFor(async () => {
      const { text } = await core.ask("/api/v1/cameras/yard", { token: core.token });
      return (JSON.parse(text) as { enabled: boolean }).enabled;
    });
    await waitFor(async () => {
      const [now] = await mosquittoSub(target, "nightjar/camera/yard/enabled/state", 1);
      return now === "nightjar/camera/yard/enabled/state ON";
    });

    const client = connect(`mqtt://127.0.0.1:${target.port}`, {
      protocolVersion: 4,
      username: "admin",
      password: PASSWORD,
      reconnectPeriod: 0,
    });
    t.after(() => client.end(true));
    const answers: ResponseMessage[] = [];
    client.on(
      "message",
      (_topic, payload) => void answers.push(JSON.parse(payload.toString()) as ResponseMessage),
    );
    await client.subscribeAsync(`nightjar/node/${target.node}/response/+`, { qos: 1 });
    const ask = async (command: string, body: object): Promise<ResponseMessage> => {
      const before = answers.length;
      await client.publishAsync(`nightjar/node/${target.node}/request/${command}`, JSON.stringify(body), {
        qos: 1,
      });
      await waitFor(() => answers.length > before);
      return answers.at(-1) as ResponseMessage;
    };
    const request = { camera: "yard", state: "ON", transaction: "t1" };
    assert.deepEqual(await ask("manual-recording", request), {
      status: "ok",
      data: { camera: "yard", state: "ON" },
      transaction: "t1",
    });
    assert.equal((await ask("manual-recording", request)).status, "ok");
    assert.equal(
      (await ask("manual-recording", { camera: "nowhere", state: "ON" })).error?.code,
      "NJ_CAMERA_NOT_FOUND",
    );
    assert.equal(
      (await ask("manual-recording", { camera: "gate", state: "ON" })).error?.code,
      "NJ_RECORDING_OFF",
    );
    assert.equal(
      (await ask("manual-recording", { camera: "gate", state: "MAYBE" })).error?.code,
      "NJ_MQTT_REQUEST",
    );
    assert.equal((await ask("dance", {})).error?.code, "NJ_MQTT_REQUEST");
    const late = { camera: "yard", state: "OFF", time: "2026-01-01T00:00:00Z", maxAge: 5_000 };
    assert.equal((await ask("manual-recording", late)).error?.code, "NJ_MQTT_REQUEST_LATE");
    const { text } = await core.ask("/api/v1/audit?limit=100", { token: core.token });
    // The same transaction twice was done once.
    assert.equal(text.split('"manual-recording-started"').length - 1, 1);
    assert.deepEqual(
      (await view(core)).state.clients.map(({ userName, subscriptions }) => [userName, subscriptions]),
      [["admin", 1]],
    );
  });

  it("serves over TLS with the recorder's certificate", async (t) => {
    const core = await recorder(t, true);
    const target = await embedded(core);
    const tls = await waitFor(async () => (await view(core)).state.tls, { deadlineMs: 30_000 });
    const caFile = join(core.dataDir, "certificates/ca.crt");
    const got = await mosquittoSub(
      { ...target, port: tls.port, caFile },
      "nightjar/camera/yard/availability",
      1,
    );
    assert.deepEqual(got, ["nightjar/camera/yard/availability offline"]);
    const topic = "nightjar/camera/yard/enabled/set";
    await assert.rejects(mosquittoPub({ ...target, port: tls.port, password: "wrong", caFile }, topic, "ON"));
    await assert.rejects(mosquittoPub({ ...target, port: tls.port }, topic, "ON"));
  });

  it("is closed when it is switched off, and another base topic is used at once", async (t) => {
    const core = await recorder(t);
    await embedded(core);
    await patch(core, { base: "house", webAddress: "https://nvr.example/" });
    const target = await embedded(core);
    assert.deepEqual(await mosquittoSub(target, "house/camera/yard/enabled/state", 1), [
      "house/camera/yard/enabled/state OFF",
    ]);
    assert.deepEqual(await mosquittoSub(target, "house/camera/yard/snapshot_url", 1), [
      "house/camera/yard/snapshot_url https://nvr.example/api/v1/cameras/yard/snapshot.jpg",
    ]);
    // A rule arms with its profile.
    const rule = `house/node/${target.node}/arming/rule/dark/state`;
    assert.deepEqual(await mosquittoSub(target, rule, 1), [`${rule} OFF`]);
    await mosquittoPub(target, `house/node/${target.node}/arming/profile/set`, "night");
    await waitFor(async () => (await mosquittoSub(target, rule, 1))[0] === `${rule} ON`);
    // By WebSocket it is there once that is wanted.
    const web = (): MqttClient =>
      connect(`ws://127.0.0.1:${core.port}/mqtt`, {
        ...{ protocolVersion: 4, username: "admin", password: PASSWORD, reconnectPeriod: 0 },
      });
    const refused = web();
    t.after(() => refused.end(true));
    refused.on("error", () => undefined);
    await new Promise<void>((resolve) => refused.once("close", () => resolve()));
    await patch(core, { webSocket: { enabled: true } });
    const client = web();
    t.after(() => client.end(true));
    const got: string[] = [];
    client.on("message", (topic, payload) => void got.push(`${topic} ${payload.toString()}`));
    await client.subscribeAsync("house/camera/yard/enabled/state", { qos: 1 });
    await waitFor(() => got[0] === "house/camera/yard/enabled/state OFF");
    const off = await patch(core, { broker: "off" });
    await waitFor(() => !client.connected);
    assert.deepEqual([off.state.status, off.state.tcp], ["off", undefined]);
    await assert.rejects(mosquittoPub(target, "house/camera/yard/enabled/set", "ON"));
  });
});

describe("another broker", { skip: WITHOUT_MOSQUITTO }, () => {
  it("gets states and every event, also those of the time when it was away", async (t) => {
    const mosquitto = await startMosquitto("nightjar", SECRET);
    t.after(() => mosquitto.dispose());
    const core = await recorder(t);
    const url = `mqtt://127.0.0.1:${mosquitto.port}`;
    const target = { port: mosquitto.port, user: "nightjar", password: SECRET };
    const wrong = { url, username: "nightjar", password: "wrong" };
    await patch(core, { broker: "external", external: wrong });
    await waitFor(async () => {
      const { state } = await view(core);
      return state.status === "failed" && /not auth|bad user/i.test(state.reason ?? "");
    });
    const { text } = await core.ask("/api/v1/status", { token: core.token });
    assert.match(text, /the MQTT broker cannot be reached/);
    const set = await patch(core, { external: { password: SECRET, acceptRequests: true } });
    assert.equal(set.passwordSet, true);
    assert.equal(JSON.stringify(set).includes(SECRET), false);
    const isRunning = async () => (await view(core)).state.status === "running";
    await waitFor(isRunning, { deadlineMs: 20_000 });
    const { node } = (await view(core)).state;

    const reader = connect(url, {
      protocolVersion: 4,
      username: "nightjar",
      password: SECRET,
      clean: false,
      clientId: "reader",
      reconnectPeriod: 100,
    });
    reader.on("error", () => undefined);
    t.after(() => reader.end(true));
    const events: EventMessage[] = [];
    reader.on("message", (topic, payload) => {
      if (topic.endsWith("/event")) events.push(JSON.parse(payload.toString()) as EventMessage);
    });
    await reader.subscribeAsync("nightjar/camera/+/event", { qos: 1 });
    await mosquittoPub(target, "nightjar/camera/yard/enabled/set", "ON");
    await waitFor(async () => {
      const [now] = await mosquittoSub(target, "nightjar/camera/yard/enabled/state", 1);
      return now === "nightjar/camera/yard/enabled/state ON";
    });

    // Away, with events meanwhile; it remembers its readers.
    await mosquitto.stop("SIGTERM");
    await waitFor(async () => (await view(core)).state.status === "failed");
    const db = await openDb(join(core.dataDir, DATABASE_FILE), { log: silentLog });
    const { id, revision } = await lastEventNumbers(db);
    await putEvents(
      db,
      Array.from({ length: 500 }, (_, index) => ({
        id: id + 1 + index,
        revision: revision + 1 + index,
        type: "motion",
        camera: index % 2 === 0 ? "yard" : "gate",
        source: "test",
        startMs: index,
        lastMs: index,
        objects: [],
        pictures: [],
        detail: {},
      })),
      500,
    );
    await db.close();
    await mosquitto.start();
    await waitFor(() => events.length >= 500, {
      deadlineMs: 40_000,
      what: () => `500 events, ${events.length} came`,
    });
    const ids = events.map(({ id }) => id);
    assert.deepEqual(
      ids,
      [...new Set(ids)].toSorted((a, b) => a - b),
    );

    // Killed, and it has forgotten everything: the states come again.
    await mosquitto.stop("SIGKILL");
    mosquitto.forget();
    await waitFor(async () => (await view(core)).state.status === "failed");
    await mosquitto.start();
    await waitFor(isRunning, { deadlineMs: 60_000 });
    const [state] = await mosquittoSub(target, `nightjar/node/${node}/state`, 1);
    assert.equal(state, `nightjar/node/${node}/state online`);
    const cameras = await mosquittoSub(target, "nightjar/camera/+/availability", 2);
    assert.equal(cameras.length, 2);

    // An orderly end says so.
    await patch(core, { broker: "off" });
    assert.deepEqual(await mosquittoSub(target, `nightjar/node/${node}/state`, 1), [
      `nightjar/node/${node}/state offline`,
    ]);
  });

  it("says that the recorder is gone when its connection breaks", async (t) => {
    const mosquitto = await startMosquitto("nightjar", SECRET);
    t.after(() => mosquitto.dispose());
    const way = await cuttableWay(t, mosquitto.port);
    let ups = 0;
    const broker = new ExternalBroker({
      url: `mqtt://127.0.0.1:${way.port}`,
      username: "nightjar",
      password: SECRET,
      ca: "",
      acceptRequests: false,
      base: "nightjar",
      node: "n1",
      events: {
        up: () => {
          ups += 1;
        },
        changed: () => undefined,
        heard: () => undefined,
        message: () => undefined,
      },
      clock: systemClock,
      log: silentLog,
    });
    t.after(() => broker.close());
    broker.start();
    await waitFor(() => ups === 1);
    const topic = "nightjar/node/n1/state";
    const target = { port: mosquitto.port, user: "nightjar", password: SECRET };
    await broker.publish({ topic, payload: "online", qos: 1, retain: true });
    assert.deepEqual(await mosquittoSub(target, topic, 1), [`${topic} online`]);
    way.cut();
    await waitFor(async () => (await mosquittoSub(target, topic, 1))[0] === `${topic} offline`);
    await waitFor(() => ups === 2, { deadlineMs: 20_000 });
  });
});

/** A port that leads to another one, until it is cut. */
async function cuttableWay(t: TestContext, to: number): Promise<{ readonly port: number; cut(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connectTcp(to, "127.0.0.1");
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.once("close", () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  t.after(() => {
    server.close();
    cut();
  });
  return { port: (server.address() as AddressInfo).port, cut };
}
