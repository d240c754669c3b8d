import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MAX_PAYLOAD_BYTES, PacketPlan } from "../../../../core/media/rtsp-server/packet-plan.ts";
import type { PayloadForm, ServedUnit } from "../../../../core/media/rtsp-server/served-source.ts";

function unitOf(data: Buffer, parameterSets?: Uint8Array[]): ServedUnit {
  return {
    track: 0,
    data,
    start: 0,
    end: data.length,
    time: 0,
    captureMs: 0,
    keyFrame: true,
    ...(parameterSets === undefined ? {} : { parameterSets }),
  };
}

function nal(header: readonly number[], bytes: number): Buffer {
  const body = Buffer.alloc(4 + bytes, 0x5a);
  body.writeUInt32BE(bytes);
  header.forEach((byte, index) => {
    body[4 + index] = byte;
  });
  return body;
}

function payloads(form: PayloadForm, unit: ServedUnit): Buffer[] {
  const plan = new PacketPlan();
  plan.make(form, unit);
  return Array.from({ length: plan.count }, (_, index) => {
    const prefix = Buffer.alloc(plan.prefixBytes[index] as number);
    if (prefix.length > 0) prefix.writeUIntBE(plan.prefix[index] as number, 0, prefix.length);
    return Buffer.concat([
      prefix,
      (plan.source[index] as Uint8Array).subarray(plan.start[index], plan.end[index]),
    ]);
  });
}

describe("cutting frames into RTP payloads", () => {
  it("sends small NAL units whole, parameter sets first", () => {
    const made = payloads(
      "h264",
      unitOf(Buffer.concat([nal([0x06], 20), nal([0x65], 100)]), [Buffer.from([0x67, 1])]),
    );
    assert.deepEqual(
      made.map((payload) => [payload[0], payload.length]),
      [
        [0x67, 2],
        [0x06, 20],
        [0x65, 100],
      ],
    );
  });

  it("cuts a large H.264 NAL unit into FU-A with one start and one end (RFC 6184 §5.8)", () => {
    const made = payloads("h264", unitOf(nal([0x65], 3_000)));
    assert.deepEqual(
      made.map((payload) => [payload[0], payload[1]]),
      [
        [0x7c, 0x85],
        [0x7c, 0x05],
        [0x7c, 0x45],
      ],
    );
    assert.equal(
      made.reduce((sum, payload) => sum + payload.length - 2, 0),
      2_999,
    );
    assert.ok(made.every((payload) => payload.length <= MAX_PAYLOAD_BYTES));
  });

  it("cuts a large H.265 NAL unit into FU of type 49 (RFC 7798 §4.4.3)", () => {
    const made = payloads("h265", unitOf(nal([0x26, 0x01], 2_900)));
    assert.deepEqual(
      made.map((payload) => [...payload.subarray(0, 3)]),
      [
        [0x62, 0x01, 0x93],
        [0x62, 0x01, 0x13],
        [0x62, 0x01, 0x53],
      ],
    );
  });

  it("makes no empty fragment when a NAL unit just fills its packets", () => {
    for (const bytes of [MAX_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES + 1, 1 + 2 * (MAX_PAYLOAD_BYTES - 2)]) {
      const made = payloads("h264", unitOf(nal([0x41], bytes)));
      assert.ok(made.every((payload) => payload.length > 2));
    }
  });

  it("puts the AU header before an AAC frame (RFC 3640 §3.3.6)", () => {
    const [payload] = payloads("aac-hbr", unitOf(Buffer.alloc(371, 7)));
    assert.deepEqual([...(payload?.subarray(0, 4) ?? [])], [0, 16, 371 >> 5, (371 << 3) & 0xff]);
    assert.equal(payload?.length, 375);
  });

  it("is not led astray by NAL lengths that lie", () => {
    const lie = nal([0x65], 50);
    lie.writeUInt32BE(0xffffffff);
    assert.deepEqual(
      payloads("h264", unitOf(lie)).map((payload) => payload.length),
      [50],
    );
    assert.equal(payloads("h264", unitOf(Buffer.alloc(40))).length, 0);
  });
});
