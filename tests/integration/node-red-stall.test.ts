// Somebody's own Node-RED that stands still for a while: the recorder and everybody else go on, what waits for it at the broker is
// bounded, and when it goes on it acts on nothing old and on everything new.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { connect } from "mqtt";
import type { MqttView } from "../../core/http/mqtt-schemas.ts";
import type { EventMessage } from "../../core/mqtt/payloads.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { breakIn, call } from "../support/core-calls.ts";
import { startNodeRed, WITHOUT_NODE_RED } from "../support/own-node-red.ts";
import { sirenHouse } from "../support/siren-house.ts";

const LOGIN = "exception-illegal-login";
const MAX_AGE_SECONDS = 20;
const RIGHTS = [
  ...["mqtt.connect", "mqtt.other-topics", "status.view", "system.view", "cameras.view", "events.view"],
  "outputs.set",
];
const FLOWS_CLIENT = /^node-red-/;
const OTHER_CLIENT = "house";
/** Below what a message may be; a stopped program's sockets take some of them. */
const FLOOD_BYTES = 200_000;
const MOST_FLOOD = 400;

/** An event switches the siren on, if it is no older than that; every event is counted, old or not. */
function flowsAt(url: string, port: number) {
  const event = { type: "nj-event", z: "tab", server: "srv", types: LOGIN, phases: "start" };
  const count = (name: string) => ({
    ...{ id: `count-${name}`, type: "function", z: "tab", outputs: 1, wires: [[]] },
    func: `flow.set("${name}", (flow.get("${name}") ?? 0) + 1);`,
  });
  return [
    { id: "srv", type: "nj-server", base: "nightjar", where: "other", url },
    { id: "tab", type: "tab", label: "Try" },
    { ...event, id: "n-any", maxAge: "", wires: [["count-any"]] },
    { ...event, id: "n-fresh", maxAge: String(MAX_AGE_SECONDS), wires: [["count-fresh", "n-siren"]] },
    {
      ...{ id: "n-siren", type: "nj-output", z: "tab", server: "srv", output: "siren", act: "on" },
      wires: [["count-done"]],
    },
    // What else of a house is on the same broker.
    {
      ...{ id: "broker", type: "mqtt-broker", broker: "127.0.0.1", port: String(port), protocolVersion: "4" },
      ...{ clientid: OTHER_CLIENT, autoConnect: true, keepalive: "60", cleansession: true },
    },
    {
      ...{ id: "n-house", type: "mqtt in", z: "tab", broker: "broker", topic: "house/#", qos: "1" },
      ...{ datatype: "buffer", wires: [["count-house"]] },
    },
    ...["any", "fresh", "done", "house"].map(count),
    { id: "n-in", type: "http in", z: "tab", url: "/got", method: "get", wires: [["n-tell"]] },
    {
      ...{ id: "n-tell", type: "function", z: "tab", outputs: 1, wires: [["n-out"]] },
      func: 'msg.payload = Object.fromEntries(["any", "fresh", "done", "house"].map((key) => [key, flow.get(key) ?? 0])); return msg;',
    },
    { id: "n-out", type: "http response", z: "tab", wires: [] },
  ];
}

interface Got {
  readonly any: number;
  readonly fresh: number;
  readonly done: number;
  readonly house: number;
}

describe("a Node-RED of one's own that stands still", { timeout: 240_000, skip: WITHOUT_NODE_RED }, () => {
  it("holds up nobody, is waited for within bounds, and acts on nothing old", async (t) => {
    const { core, secret, port } = await sirenHouse(t, RIGHTS);
    const clients = async () =>
      (await call<MqttView>(core, "GET", "/mqtt")).state.clients.map(({ id }) => id);
    const url = `mqtt://127.0.0.1:${port}`;
    const nodeRed = await startNodeRed(t);
    await nodeRed.deploy(flowsAt(url, port), {
      srv: { user: "admin", token: secret },
      broker: { user: "admin", password: secret },
    });
    await waitFor(
      async () => {
        const ids = await clients();
        return ids.includes(OTHER_CLIENT) && ids.some((id) => FLOWS_CLIENT.test(id));
      },
      { deadlineMs: 30_000, what: "both connections of Node-RED" },
    );
    const other = connect(url, {
      protocolVersion: 4,
      username: "admin",
      password: secret,
      reconnectPeriod: 0,
    });
    t.after(() => other.end(true));
    const seen = new Set<number>();
    other.on("message", (_topic, payload) => {
      const { id, event_type: type } = JSON.parse(payload.toString()) as EventMessage;
      if (type === LOGIN) seen.add(id);
    });
    await other.subscribeAsync("nightjar/node/+/event", { qos: 1 });

    // It works.
    await breakIn(core, "127.0.0.2");
    const got = () => nodeRed.ask<Got>("/got");
    await waitFor(async () => (await got()).done === 1, { deadlineMs: 20_000, what: "the siren to go on" });
    const isSounding = async () =>
      (await call<{ outputs: { on: boolean }[] }>(core, "GET", "/outputs")).outputs[0]?.on;
    assert.equal(await isSounding(), true);
    await call(core, "POST", "/outputs/clear", {});

    // It stands still. Events happen, and everybody else hears of them.
    nodeRed.pause();
    const meanwhile = ["127.0.0.3", "127.0.0.4", "127.0.0.5"];
    for (const address of meanwhile) await breakIn(core, address);
    await waitFor(() => seen.size === 1 + meanwhile.length, { what: "another program to hear of all" });
    const happenedMs = Date.now();
    // Much is said on a topic that it listens to: it is waited for no longer than its bound.
    const flood = Buffer.alloc(FLOOD_BYTES);
    let flooded = 0;
    while ((await clients()).includes(OTHER_CLIENT)) {
      assert.ok(flooded < MOST_FLOOD, "what waits for a program that does not read has a bound");
      await other.publishAsync("house/lamp", flood, { qos: 1 });
      flooded += 1;
    }
    assert.ok(core.log.some((line) => /not-reading.+client was cut off/.test(line)));
    assert.ok(
      (await clients()).some((id) => FLOWS_CLIENT.test(id)),
      "who has little to read is kept",
    );

    // It goes on when what happened is too old to act on.
    await waitFor(() => Date.now() > happenedMs + MAX_AGE_SECONDS * 1_000, {
      ...{ deadlineMs: 2 * MAX_AGE_SECONDS * 1_000, what: "the events to be old" },
    });
    nodeRed.goOn();
    await waitFor(async () => (await got()).any === 1 + meanwhile.length, {
      ...{ deadlineMs: 30_000, what: "what waited for it to come" },
    });
    const { fresh, done } = await got();
    assert.deepEqual([fresh, done, await isSounding()], [1, 1, false]);

    // What happens from now on is acted on, and what was cut off is there again.
    await waitFor(async () => (await clients()).includes(OTHER_CLIENT), { deadlineMs: 30_000 });
    await breakIn(core, "127.0.0.6");
    await waitFor(async () => (await got()).done === 2, { deadlineMs: 20_000, what: "the siren once more" });
    assert.equal(await isSounding(), true);
    const { house } = await got();
    await other.publishAsync("house/lamp", "on", { qos: 1 });
    await waitFor(async () => (await got()).house > house, { deadlineMs: 20_000, what: "the house's topic" });
  });
});
