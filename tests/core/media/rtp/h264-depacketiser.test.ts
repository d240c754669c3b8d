import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readAvcC } from "../../../../core/media/codec/decoder-config.ts";
import { cheapSdp, hikvisionSdp } from "../sample-sessions.ts";
import { clipRecord, fuA, h264Sets, lengthed, nalsOf, rtpPacket, slice264 } from "../sample-streams.ts";
import { assemble, plansOf } from "./assembly.ts";

const plans = plansOf(hikvisionSdp);
const { sps, pps } = h264Sets();
const idr = slice264(5, true, 300, 0x11);
const inter = slice264(1, true, 60, 0x22);

describe("H.264 over RTP", () => {
  it("gives a picture in one packet at once, on its marker bit", () => {
    const test = assemble(plans);
    test.send("video", 1000, true, idr);
    assert.deepEqual(nalsOf(test.sink.video[0]?.bytes ?? Buffer.alloc(0)), [idr]);
    assert.deepEqual(test.sink.calls, ["runStarted", "video"]);
    assert.equal(test.sink.video[0]?.keyFrame, true);
    assert.equal(test.sink.video[0]?.time, 0);
  });

  it("joins fragments and keeps parameter sets and delimiters out of the picture", () => {
    const test = assemble(plans);
    test.send("video", 0, false, [9, 0xf0]);
    test.send("video", 0, false, [24], lengthed([sps, pps]));
    for (const [index, part] of fuA(idr, 100).entries()) test.send("video", 0, index === 2, part);
    assert.deepEqual(nalsOf(test.sink.video[0]?.bytes ?? Buffer.alloc(0)), [idr]);
    assert.equal(test.sink.formats.length, 0, "sets that the description had already are no change");
  });

  it("keeps several slices of a picture together, fragmented and whole", () => {
    const test = assemble(plans);
    const second = slice264(5, false, 90, 0x33);
    for (const part of fuA(idr, 200)) test.send("video", 0, false, part);
    test.send("video", 0, true, second);
    assert.deepEqual(nalsOf(test.sink.video[0]?.bytes ?? Buffer.alloc(0)), [idr, second]);
  });

  it("keeps SEI, drops filler, and takes a recovery point for a key frame", () => {
    const test = assemble(plans);
    const recovery = Buffer.from([6, 6, 1, 0x84, 0x80]);
    test.send("video", 0, false, [12, 0xff, 0xff, 0x80]);
    test.send("video", 0, false, [6, 3, 2, 0xff, 0xff, 0x80]);
    test.send("video", 0, false, recovery);
    test.send("video", 0, true, inter);
    const frame = test.sink.video[0];
    assert.deepEqual(nalsOf(frame?.bytes ?? Buffer.alloc(0)), [recovery, inter]);
    assert.equal(frame?.keyFrame, true);
  });

  it("ends a picture on the next timestamp where a camera sets no marker bit", () => {
    const test = assemble(plans);
    test.send("video", 0, false, idr);
    test.send("video", 3600, false, inter);
    test.send("video", 7200, false, inter);
    assert.deepEqual(
      test.sink.video.map((frame) => frame.time),
      [0, 3600],
    );
  });

  it("waits for the picture where a camera marks its parameter sets as well", () => {
    const test = assemble(plans);
    test.send("video", 0, true, sps);
    test.send("video", 0, true, pps);
    test.send("video", 0, true, idr);
    assert.equal(test.sink.video.length, 1);
  });

  it("learns that the marker bit of a camera lies when a picture goes on behind it", () => {
    const test = assemble(plans);
    const tail = slice264(1, false, 50, 0x44);
    for (const timestamp of [0, 3600, 7200, 10_800]) {
      test.send("video", timestamp, true, timestamp === 0 ? idr : inter);
      test.send("video", timestamp, true, tail);
    }
    test.send("video", 14_400, true, inter);
    const whole = test.sink.video.filter((frame) => nalsOf(frame.bytes).length === 2);
    assert.deepEqual(
      whole.map((frame) => frame.time),
      [3600, 7200, 10_800],
    );
  });

  it("takes parameter sets that come under the timestamp of the picture before", () => {
    const test = assemble(plans);
    test.send("video", 0, true, idr);
    test.send("video", 0, false, sps);
    test.send("video", 0, false, pps);
    test.send("video", 3600, true, idr);
    assert.deepEqual(
      test.sink.video.map((frame) => frame.time),
      [0, 3600],
    );
  });

  it("tells a new format before the first frame that needs it", () => {
    const other = readAvcC(clipRecord("h264-small"));
    const test = assemble(plans);
    test.send("video", 0, true, idr);
    test.send("video", 3600, false, other?.sps[0] ?? []);
    test.send("video", 3600, false, other?.pps[0] ?? []);
    test.send("video", 3600, true, idr);
    assert.deepEqual(test.sink.calls, ["runStarted", "video", "formatChanged", "video"]);
    const [first, second] = [test.sink.runs[0]?.format.video, test.sink.formats[0]?.video];
    assert.notEqual(first?.width, second?.width);
  });

  it("holds pictures back until the parameter sets have come where the description has none", () => {
    const test = assemble(plansOf(cheapSdp));
    test.send("video", 0, true, idr);
    assert.equal(test.sink.video.length, 0);
    test.send("video", 3600, false, sps);
    test.send("video", 3600, false, pps);
    test.send("video", 3600, true, idr);
    assert.deepEqual(test.sink.calls, ["runStarted", "formatChanged", "video"]);
  });

  it("takes a whole Annex B stream out of one NAL unit, as some cheap cameras send it", () => {
    const test = assemble(plansOf(cheapSdp));
    const code = Buffer.of(0, 0, 0, 1);
    test.send("video", 0, true, Buffer.concat([sps, code, pps, code, idr]));
    assert.deepEqual(nalsOf(test.sink.video[0]?.bytes ?? Buffer.alloc(0)), [idr]);
  });

  it("ends fragments without an end bit when the next NAL unit begins", () => {
    const test = assemble(plans);
    const parts = fuA(idr, 100);
    const last = parts[2] as Buffer;
    last[1] = (last[1] as number) & 0xbf;
    for (const part of parts) test.send("video", 0, false, part);
    test.send("video", 0, true, slice264(5, false));
    assert.deepEqual(nalsOf(test.sink.video[0]?.bytes ?? Buffer.alloc(0))[0], idr);
  });

  it("ignores the packets of the interleaved mode", () => {
    const test = assemble(plans);
    for (const type of [25, 26, 27, 29, 30, 31, 0]) test.send("video", 0, false, [type, 1, 2, 3, 4]);
    test.send("video", 0, true, idr);
    assert.deepEqual(nalsOf(test.sink.video[0]?.bytes ?? Buffer.alloc(0)), [idr]);
  });
});

describe("loss in H.264", () => {
  it("drops the picture that lacks a packet and flags those after it until the next key frame", () => {
    const test = assemble(plans);
    test.send("video", 0, true, idr);
    const parts = fuA(slice264(1, true, 300), 100);
    test.send("video", 3600, false, parts[0] as Buffer);
    test.lose("video");
    test.send("video", 3600, true, parts[2] as Buffer);
    test.send("video", 7200, true, inter);
    test.send("video", 10_800, true, idr);
    test.send("video", 14_400, true, inter);
    assert.deepEqual(
      test.sink.video.map((frame) => [frame.time, frame.damaged]),
      [
        [0, false],
        [7200, true],
        [10_800, false],
        [14_400, false],
      ],
    );
    assert.deepEqual(test.sink.losses, [{ track: "video", packets: 1 }]);
  });

  it("drops a picture whose last packet is missing", () => {
    const test = assemble(plans);
    test.send("video", 0, false, fuA(idr, 100)[0] as Buffer);
    test.lose("video", 2);
    test.send("video", 3600, true, inter);
    assert.deepEqual(
      test.sink.video.map((frame) => [frame.time, frame.damaged]),
      [[0, true]],
    );
  });

  it("drops a picture whose first slice is missing", () => {
    const test = assemble(plans);
    test.send("video", 0, true, idr);
    test.lose("video");
    test.send("video", 3600, true, slice264(1, false));
    test.send("video", 7200, true, inter);
    assert.deepEqual(
      test.sink.video.map((frame) => frame.time),
      [0, 7200],
    );
  });

  it("flags everything before the first key frame of a run", () => {
    const test = assemble(plans);
    test.send("video", 0, true, inter);
    test.send("video", 3600, true, idr);
    assert.deepEqual(
      test.sink.video.map((frame) => frame.damaged),
      [true, false],
    );
  });

  it("ignores packets that come twice or late", () => {
    const test = assemble(plans);
    const first = rtpPacket({ sequence: 10, timestamp: 0, marker: true }, idr);
    const second = rtpPacket({ sequence: 11, timestamp: 3600, marker: true }, inter);
    for (const packet of [first, first, second, first, second]) test.raw("video", packet);
    assert.equal(test.sink.video.length, 2);
    assert.deepEqual(test.sink.losses, []);
  });

  it("gives up a picture of more than 16 MiB and goes on with the next", () => {
    const test = assemble(plans);
    const part = Buffer.alloc(60_000, 0x41);
    part[0] = 0x7c;
    part[2] = 0x88;
    for (let index = 0; index < 300; index += 1) {
      part[1] = index === 0 ? 0x85 : 0x05;
      test.send("video", 0, false, part);
    }
    assert.deepEqual(test.troubles, ["too-large"]);
    test.send("video", 3600, true, idr);
    assert.deepEqual(
      test.sink.video.map((frame) => [frame.keyFrame, frame.damaged]),
      [[true, false]],
    );
    test.assembler.close(undefined);
    assert.equal(test.pool.usedBytes, 0);
  });

  it("drops pictures while the pool has no memory left and goes on when it has", () => {
    const test = assemble(plans, 512 * 1024);
    const hog = test.pool.take(400 * 1024);
    test.send("video", 0, true, idr);
    assert.deepEqual([test.sink.video.length, test.troubles[0]], [0, "memory-exhausted"]);
    hog.release();
    test.send("video", 3600, true, idr);
    assert.equal(test.sink.video.length, 1);
  });
});
