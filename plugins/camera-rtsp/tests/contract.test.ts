// The plugin keeps the contract of camera drivers, with a camera that asks for a password.
import { cameraDriverContract, fakeCamera } from "@nightjar/core/testing";

cameraDriverContract({
  pluginFolder: new URL("..", import.meta.url),
  async camera() {
    const camera = await fakeCamera({ auth: "digest" });
    const { username, password } = camera;
    return {
      // As people paste it: with user and password in the address.
      config: {
        url: camera.url.replace("rtsp://", `rtsp://${username}:${password}@`),
        subUrl: camera.url,
        transport: "tcp",
      },
      close: () => camera.close(),
    };
  },
  wrong: {
    "no URL": { url: "the camera in the yard" },
    "another protocol": { url: "http://192.168.1.20/video" },
    "a transport that is none": { url: "rtsp://192.168.1.20/", transport: "pigeon" },
  },
});
