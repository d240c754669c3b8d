// What the recorder relies on in every bridge, with the recorder and in a process of its own.
import assert from "node:assert/strict";
import { bridgeContract, waitFor } from "@nightjar/core/testing";

bridgeContract({
  pluginFolder: new URL("..", import.meta.url),
  async shows(nvr, { camera, status }) {
    await waitFor(() => nvr.mqtt.retained.get(`cameras/${camera}/state`) === status, { what: status });
    const answer = (await nvr.ask("GET", "/cameras")) as { cameras: { camera: string; status: string }[] };
    assert.equal(answer.cameras.find((one) => one.camera === camera)?.status, status);
  },
});
