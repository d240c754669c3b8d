// The length header of MQTT packets, as bytes go by in whatever pieces.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PacketGate } from "../../../core/mqtt/packet-gate.ts";

/** A packet of `type` and flags with `length` bytes after its header. */
function packet(first: number, length: number): Buffer {
  const header = [first];
  let rest = length;
  do {
    header.push((rest % 128) + (rest >= 128 ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.concat([Buffer.from(header), Buffer.alloc(length, 0xff)]);
}

describe("the gate before the parser of MQTT", () => {
  it("counts packets, however their bytes are cut", () => {
    const lengths = [0, 1, 127, 128, 16_383, 16_384, 5, 0];
    const bytes = Buffer.concat(lengths.map((length) => packet(0x30, length)));
    for (const step of [1, 2, 3, 100, 4_096, bytes.length]) {
      const gate = new PacketGate(20_000);
      let packets = 0;
      for (let at = 0; at < bytes.length; at += step) {
        const ended = gate.take(bytes.subarray(at, at + step));
        assert.equal(typeof ended, "number");
        packets += Number(ended);
      }
      assert.equal(packets, lengths.length, `in steps of ${step}`);
    }
  });

  it("refuses a length above the limit with its header alone", () => {
    assert.equal(new PacketGate(1_000).take(packet(0x30, 1_000)), 1);
    assert.equal(new PacketGate(1_000).take(packet(0x30, 1_001).subarray(0, 3)), "too-long");
    assert.equal(new PacketGate(1_000).take(Buffer.of(0x10, 0xff, 0xff, 0xff, 0x7f)), "too-long");
  });

  it("refuses lengths of more than four bytes, and exactly-once messages", () => {
    assert.equal(new PacketGate(1_000).take(Buffer.of(0x10, 0x80, 0x80, 0x80, 0x80, 0x01)), "bad-length");
    assert.equal(new PacketGate(1_000).take(packet(0x34, 5)), "qos-2");
    assert.equal(new PacketGate(1_000).take(packet(0x32, 5)), 1);
    // A subscription's flags are another thing.
    assert.equal(new PacketGate(1_000).take(packet(0x82, 5)), 1);
  });
});
