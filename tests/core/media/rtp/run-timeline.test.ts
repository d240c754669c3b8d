import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RunTimeline } from "../../../../core/media/rtp/run-timeline.ts";
import { dahuaSdp, hikvisionSdp } from "../sample-sessions.ts";
import { slice264 } from "../sample-streams.ts";
import { assemble, plansOf } from "./assembly.ts";

const VIDEO = 90_000;
const AUDIO = 8_000;

describe("the times of a run", () => {
  it("start at zero with the first picture and follow its timestamps, forwards and back for B pictures", () => {
    const timeline = new RunTimeline(VIDEO, undefined);
    assert.deepEqual(
      [5_000, 15_800, 8_600, 12_200].map((timestamp) => timeline.videoTime(timestamp, 0)),
      [0, 10_800, 3_600, 7_200],
    );
  });

  it("place the sound by arrival where nothing better is known", () => {
    const timeline = new RunTimeline(VIDEO, AUDIO);
    timeline.videoTime(0, 1_000);
    assert.equal(timeline.audioTime(999_999, 160, 1_250), 2_000);
  });

  it("place both tracks by RTP-Info where the first packets lie near it", () => {
    const timeline = new RunTimeline(VIDEO, AUDIO);
    timeline.rtpInfo("video", 1_000);
    timeline.rtpInfo("audio", 50_000);
    assert.equal(timeline.videoTime(1_000 + 900, 100), 900);
    assert.equal(timeline.audioTime(50_000 + 400, 160, 900), 400);
  });

  it("do not believe RTP-Info that lies minutes off", () => {
    const timeline = new RunTimeline(VIDEO, AUDIO);
    timeline.rtpInfo("video", 1_000);
    assert.equal(timeline.videoTime(1_000 + 90_000 * 300, 100), 0);
  });

  it("place the sound exactly by sender reports that came before it", () => {
    const timeline = new RunTimeline(VIDEO, AUDIO);
    timeline.senderReport("video", 10_000, 0);
    timeline.senderReport("audio", 10_300, 40_000);
    timeline.videoTime(0, 500);
    // Audio timestamp 40 000 belongs to 300 ms after the picture's zero, whenever it arrives.
    assert.equal(timeline.audioTime(40_000, 160, 900), 2_400);
  });

  it("never jump when the first sender reports come mid-run: the sound is led to its place gradually", () => {
    const timeline = new RunTimeline(VIDEO, AUDIO);
    timeline.videoTime(0, 0);
    let last = timeline.audioTime(0, 160, 0);
    timeline.senderReport("video", 10_000, 0);
    timeline.senderReport("audio", 10_200, 0);
    const steps: number[] = [];
    for (let packet = 1; packet <= 500; packet += 1) {
      const time = timeline.audioTime(packet * 160, 160, packet * 20);
      steps.push(time - last);
      last = time;
    }
    assert.ok(
      Math.max(...steps) <= 166 && Math.min(...steps) >= 159,
      `steps ${Math.min(...steps)} to ${Math.max(...steps)}`,
    );
    assert.equal(last, 500 * 160 + 1_600);
  });

  it("leave a difference of 40 ms alone", () => {
    const timeline = new RunTimeline(VIDEO, AUDIO);
    timeline.videoTime(0, 0);
    timeline.audioTime(0, 160, 0);
    timeline.senderReport("video", 10_000, 0);
    timeline.senderReport("audio", 10_039, 0);
    for (let packet = 1; packet <= 100; packet += 1) {
      assert.equal(timeline.audioTime(packet * 160, 160, packet * 20), packet * 160);
    }
  });

  it("ignore reports of clocks that have nothing to do with each other", () => {
    const timeline = new RunTimeline(VIDEO, AUDIO);
    timeline.videoTime(0, 0);
    timeline.audioTime(0, 160, 0);
    timeline.senderReport("video", 1_700_000_000_000, 0);
    timeline.senderReport("audio", 12_000, 0);
    assert.equal(timeline.audioTime(160, 160, 20), 160);
  });

  it("give a sound whose clock jumps alone a new zero and leave the picture be", () => {
    const timeline = new RunTimeline(VIDEO, AUDIO);
    timeline.videoTime(0, 0);
    timeline.audioTime(0, 160, 0);
    assert.equal(timeline.audioTime(9_000_000, 160, 1_000), 8_000);
    assert.equal(timeline.videoJumped(90_000), false);
  });

  it("keep pictures in order that a camera without B pictures sets back a little", () => {
    const timeline = new RunTimeline(VIDEO, undefined);
    timeline.reorders = false;
    assert.deepEqual(
      [0, 3_600, 3_000, 7_200].map((timestamp) => timeline.videoTime(timestamp, 0)),
      [0, 3_600, 3_601, 7_200],
    );
  });

  it("go on where they were when a camera without B pictures sets its clock back by less than a second", () => {
    const timeline = new RunTimeline(VIDEO, undefined);
    timeline.reorders = false;
    const stamps = [100_000, 103_600, 107_200, 50_000, 53_600, 57_200];
    assert.deepEqual(
      stamps.map((timestamp) => timeline.videoTime(timestamp, 0)),
      [0, 3_600, 7_200, 10_800, 14_400, 18_000],
    );
  });
});

describe("a run", () => {
  const idr = slice264(5, true);

  it("ends when the picture's clock jumps more than 10 s forwards or back, and the next begins at zero", () => {
    for (const jump of [90_000 * 11, -90_000 * 2]) {
      const test = assemble(plansOf(hikvisionSdp));
      test.send("video", 1_000_000, true, idr);
      test.send("video", 1_003_600, true, idr);
      test.send("video", 1_003_600 + jump, true, idr);
      assert.deepEqual(
        test.sink.video.map((frame) => [frame.run, frame.time]),
        [
          [1, 0],
          [1, 3_600],
          [2, 0],
        ],
      );
      assert.deepEqual(test.sink.ends, [undefined]);
    }
  });

  it("goes on over the wrap of the timestamp", () => {
    const test = assemble(plansOf(hikvisionSdp));
    test.send("video", 0xffffffff - 3_599, true, idr);
    test.send("video", 0, true, idr);
    assert.deepEqual(
      test.sink.video.map((frame) => frame.time),
      [0, 3_600],
    );
    assert.equal(test.sink.runs.length, 1);
  });

  it("tells the camera's clock from sender reports", () => {
    const test = assemble(plansOf(hikvisionSdp));
    test.send("video", 0, true, idr);
    test.report("video", test.clock.wallMs() - 3_000, 0);
    assert.deepEqual(test.sink.clocks, [{ offsetMs: -3_000, driftPpm: 0 }]);
  });

  it("gives all memory back when it is closed in the middle of a picture", () => {
    const test = assemble(plansOf(dahuaSdp));
    test.send("audio", 0, true, Buffer.alloc(160));
    test.send("video", 0, false, [19 << 1, 1, 0x80, 1, 2, 3]);
    test.assembler.close({ code: "stalled", message: "x" });
    assert.equal(test.pool.usedBytes, 0);
    assert.equal(test.sink.ends[0]?.code, "stalled");
    test.send("audio", 160, true, Buffer.alloc(160));
    assert.equal(test.sink.audio.length, 1, "nothing comes after the end");
  });
});
