// The driver `demo`: a camera's configuration is the two streams of the plugin's own RTSP server.
import type { CameraDriver } from "@nightjar/core";
import { cameraConfig } from "./config.ts";
import type { StreamServer } from "./stream-server.ts";

/** Makes the driver. It asks `server` anew each time, as its address may change. */
export function demoDriver(server: Pick<StreamServer, "url">): CameraDriver {
  return {
    id: "demo",
    displayName: "Demo camera",
    configSchema: cameraConfig,
    async streams(config) {
      const shift = config["shiftSeconds"];
      const shiftSeconds = typeof shift === "number" ? shift : 0;
      return {
        main: { kind: "rtsp", url: await server.url("main", shiftSeconds), transport: "tcp" },
        sub: { kind: "rtsp", url: await server.url("sub", shiftSeconds), transport: "tcp" },
      };
    },
  };
}
