import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { prepareConfig, rtspDriver, splitCredentials } from "../src/driver.ts";

describe("credentials in an RTSP URL", () => {
  const cases: [string, { url: string; username: string; password: string } | undefined][] = [
    ["rtsp://cam/live", undefined],
    ["rtsp://cam:554/live?user=a@b", undefined],
    ["rtsp://admin:secret@cam/live", { url: "rtsp://cam/live", username: "admin", password: "secret" }],
    ["RTSPS://admin:s%40x@cam:322/", { url: "rtsps://cam:322/", username: "admin", password: "s@x" }],
    ["rtsp://admin:p@ss@10.0.0.2/1", { url: "rtsp://10.0.0.2/1", username: "admin", password: "p@ss" }],
    ["rtsp://admin:p/s@10.0.0.2/1", { url: "rtsp://10.0.0.2/1", username: "admin", password: "p/s" }],
    ["rtsp://cam:554/a@b", undefined],
    ["rtsp://admin@cam/live", { url: "rtsp://cam/live", username: "admin", password: "" }],
    ["rtsp://admin:100%@cam/live", { url: "rtsp://cam/live", username: "admin", password: "100%" }],
    ["http://admin:secret@cam/", undefined],
  ];
  for (const [url, expected] of cases) {
    it(`are split off ${url}`, () => assert.deepEqual(splitCredentials(url), expected));
  }

  it("give way to credentials that were typed apart", () => {
    const config = prepareConfig({ url: "rtsp://a:b@cam/1", username: "c", password: "d" });
    assert.deepEqual(config, { url: "rtsp://cam/1", username: "c", password: "d" });
  });

  it("bring the password of a user that was typed apart, and none of another one", () => {
    const typed = { url: "rtsp://a:b@cam/1", username: "a" };
    assert.deepEqual(prepareConfig(typed), { url: "rtsp://cam/1", username: "a", password: "b" });
    assert.deepEqual(prepareConfig({ ...typed, username: "c" }), { url: "rtsp://cam/1", username: "c" });
  });

  it("never stay in the sub-stream's URL", () => {
    const config = prepareConfig({ url: "rtsp://a:b@cam/1", subUrl: "rtsp://a:b@cam/2" });
    assert.deepEqual(config, { url: "rtsp://cam/1", subUrl: "rtsp://cam/2", username: "a", password: "b" });
  });
});

describe("the rtsp driver", () => {
  const context = { signal: new AbortController().signal, secret: async () => undefined };

  it("answers one stream for one URL", async () => {
    assert.deepEqual(await rtspDriver().streams({ url: "rtsp://cam/1" }, context), {
      main: { kind: "rtsp", url: "rtsp://cam/1", transport: "auto" },
    });
  });

  it("names the password's field and never holds the password", async () => {
    const streams = await rtspDriver().streams(
      { url: "rtsp://cam/1", subUrl: "rtsp://cam/2", username: "u", transport: "udp" },
      context,
    );
    assert.deepEqual(streams.sub, {
      kind: "rtsp",
      url: "rtsp://cam/2",
      username: "u",
      credentialsRef: "password",
      transport: "udp",
    });
  });

  it("says what is missing when there is no URL", async () => {
    await assert.rejects(rtspDriver().streams({}, context), /no address/);
  });
});
