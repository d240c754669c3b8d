// What is special to this brand.
import assert from "node:assert/strict";
import { it } from "node:test";
import { testNvr } from "@nightjar/core/testing";

const pluginFolder = new URL("..", import.meta.url);

it("names both streams of a camera, and the secret that opens them", async () => {
  await using nvr = await testNvr({ pluginFolder });
  const streams = await nvr.streams({ host: "192.168.1.20", username: "admin", password: "secret" });
  assert.deepEqual(streams.main, {
    kind: "rtsp",
    url: "rtsp://192.168.1.20:554/live/main",
    username: "admin",
    credentialsRef: "password",
    transport: "auto",
  });
  assert.equal(streams.sub?.url, "rtsp://192.168.1.20:554/live/sub");
});

it("takes an address with blanks around it", async () => {
  await using nvr = await testNvr({ pluginFolder });
  const { config } = await nvr.prepare({ host: " 192.168.1.20 " });
  assert.deepEqual(config, { host: "192.168.1.20" });
});
