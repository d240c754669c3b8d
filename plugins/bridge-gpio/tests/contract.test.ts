// What the recorder relies on in every bridge, with the recorder and in a process of its own, where it may start no programs: a pin that
// cannot be reached says why, and is no obstacle.
import assert from "node:assert/strict";
import { bridgeContract } from "@nightjar/core/testing";

bridgeContract({
  pluginFolder: new URL("..", import.meta.url),
  settings: { inputs: [{ name: "door", chip: "gpiochip9", line: 1, bias: "as-is", activeLow: false }] },
  async shows(nvr) {
    // Cameras are no affair of it; its pins are.
    const { pins } = (await nvr.ask("GET", "/pins")) as { pins: readonly { name: string; topic: string }[] };
    assert.deepEqual(
      pins.map(({ name, topic }) => [name, topic]),
      [["door", "gpio/door/state"]],
    );
  },
});
