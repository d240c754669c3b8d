// What the recorder relies on in every bridge, with the recorder and in a process of its own.
import assert from "node:assert/strict";
import { bridgeContract } from "@nightjar/core/testing";
import { HOUSE } from "./house.ts";

bridgeContract({
  pluginFolder: new URL("..", import.meta.url),
  settings: { announce: true },
  async shows(nvr, { camera, status }) {
    // Home Assistant reads the state at the recorder's own topic, which it is told here.
    await nvr.hook("recorderDescribed", HOUSE);
    const payload = nvr.mqtt.retainedOutside.get(`homeassistant/device/nightjar-camera-${camera}/config`);
    const { components } = JSON.parse(payload ?? "") as {
      components: Record<string, { state_topic: string }>;
    };
    assert.equal(components["status"]?.state_topic, `nightjar/camera/${camera}/state`);
    const { devices } = (await nvr.ask("GET", "/devices")) as {
      devices: { camera?: string; status?: string }[];
    };
    assert.equal(devices.find((one) => one.camera === camera)?.status, status);
  },
});
