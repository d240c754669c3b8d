// The plugin keeps the contract of camera drivers. It is its own camera.
import { cameraDriverContract } from "@nightjar/core/testing";

cameraDriverContract({
  pluginFolder: new URL("..", import.meta.url),
  settings: { offer: false },
  async camera() {
    return { config: { shiftSeconds: 30 } };
  },
  wrong: { "a day that is too long": { shiftSeconds: 65 } },
});
