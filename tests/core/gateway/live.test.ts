// Live pictures through the whole gateway: one subscription for all, key frame first, slow viewers alone with their
// slowness, peers that come and go.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { readLiveHeader } from "../../../core/media/live-wire.ts";
import { H264_FORMAT, liveFrame, startTestGateway, type TestGateway, until } from "./fake-peers.ts";

const LIVE = "/api/v1/cameras/yard/live?stream=main";

function numbers(frames: readonly Buffer[]): number[] {
  return frames.map((frame) => readLiveHeader(frame)?.frameNumber ?? -1);
}

describe("live view through the gateway", () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
    gateway.media.onSubscribe = (subscription) => {
      gateway.media.format(subscription);
      gateway.media.frame(subscription, liveFrame({ keyFrame: true, frameNumber: 0 }));
      gateway.media.frame(subscription, liveFrame({ frameNumber: 1 }));
    };
  });
  after(() => gateway.stop());

  it("gives a viewer hello, state and format before the first frame, which is a key frame", async () => {
    const viewer = gateway.viewer("/api/v1/cameras/order/live?stream=main");
    await until(() => viewer.frames.length === 2, "two frames");
    const first = viewer.received.findIndex((item) => Buffer.isBuffer(item));
    const before = viewer.received.slice(0, first).map((item) => (Buffer.isBuffer(item) ? "" : item["type"]));
    assert.equal(before[0], "hello");
    assert.ok(before.includes("format"));
    assert.deepEqual(viewer.texts("format")[0]?.["format"], H264_FORMAT);
    await until(() => viewer.texts("state").length > 0, "state");
    assert.equal(readLiveHeader(viewer.frames[0] as Buffer)?.keyFrame, true);
  });

  it("subscribes once for all viewers and begins with a key frame for the one who comes in the middle", async () => {
    const first = gateway.viewer(LIVE);
    await until(() => first.frames.length === 2, "first viewer");
    const { subscription } = gateway.media.subscribed.find((one) => one.camera === "yard") ?? {};
    assert.ok(subscription !== undefined);
    gateway.media.frame(subscription, liveFrame({ frameNumber: 2 }));
    await until(() => first.frames.length === 3, "third frame");
    const second = gateway.viewer(LIVE);
    await until(() => second.frames.length === 3, "cached pictures");
    assert.deepEqual(numbers(second.frames), [0, 1, 2]);
    gateway.media.frame(subscription, liveFrame({ frameNumber: 3 }, 5_000, 9));
    await until(() => first.frames.length === 4 && second.frames.length === 4, "fan-out");
    assert.deepEqual(second.frames[3], liveFrame({ frameNumber: 3 }, 5_000, 9));
    assert.equal(gateway.media.subscribed.filter((one) => one.camera === "yard").length, 1);
  });

  it("tells the audit log who watches, from where, once however often a page comes back", async () => {
    gateway.core.audits.length = 0;
    for (const camera of ["door", "door", "hall"]) {
      const viewer = gateway.viewer(`/api/v1/cameras/${camera}/live?stream=sub`);
      await until(() => viewer.frames.length === 2, "pictures");
    }
    await until(() => gateway.core.audits.length >= 2, "both acts");
    assert.deepEqual(
      gateway.core.audits,
      ["door", "hall"].map((camera) => ({
        sessionId: "s1",
        action: "live-watched",
        camera,
        remoteAddress: "127.0.0.1",
        detail: { stream: "sub" },
      })),
    );
  });

  it("sends sound only to who asked for it", async () => {
    const silent = gateway.viewer("/api/v1/cameras/sound/live");
    const loud = gateway.viewer("/api/v1/cameras/sound/live");
    await until(() => silent.frames.length === 2 && loud.frames.length === 2, "both watch");
    loud.send({ type: "audio", enabled: true });
    const { subscription = 0 } = gateway.media.subscribed.find((one) => one.camera === "sound") ?? {};
    let number = 0;
    await until(() => {
      gateway.media.frame(subscription, liveFrame({ track: "audio", keyFrame: true, frameNumber: number++ }));
      return loud.frames.some((frame) => readLiveHeader(frame)?.track === "audio");
    }, "sound");
    gateway.media.frame(subscription, liveFrame({ frameNumber: 2 }));
    await until(() => silent.frames.length === 3, "video goes on");
    assert.ok(silent.frames.every((frame) => readLiveHeader(frame)?.track === "video"));
  });

  it("goes on after media was restarted, with a discontinuity and the same socket", async () => {
    const viewer = gateway.viewer("/api/v1/cameras/restart/live");
    await until(() => viewer.frames.length === 2, "frames");
    await gateway.media.stop();
    await until(
      () => viewer.texts("state").some((text) => (text["state"] as { status: string }).status === "offline"),
      "told that media is away",
    );
    await gateway.media.start();
    await until(() => viewer.frames.length === 4, "frames again");
    const header = readLiveHeader(viewer.frames[2] as Buffer);
    assert.equal(header?.keyFrame, true);
    assert.equal(header?.discontinuity, true);
    assert.equal(viewer.closeCode, undefined);
  });

  it("goes on while core is away and answers the rest of HTTP with 503 and Retry-After", async () => {
    const viewer = gateway.viewer("/api/v1/cameras/alone/live");
    await until(() => viewer.frames.length === 2, "frames");
    await gateway.core.stop();
    await until(() => gateway.core.links.size === 0, "link down");
    const { subscription = 0 } = gateway.media.subscribed.findLast((one) => one.camera === "alone") ?? {};
    gateway.media.frame(subscription, liveFrame({ frameNumber: 2 }));
    await until(() => viewer.frames.length === 3, "live without core");
    const api = await fetch(`${gateway.http}/api/v1/status`);
    assert.equal(api.status, 503);
    assert.ok(Number(api.headers.get("retry-after")) > 0);
    assert.equal(api.headers.get("content-type"), "application/problem+json");
    const refused = gateway.viewer("/api/v1/cameras/alone/live");
    await until(() => refused.closeCode !== undefined, "refusal");
    assert.equal(refused.status, 503);
    await gateway.core.start();
    await until(() => gateway.core.links.size === 1 && gateway.core.link.peer !== undefined, "link up");
    assert.equal((await fetch(`${gateway.http}/api/v1/status`)).status, 200);
    assert.equal(viewer.closeCode, undefined);
  });

  it("lets go of a stream that nobody watches any more", async () => {
    const viewer = gateway.viewer("/api/v1/cameras/short/live");
    await until(() => viewer.frames.length === 2, "frames");
    const { subscription = 0 } = gateway.media.subscribed.find((one) => one.camera === "short") ?? {};
    viewer.socket.close();
    const end = performance.now() + 8_000;
    while (!gateway.media.unsubscribed.includes(subscription) && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.ok(gateway.media.unsubscribed.includes(subscription));
  });
});
