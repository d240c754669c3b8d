// What is special to this bridge.
import assert from "node:assert/strict";
import { it } from "node:test";
import type { CameraId } from "@nightjar/core";
import { testNvr, waitFor } from "@nightjar/core/testing";

const pluginFolder = new URL("..", import.meta.url);
const camera = "yard" as CameraId;
const event = {
  ...{ id: 7, type: "motion", severity: "alarm", camera, source: "vca" },
  ...{ start: "2026-01-05T12:00:00.000Z", objects: [], detail: {} },
};

it("tells of events, unless its owner wants none", async () => {
  for (const events of [true, false]) {
    await using nvr = await testNvr({ pluginFolder, settings: { events } });
    await nvr.start();
    await nvr.hook("alarmRaised", event);
    await nvr.hook("alarmCleared", { ...event, end: "2026-01-05T12:00:09.000Z" });
    const told = nvr.mqtt.published.map(({ topic, payload }) => [topic, JSON.parse(payload).phase]);
    const both = [
      ["events", "raised"],
      ["events", "cleared"],
    ];
    assert.deepEqual(told, events ? both : []);
  }
});

it("forgets a camera that is gone", async () => {
  await using nvr = await testNvr({ pluginFolder });
  await nvr.start();
  await nvr.hook("cameraAdded", { id: camera, name: "Yard", driver: "rtsp" });
  assert.deepEqual(await nvr.ask("GET", "/cameras"), {
    cameras: [{ camera: "yard", status: "connecting", name: "Yard" }],
  });
  await nvr.hook("cameraRemoved", { id: camera, name: "Yard", driver: "rtsp" });
  await waitFor(() => nvr.mqtt.retained.size === 0, { what: "the state to be taken away" });
  assert.deepEqual(await nvr.ask("GET", "/cameras"), { cameras: [] });
});
