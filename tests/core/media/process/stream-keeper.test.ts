import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { h264, PCMU, StreamRig } from "./rig.ts";

describe("a kept stream", () => {
  it("gathers pictures into parts of at most a second that hold a key frame only as their first", () => {
    const rig = new StreamRig({ preRecordSeconds: 30 });
    rig.gop = 40;
    rig.play().send(10);
    const { parts } = rig.stream.keeper.ring;
    assert.ok(parts.length >= 10);
    for (const part of parts) {
      assert.ok(part.end90k - part.start90k <= 90_450, `a part of ${part.end90k - part.start90k} ticks`);
      assert.equal(
        part.video.slice(1).some((sample) => sample.keyFrame),
        false,
      );
    }
    assert.deepEqual(
      parts.slice(0, 4).map((part) => [part.startsWithKeyFrame, part.video.length]),
      [
        [true, 25],
        [false, 15],
        [true, 25],
        [false, 15],
      ],
    );
  });

  it("lays the parts of a run end to end and gives every picture the length that its successor fixes", () => {
    const rig = new StreamRig({ preRecordSeconds: 30 }).play().send(5);
    const { parts } = rig.stream.keeper.ring;
    for (let index = 1; index < parts.length; index += 1) {
      assert.equal(parts[index]?.start90k, parts[index - 1]?.end90k);
    }
    for (const part of parts) for (const sample of part.video) assert.equal(sample.duration, 3_600);
  });

  it("dates pictures by the earliest arrivals, so that a burst at the start does not shift the run", () => {
    const rig = new StreamRig({ preRecordSeconds: 60 });
    const startMs = rig.clock.wallMs();
    rig.play();
    // Two seconds of old pictures come at once, as from a server with a cached GOP.
    const { clock } = rig;
    const advance = clock.advance.bind(clock);
    clock.advance = () => undefined;
    rig.send(2);
    clock.advance = advance;
    rig.send(3);
    const first = rig.stream.keeper.ring.parts[0];
    assert.ok(first !== undefined);
    assert.ok(Math.abs(first.start90k / 90 - (startMs - 2_000)) < 60, `${first.start90k / 90 - startMs} ms`);
  });

  it("drops what comes before the first key frame", () => {
    const rig = new StreamRig();
    rig.gop = 25;
    rig.play().send(0.4);
    rig.stream.keeper.runEnded(undefined);
    rig.play();
    rig.restartGop();
    assert.equal(rig.of("run-ended").length, 1);
    assert.equal(rig.stream.keeper.isPlaying, false);
    rig.picture();
    assert.equal(rig.stream.keeper.isPlaying, true);
  });

  it("keeps packet loss inside the run as a hole", () => {
    const rig = new StreamRig().play().send(2);
    rig.stream.keeper.loss({ track: "video", packets: 7 });
    rig.skip(0.4).send(20);
    rig.stream.keeper.runEnded(undefined);
    const holes = rig.closed.flatMap((segment) => segment.holes.map((hole) => ({ segment, hole })));
    assert.equal(holes.length, 1);
    assert.equal(holes[0]?.hole.packets, 7);
    assert.equal(holes[0]?.hole.duration90k, 36_000);
    assert.equal(holes[0]?.hole.offset90k, 2 * 90_000);
    assert.equal(new Set(rig.closed.map((segment) => segment.run)).size, 1);
  });

  it("notes a pause without lost packets as a hole too", () => {
    const rig = new StreamRig().play().send(2).skip(3).send(2);
    rig.stream.keeper.runEnded(undefined);
    assert.deepEqual(
      rig.closed.flatMap((segment) => segment.holes).map((hole) => [hole.packets, hole.duration90k]),
      [[0, 270_000]],
    );
  });

  it("begins a new run after a hole of more than ten seconds", () => {
    const rig = new StreamRig().play().send(2).skip(11).restartGop().send(2);
    rig.stream.keeper.runEnded(undefined);
    assert.deepEqual(
      rig.of("run-ended").map((report) => [report.run, report.reason]),
      [
        [1, "hole"],
        [2, "session-ended"],
      ],
    );
    assert.deepEqual(
      rig.closed.map((segment) => [segment.run, segment.sequence, segment.endsRun]),
      [
        [1, 0, true],
        [2, 0, true],
      ],
    );
  });

  it("begins a new run at the next key frame when the node's clock steps, without losing a picture", () => {
    const rig = new StreamRig().play().send(2.4);
    rig.clock.setWall(rig.clock.wallMs() + 3_600_000);
    rig.stream.keeper.clockStepped(3_600_000);
    rig.send(2.6);
    rig.stream.keeper.runEnded(undefined);
    const [before, after] = rig.closed;
    assert.ok(before !== undefined && after !== undefined);
    assert.equal(before.videoSamples + after.videoSamples, 125);
    assert.equal(after.run, before.run + 1);
    assert.ok(after.startTime90k - before.startTime90k > 3_600 * 90_000);
    assert.equal(rig.of("run-ended")[0]?.reason, "clock-step");
  });

  it("slews a drifting camera clock by at most 500 ppm, never stepping", () => {
    const rig = new StreamRig({ segmentSeconds: 60 }).play();
    // The camera's clock is 0.1 % slow: every ten seconds of its time take 10 ms longer.
    for (let round = 0; round < 30; round += 1) {
      rig.send(10);
      rig.clock.advance(10);
    }
    rig.stream.keeper.runEnded(undefined);
    const { closed } = rig;
    assert.equal(new Set(closed.map((segment) => segment.run)).size, 1);
    for (let index = 1; index < closed.length; index += 1) {
      const earlier = closed[index - 1];
      const later = closed[index];
      assert.ok(earlier !== undefined && later !== undefined);
      assert.equal(later.startTime90k, earlier.startTime90k + earlier.duration90k);
      const ppm = (earlier.duration90k / (earlier.videoSamples * 3_600) - 1) * 1e6;
      assert.ok(ppm <= 501 && ppm >= -501, `${ppm} ppm`);
    }
    const slewed = closed.reduce(
      (sum, segment) => sum + segment.duration90k - segment.videoSamples * 3_600,
      0,
    );
    assert.ok(slewed > 3_000, `${slewed} ticks`);
  });

  it("begins a new run when camera and node are more than a second apart", () => {
    const rig = new StreamRig().play().send(40);
    rig.clock.advance(2_500);
    rig.send(80);
    rig.stream.keeper.runEnded(undefined);
    assert.deepEqual(
      rig.of("run-ended").map((report) => report.reason),
      ["clocks-apart", "session-ended"],
    );
  });

  it("gives every slab back when it closes", async () => {
    const rig = new StreamRig({ preRecordSeconds: 5, audio: true });
    rig.play({ video: h264(), audio: PCMU }).send(20);
    await rig.stream.close();
    // The two arenas of the rig keep their current slabs.
    assert.ok(rig.pool.usedBytes <= 2 * 64 * 1024, `${rig.pool.usedBytes} bytes`);
  });

  it("holds no more than half its hard limit in the ring, whatever the pre-record time", () => {
    const rig = new StreamRig({ preRecordSeconds: 3_600, intervals: [] });
    rig.frameBytes = 60_000;
    rig.play().send(40);
    assert.ok(rig.stream.keeper.ring.bytes <= 32 * 1024 * 1024);
    assert.ok(rig.stream.keeper.ring.parts[0]?.startsWithKeyFrame);
  });

  it("keeps no more than the newest GOP for a stream without pre-record", () => {
    const rig = new StreamRig({ intervals: [] }).play().send(10);
    assert.ok(rig.stream.keeper.ring.parts.length <= 2);
  });
});
