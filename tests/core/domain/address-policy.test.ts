import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkStreamUrl, isLoopback, isSameHost } from "../../../core/domain/address-policy.ts";

describe("the address policy for what an administrator typed (attack list A9, A10)", () => {
  for (const url of [
    "rtsp://192.168.1.20/Streaming/Channels/101",
    "rtsps://camera.local:322/",
    "rtsp://[fe80::1]:554/1",
    "rtsp://10.0.0.2:8554/a?b=c",
    "rtsp://127.0.0.1:9000/demo",
    "rtsp://169.254.10.1/",
  ]) {
    it(`lets ${url} pass`, () => assert.equal(checkStreamUrl(url, [8480]).href.startsWith("rtsp"), true));
  }

  for (const [url, why] of [
    ["http://192.168.1.20/", /rtsp:\/\/ or rtsps/],
    ["file:///etc/passwd", /not fetched/],
    ["concat:a|b", /not fetched/],
    ["-i", /not an address/],
    ["rtsp://", /no host|not an address/],
    ["rtsp://2130706433/", /four numbers/],
    ["rtsp://0x7f000001/", /four numbers/],
    ["rtsp://0177.0.0.1/", /four numbers/],
    ["rtsp://127.1/", /four numbers/],
    ["rtsp://0.0.0.0/", /no address of a device/],
    ["rtsp://239.1.1.1/", /no address of a device/],
    ["rtsp://[ff02::1]/", /no address of a device/],
    ["rtsp://[::]/", /no address of a device/],
    ["rtsp://127.0.0.1:8480/", /Nightjar itself/],
    ["rtsp://localhost:8480/", /Nightjar itself/],
    ["rtsp://[::1]:8480/", /Nightjar itself/],
    ["rtsp://[::ffff:127.0.0.1]:8480/", /Nightjar itself/],
    ["rtsp://foo.localhost.:8480/", /Nightjar itself/],
  ] as const) {
    it(`refuses ${url}`, () => assert.throws(() => checkStreamUrl(url, [8480]), why));
  }

  it("knows loopback in every spelling", () => {
    for (const host of ["localhost", "LOCALHOST.", "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]) {
      assert.equal(isLoopback(host), true, host);
    }
    for (const host of ["128.0.0.1", "camera", "::2", "localhost.example"])
      assert.equal(isLoopback(host), false, host);
  });

  it("compares hosts without regard to case, brackets and a trailing dot", () => {
    assert.equal(isSameHost("[FE80::1]", "fe80::1"), true);
    assert.equal(isSameHost("Camera.local.", "camera.local"), true);
    assert.equal(isSameHost("10.0.0.1", "10.0.0.2"), false);
  });
});
