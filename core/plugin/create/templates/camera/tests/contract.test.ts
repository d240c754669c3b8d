// What the recorder relies on in every camera plugin, with the recorder and in a process of its own.
import { cameraDriverContract, fakeCamera } from "@nightjar/core/testing";
import { MAIN_PATH, SUB_PATH } from "../src/driver.ts";

cameraDriverContract({
  pluginFolder: new URL("..", import.meta.url),
  async camera() {
    const camera = await fakeCamera({ paths: [MAIN_PATH, SUB_PATH], auth: "digest" });
    const { port, username, password } = camera;
    return { config: { host: "127.0.0.1", port, username, password }, close: () => camera.close() };
  },
  wrong: {
    "no address": { host: "" },
    "an address with a path": { host: "192.168.1.20/live" },
    "a port that is none": { host: "192.168.1.20", port: 70_000 },
  },
});
