// What Home Assistant is told, and when: at the start, at its birth, when something is another, and when it has gone.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { CameraId, RecorderDescription, VolumeId } from "@nightjar/core";
import { type TestNvr, testNvr, waitFor } from "@nightjar/core/testing";
import { devicesOf } from "../src/bridge.ts";
import { DETECTION_IDS } from "../src/detections.ts";
import { discoveryFaults } from "./discovery-rules.ts";
import { HOUSE } from "./house.ts";

const pluginFolder = new URL("..", import.meta.url);
const SETTINGS = {
  ...{ announce: true, discoveryPrefix: "homeassistant", cameras: "", detections: DETECTION_IDS.join(", ") },
};
const ODD = "+/#\"'<b>\\{{ \u{1f600} }}\n\u202e".repeat(20);
const CONFIG = (id: string): string => `homeassistant/device/nightjar-${id}/config`;

async function box(settings: object = {}): Promise<TestNvr> {
  const nvr = await testNvr({ pluginFolder, isolation: "inline", settings: { announce: true, ...settings } });
  await nvr.start();
  return nvr;
}

describe("messages of discovery", () => {
  const houses: Readonly<Record<string, RecorderDescription>> = {
    "a house": HOUSE,
    "odd names": {
      ...HOUSE,
      ...{ name: ODD, version: ODD, cameras: [{ id: "yard" as CameraId, name: ODD, driver: "x" }] },
      volumes: [{ id: "v" as VolumeId, path: ODD }],
    },
    "empty names": { ...HOUSE, name: "", cameras: [{ id: "yard" as CameraId, name: "\n", driver: "" }] },
    "nothing in it": { ...HOUSE, cameras: [], volumes: [], armingProfiles: [] },
    "a profile that disarms": {
      ...HOUSE,
      armingProfiles: [...HOUSE.armingProfiles, { id: "off", name: "Off", arms: "nothing" }],
    },
  };
  for (const [what, recorder] of Object.entries(houses)) {
    it(`are what Home Assistant takes: ${what}`, () => {
      const devices = devicesOf(recorder, { ...SETTINGS, webAddress: "https://nvr.example" });
      assert.equal(devices.length, recorder.cameras.length + 1);
      for (const { id, message } of devices) {
        const payload = JSON.stringify(message);
        assert.deepEqual(discoveryFaults("homeassistant", `homeassistant/device/${id}/config`, payload), []);
        assert.ok(Buffer.byteLength(payload) <= 64 * 1024);
      }
      const ids = devices.flatMap(({ message }) =>
        Object.values(message.components).map(({ unique_id: id }) => id),
      );
      assert.equal(new Set(ids).size, ids.length, "each entity has an id of its own");
    });
  }

  it("would be found wrong if they were", () => {
    const [device] = devicesOf(HOUSE, SETTINGS);
    const message = structuredClone(device?.message) as Record<
      string,
      Record<string, Record<string, unknown>>
    >;
    const components = message["components"] ?? {};
    Object.assign(components["connection"] ?? {}, { platform: "video", state_topic: "a/#" });
    Object.assign(components["problem"] ?? {}, { device_class: "motions", colour: "red", unique_id: "x" });
    Object.assign(components["cameras-online"] ?? {}, { unique_id: "x", value_template: "{{ broken" });
    Object.assign(components["arming-profile"] ?? {}, { options: [] });
    const faults = discoveryFaults(
      "homeassistant",
      "homeassistant/device/a b/config",
      JSON.stringify(message),
    );
    assert.equal(faults.length, 7, faults.join("\n"));
  });

  it("have an alarm panel where a profile disarms, in the words of both sides", () => {
    const [device] = devicesOf(houses["a profile that disarms"] as RecorderDescription, SETTINGS);
    const { state_topic, command_topic, payload_disarm, payload_arm_away, value_template } =
      (device?.message.components["alarm-panel"] as Readonly<Record<string, unknown>> | undefined) ?? {};
    assert.deepEqual(
      [state_topic, command_topic, payload_disarm, payload_arm_away],
      [
        "nightjar/node/n1a2b3c4/arming/profile/state",
        "nightjar/node/n1a2b3c4/arming/profile/set",
        ...["off", "away"],
      ],
    );
    assert.match(String(value_template), /'away':'armed_away','off':'disarmed'/);
    assert.equal(devicesOf(HOUSE, SETTINGS)[0]?.message.components["alarm-panel"], undefined);
  });

  it("fit into what a plugin may have kept, with as many cameras as are shown", () => {
    const cameras = Array.from({ length: 200 }, (_, index) => ({
      ...{ id: `camera-${index}` as CameraId, name: "A camera of ordinary name", driver: "rtsp" },
    }));
    const devices = devicesOf(
      { ...HOUSE, cameras },
      { ...SETTINGS, detections: "motion, person, vehicle, tamper, video-loss" },
    );
    assert.equal(devices.length, 151);
    const bytes = devices.reduce((sum, { message }) => sum + Buffer.byteLength(JSON.stringify(message)), 0);
    assert.ok(bytes < 1024 * 1024, `${bytes} bytes`);
  });
});

describe("the bridge to Home Assistant", () => {
  it("announces nothing until its owner says so", async () => {
    await using nvr = await box({ announce: false });
    await nvr.hook("recorderDescribed", HOUSE);
    assert.deepEqual([nvr.mqtt.publishedOutside, nvr.mqtt.heard], [[], []]);
  });

  it("announces the recorder and its cameras, follows a new name, and takes back what has gone", async () => {
    await using nvr = await box();
    await nvr.hook("recorderDescribed", HOUSE);
    const keys = (): string[] => [...nvr.mqtt.retainedOutside.keys()].sort();
    assert.deepEqual(keys(), [CONFIG("camera-gate"), CONFIG("camera-yard"), CONFIG("n1a2b3c4")]);
    const [yard, gate] = HOUSE.cameras;
    assert.ok(yard !== undefined && gate !== undefined);
    await nvr.hook("recorderDescribed", { ...HOUSE, cameras: [{ ...yard, name: "Back yard" }, gate] });
    assert.equal(nvr.mqtt.publishedOutside.length, 4, "only what is another is said again");
    assert.match(nvr.mqtt.retainedOutside.get(CONFIG("camera-yard")) ?? "", /"name":"Back yard"/);
    await nvr.hook("recorderDescribed", { ...HOUSE, cameras: [gate] });
    assert.deepEqual(nvr.mqtt.publishedOutside.at(-1), {
      ...{ topic: CONFIG("camera-yard"), payload: "", retain: true },
    });
    assert.deepEqual(keys(), [CONFIG("camera-gate"), CONFIG("n1a2b3c4")]);

    // Gone while nobody looked; and with MQTT switched off nothing is there.
    await nvr.restart();
    await nvr.hook("recorderDescribed", { ...HOUSE, cameras: [] });
    assert.deepEqual(keys(), [CONFIG("n1a2b3c4")]);
    const { mqttBase: _, ...withoutMqtt } = HOUSE;
    await nvr.hook("recorderDescribed", withoutMqtt);
    assert.deepEqual(keys(), []);
  });

  it("announces everything again some seconds after Home Assistant has started, once", async () => {
    await using nvr = await box({ discoveryPrefix: "home/one" });
    await nvr.hook("recorderDescribed", HOUSE);
    assert.deepEqual(nvr.mqtt.heard, ["home/one/status"]);
    const before = nvr.mqtt.publishedOutside.length;
    for (const payload of ["offline", "online", "online"]) nvr.mqtt.say("home/one/status", payload);
    // They are brought in a turn of their own.
    await setImmediate();
    await nvr.clock.advance(2_900);
    assert.equal(nvr.mqtt.publishedOutside.length, before, "not before it listens");
    await nvr.clock.advance(5_200);
    await waitFor(() => nvr.mqtt.publishedOutside.length === 2 * before);
    await nvr.clock.advance(60_000);
    assert.equal(nvr.mqtt.publishedOutside.length, 2 * before);
    assert.ok(nvr.mqtt.publishedOutside.every(({ topic }) => topic.startsWith("home/one/device/")));
  });

  it("shows the cameras that its owner names, with the sensors that he names", async () => {
    await using nvr = await box({ cameras: "gate", detections: "motion, doorbell" });
    await nvr.hook("recorderDescribed", HOUSE);
    assert.equal(nvr.mqtt.retainedOutside.size, 2);
    const { components } = JSON.parse(nvr.mqtt.retainedOutside.get(CONFIG("camera-gate")) ?? "");
    const sensors = Object.keys(components).filter((key) => key.startsWith("detect-"));
    assert.deepEqual(sensors, ["detect-motion", "detect-doorbell"]);
  });
});
