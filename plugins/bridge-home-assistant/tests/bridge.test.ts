// What Home Assistant is told, and when: at the start, at its birth, when something is another, and when it has gone.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate } from "node:timers/promises";
import { runInNewContext } from "node:vm";
import type { CameraId, DescribedAbilities, RecorderDescription, VolumeId } from "@nightjar/core";
import { type TestNvr, testNvr, waitFor } from "@nightjar/core/testing";
import { devicesOf } from "../src/bridge.ts";
import { DETECTION_IDS } from "../src/detections.ts";
import { discoveryFaults } from "./discovery-rules.ts";
import { DOME, HOUSE } from "./house.ts";

const pluginFolder = new URL("..", import.meta.url);
const SETTINGS = {
  ...{ announce: true, discoveryPrefix: "homeassistant", cameras: "", detections: DETECTION_IDS.join(", ") },
};
const ODD = "+/#\"'<b>\\{{ \u{1f600} }}\n\u202e".repeat(20);
const ODDLY: DescribedAbilities = {
  ...{ ptz: { move: true, zoom: true }, auxiliary: ["siren"] },
  presets: Array.from({ length: 60 }, (_, index) => ({ id: `${index}`, name: ODD.slice(0, 100) })),
};
const CONFIG = (id: string): string => `homeassistant/device/nightjar-${id}/config`;

async function box(settings: object = {}): Promise<TestNvr> {
  const nvr = await testNvr({ pluginFolder, isolation: "inline", settings: { announce: true, ...settings } });
  await nvr.start();
  return nvr;
}

describe("messages of discovery", () => {
  const houses: Readonly<Record<string, RecorderDescription>> = {
    "a house": HOUSE,
    "a dome": { ...HOUSE, cameras: HOUSE.cameras.map((camera) => ({ ...camera, abilities: DOME })) },
    "odd names": {
      ...HOUSE,
      ...{
        name: ODD,
        version: ODD,
        cameras: [{ id: "yard" as CameraId, name: ODD, driver: "x", abilities: ODDLY }],
      },
      detectors: [{ name: ODD, levels: "acme~nightjar-vca-x/x" }],
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

  const MOVES = ["left", "right", "up", "down"].map((key) => `ptz-${key} button`);
  const ZOOMS = ["ptz-zoom-in button", "ptz-zoom-out button"];
  const ALWAYS = [
    ...[
      "connection binary_sensor",
      "status sensor",
      "recording binary_sensor",
      "detect-motion binary_sensor",
    ],
    ...["event event", "manual-recording switch", "enabled switch", "record-mode select"],
    ...["snapshot image", "take-snapshot button", "bit-rate sensor", "frame-rate sensor"],
    ...["detection switch", "detector-nightjar-vca-motion-motion switch"],
  ];
  const abilities: readonly (readonly [what: string, can: DescribedAbilities | undefined, more: string[]])[] =
    [
      ["that has not said what it can do", undefined, []],
      ["that can do nothing", { presets: [], auxiliary: [] }, []],
      [
        "that turns",
        { ptz: { move: true, zoom: false }, presets: [], auxiliary: [] },
        [...MOVES, "ptz-stop button"],
      ],
      [
        "that zooms",
        { ptz: { move: false, zoom: true }, presets: [], auxiliary: [] },
        [...ZOOMS, "ptz-stop button"],
      ],
      ["with presets", { presets: [{ id: "1", name: "Gate" }], auxiliary: [] }, ["ptz-preset select"]],
      ["with a siren", { presets: [], auxiliary: ["siren"] }, ["siren siren"]],
      [
        ...["that can do everything", DOME],
        [
          ...MOVES,
          ...ZOOMS,
          "ptz-stop button",
          "ptz-preset select",
          "siren siren",
          "light switch",
          "wiper button",
        ],
      ] as const,
    ];
  it("have a picture of the last event where the recorder publishes one", () => {
    const [, device] = devicesOf({ ...HOUSE, eventPictures: true }, SETTINGS);
    assert.deepEqual(device?.message.components["event-picture"], {
      ...{ platform: "image", name: "Last event", icon: "mdi:image-area" },
      unique_id: "nightjar-camera-yard-event-picture",
      image_topic: "nightjar/camera/yard/event/snapshot",
      content_type: "image/jpeg",
    });
    assert.deepEqual(
      discoveryFaults(
        "homeassistant",
        `homeassistant/device/${device?.id}/config`,
        JSON.stringify(device?.message),
      ),
      [],
    );
    const [, without] = devicesOf(HOUSE, SETTINGS);
    assert.equal(without?.message.components["event-picture"], undefined);
  });

  for (const [what, can, more] of abilities) {
    it(`have the entities of a camera ${what}, and no others`, () => {
      const [camera] = HOUSE.cameras;
      assert.ok(camera !== undefined);
      const cameras = [{ ...camera, ...(can === undefined ? {} : { abilities: can }) }];
      const [own, device] = devicesOf({ ...HOUSE, cameras }, { ...SETTINGS, detections: "motion" });
      const components = Object.entries(device?.message.components ?? {});
      assert.deepEqual(
        components.map(([key, { platform }]) => `${key} ${platform}`),
        [...ALWAYS, ...more],
      );
      for (const key of ["cpu", "memory", "bit-rate", "version"])
        assert.equal(own?.message.components[key]?.platform, "sensor", key);
    });
  }

  it("have commands that the recorder understands, with the moment at which they were given", () => {
    const [camera] = HOUSE.cameras;
    assert.ok(camera !== undefined);
    const [, device] = devicesOf({ ...HOUSE, cameras: [{ ...camera, abilities: DOME }] }, SETTINGS);
    /** As Home Assistant fills a template in: this much of it is JavaScript as well. */
    const said = (key: string, given: object): object => {
      const template = String(device?.message.components[key]?.["command_template"]);
      const inner = /^\{\{ (.*) \| tojson \}\}$/.exec(template)?.[1] ?? "";
      const context = { utcnow: () => ({ isoformat: () => "2026-01-01T00:00:00.123456+00:00" }), ...given };
      return { ...(runInNewContext(`(${inner})`, context) as object) };
    };
    const age = { time: "2026-01-01T00:00:00.123456+00:00", maxAge: 10_000 };
    assert.deepEqual(said("ptz-left", {}), { command: "move", pan: -0.6, ...age });
    assert.deepEqual(said("ptz-zoom-in", {}), { command: "move", zoom: 0.6, ...age });
    assert.deepEqual(said("ptz-stop", {}), { command: "stop", ...age });
    const options = device?.message.components["ptz-preset"]?.["options"] as string[];
    assert.deepEqual(options, ["Gate", "Gate (2)", "O Neil s    door"]);
    const ids = options.map((value) => (said("ptz-preset", { value }) as { id: string }).id);
    assert.deepEqual(ids, ["1", "2", "tok/3"]);
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
      abilities: DOME,
    }));
    const devices = devicesOf(
      { ...HOUSE, cameras },
      { ...SETTINGS, detections: "motion, person, vehicle, tamper, video-loss" },
    );
    assert.equal(devices.length, 151);
    const controls = (index: number) =>
      Object.keys(devices[index]?.message.components ?? {}).filter((key) => key.startsWith("ptz-")).length;
    assert.deepEqual([controls(1), controls(150)], [8, 0], "the last ones lack what can be turned");
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

  it("takes back the entities of what a camera can do no more, and keeps them while it does not say", async () => {
    await using nvr = await box();
    const [yard] = HOUSE.cameras;
    assert.ok(yard !== undefined);
    const told = async (abilities: DescribedAbilities | undefined) => {
      const cameras = [{ ...yard, ...(abilities === undefined ? {} : { abilities }) }];
      await nvr.hook("recorderDescribed", { ...HOUSE, cameras });
      const topic = CONFIG("camera-yard");
      const payload = nvr.mqtt.retainedOutside.get(topic) ?? "";
      assert.deepEqual(discoveryFaults("homeassistant", topic, payload), []);
      return (JSON.parse(payload) as { components: Record<string, object> }).components;
    };
    assert.equal(Object.keys((await told(DOME))["siren"] ?? {}).length > 1, true);
    await nvr.restart();
    const silent = await told(undefined);
    assert.equal(
      Object.keys(silent["siren"] ?? {}).length > 1,
      true,
      "a camera that is off may have it still",
    );
    const without = await told({ ...DOME, auxiliary: ["light"] });
    assert.deepEqual(without["siren"], { platform: "siren" });
    assert.equal(Object.keys(without["light"] ?? {}).length > 1, true);
    await nvr.restart();
    assert.deepEqual((await told(undefined))["siren"], { platform: "siren" }, "for who hears it only now");
    const again = await told(DOME);
    assert.equal(Object.keys(again["siren"] ?? {}).length > 1, true);
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
