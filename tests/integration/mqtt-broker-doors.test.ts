// Another broker by each kind of address that may be set: Mosquitto over TLS, over WebSocket and over both, with certificates of
// the test's own making. Who shows one that is not known, or is of another host, is told nothing, and the reason is told.
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { connect } from "mqtt";
import { generate } from "selfsigned";
import { systemClock } from "../../core/clock.ts";
import type { MqttView } from "../../core/http/mqtt-schemas.ts";
import type { StatusView } from "../../core/http/wire-schemas.ts";
import { silentLog } from "../../core/log.ts";
import { ExternalBroker } from "../../core/mqtt/external-broker.ts";
import type { EventMessage } from "../../core/mqtt/payloads.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { type CoreInProcess, startCoreInProcess } from "../support/core-in-process.ts";
import {
  type Door,
  type Mosquitto,
  type ShownPair,
  startMosquitto,
  WITHOUT_MOSQUITTO,
} from "../support/mosquitto.ts";

const USER = "nightjar";
const SECRET = "mosquitto lantern quarry";
const DOORS: readonly Door[] = ["mqtts", "ws", "wss"];
const ENCRYPTED = ["mqtts", "wss"] as const;

/** A certificate for `localhost` by that name alone: at the address 127.0.0.1 it is another's. */
async function pair(): Promise<ShownPair> {
  const { cert: certificate, private: key } = await generate([{ name: "commonName", value: "localhost" }], {
    ...{ keyType: "ec", curve: "P-256", algorithm: "sha256" },
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] },
    ],
  });
  return { certificate, key };
}

async function broker(t: TestContext) {
  const shows = await pair();
  const mosquitto = await startMosquitto(USER, SECRET, { shows });
  t.after(() => mosquitto.dispose());
  return { mosquitto, ca: shows.certificate };
}

const addressOf = ({ doors }: Mosquitto, door: Door, host = "localhost") =>
  `${door}://${host}:${doors?.[door]}`;

/** The recorder's side of a connection; it ends with the test. */
function connection(t: TestContext, url: string, ca: string) {
  const heard: string[] = [];
  let ups = 0;
  const made = new ExternalBroker({
    ...{ url, ca, username: USER, password: SECRET, acceptRequests: false, base: "nightjar", node: "n1" },
    ...{ clock: systemClock, log: silentLog },
    events: {
      up() {
        ups += 1;
      },
      changed: () => undefined,
      message: () => undefined,
      heard: (topic, payload) => void heard.push(`${topic} ${payload.toString("utf8")}`),
    },
  });
  t.after(() => made.close());
  made.listen(["house/door"]);
  made.start();
  return { broker: made, heard, ups: () => ups };
}

/** Why it was not connected; fails where it was. */
async function refusal(t: TestContext, url: string, ca: string): Promise<string> {
  const { broker: at, ups } = connection(t, url, ca);
  const state = await waitFor(() => (at.state.status === "connecting" ? undefined : at.state), {
    ...{ deadlineMs: 20_000, what: "an end of the attempt" },
  });
  assert.deepEqual([state.status, ups()], ["failed", 0], url);
  return state.reason ?? "";
}

/** What the recorder says of itself. */
async function view<View>(core: CoreInProcess, path: string): Promise<View> {
  const { status, text } = await core.ask(`/api/v1${path}`, { token: core.token });
  assert.equal(status, 200, text);
  return JSON.parse(text) as View;
}

/** Has the recorder go to that broker. */
async function setBroker(core: CoreInProcess, external: object): Promise<void> {
  const body = JSON.stringify({ broker: "external", external });
  const { status, text } = await core.ask("/api/v1/mqtt", { method: "PATCH", token: core.token, body });
  assert.equal(status, 200, text);
}

/** Events of recorders, as a program at the broker's plain door gets them. */
async function reader(t: TestContext, { port }: Mosquitto): Promise<readonly EventMessage[]> {
  const got: EventMessage[] = [];
  const client = connect(`mqtt://127.0.0.1:${port}`, {
    ...{ protocolVersion: 4, username: USER, password: SECRET, reconnectPeriod: 0 },
  });
  client.on("error", () => undefined);
  t.after(() => client.end(true));
  client.on("message", (_topic, payload) => void got.push(JSON.parse(payload.toString()) as EventMessage));
  await client.subscribeAsync("nightjar/node/+/event", { qos: 1 });
  return got;
}

describe("another broker by its address", { skip: WITHOUT_MOSQUITTO }, () => {
  it("is connected to over TLS, WebSocket and both, with the authority that was set, and what is said arrives", async (t) => {
    const { mosquitto, ca } = await broker(t);
    for (const door of DOORS) {
      const at = connection(t, addressOf(mosquitto, door), door === "ws" ? "" : ca);
      await waitFor(() => at.broker.state.status === "running", {
        ...{ deadlineMs: 20_000, what: () => `${door}: ${at.broker.state.reason}` },
      });
      // What it says itself comes back by the topic it listens to.
      await at.broker.publish({ topic: "house/door", payload: door, qos: 1, retain: false });
      await waitFor(() => at.heard.includes(`house/door ${door}`), { what: `a message over ${door}` });
    }
  });

  it("gets a recorder's events over TLS once its authority is set, and until then the problem says what is missing", async (t) => {
    const { mosquitto, ca } = await broker(t);
    const core = await startCoreInProcess({
      configure(draft) {
        draft.network.rtsps.enabled = false;
        draft.network.rtsp.port = 0;
      },
    });
    t.after(() => core.stop());
    const events = await reader(t, mosquitto);
    const external = { url: addressOf(mosquitto, "mqtts"), username: USER, password: SECRET };
    await setBroker(core, external);
    const problem = await waitFor(
      async () => (await view<StatusView>(core, "/status")).problems.find(({ code }) => code === "mqtt"),
      { deadlineMs: 20_000, what: "the problem to be told" },
    );
    assert.equal(problem.context?.["case"], "certificate");
    assert.match(problem.message, /its certificate is not trusted .+ into the settings of MQTT/);
    const { state } = await view<MqttView>(core, "/mqtt");
    assert.deepEqual([state.status, state.case], ["failed", "certificate"]);

    await setBroker(core, { ...external, ca });
    await waitFor(async () => (await view<MqttView>(core, "/mqtt")).state.status === "running", {
      ...{ deadlineMs: 20_000, what: "the recorder to be at the broker" },
    });
    const body = JSON.stringify({ username: "mallory", password: "wrong horse battery" });
    assert.equal((await core.ask("/api/v1/session", { method: "POST", body })).status, 401);
    await waitFor(() => events.some(({ event_type }) => event_type === "exception-illegal-login"), {
      ...{
        deadlineMs: 20_000,
        what: () => `the event; ${events.map(({ event_type }) => event_type).join()} came`,
      },
    });
  });

  for (const door of ENCRYPTED) {
    it(`is told nothing over ${door} where nobody knows its certificate, and that is the reason`, async (t) => {
      const { mosquitto } = await broker(t);
      const { certificate: other } = await pair();
      for (const ca of ["", other]) {
        const reason = await refusal(t, addressOf(mosquitto, door), ca);
        assert.match(reason, /its certificate is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\)/);
      }
      assert.doesNotMatch(mosquitto.log(), /New client connected/);
    });

    it(`is told nothing over ${door} where its certificate is of another host, and that is the reason`, async (t) => {
      const { mosquitto, ca } = await broker(t);
      const reason = await refusal(t, addressOf(mosquitto, door, "127.0.0.1"), ca);
      assert.match(reason, /its certificate is of another host/);
      assert.doesNotMatch(mosquitto.log(), /New client connected/);
    });
  }
});
