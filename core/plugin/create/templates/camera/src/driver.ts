// The driver: from a camera's settings to the addresses of its streams.
import type { CameraDriver, RtspStreamDescriptor, Static } from "@nightjar/core";
import { cameraConfig } from "./config.ts";

/** Paths of the streams, as the camera's manual gives them. */
export const MAIN_PATH = "/live/main";
export const SUB_PATH = "/live/sub";

/** Makes the driver. It keeps no state. */
export function cameraDriver(): CameraDriver {
  return {
    id: "template",
    displayName: "Template cameras",
    configSchema: cameraConfig,
    /** People paste addresses with blanks around them. */
    async prepare(typed) {
      const { host } = typed;
      return typeof host === "string" ? { ...typed, host: host.trim() } : { ...typed };
    },
    /** Called with settings that the schema has let pass. */
    async streams(settings) {
      const camera = settings as Static<typeof cameraConfig>;
      return { main: stream(camera, MAIN_PATH), sub: stream(camera, SUB_PATH) };
    },
  };
}

/** The password stays out of it: the recorder adds the secret that `credentialsRef` names. */
function stream(camera: Static<typeof cameraConfig>, path: string): RtspStreamDescriptor {
  const { host, port = 554, username } = camera;
  return {
    kind: "rtsp",
    url: `rtsp://${host}:${port}${path}`,
    ...(username === undefined ? {} : { username, credentialsRef: "password" }),
    transport: "auto",
  };
}
