import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Link } from "../../../../core/link/link.ts";
import { type LiveFrameHeader, readLiveHeader } from "../../../../core/media/live-wire.ts";
import type { KeptStream } from "../../../../core/media/process/kept-stream.ts";
import { LiveFanout } from "../../../../core/media/process/live-fanout.ts";
import { LiveSubscription } from "../../../../core/media/process/live-subscription.ts";
import type { GatewayMethodsForMedia } from "../../../../core/media/protocol.ts";
import { waitFor } from "../../../../core/testing/wait-for.ts";
import { h264, PCMU, StreamRig, YARD } from "./rig.ts";

/** A gateway that takes frames, or stops reading. */
class FakeGateway {
  readonly frames: { subscription: number; header: LiveFrameHeader; bytes: Buffer }[] = [];
  readonly notices: { method: string; params: { frames?: number } }[] = [];
  reading = true;
  waitingBytes = 0;
  hangUp: () => void = () => undefined;
  readonly closed = new Promise<void>((resolve) => {
    this.hangUp = resolve;
  });
  #waiting: (() => void)[] = [];

  get link(): Link<GatewayMethodsForMedia> {
    return this as unknown as Link<GatewayMethodsForMedia>;
  }

  notify(method: string, params: { frames?: number }): void {
    this.notices.push({ method, params });
  }

  sendBinary(pieces: readonly Uint8Array[], onWritten: () => void): void {
    const bytes = Buffer.concat(pieces);
    const header = readLiveHeader(bytes.subarray(4));
    assert.ok(header !== undefined);
    this.frames.push({ subscription: bytes.readUInt32BE(0), header, bytes: bytes.subarray(36) });
    if (this.reading) onWritten();
    else this.#waiting.push(onWritten);
  }

  read(): void {
    this.reading = true;
    for (const onWritten of this.#waiting.splice(0)) onWritten();
  }

  get dropped(): number[] {
    return this.notices.flatMap(({ method, params }) => (method === "dropped" ? [params.frames ?? 0] : []));
  }
}

function join(rig: StreamRig, gateway: FakeGateway, number = 7): LiveSubscription {
  const subscription = new LiveSubscription(number, gateway.link, rig.stream.keeper, rig.clock);
  rig.stream.join(subscription);
  return subscription;
}

describe("a live subscription", () => {
  it("begins at once with the newest key frame in memory and goes on without a gap", () => {
    const rig = new StreamRig({ intervals: [] }).play().send(3.6);
    const gateway = new FakeGateway();
    join(rig, gateway);
    assert.equal(gateway.frames.length, 15, "what came since the key frame");
    assert.equal(gateway.frames[0]?.header.keyFrame, true);
    rig.send(1);
    const headers = gateway.frames.map(({ header }) => header);
    assert.equal(headers.length, 40);
    for (const [index, header] of headers.entries()) {
      assert.equal(header.frameNumber, index);
      assert.equal(header.time90k - (headers[0]?.time90k ?? 0), index * 3_600);
      assert.equal(header.duration90k, 3_600);
    }
    assert.ok(gateway.frames.every(({ subscription }) => subscription === 7));
    assert.equal(gateway.notices.filter(({ method }) => method === "format").length, 1);
    assert.equal(gateway.frames.at(-1)?.bytes.length, rig.frameBytes);
  });

  it("carries sound, dated on the same clock as the pictures", () => {
    const rig = new StreamRig({ intervals: [], audio: true });
    rig.play({ video: h264(), audio: PCMU }).send(2);
    const gateway = new FakeGateway();
    join(rig, gateway);
    rig.send(1);
    const video = gateway.frames.findLast(({ header }) => header.track === "video")?.header;
    const audio = gateway.frames.findLast(({ header }) => header.track === "audio")?.header;
    assert.ok(video !== undefined && audio !== undefined);
    assert.ok(Math.abs(video.time90k - audio.time90k) < 100);
    assert.equal(audio.duration90k, 3_600);
  });

  it("leaves a reader who is behind without pictures up to a key frame, and says how many", () => {
    const rig = new StreamRig({ intervals: [] }).play().send(2);
    const gateway = new FakeGateway();
    const subscription = join(rig, gateway);
    gateway.reading = false;
    rig.send(10);
    const sent = gateway.frames.length;
    assert.ok(sent <= 25 + 52, `${sent} frames: two seconds and no more wait`);
    assert.ok(subscription.waitingBytes <= 4 * 1024 * 1024);
    gateway.read();
    rig.send(2.2);
    assert.deepEqual(gateway.dropped.length, 1);
    const next = gateway.frames[sent]?.header;
    assert.equal(next?.keyFrame, true);
    assert.equal(next?.discontinuity, true);
    assert.equal(gateway.frames[sent + 1]?.header.discontinuity, false);
    assert.equal((gateway.dropped[0] ?? 0) + gateway.frames.length, 25 * 12 + 55 - 25 - 0);
  });

  it("bounds the bytes that wait, and does not slow the recording or other viewers", () => {
    const rig = new StreamRig({ segmentSeconds: 300 });
    rig.frameBytes = 400_000;
    rig.play().send(1);
    const slow = new FakeGateway();
    const quick = new FakeGateway();
    const behind = join(rig, slow, 1);
    join(rig, quick, 2);
    slow.reading = false;
    rig.send(1.6);
    rig.first.sync();
    assert.ok(behind.waitingBytes < 4.5 * 1024 * 1024, `${behind.waitingBytes}`);
    assert.ok(quick.frames.length >= 40);
    assert.equal(rig.stream.recorder.framesDropped, 0);
  });

  it("marks what follows a broken session as not continuing it", () => {
    const rig = new StreamRig({ intervals: [] }).play().send(2);
    const gateway = new FakeGateway();
    join(rig, gateway);
    rig.stream.keeper.runEnded(undefined);
    rig.skip(3).play().send(1);
    const first = gateway.frames.find(({ header }) => header.discontinuity);
    assert.equal(first?.header.keyFrame, true);
  });
});

describe("the gateway's subscriptions", () => {
  const name = { camera: YARD, stream: "main" as const };

  function fanoutOf(rig: StreamRig): { fanout: LiveFanout; streams: Map<string, KeptStream> } {
    const streams = new Map([["yard/main", rig.stream]]);
    return { fanout: new LiveFanout(streams, rig.clock), streams };
  }

  it("begin after their answer, end when told, and end with their link", async () => {
    const rig = new StreamRig({ intervals: [] }).play().send(1.2);
    const { fanout } = fanoutOf(rig);
    const gateway = new FakeGateway();
    fanout.connect(gateway.link);
    const { subscription } = fanout.subscribe(gateway.link, name);
    const other = fanout.subscribe(gateway.link, name).subscription;
    assert.equal(gateway.frames.length, 0);
    await waitFor(() => gateway.frames.length > 0);
    fanout.unsubscribe(gateway.link, subscription);
    const before = gateway.frames.length;
    rig.send(1);
    assert.equal(gateway.frames.length, before + 25);
    assert.ok(gateway.frames.slice(before).every((frame) => frame.subscription === other));
    gateway.hangUp();
    await waitFor(() => rig.stream.viewers.size === 0);
  });

  it("go on with a stream that is made anew, from its first key frame", async () => {
    const rig = new StreamRig({ intervals: [] }).play().send(1);
    const { fanout, streams } = fanoutOf(rig);
    const gateway = new FakeGateway();
    fanout.connect(gateway.link);
    const { subscription } = fanout.subscribe(gateway.link, name);
    await waitFor(() => gateway.frames.length > 0);
    const before = gateway.frames.length;
    const anew = new StreamRig({ intervals: [] });
    streams.set("yard/main", anew.stream);
    fanout.adopt(anew.stream);
    anew.play().send(1);
    const first = gateway.frames[before];
    assert.equal(first?.subscription, subscription);
    assert.equal(first?.header.keyFrame, true);
    assert.equal(first?.header.discontinuity, true);
  });

  it("tell of states, and refuse streams that are not held or have no picture yet", () => {
    const rig = new StreamRig({ intervals: [] });
    const { fanout } = fanoutOf(rig);
    const gateway = new FakeGateway();
    fanout.connect(gateway.link);
    rig.stream.keeper.stateChanged({ status: "online", sinceMs: 1 });
    fanout.stateChanged(rig.stream);
    fanout.streamRemoved(rig.stream);
    assert.equal(gateway.notices.filter(({ method }) => method === "streamState").length, 2);
    assert.throws(() => fanout.subscribe(gateway.link, { ...name, stream: "sub" }), {
      code: "NJ_STREAM_UNKNOWN",
    });
    assert.throws(() => fanout.latestKeyFrame(name), { code: "NJ_STREAM_NO_PICTURE" });
    rig.play().send(1);
    assert.equal(Buffer.from(fanout.latestKeyFrame(name).keyFrame, "base64").length, rig.frameBytes);
    assert.deepEqual(fanout.openSegments({ ...name, stream: "sub" }), []);
  });
});
