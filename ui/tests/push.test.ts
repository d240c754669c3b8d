// What a browser brings for push notifications: what it is called, the recorder's key as bytes, and by what the recorder knows it.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { bytesOf, deviceName, idOf, pushPath } from "../src/state/push.ts";

describe("a device for push notifications", () => {
  for (const [agent, name] of [
    [
      "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
      "Chrome, Android",
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1",
      "Safari, iPhone",
    ],
    ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"],
    [
      "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
      "Edge, Windows",
    ],
    ["something else", "?"],
  ] as const)
    it(`is called ${name} at first`, () => assert.equal(deviceName(agent), name));

  it("is known by its address as the recorder knows it, whose key is bytes", async () => {
    const endpoint = "https://fcm.googleapis.com/fcm/send/a:b";
    assert.equal(await idOf(endpoint), createHash("sha256").update(endpoint).digest("hex").slice(0, 16));
    const key = Buffer.from("\u0004üß?>", "latin1");
    assert.deepEqual(Buffer.from(bytesOf(key.toString("base64url"))), key);
    assert.match(pushPath("a/b"), /\/devices\/a%2Fb$/);
  });
});
