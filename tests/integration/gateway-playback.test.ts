// Playback through the whole gateway over real recording files: every frame that arrives is compared with the source's.
import assert from "node:assert/strict";
import { mkdtemp, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { LIVE_HEADER_BYTES, readLiveHeader, type WireFormat } from "../../core/media/live-wire.ts";
import type { OpenSegment } from "../../core/media/protocol.ts";
import type { SegmentRecord } from "../../core/media/segment.ts";
import {
  startTestGateway,
  type TestGateway,
  until,
  type Viewer,
  VOLUME,
} from "../core/gateway/fake-peers.ts";
import { iso, makeSource, NOON, type Recorded, record, type Source } from "./gateway-footage.ts";

const HOUR = 3_600 * 90_000;

interface Shown {
  readonly time90k: number;
  readonly keyFrame: boolean;
  readonly bytes: Buffer;
}

/** Frames of a track that came after the answer to a request. */
function framesOf(viewer: Viewer, request: number, track = "video"): Shown[] {
  const start = viewer.received.findIndex(
    (item) => !Buffer.isBuffer(item) && item["type"] === "seeked" && item["request"] === request,
  );
  if (start < 0) return [];
  return viewer.received
    .slice(start)
    .filter((item): item is Buffer => Buffer.isBuffer(item))
    .flatMap((message) => {
      const header = readLiveHeader(message);
      if (header?.track !== track) return [];
      return [
        { time90k: header.time90k, keyFrame: header.keyFrame, bytes: message.subarray(LIVE_HEADER_BYTES) },
      ];
    });
}

function ended(viewer: Viewer, request: number): boolean {
  return viewer.texts("end").some((text) => text["request"] === request);
}

/** Reports every frame as shown at once, so that flow control never waits. */
function follow(viewer: Viewer): void {
  viewer.socket.on("message", (data: Buffer, isBinary) => {
    const header = isBinary ? readLiveHeader(data) : undefined;
    if (header?.track === "video") viewer.send({ type: "position", time90k: header.time90k });
  });
}

function expected(recorded: readonly Recorded[]): { time90k: number; data: Buffer }[] {
  return recorded.flatMap((one) =>
    one.video.map((sample, at) => ({ time90k: one.shown90k[at] as number, data: sample.data })),
  );
}

function assertSame(frames: readonly Shown[], wanted: readonly { time90k: number; data: Buffer }[]): void {
  assert.equal(frames.length, wanted.length);
  for (const [at, frame] of frames.entries()) {
    assert.equal(frame.time90k, wanted[at]?.time90k, `time of frame ${at}`);
    assert.ok(frame.bytes.equals(wanted[at]?.data as Buffer), `bytes of frame ${at}`);
  }
}

describe("playback through the gateway", () => {
  let folder: string;
  let root: string;
  let gateway: TestGateway;
  let source: Source;
  /** Four files in a row, a gap of half an hour, then the rest in another run. */
  let recorded: Recorded[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "nj-playback-"));
    root = join(folder, "volume");
    // B-frames, GOPs of a second, sound.
    source = await makeSource(folder, "yard", [
      ...["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=24"],
      ...["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=24"],
      ...["-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "25", "-keyint_min", "25"],
      ...["-sc_threshold", "0", "-pix_fmt", "yuv420p", "-c:a", "aac", "-video_track_timescale", "90000"],
    ]);
    recorded = await record(root, source, {
      camera: "yard",
      seconds: 4,
      startAt90k: (number, continued) => (number === 0 ? NOON : number === 4 ? NOON + HOUR / 2 : continued),
      runOf: (number) => (number < 4 ? 1 : 2),
    });
    gateway = await startTestGateway({ settings: { volumes: [{ id: VOLUME, path: root }] } });
    gateway.core.segments = recorded.map((one) => one.segment);
  });
  after(async () => {
    await gateway.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("plays every frame of the source in order, over a gap that it announces, to the end", async () => {
    const viewer = gateway.viewer("/api/v1/cameras/yard/playback");
    await until(() => viewer.socket.readyState === 1, "open");
    follow(viewer);
    viewer.send({ type: "play", request: 1, time: iso(NOON), speed: 1, stream: "main" });
    await until(() => ended(viewer, 1), "end");
    assertSame(framesOf(viewer, 1), expected(recorded));
    const [gap] = viewer.texts("gap");
    const last = recorded[3]?.segment;
    assert.equal(gap?.["start90k"], (last?.startTime90k ?? 0) + (last?.duration90k ?? 0));
    assert.equal(gap?.["end90k"], NOON + HOUR / 2);
    assert.equal(viewer.texts("gap").length, 1);
    const sound = framesOf(viewer, 1, "audio");
    assert.equal(
      Buffer.concat(sound.map((frame) => frame.bytes)).compare(
        Buffer.concat((source.audio?.samples ?? []).map((sample) => sample.data)),
      ),
      0,
    );
    for (const [at, frame] of sound.entries()) {
      if (at > 0) assert.ok(frame.time90k > (sound[at - 1]?.time90k ?? 0), "sound in order");
    }
    const format = viewer.texts("format")[0]?.["format"] as WireFormat | undefined;
    assert.equal(format?.video?.width, 320);
  });

  it("begins a seek at the key frame before the wanted moment", async () => {
    const viewer = gateway.viewer("/api/v1/cameras/yard/playback");
    await until(() => viewer.socket.readyState === 1, "open");
    const wanted = NOON + 6.5 * 90_000;
    viewer.send({ type: "play", request: 5, time: iso(wanted), speed: 1, stream: "main" });
    await until(() => framesOf(viewer, 5).length >= 25, "frames");
    const [first] = framesOf(viewer, 5);
    assert.equal(first?.keyFrame, true);
    assert.equal(first?.time90k, NOON + 6 * 90_000);
    assert.equal(viewer.texts("seeked")[0]?.["time90k"], wanted);
  });

  it("jumps to the next recording when the wanted moment lies in a gap", async () => {
    const viewer = gateway.viewer("/api/v1/cameras/yard/playback");
    await until(() => viewer.socket.readyState === 1, "open");
    viewer.send({ type: "play", request: 1, time: iso(NOON + HOUR / 4), speed: 1, stream: "main" });
    await until(() => framesOf(viewer, 1).length > 0, "frames");
    assert.equal(viewer.texts("seeked")[0]?.["time90k"], NOON + HOUR / 2);
    assert.equal(framesOf(viewer, 1)[0]?.time90k, NOON + HOUR / 2);
  });

  it("runs no further ahead than three seconds or two groups of pictures", async () => {
    const viewer = gateway.viewer("/api/v1/cameras/yard/playback");
    await until(() => viewer.socket.readyState === 1, "open");
    viewer.send({ type: "play", request: 1, time: iso(NOON), speed: 1, stream: "main" });
    await until(() => framesOf(viewer, 1).length >= 75, "three seconds");
    viewer.send({ type: "play", request: 2, time: iso(NOON + 90_000), speed: 0.25, stream: "main" });
    await until(() => framesOf(viewer, 2).length >= 50, "the next request");
    const first = framesOf(viewer, 1).length - framesOf(viewer, 2).length;
    assert.ok(first >= 75 && first <= 101, `${first} frames were sent ahead`);
    viewer.send({ type: "position", time90k: NOON + 2 * 90_000 });
    await until(() => framesOf(viewer, 2).length >= 75, "more after the position moved");
  });

  it("sends only key frames above four times", async () => {
    const viewer = gateway.viewer("/api/v1/cameras/yard/playback");
    await until(() => viewer.socket.readyState === 1, "open");
    follow(viewer);
    viewer.send({ type: "play", request: 1, time: iso(NOON), speed: 8, stream: "main" });
    await until(() => ended(viewer, 1), "end");
    const frames = framesOf(viewer, 1);
    assert.ok(frames.every((frame) => frame.keyFrame));
    assert.equal(frames.length, source.video.samples.filter((sample) => sample.keyFrame).length);
  });

  it("plays backwards by groups of pictures, each in decoding order, over gaps, to the beginning", async () => {
    const viewer = gateway.viewer("/api/v1/cameras/yard/playback");
    await until(() => viewer.socket.readyState === 1, "open");
    follow(viewer);
    viewer.send({ type: "play", request: 1, time: iso(NOON + HOUR / 2 + 90_000), speed: -1, stream: "main" });
    await until(() => ended(viewer, 1), "end");
    const groups: { time90k: number; data: Buffer }[][] = [];
    for (const one of recorded) {
      one.video.forEach((sample, at) => {
        if (sample.keyFrame) groups.push([]);
        groups.at(-1)?.push({ time90k: one.shown90k[at] as number, data: sample.data });
      });
    }
    const frames = framesOf(viewer, 1);
    const from = frames[0]?.time90k;
    const start = groups.findIndex((group) => group[0]?.time90k === from);
    assert.ok(start > 0);
    const wanted = groups.slice(0, start).reverse().flat();
    assertSame(frames.slice(frames.length - wanted.length), wanted);
    assert.equal(viewer.texts("gap").length, 1);
  });

  it("steps to the next and the previous frame across files", async () => {
    const viewer = gateway.viewer("/api/v1/cameras/yard/playback");
    await until(() => viewer.socket.readyState === 1, "open");
    const edge = recorded[1]?.segment.startTime90k as number;
    viewer.send({ type: "step", request: 1, time: iso(edge), frames: -1 });
    await until(() => viewer.texts("seeked").length === 1, "answer");
    assert.equal(viewer.texts("seeked")[0]?.["time90k"], edge - 3_600);
    await until(() => framesOf(viewer, 1).some((frame) => frame.time90k === edge - 3_600), "the frame");
    viewer.send({ type: "step", request: 2, time: iso(edge - 3_600), frames: 2 });
    await until(() => framesOf(viewer, 2).some((frame) => frame.time90k === edge + 3_600), "the frame after");
    assert.equal(viewer.texts("seeked")[1]?.["time90k"], edge + 3_600);
  });

  it("answers a moment after everything with the end", async () => {
    const viewer = gateway.viewer("/api/v1/cameras/yard/playback");
    await until(() => viewer.socket.readyState === 1, "open");
    viewer.send({ type: "play", request: 9, time: iso(NOON + 24 * HOUR), speed: 1, stream: "main" });
    await until(() => ended(viewer, 9), "end");
    assert.equal(framesOf(viewer, 9).length, 0);
  });

  it("says what is wrong with a request and goes on", async () => {
    const viewer = gateway.viewer("/api/v1/cameras/yard/playback");
    await until(() => viewer.socket.readyState === 1, "open");
    viewer.send({ type: "play", request: 1, time: "yesterday", speed: 1, stream: "main" });
    viewer.send({ type: "play", request: 2, time: iso(NOON), speed: 3, stream: "main" });
    await until(() => viewer.texts("error").length === 2, "two errors");
    viewer.send({ type: "play", request: 3, time: iso(NOON), speed: 1, stream: "main" });
    await until(() => framesOf(viewer, 3).length > 0, "frames all the same");
  });

  it("passes over a file that cannot be read and tells core of it", async () => {
    const other = await record(root, source, {
      camera: "broken",
      seconds: 8,
      startAt90k: (number, continued) => (number === 0 ? NOON + 10 * HOUR : continued),
      run: 7,
    });
    gateway.core.segments = other.map((one) => one.segment);
    try {
      const spoilt = other[1]?.segment;
      await truncate(spoilt?.file as string, 100);
      const viewer = gateway.viewer("/api/v1/cameras/broken/playback");
      await until(() => viewer.socket.readyState === 1, "open");
      follow(viewer);
      viewer.send({ type: "play", request: 1, time: iso(NOON + 10 * HOUR), speed: 4, stream: "main" });
      await until(() => ended(viewer, 1), "end");
      assertSame(framesOf(viewer, 1), expected([other[0] as Recorded, other[2] as Recorded]));
      assert.equal(gateway.core.unreadable.at(-1)?.id, spoilt?.id);
      assert.equal(viewer.texts("gap").length, 1);
    } finally {
      gateway.core.segments = recorded.map((one) => one.segment);
    }
  });

  it("follows the file that is being written, part by part, and on into the next", async () => {
    const growing = await record(root, source, {
      camera: "edge",
      seconds: 12,
      startAt90k: (number, continued) => (number === 0 ? NOON + 20 * HOUR : continued),
      run: 9,
      open: true,
    });
    const [closed, open] = growing as [Recorded, Recorded];
    const openState = (part: number): OpenSegment => ({
      identity: open.identity,
      volume: VOLUME,
      path: open.path,
      readableBytes: open.partEnds[part] as number,
      duration90k: (part + 1) * 90_000,
      writeSequence: 1,
    });
    gateway.core.segments = [closed.segment];
    gateway.media.openSegments = [openState(0)];
    try {
      const viewer = gateway.viewer("/api/v1/cameras/edge/playback");
      await until(() => viewer.socket.readyState === 1, "open");
      follow(viewer);
      viewer.send({
        type: "play",
        request: 1,
        time: iso(closed.segment.startTime90k + 8 * 90_000),
        speed: 2,
        stream: "main",
      });
      const before = closed.video.filter((sample) => sample.decodeTime >= 8 * 90_000).length;
      await until(() => framesOf(viewer, 1).length === before + 25, "up to the edge");
      gateway.media.openSegments = [openState(open.partEnds.length - 1)];
      await until(() => framesOf(viewer, 1).length === before + open.video.length, "what was written since");
      assertSame(framesOf(viewer, 1), expected([closed, open]).slice(-(before + open.video.length)));
      assert.equal(viewer.texts("end").length, 0);
    } finally {
      gateway.core.segments = recorded.map((one) => one.segment);
      gateway.media.openSegments = [];
    }
  });

  it("plays a file that was closed a moment ago, which core does not know yet: it is no gap", async () => {
    const files = await record(root, source, {
      camera: "edge",
      seconds: 10,
      startAt90k: (number, continued90k) => (number === 0 ? NOON + 11 * HOUR : continued90k),
      run: 11,
    });
    const [known, closed, last] = files as [Recorded, Recorded, Recorded];
    gateway.core.segments = [known.segment, last.segment];
    gateway.media.closedSegments = [
      { ...closed.segment, ...closed.identity, path: closed.path } as unknown as SegmentRecord,
    ];
    try {
      const viewer = gateway.viewer("/api/v1/cameras/edge/playback");
      await until(() => viewer.socket.readyState === 1, "open");
      follow(viewer);
      const asked = { type: "play", speed: 4, stream: "main" };
      viewer.send({ ...asked, request: 1, time: iso(closed.segment.startTime90k + 1) });
      await until(() => framesOf(viewer, 1).length >= closed.video.length, "the file by itself");
      assert.equal(framesOf(viewer, 1)[0]?.time90k, closed.shown90k[0]);
      viewer.send({ ...asked, request: 2, time: iso(known.segment.startTime90k + 1) });
      const all = [known, closed, last];
      const count = all.reduce((sum, { video }) => sum + video.length, 0);
      await until(() => framesOf(viewer, 2).length >= count, "the file between two others");
      assertSame(framesOf(viewer, 2).slice(0, count), expected(all));
      assert.equal(viewer.texts("gap").length, 0);
    } finally {
      gateway.core.segments = recorded.map((one) => one.segment);
      gateway.media.closedSegments = [];
    }
  });
});
