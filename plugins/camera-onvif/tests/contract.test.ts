// The plugin keeps the contract of camera drivers: a dome with a password, relays, inputs, siren and events, whose own address is
// one that cannot be reached.
import { cameraDriverContract, fakeCamera, fakeOnvifDevice } from "@nightjar/core/testing";

cameraDriverContract({
  pluginFolder: new URL("..", import.meta.url),
  abilities: ["auxiliary", "events", "inputs", "ptz", "relays"],
  async camera() {
    const camera = await fakeCamera({ auth: "digest", paths: ["/stream"] });
    const { username, password } = camera;
    const device = await fakeOnvifDevice({
      ...{ username, password, streamUrl: camera.url, namedHost: "192.0.2.7" },
      clockOffsetMs: -3_600_000,
      profiles: [{ token: "main", width: 1_920, height: 1_080 }],
    });
    return {
      // As people type it.
      config: { address: `127.0.0.1:${device.port}`, username, password, transport: "tcp" },
      async close() {
        await device.close();
        await camera.close();
      },
    };
  },
  silentCamera: ({ host, port }) => ({ address: `${host}:${port}`, username: "admin", password: "secret" }),
  wrong: {
    "no address": { address: "the camera in the yard" },
    "another protocol": { address: "rtsp://192.168.1.20/" },
    "a channel that there cannot be": { address: "192.168.1.20", channel: 0 },
  },
});
