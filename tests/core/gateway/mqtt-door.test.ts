// MQTT over WebSocket, from a client of the package `mqtt` through a real gateway behind a base path to the real broker: the
// same login, rights and bounds as over TCP, and nothing for foreign pages.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectSocket, type Socket } from "node:net";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { connect, type IClientOptions, type MqttClient } from "mqtt";
import { WebSocket } from "ws";
import { MQTT_WEB_SOCKET } from "../../../core/gateway/protocol.ts";
import { WebDoor } from "../../../core/mqtt/web-door.ts";
import { RUN_FOLDER } from "../../../core/supervisor/process-contract.ts";
import { waitFor } from "../../../core/testing/wait-for.ts";
import { type BrokerFixture, brokerFixture } from "../mqtt/broker-fixture.ts";
import { GOOD_PASSWORD } from "../users/users-fixture.ts";
import { startTestGateway, type TestGateway } from "./fake-peers.ts";

interface House extends BrokerFixture {
  readonly gateway: TestGateway;
  readonly door: WebDoor;
  readonly address: string;
  web(name: string, options?: IClientOptions): MqttClient;
  /** Opens a WebSocket; gives its status where it is refused. */
  socket(options?: { readonly origin?: string; readonly protocol?: string }): Promise<WebSocket | number>;
}

async function house(t: TestContext): Promise<House> {
  const fixture = await brokerFixture(t);
  const gateway = await startTestGateway({
    settings: { basePath: "/nvr", trustedProxies: ["127.0.0.1"] },
  });
  const door = new WebDoor(join(gateway.dataDir, RUN_FOLDER));
  await door.open(fixture.broker);
  gateway.core.mqttWord = door.word;
  const clients = new Set<MqttClient>();
  t.after(async () => {
    for (const client of clients) client.end(true);
    await door.close();
    await gateway.stop();
  });
  const address = `ws://127.0.0.1:${gateway.port}/nvr/mqtt`;
  return {
    ...{ ...fixture, gateway, door, address },
    web(username, options = {}) {
      const client = connect(address, {
        ...{ protocolVersion: 4, reconnectPeriod: 0, username, password: GOOD_PASSWORD },
        wsOptions: { headers: { "x-forwarded-for": "192.0.2.7", "x-forwarded-proto": "https" } },
        ...options,
      });
      client.on("error", () => undefined);
      clients.add(client);
      return client;
    },
    async socket({ origin, protocol = "mqtt" } = {}) {
      const socket = new WebSocket(address, protocol === "" ? [] : [protocol], {
        ...(origin === undefined ? {} : { origin }),
      });
      socket.on("error", () => undefined);
      return new Promise((resolve) => {
        socket.once("open", () => resolve(socket));
        socket.once("unexpected-response", (_request, { statusCode }) => {
          socket.terminate();
          resolve(statusCode ?? 0);
        });
      });
    },
  };
}

function connected(client: MqttClient): Promise<void> {
  return new Promise((resolve, reject) => {
    client.once("connect", () => resolve());
    client.once("error", reject);
    client.once("close", () => reject(new Error("closed")));
  });
}

describe("MQTT over WebSocket", () => {
  it("is the same broker with the same rights, and tells it where a client is", async (t) => {
    const { web, broker, say, taken } = await house(t);
    const eve = web("eve");
    const got: string[] = [];
    eve.on("message", (topic, payload) => void got.push(`${topic} ${payload.toString()}`));
    await connected(eve);
    await eve.subscribeAsync("nightjar/#", { qos: 1 });
    await say("nightjar/camera/gate/state", "{}");
    await say("nightjar/camera/yard/state", "{}");
    await waitFor(() => got.length > 0);
    assert.deepEqual(got, ["nightjar/camera/yard/state {}"]);
    const [client] = broker.clients();
    assert.deepEqual([client?.userName, client?.address, client?.isSecure], ["eve", "192.0.2.7", true]);
    const ann = web("ann");
    await connected(ann);
    await ann.publishAsync("nightjar/camera/yard/enabled/set", "ON", { qos: 1 });
    await eve.publishAsync("nightjar/camera/yard/enabled/set", "OFF", { qos: 1 });
    assert.deepEqual(
      taken.map(({ actor, payload }) => [actor.userName, actor.address, payload.toString()]),
      [["ann", "192.0.2.7", "ON"]],
    );
  });

  it("takes a long payload whole, and cuts off what is longer than the broker takes", async (t) => {
    const { web } = await house(t);
    const ann = web("ann");
    await connected(ann);
    let longest = 0;
    ann.on("message", (_topic, payload) => {
      longest = payload.length;
    });
    await ann.subscribeAsync("other/long", { qos: 1 });
    await ann.publishAsync("other/long", "x".repeat(256 * 1024), { qos: 1 });
    await waitFor(() => longest === 256 * 1024);
    const gone = new Promise<void>((resolve) => ann.once("close", () => resolve()));
    ann.publish("other/long", "x".repeat(300 * 1024), { qos: 1 });
    await gone;
  });

  it("refuses a wrong password, a foreign page, another protocol, text, and everything while it is closed", async (t) => {
    const { web, socket, gateway, door } = await house(t);
    await assert.rejects(connected(web("eve", { password: "wrong" })), { code: 4 });
    assert.equal(await socket({ origin: "https://evil.example" }), 403);
    assert.equal(await socket({ protocol: "" }), 400);
    assert.equal(await socket({ protocol: "chat" }), 400);
    const talker = await socket();
    assert.ok(talker instanceof WebSocket);
    assert.equal(talker.protocol, "mqtt");
    talker.send("hello");
    const [code] = (await once(talker, "close")) as [number];
    assert.equal(code, 1003);
    const own = await socket({ origin: `http://127.0.0.1:${gateway.port}` });
    assert.ok(own instanceof WebSocket);
    const cut = once(own, "close");
    await door.close();
    await cut;
    assert.equal(await socket(), 503, "core has closed it, and has not told yet");
    gateway.core.mqttWord = undefined;
    assert.equal(await socket(), 404);
  });

  it("believes nobody at its door but the gateway", async (t) => {
    const { gateway, door, broker } = await house(t);
    const path = join(gateway.dataDir, RUN_FOLDER, MQTT_WEB_SOCKET);
    const knock = async (line: string): Promise<Socket> => {
      const socket = connectSocket(path);
      t.after(() => socket.destroy());
      socket.on("error", () => undefined);
      await once(socket, "connect");
      socket.write(line);
      return socket;
    };
    const facts = { address: "192.0.2.9", secure: true };
    for (const line of ["null\n", "{\n", `${JSON.stringify({ ...facts, word: "guess" })}\n`, "x".repeat(600)])
      await once(await knock(line), "close");
    const welcome = await knock(`${JSON.stringify({ ...facts, word: door.word })}\n`);
    await waitFor(() => welcome.readyState === "open");
    assert.equal(broker.clients().length, 0);
  });
});
