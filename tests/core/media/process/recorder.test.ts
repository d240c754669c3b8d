import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { REASON_BITS } from "../../../../core/domain/record-reasons.ts";
import { decodeKeyFrames } from "../../../../core/media/mp4/key-frame-blob.ts";
import { desiredStream, FIRST, h264, PCMU, StreamRig } from "./rig.ts";

const EVENT = { id: "e1", reasons: ["motion" as const] };
const NEVER = { intervals: [], recordsOnEvents: true };
/** Keeps no memory of what came before. */
const BY_HAND = { intervals: [] };

describe("continuous recording", () => {
  it("cuts at key frames past the nominal length, each segment starting exactly where the one before ends", () => {
    const rig = new StreamRig().play().send(45);
    rig.stream.keeper.runEnded(undefined);
    const { closed } = rig;
    assert.ok(closed.length >= 4 && closed.length <= 6, `${closed.length} segments`);
    assert.equal(
      closed.reduce((sum, segment) => sum + segment.videoSamples, 0),
      45 * 25,
    );
    for (const [index, segment] of closed.entries()) {
      assert.equal(segment.startsWithKeyFrame, true);
      assert.equal(segment.sequence, index);
      assert.equal(segment.endsRun, index === closed.length - 1);
      assert.deepEqual(segment.reasons, [
        { offset90k: 0, duration90k: segment.duration90k, bits: REASON_BITS.continuous },
      ]);
      const next = closed[index + 1];
      if (next !== undefined) assert.equal(next.startTime90k, segment.startTime90k + segment.duration90k);
      if (index > 0 && next !== undefined) assert.equal(segment.duration90k, 10 * 90_000);
    }
    assert.equal(decodeKeyFrames(closed[1]?.keyFrames ?? "").length, 10);
  });

  it("staggers the cuts of different cameras", () => {
    const cuts = ["a", "b", "c", "d", "e", "f"].map((camera) => {
      const rig = new StreamRig({ camera: camera as never }).play().send(25);
      return (rig.closed[0]?.startTime90k ?? 0) + (rig.closed[0]?.duration90k ?? 0);
    });
    assert.ok(new Set(cuts).size >= 4, cuts.join(" "));
  });

  it("records in its intervals alone, and goes on with the last one when they run out", () => {
    const rig = new StreamRig({ intervals: [] });
    const startMs = rig.clock.wallMs();
    rig.stream.update(
      desiredStream({
        intervals: [
          { startMs, endMs: startMs + 10_000, reasons: [] },
          { startMs: startMs + 10_000, endMs: startMs + 20_000, reasons: ["continuous"] },
          { startMs: startMs + 30_000, endMs: startMs + 40_000, reasons: ["continuous"] },
        ],
      }),
    );
    rig.play().send(60);
    rig.stream.keeper.runEnded(undefined);
    const spans = rig.closed.map((segment) => [
      Math.round(segment.startTime90k / 90 - startMs),
      Math.round((segment.startTime90k + segment.duration90k) / 90 - startMs),
    ]);
    assert.equal(spans[0]?.[0], 10_000);
    assert.ok(spans.some(([, end]) => end === 20_000));
    assert.ok(!spans.some(([start = 0]) => start > 20_000 && start < 30_000));
    assert.equal(spans.at(-1)?.[1], 60_000);
  });

  it("goes on when the clock is set back to a time before its first interval", () => {
    const rig = new StreamRig();
    const startMs = rig.clock.wallMs();
    const plan = [{ startMs, endMs: startMs + 3_600_000, reasons: ["continuous" as const] }];
    rig.stream.update(desiredStream({ intervals: plan }));
    rig.play().send(2);
    rig.setClockBack(3_600_000).send(4);
    rig.stream.keeper.runEnded(undefined);
    assert.deepEqual(
      rig.closed.map(({ startTime90k, videoSamples }) => [startTime90k < startMs * 90, videoSamples]),
      [
        [false, 50],
        [true, 100],
      ],
    );
  });

  it("asks for a key frame at twice the nominal length and cuts without one at five times", () => {
    const rig = new StreamRig({ intervals: [{ startMs: 0, endMs: 9e15, reasons: ["continuous"] }] });
    rig.gop = 0;
    rig.play().send(19);
    assert.equal(rig.keyFramesAsked, 0);
    rig.send(3);
    assert.ok(rig.keyFramesAsked >= 1);
    rig.send(40);
    rig.stream.keeper.runEnded(undefined);
    assert.deepEqual(
      rig.closed.map((segment) => [segment.videoSamples, segment.startsWithKeyFrame]),
      [
        [1_250, true],
        [300, false],
      ],
    );
  });

  it("begins a new segment when the parameter sets change, and puts them in band when that happens often", () => {
    const rig = new StreamRig({ segmentSeconds: 300 }).play().send(2);
    for (let variant = 1; variant <= 8; variant += 1) {
      rig.stream.keeper.formatChanged({ video: h264(variant % 2) });
      rig.restartGop().send(2);
    }
    rig.stream.keeper.runEnded(undefined);
    assert.equal(rig.closed.length, 5, "four cuts, then no more");
    assert.equal(
      rig.closed.reduce((sum, segment) => sum + segment.videoSamples, 0),
      18 * 25,
    );
    const file = Buffer.concat(rig.first.files.at(-1)?.chunks ?? []);
    assert.ok(file.includes("avc3"));
    assert.equal(new Set(rig.closed.map((segment) => segment.run)).size, 1);
  });

  it("gives sound that begins later its track with the next key frame", () => {
    const rig = new StreamRig({ audio: true, segmentSeconds: 60 }).play().send(2);
    rig.stream.keeper.formatChanged({ video: h264(), audio: PCMU });
    rig.send(4);
    rig.stream.keeper.runEnded(undefined);
    assert.deepEqual(
      rig.closed.map((segment) => [segment.audioCodec, segment.videoSamples]),
      [
        [undefined, 50],
        ["ulaw", 100],
      ],
    );
    assert.ok((rig.closed[1]?.audioSamples ?? 0) >= 98);
  });

  it("writes no sound where none is wanted", () => {
    const rig = new StreamRig({ audio: false }).play({ video: h264(), audio: PCMU }).send(3);
    rig.stream.keeper.runEnded(undefined);
    assert.deepEqual(
      rig.closed.map((segment) => segment.audioCodec),
      [undefined],
    );
  });
});

/** Pictures of all recordings that are closed. */
function framesOf(rig: StreamRig): number {
  return rig.closed.reduce((sum, { videoSamples }) => sum + videoSamples, 0);
}

describe("a clock that is set back", () => {
  const HOUR_MS = 3_600_000;

  it("does not interrupt what an event records, not even when that is told once more with its old time", () => {
    const rig = new StreamRig(NEVER).play().send(2);
    const trigger = { ...EVENT, eventTime90k: rig.now90k, until90k: null };
    rig.stream.recorder.trigger(trigger);
    rig.send(2);
    rig.setClockBack(HOUR_MS).send(3);
    rig.stream.update(desiredStream({ ...NEVER, triggers: [trigger] }));
    rig.send(1);
    // Pictures are late from now on: those that are to come are of before it is told once more.
    rig.clock.advance(900);
    rig.stream.update(desiredStream({ ...NEVER, triggers: [trigger] }));
    rig.send(2);
    rig.stream.keeper.runEnded(undefined);
    const after = rig.closed.filter(({ startTime90k }) => startTime90k <= rig.now90k);
    assert.deepEqual(
      after.map(({ videoSamples }) => videoSamples),
      [6 * 25],
      "one recording, without a pause",
    );
  });

  it("and set right again interrupts neither: not even where that is told while a group of pictures has just begun", () => {
    const rig = new StreamRig(BY_HAND);
    rig.gop = 50;
    rig.play().send(2);
    const trigger = { ...EVENT, eventTime90k: rig.now90k, until90k: null };
    rig.stream.recorder.trigger(trigger);
    rig.send(2);
    rig.setClockBack(HOUR_MS).send(4.4);
    rig.setClockBack(-HOUR_MS);
    rig.stream.update(desiredStream({ ...BY_HAND, triggers: [trigger] }));
    rig.send(4);
    rig.stream.keeper.runEnded(undefined);
    assert.equal(framesOf(rig), (2 + 4.4 + 4) * 25);
  });

  it("does not end what is recorded until a moment, which is another one by the new clock", () => {
    const rig = new StreamRig(NEVER);
    rig.gop = 50;
    rig.play().send(2);
    const until90k = rig.now90k + 60 * 90_000;
    const trigger = { ...EVENT, eventTime90k: rig.now90k, until90k };
    rig.stream.recorder.trigger(trigger);
    rig.send(2);
    rig.setClockBack(HOUR_MS);
    const by90k = HOUR_MS * 90;
    const moved = { ...trigger, eventTime90k: trigger.eventTime90k - by90k, until90k: until90k - by90k };
    rig.stream.update(desiredStream({ ...NEVER, triggers: [moved] }));
    rig.send(10);
    rig.stream.keeper.runEnded(undefined);
    assert.equal(framesOf(rig), (2 + 10) * 25);
  });

  it("loses nothing either where the session has just begun, whose times are not fixed yet", () => {
    for (const backMs of [HOUR_MS, -HOUR_MS]) {
      const rig = new StreamRig(BY_HAND);
      rig.gop = 50;
      rig.play().send(0.2);
      const trigger = { ...EVENT, eventTime90k: rig.now90k, until90k: null };
      rig.stream.recorder.trigger(trigger);
      rig.setClockBack(backMs);
      rig.stream.update(desiredStream({ ...BY_HAND, triggers: [trigger] }));
      rig.send(5);
      rig.stream.keeper.runEnded(undefined);
      assert.equal(framesOf(rig), (0.2 + 5) * 25, `${backMs}`);
    }
  });

  it("does not make an event be recorded that begins before media has heard of it, or has started anew", () => {
    const rig = new StreamRig({ ...NEVER, preRecordSeconds: 0 }).play().send(2);
    const eventTime90k = rig.now90k + HOUR_MS * 90;
    const trigger = { ...EVENT, eventTime90k, until90k: null };
    rig.stream.update(desiredStream({ ...NEVER, triggers: [trigger] }));
    rig.send(4);
    rig.stream.keeper.runEnded(undefined);
    assert.equal(rig.closed.length, 1);
  });

  it("leaves what is over as it is", () => {
    const rig = new StreamRig(NEVER).play().send(2);
    rig.stream.recorder.trigger({ ...EVENT, eventTime90k: rig.now90k, until90k: rig.now90k + 90_000 });
    rig.send(10);
    const before = rig.closed.length;
    rig.setClockBack(HOUR_MS).send(10);
    rig.stream.keeper.runEnded(undefined);
    assert.equal(rig.closed.length, before);
  });

  it("costs an event no pre-record time", () => {
    const rig = new StreamRig({ ...NEVER, preRecordSeconds: 10 }).play().send(20);
    rig.setClockBack(60_000).send(3);
    rig.stream.recorder.trigger({ ...EVENT, eventTime90k: rig.now90k, until90k: null });
    rig.send(2);
    rig.stream.keeper.runEnded(undefined);
    const frames = rig.closed.reduce((sum, { videoSamples }) => sum + videoSamples, 0);
    assert.ok(frames >= (10 + 2) * 25, `${frames} pictures`);
  });

  it("dates a file by its own pictures, also where the clock was set right before it was begun", () => {
    const rig = new StreamRig({ ...NEVER, preRecordSeconds: 10 });
    rig.clock.setWall(5_000);
    rig.play().send(5);
    rig.setClockBack(5_000 - Date.UTC(2026, 4, 1)).send(2);
    rig.stream.recorder.trigger({ ...EVENT, eventTime90k: rig.now90k, until90k: null });
    rig.send(1);
    rig.stream.keeper.runEnded(undefined);
    assert.deepEqual(
      rig.closed
        .map(({ startTime90k, clockSource }) => [startTime90k < 90 * 60_000, clockSource])
        .slice(0, 2),
      [
        [true, "unsynchronised"],
        [false, "node"],
      ],
    );
  });

  it("does not keep in memory what lies ahead now", () => {
    const rig = new StreamRig({ ...NEVER, preRecordSeconds: 5 }).play().send(30);
    const seconds = rig.stream.keeper.ring.parts.length;
    rig.setClockBack(HOUR_MS).send(30);
    assert.ok(rig.stream.keeper.ring.parts.length <= seconds);
    assert.ok(rig.stream.keeper.ring.parts.every(({ start90k }) => start90k <= rig.now90k));
  });
});

describe("event recording", () => {
  it("begins with the last key frame not after event time minus pre-record, and ends at a key frame", () => {
    const rig = new StreamRig({ ...NEVER, preRecordSeconds: 5 }).play().send(20.5);
    assert.equal(rig.closed.length, 0);
    const eventTime90k = rig.now90k - 90_000;
    const answer = rig.stream.recorder.trigger({
      ...EVENT,
      eventTime90k,
      until90k: eventTime90k + 5 * 90_000,
    });
    assert.equal(answer.preRecordShort, false);
    assert.ok(answer.startTime90k <= eventTime90k - 5 * 90_000);
    assert.ok(answer.startTime90k > eventTime90k - 6 * 90_000);
    rig.send(20);
    const [segment] = rig.closed;
    assert.ok(segment !== undefined);
    assert.equal(segment.startTime90k, answer.startTime90k);
    const end90k = rig.closed.reduce(
      (end, { startTime90k, duration90k }) => Math.max(end, startTime90k + duration90k),
      0,
    );
    assert.ok(end90k >= eventTime90k + 5 * 90_000 && end90k <= eventTime90k + 7 * 90_000);
    assert.equal(
      segment.reasons.every(({ bits }) => bits === REASON_BITS.motion),
      true,
    );
  });

  it("says so when the ring does not reach back far enough", () => {
    const rig = new StreamRig({ ...NEVER, preRecordSeconds: 10 }).play().send(4);
    const answer = rig.stream.recorder.trigger({ ...EVENT, eventTime90k: rig.now90k, until90k: null });
    assert.equal(answer.preRecordShort, true);
    rig.stream.keeper.runEnded(undefined);
    assert.equal(rig.closed[0]?.videoSamples, 100);
  });

  it("finds an event in the ring that was over before it was told", () => {
    const rig = new StreamRig({ ...NEVER, preRecordSeconds: 5 }).play().send(20);
    const eventTime90k = rig.now90k - 3 * 90_000;
    const answer = rig.stream.recorder.trigger({ ...EVENT, eventTime90k, until90k: eventTime90k + 90_000 });
    assert.equal(answer.preRecordShort, false);
    rig.send(3);
    const [segment] = rig.closed;
    assert.ok(segment !== undefined);
    assert.ok(segment.startTime90k <= eventTime90k - 5 * 90_000);
    const end90k = segment.startTime90k + segment.duration90k;
    assert.ok(end90k >= eventTime90k + 90_000 && end90k <= eventTime90k + 3 * 90_000);
  });

  it("extends a recording by the same id, and ends one that has no end when told", () => {
    const rig = new StreamRig(NEVER).play().send(3);
    const start90k = rig.now90k;
    rig.stream.recorder.trigger({ ...EVENT, eventTime90k: start90k, until90k: start90k + 2 * 90_000 });
    rig.send(1);
    rig.stream.recorder.trigger({ ...EVENT, eventTime90k: start90k, until90k: null });
    rig.send(12);
    assert.equal(rig.of("recording-state").at(-1)?.recording, true);
    rig.stream.recorder.endTrigger("e1", rig.now90k);
    rig.send(3);
    assert.equal(rig.of("recording-state").at(-1)?.recording, false);
  });

  it("joins a second event to the recording before it without a gap and without writing a picture twice", () => {
    const rig = new StreamRig({ ...NEVER, preRecordSeconds: 5 }).play().send(10);
    const first90k = rig.now90k;
    rig.stream.recorder.trigger({ ...EVENT, eventTime90k: first90k, until90k: first90k + 90_000 });
    rig.send(5);
    const second90k = rig.now90k;
    const answer = rig.stream.recorder.trigger({
      id: "e2",
      reasons: ["alarm"],
      eventTime90k: second90k,
      until90k: null,
    });
    rig.send(5);
    rig.stream.keeper.runEnded(undefined);
    const [before, after] = rig.closed;
    assert.ok(before !== undefined && after !== undefined);
    assert.equal(after.startTime90k, before.startTime90k + before.duration90k);
    assert.equal(answer.startTime90k, after.startTime90k);
    assert.equal(before.run, after.run);
  });

  it("notes reasons as spans", () => {
    const rig = new StreamRig({ segmentSeconds: 60 }).play().send(5);
    const time90k = rig.now90k;
    rig.stream.recorder.trigger({ ...EVENT, eventTime90k: time90k, until90k: time90k + 3 * 90_000 });
    rig.send(10);
    rig.stream.keeper.runEnded(undefined);
    const spans = rig.closed[0]?.reasons ?? [];
    assert.deepEqual(
      spans.map(({ bits }) => bits),
      [REASON_BITS.continuous, REASON_BITS.continuous | REASON_BITS.motion, REASON_BITS.continuous],
    );
    assert.equal(
      spans.reduce((sum, { duration90k }) => sum + duration90k, 0),
      rig.closed[0]?.duration90k,
    );
  });

  it("records continuously while core is silent", () => {
    const rig = new StreamRig(NEVER).play().send(5);
    assert.equal(rig.first.files.length, 0);
    rig.coreSilent = true;
    rig.send(5);
    assert.equal(rig.of("recording-state").at(-1)?.recording, true);
    rig.coreSilent = false;
    rig.send(5);
    assert.equal(rig.of("recording-state").at(-1)?.recording, false);
    assert.equal(rig.closed.at(-1)?.reasons[0]?.bits, REASON_BITS.continuous);
  });
});

describe("a volume that fails", () => {
  it("costs no picture: what it had not synced is written again on the next volume", () => {
    const rig = new StreamRig({ segmentSeconds: 60 }).play().send(10);
    rig.first.sync();
    rig.send(4);
    rig.first.break();
    rig.send(6);
    rig.stream.keeper.runEnded(undefined);
    const [segment] = rig.closed;
    assert.ok(segment !== undefined);
    assert.equal(segment.volume, rig.second.id);
    assert.equal(segment.startsWithKeyFrame, true);
    assert.ok(segment.videoSamples >= 10 * 25 && segment.videoSamples <= 12 * 25, `${segment.videoSamples}`);
    assert.equal(segment.sequence, 1);
    assert.equal(rig.of("segment-abandoned").length, 1);
    assert.equal(rig.stream.recorder.framesDropped, 0);
  });

  it("writes a segment again whose closing did not become durable", () => {
    const rig = new StreamRig({ segmentSeconds: 10 }).play();
    rig.first.hold = true;
    rig.send(12);
    rig.stream.keeper.runEnded(undefined);
    assert.equal(rig.closed.length, 0);
    for (const file of [...rig.first.files]) file.events.failed(new RangeError("EIO"));
    rig.first.letGo();
    assert.equal(
      rig.closed.reduce((sum, segment) => sum + segment.videoSamples, 0),
      300,
    );
    assert.ok(rig.closed.every((segment) => segment.volume === rig.first.id));
  });

  it("is waited for in memory where there is no other: recording joins what the ring kept", () => {
    const rig = new StreamRig({
      segmentSeconds: 60,
      volumes: ["11111111-1111-4111-8111-111111111111" as never],
    });
    rig.play().send(5);
    rig.first.sync();
    rig.first.break();
    rig.send(8);
    assert.equal(rig.of("recording-state").at(-1)?.recording, false);
    assert.equal(rig.of("recording-state").at(-1)?.problem, "the volume is offline");
    rig.first.accepts = true;
    rig.send(5);
    rig.stream.keeper.runEnded(undefined);
    assert.equal(rig.stream.recorder.framesDropped, 0);
    const total = rig.closed.reduce((sum, segment) => sum + segment.videoSamples, 0);
    assert.ok(total >= 13 * 25, `${total} pictures in ${rig.closed.length} segments`);
    for (let index = 1; index < rig.closed.length; index += 1) {
      const earlier = rig.closed[index - 1];
      assert.equal(
        rig.closed[index]?.startTime90k,
        (earlier?.startTime90k ?? 0) + (earlier?.duration90k ?? 0),
      );
    }
  });

  it("is left for a better one when it is slow, and holds bounded memory where there is none", () => {
    const rig = new StreamRig({ segmentSeconds: 60 }).play().send(3);
    rig.first.isSlow = true;
    rig.send(3);
    rig.stream.keeper.runEnded(undefined);
    assert.equal(rig.closed.at(-1)?.volume, rig.second.id);
    assert.equal(rig.closed.at(-1)?.videoSamples, 150);

    const stuck = new StreamRig({ segmentSeconds: 60 });
    stuck.second.accepts = false;
    stuck.first.hold = true;
    stuck.frameBytes = 50_000;
    stuck.play().send(60);
    assert.ok(stuck.stream.recorder.unsyncedBytes <= 34 * 1024 * 1024);
    assert.ok(stuck.pool.usedBytes <= 64 * 1024 * 1024);
    assert.ok(stuck.stream.recorder.framesDropped > 0);
  });
});

describe("the end of a recording while its volume does not count as in order", () => {
  const LONE = { segmentSeconds: 60, volumes: [FIRST] };

  it("tries the volume once more, with a new file, for what is in memory", async () => {
    const rig = new StreamRig(LONE).play().send(5);
    rig.first.sync();
    rig.send(3);
    rig.first.break();
    rig.send(4);
    assert.equal(rig.first.files.length, 1);
    await rig.stream.close();
    assert.equal(rig.first.files.length, 2);
    const [segment, ...more] = rig.closed;
    assert.ok(segment !== undefined && more.length === 0);
    assert.equal(segment.sequence, 1);
    assert.equal(segment.endsRun, true);
    assert.ok(segment.videoSamples >= 7 * 25, `${segment.videoSamples}`);
    assert.equal(segment.startTime90k + segment.duration90k, rig.now90k);
    assert.equal(rig.stream.recorder.framesDropped, 0);
    assert.equal(rig.stream.recorder.isBusy, false);
    assert.ok(rig.pool.usedBytes <= 64 * 1024, "no more than the slab that is being filled");
  });

  it("does so for an event that was over before the volume came back", async () => {
    const rig = new StreamRig({ ...LONE, ...NEVER, preRecordSeconds: 5 }).play().send(10);
    rig.first.accepts = false;
    const eventTime90k = rig.now90k;
    rig.stream.recorder.trigger({ ...EVENT, eventTime90k, until90k: eventTime90k + 2 * 90_000 });
    rig.send(6);
    await rig.stream.close();
    const [segment] = rig.closed;
    assert.ok(segment !== undefined);
    assert.ok(segment.startTime90k <= eventTime90k);
    assert.ok(segment.startTime90k + segment.duration90k >= eventTime90k + 2 * 90_000);
    assert.deepEqual(
      segment.reasons.map(({ bits }) => bits),
      [REASON_BITS.motion],
    );
  });

  it("does so when the last sync itself fails, and is busy until the second try is durable", async () => {
    const rig = new StreamRig(LONE).play().send(8);
    rig.first.hold = true;
    await rig.stream.close();
    assert.equal(rig.stream.recorder.isBusy, true);
    rig.first.break();
    assert.equal(rig.first.files.length, 2);
    assert.equal(rig.stream.recorder.isBusy, true);
    rig.first.letGo();
    assert.equal(rig.stream.recorder.isBusy, false);
    assert.deepEqual(
      rig.closed.map(({ videoSamples }) => videoSamples),
      [200],
    );
  });

  it("gives up after one try of each volume, and lets the memory go", async () => {
    const rig = new StreamRig({ segmentSeconds: 60 }).play().send(8);
    rig.first.break();
    rig.second.break();
    rig.first.hold = true;
    rig.second.hold = true;
    await rig.stream.close();
    for (let turn = 0; turn < 5; turn += 1) {
      rig.first.break();
      rig.second.break();
    }
    assert.deepEqual([rig.first.files.length, rig.second.files.length], [2, 2]);
    assert.equal(rig.closed.length, 0);
    assert.equal(rig.stream.recorder.isBusy, false);
    assert.ok(rig.stream.recorder.framesDropped >= 200);
    assert.ok(rig.pool.usedBytes <= 64 * 1024, "no more than the slab that is being filled");
  });
});
