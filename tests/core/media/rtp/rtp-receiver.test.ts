import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CameraClockEstimator } from "../../../../core/media/rtp/camera-clock.ts";
import { ReorderBuffer } from "../../../../core/media/rtp/reorder-buffer.ts";
import { readSenderReport, receiverReport } from "../../../../core/media/rtp/rtcp.ts";
import { RtpReceiver } from "../../../../core/media/rtp/rtp-receiver.ts";
import { FakeClock } from "../../../../core/testing/fake-clock.ts";
import { type RtpFields, rtpPacket } from "../sample-streams.ts";

function receiver(foreign: number[] = []) {
  const got: { payload: number[]; timestamp: number; marker: boolean }[] = [];
  const losses: number[] = [];
  const subject = new RtpReceiver({
    depacketiser: {
      packet: (data, start, end, timestamp, marker) =>
        got.push({ payload: [...data.subarray(start, end)], timestamp, marker }),
      lost: () => undefined,
      close: () => undefined,
    },
    clockRate: 90_000,
    foreignPayloadTypes: new Set(foreign),
    onLoss: (count) => losses.push(count),
  });
  const send = (fields: RtpFields, ...payload: number[]) => {
    const packet = rtpPacket(fields, payload);
    return subject.receive(packet, 0, packet.length);
  };
  return { subject, got, losses, send };
}

describe("RTP packets", () => {
  it("lose their extension, contributing sources and padding", () => {
    const { subject, got } = receiver();
    const packet = rtpPacket(
      { sequence: 1, timestamp: 0 },
      [9, 9, 9, 9, 0xbe, 0xde, 0, 1, 8, 8, 8, 8, 1, 2, 3, 0, 0, 3],
    );
    packet[0] = 0x80 | 0x20 | 0x10 | 1;
    assert.ok(subject.receive(packet, 0, packet.length));
    assert.deepEqual(got[0]?.payload, [1, 2, 3]);
  });

  it("that are too short, of another version, or longer inside than outside are ignored", () => {
    const { subject, got } = receiver();
    const good = rtpPacket({ sequence: 1, timestamp: 0 }, [1, 2]);
    assert.equal(subject.receive(good, 0, 11), false);
    const version = Buffer.from(good);
    version[0] = 0x40;
    assert.equal(subject.receive(version, 0, version.length), false);
    const padding = Buffer.from(good);
    padding[0] = 0xa0;
    padding[13] = 200;
    assert.equal(subject.receive(padding, 0, padding.length), false);
    assert.equal(got.length, 0);
  });

  it("of payload types that mean something else are ignored", () => {
    const { send, got } = receiver([101]);
    send({ sequence: 1, timestamp: 0 }, 1);
    send({ sequence: 2, timestamp: 0, payloadType: 101 }, 2);
    send({ sequence: 2, timestamp: 0, payloadType: 97 }, 3);
    assert.deepEqual(
      got.map((packet) => packet.payload[0]),
      [1, 3],
    );
  });

  it("keep their order over the wrap of sequence numbers and timestamps", () => {
    const { send, got, losses, subject } = receiver();
    send({ sequence: 65_534, timestamp: 0xfffffff0 }, 1);
    send({ sequence: 65_535, timestamp: 0xfffffff8 }, 2);
    send({ sequence: 0, timestamp: 0 }, 3);
    send({ sequence: 1, timestamp: 8 }, 4);
    const start = got[0]?.timestamp ?? 0;
    assert.deepEqual(
      got.map((packet) => packet.timestamp - start),
      [0, 8, 16, 24],
    );
    assert.deepEqual(losses, []);
    assert.equal(subject.extendedSequence, 0x10001);
  });

  it("that are missing are counted, also over the wrap", () => {
    const { send, losses } = receiver();
    send({ sequence: 65_530, timestamp: 0 }, 1);
    send({ sequence: 2, timestamp: 0 }, 1);
    send({ sequence: 4, timestamp: 0 }, 1);
    assert.deepEqual(losses, [7, 1]);
  });

  it("of a sequence that was set far off or back start anew", () => {
    const { send, got, losses } = receiver();
    send({ sequence: 100, timestamp: 0 }, 1);
    send({ sequence: 40_000, timestamp: 0 }, 2);
    send({ sequence: 40_001, timestamp: 0 }, 3);
    send({ sequence: 20_000, timestamp: 0 }, 4);
    assert.equal(got.length, 4);
    assert.deepEqual(losses, [1, 1]);
  });

  it("of a sequence that was set back a little are believed after fifty", () => {
    const { send, got } = receiver();
    send({ sequence: 1000, timestamp: 0 }, 1);
    for (let index = 0; index < 60; index += 1) send({ sequence: 500 + index, timestamp: 0 }, 2);
    assert.equal(got.length, 1 + 60 - 49);
  });

  it("of a new source go on without loss", () => {
    const { send, got, losses } = receiver();
    send({ sequence: 100, timestamp: 0, ssrc: 1 }, 1);
    send({ sequence: 7, timestamp: 0, ssrc: 2 }, 2);
    send({ sequence: 8, timestamp: 0, ssrc: 2 }, 3);
    assert.equal(got.length, 3);
    assert.deepEqual(losses, []);
  });
});

describe("the reorder buffer", () => {
  function buffer() {
    const clock = new FakeClock();
    const order: number[] = [];
    const subject = new ReorderBuffer(clock, (packet) => order.push(packet.readUInt16BE(2)));
    const push = (...sequences: number[]) => {
      for (const sequence of sequences) subject.push(rtpPacket({ sequence, timestamp: 0 }, [1]));
    };
    return { clock, order, push, subject };
  }

  it("puts packets back into order, also over the wrap", () => {
    const { order, push, clock } = buffer();
    push(65_534, 0, 65_535, 2, 1, 3);
    assert.deepEqual(order, [65_534, 65_535, 0, 1, 2, 3]);
    assert.equal(clock.pending, 0);
  });

  it("waits 40 ms for a missing packet and not longer", () => {
    const { order, push, clock } = buffer();
    push(1, 3, 4);
    clock.advance(39);
    assert.deepEqual(order, [1]);
    clock.advance(1);
    assert.deepEqual(order, [1, 3, 4]);
    push(2, 5);
    assert.deepEqual(order, [1, 3, 4, 2, 5], "late ones are passed on for the receiver to judge");
  });

  it("holds no more than 64 packets", () => {
    const { order, push } = buffer();
    push(1);
    for (let sequence = 3; sequence < 3 + 64; sequence += 1) push(sequence);
    assert.equal(order.length, 65);
  });

  it("follows a sequence that jumps", () => {
    const { order, push } = buffer();
    push(1, 3, 10_000, 10_001);
    assert.deepEqual(order, [1, 3, 10_000, 10_001]);
  });
});

describe("RTCP", () => {
  it("sender reports are found behind other packets", () => {
    const report = Buffer.alloc(28);
    report[0] = 0x80;
    report[1] = 200;
    report.writeUInt16BE(6, 2);
    report.writeUInt32BE(2_208_988_800 + 1_000, 8);
    report.writeUInt32BE(0x80000000, 12);
    report.writeUInt32BE(4711, 16);
    const compound = Buffer.concat([receiverReport(1, undefined), report]);
    const found = readSenderReport(compound, 0, compound.length);
    assert.equal(found?.ntpMs, 1_000_500);
    assert.equal(found?.timestamp, 4711);
  });

  it("receiver reports tell loss, sequence and delay", () => {
    const packet = receiverReport(9, {
      ssrc: 5,
      fractionLost: 0.25,
      lostTotal: 12,
      extendedSequence: 0x10003,
      jitterTicks: 1234.9,
      lastReportMiddle: 0xabcd,
      sinceLastReportMs: 500,
    });
    assert.equal(packet[1], 201);
    assert.equal(packet[12], 64);
    assert.equal(packet.readUIntBE(13, 3), 12);
    assert.equal(packet.readUInt32BE(16), 0x10003);
    assert.equal(packet.readUInt32BE(20), 1234);
    assert.equal(packet.readUInt32BE(28), 32_768);
    assert.equal(packet.length % 4, 0);
  });
});

describe("the camera's clock", () => {
  it("is told with its offset, at most every 10 s, and its drift after 30 s", () => {
    const clock = new CameraClockEstimator(90_000);
    const wall = Date.UTC(2026, 0, 1);
    // The camera is 2 s ahead and its media clock runs 100 ppm fast.
    const at = (seconds: number) =>
      clock.report(
        wall + seconds * 1000 + 2_000,
        Math.round(seconds * 90_009),
        wall + seconds * 1000,
        seconds * 1000,
      );
    assert.deepEqual(at(0), { offsetMs: 2_000, driftPpm: 0 });
    assert.equal(at(5), undefined);
    assert.deepEqual(at(40), { offsetMs: 2_000, driftPpm: 100 });
  });

  it("that was never set is not told", () => {
    const clock = new CameraClockEstimator(90_000);
    assert.equal(clock.report(5_000, 0, Date.UTC(2026, 0, 1), 0), undefined);
  });
});
