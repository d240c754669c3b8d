// Home Assistant's side of the bridge at real brokers: its birth brings discovery, what it switches is switched, a camera
// that has gone is taken back. The recorder's own broker with an API token, and Mosquitto.
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { connect, type MqttClient } from "mqtt";
import { EVENT_TYPES, type EventTypeFacts } from "../../core/domain/event-types.ts";
import type { DetectionView } from "../../core/http/detection-schemas.ts";
import type { MqttView } from "../../core/http/mqtt-schemas.ts";
import { readTopic } from "../../core/mqtt/topics.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { CAMERA_EVENT_TYPES } from "../../plugins/bridge-home-assistant/src/detections.ts";
import { discoveryFaults } from "../../plugins/bridge-home-assistant/tests/discovery-rules.ts";
import { call } from "../support/core-calls.ts";
import { type CoreInProcess, PASSWORD, startCoreInProcess } from "../support/core-in-process.ts";
import { startMosquitto, WITHOUT_MOSQUITTO } from "../support/mosquitto.ts";

const PLUGIN = "nightjar-bridge-home-assistant";
const SECRET = "mosquitto lantern quarry";
/** As docs/guide/home-assistant.md says. */
const RIGHTS = [
  ...["mqtt.connect", "mqtt.other-topics", "status.view", "system.view", "cameras.view", "events.view"],
  ...["recordings.manual", "arming.set", "cameras.edit", "ptz", "snapshot", "outputs.set"],
];

type Fields = Readonly<Record<string, string>>;
interface Device {
  readonly device: { readonly name: string };
  readonly components: Readonly<Record<string, Fields | undefined>>;
}

/** What Home Assistant has heard, by topic. */
interface Home {
  readonly client: MqttClient;
  readonly states: Map<string, string>;
  /** Topics of discovery as they came; an empty payload is told as a removal. */
  readonly discovered: { readonly topic: string; readonly isRemoval: boolean }[];
  device(id: string): Device | undefined;
}

async function recorder(t: TestContext): Promise<CoreInProcess> {
  const core = await startCoreInProcess({
    configure(draft) {
      draft.network.rtsps.enabled = false;
      draft.network.rtsp.port = 0;
      draft.plugins[PLUGIN] = { enabled: true, config: { announce: true } };
    },
  });
  t.after(() => core.stop());
  return core;
}

async function home(t: TestContext, port: number, username: string, password: string): Promise<Home> {
  const client = connect(`mqtt://127.0.0.1:${port}`, {
    ...{ protocolVersion: 4, username, password, reconnectPeriod: 0 },
  });
  t.after(() => client.end(true));
  const states = new Map<string, string>();
  const discovered: { topic: string; isRemoval: boolean }[] = [];
  client.on("message", (topic, payload) => {
    states.set(topic, payload.toString());
    if (topic.startsWith("homeassistant/device/"))
      discovered.push({ topic, isRemoval: payload.length === 0 });
  });
  const granted = await client.subscribeAsync(["homeassistant/#", "nightjar/#"], { qos: 1 });
  assert.ok(granted.every(({ qos }) => qos === 1));
  return {
    ...{ client, states, discovered },
    device(id) {
      const payload = states.get(`homeassistant/device/${id}/config`) ?? "";
      return payload === "" ? undefined : (JSON.parse(payload) as Device);
    },
  };
}

/** What holds at whatever broker. */
async function provesItself(core: CoreInProcess, at: Home): Promise<void> {
  const { node } = (await call<MqttView>(core, "GET", "/mqtt")).state;
  const [recorderId, yardId, gateId] = [`nightjar-${node}`, "nightjar-camera-yard", "nightjar-camera-gate"];
  await waitFor(() => [recorderId, yardId, gateId].every((id) => at.device(id) !== undefined));
  for (const [topic, payload] of at.states)
    if (topic.startsWith("homeassistant/device/"))
      assert.deepEqual(discoveryFaults("homeassistant", topic, payload), []);

  // Every state that is announced is there, retained, but those of events.
  const of = (id: string, key: string): Fields => at.device(id)?.components[key] ?? {};
  for (const id of [recorderId, yardId])
    for (const [key, fields] of Object.entries(at.device(id)?.components ?? {})) {
      const topic = fields?.["state_topic"] ?? "";
      const command = fields?.["command_topic"];
      if (command !== undefined)
        assert.equal(readTopic("nightjar", command)?.kind.direction, "in", `${key} commands at ${command}`);
      // A button has none, and a picture nobody has asked for yet.
      if (topic === "") continue;
      const isAlways = fields?.["platform"] !== "event" && !/detect-(person|vehicle)/.test(key);
      if (isAlways) await waitFor(() => at.states.has(topic), { what: `a state on ${topic}` });
    }

  // It starts anew, and is told everything once more.
  const before = at.discovered.length;
  await at.client.publishAsync("homeassistant/status", "online", { qos: 1 });
  await waitFor(() => at.discovered.length >= before + 3, { deadlineMs: 20_000 });

  // It switches, in its own words.
  const set = async (id: string, key: string, payload: string): Promise<void> => {
    await at.client.publishAsync(of(id, key)["command_topic"] ?? "", payload, { qos: 1 });
    const topic = of(id, key)["state_topic"] ?? "";
    await waitFor(() => at.states.get(topic) === payload, { what: `${topic} to be ${payload}` });
  };
  await set(yardId, "enabled", "ON");
  await set(yardId, "record-mode", "manual");
  await set(yardId, "detection", "ON");
  await set(yardId, "detector-nightjar-vca-motion-motion", "OFF");
  await set(recorderId, "arming-profile", "away");
  const camera = await call<{ enabled: boolean; record: { mode: string } }>(
    core,
    ...(["GET", "/cameras/yard"] as const),
  );
  assert.deepEqual([camera.enabled, camera.record.mode], [true, "manual"]);
  const detection = await call<DetectionView>(core, "GET", "/cameras/yard/detection");
  const motion = detection.detectors.find(({ detector }) => detector === "nightjar-vca-motion/motion");
  assert.deepEqual([detection.enabled, motion?.enabled], [true, false]);
  assert.equal((await call<{ profile: string }>(core, "GET", "/arming")).profile, "away");
  // Nothing records here; that it was begun stands in the audit log.
  await at.client.publishAsync(of(yardId, "manual-recording")["command_topic"] ?? "", "ON", { qos: 1 });
  await waitFor(async () => {
    const { text } = await core.ask("/api/v1/audit?limit=20", { token: core.token });
    return text.includes('"manual-recording-started"');
  });

  // A new name, and a camera that has gone.
  await call(core, "PATCH", "/cameras/yard", { name: "Back yard" });
  await waitFor(() => at.device(yardId)?.device.name === "Back yard");
  await call(core, "DELETE", "/cameras/gate");
  await waitFor(() => at.discovered.some(({ topic, isRemoval }) => isRemoval && topic.includes(gateId)));
  await waitFor(() => at.states.get("nightjar/camera/gate/detect/motion/state") === "");
}

describe("Home Assistant", () => {
  it("is told of every type of event that a camera can have", () => {
    const types = Object.entries(EVENT_TYPES as Readonly<Record<string, EventTypeFacts>>);
    const ofCameras = types.filter(([, { scope }]) => scope !== "recorder").map(([id]) => id);
    assert.deepEqual([...CAMERA_EVENT_TYPES].sort(), ofCameras.sort());
  });

  it("finds recorder and cameras at the recorder's own broker, and switches them", async (t) => {
    const core = await recorder(t);
    const { state } = await waitFor(async () => {
      const view = await call<MqttView>(core, "GET", "/mqtt");
      return view.state.tcp === undefined ? undefined : view;
    });
    const { secret } = await call<{ secret: string }>(core, "POST", "/tokens", {
      ...{ current: PASSWORD, name: "home", rights: RIGHTS, cameras: "all", expiresAt: "never" },
    });
    const at = await home(t, state.tcp?.port ?? 0, "admin", secret);
    await provesItself(core, at);

    // Switched off by its owner, it takes everything back; switched on while the recorder runs, it knows what there is.
    const announce = (config: object) => call(core, "PUT", "/plugins/settings", { name: PLUGIN, config });
    await announce({ announce: false });
    await waitFor(() => at.device("nightjar-camera-yard") === undefined);
    await announce({ announce: true, discoveryPrefix: "homeassistant/two" });
    const topic = "homeassistant/two/device/nightjar-camera-yard/config";
    await waitFor(() => at.states.get(topic)?.includes("Back yard"));
    // The recorder's own tree is nobody's to announce in.
    await announce({ announce: true, discoveryPrefix: "nightjar/camera" });
    await waitFor(() => at.states.get(topic) === "");
    assert.equal(
      [...at.states.keys()].some((one) => one.startsWith("nightjar/camera/device/")),
      false,
    );
  });

  it("finds and switches them at Mosquitto too", { skip: WITHOUT_MOSQUITTO }, async (t) => {
    const mosquitto = await startMosquitto("nightjar", SECRET);
    t.after(() => mosquitto.dispose());
    const core = await recorder(t);
    const external = {
      ...{ url: `mqtt://127.0.0.1:${mosquitto.port}`, username: "nightjar", password: SECRET },
      acceptRequests: true,
    };
    await call(core, "PATCH", "/mqtt", { broker: "external", external });
    await provesItself(core, await home(t, mosquitto.port, "nightjar", SECRET));
  });
});
