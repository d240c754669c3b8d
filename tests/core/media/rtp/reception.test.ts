// What receiver reports tell a camera of its packets: jitter by the algorithm of RFC 3550, and loss since the last one.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { InterarrivalJitter } from "../../../../core/media/rtp/interarrival-jitter.ts";
import { ReceptionLog } from "../../../../core/media/rtp/reception-log.ts";
import { hikvisionSdp } from "../sample-sessions.ts";
import { rtpPacket } from "../sample-streams.ts";
import { assemble, plansOf } from "./assembly.ts";

interface Arrival {
  readonly timestamp: number;
  readonly atMs: number;
}

/** The estimator of RFC 3550, appendix A.8, in whole numbers as it stands there: sixteen times the jitter. */
function byTheBook(arrivals: readonly Arrival[], clockRate: number): number {
  let transit: number | undefined;
  let jitter = 0;
  for (const { timestamp, atMs } of arrivals) {
    const arrival = Math.round((atMs * clockRate) / 1000);
    const next = (arrival - timestamp) | 0;
    if (transit !== undefined) {
      let d = (next - transit) | 0;
      if (d < 0) d = -d;
      jitter += d - ((jitter + 8) >> 4);
    }
    transit = next;
  }
  return jitter >> 4;
}

/** Pictures of 40 ms in four packets each, of which each comes up to `unrestMs` late. */
function pictures(count: number, unrestMs: number, firstTimestamp = 0): Arrival[] {
  let seed = 1;
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  return Array.from({ length: count * 4 }, (_, index) => {
    const picture = Math.floor(index / 4);
    return {
      timestamp: (firstTimestamp + picture * 3_600) >>> 0,
      atMs: 1_000 + picture * 40 + (index % 4) + random() * unrestMs,
    };
  });
}

function measured(arrivals: readonly Arrival[], clockRate = 90_000): number {
  const jitter = new InterarrivalJitter(clockRate);
  for (const { timestamp, atMs } of arrivals) jitter.arrived(7, timestamp, atMs);
  return jitter.ticks;
}

describe("interarrival jitter", () => {
  for (const [name, unrestMs, first] of [
    ["a quiet network", 0.2, 0],
    ["a restless one", 30, 0],
    ["timestamps that wrap", 10, 0xffffffff - 20_000],
  ] as const) {
    it(`is what RFC 3550 calculates, for ${name}`, () => {
      const arrivals = pictures(500, unrestMs, first);
      const book = byTheBook(arrivals, 90_000);
      // The RFC's whole numbers round at every step.
      assert.ok(Math.abs(measured(arrivals) - book) <= 1 + book * 0.01, `${measured(arrivals)}, not ${book}`);
    });
  }

  it("is nothing where packets come as they were sent", () => {
    const arrivals = Array.from({ length: 100 }, (_, index) => ({
      timestamp: index * 160,
      atMs: index * 20,
    }));
    assert.equal(measured(arrivals, 8_000), 0);
  });

  it("begins anew with another source", () => {
    const jitter = new InterarrivalJitter(90_000);
    jitter.arrived(1, 0, 0);
    jitter.arrived(1, 0, 100);
    assert.equal(jitter.ticks, 9_000 / 16);
    jitter.arrived(2, 123_456, 200);
    assert.equal(jitter.ticks, 0);
  });
});

describe("receiver reports", () => {
  const counts = { ssrc: 5, packets: 90, lostTotal: 10, extendedSequence: 100, jitterTicks: 3 };

  it("tell the share that was lost since the last report, also of a camera that never reports itself", () => {
    const log = new ReceptionLog();
    assert.equal(log.nextBlock(counts, 0).fractionLost, 0.1);
    const later = { ...counts, packets: 190 };
    assert.equal(log.nextBlock(later, 5_000).fractionLost, 0);
    assert.equal(log.nextBlock({ ...later, packets: 215, lostTotal: 35 }, 10_000).fractionLost, 0.5);
  });

  it("answer the camera's own report with the time since then", () => {
    const log = new ReceptionLog();
    assert.deepEqual(
      [log.nextBlock(counts, 0).lastReportMiddle, log.nextBlock(counts, 0).sinceLastReportMs],
      [0, 0],
    );
    log.senderReport(0xabcd, 1_000);
    const block = log.nextBlock(counts, 1_250);
    assert.deepEqual([block.lastReportMiddle, block.sinceLastReportMs], [0xabcd, 250]);
  });

  it("carry the jitter of arrivals, not of packets that waited for those before them", () => {
    const { assembler, clock } = assemble(plansOf(hikvisionSdp));
    const packets = [0, 1, 2, 3].map((index) =>
      rtpPacket({ sequence: index, timestamp: index * 3_600, marker: true }, [0x41, 0x9a, index]),
    );
    for (const packet of packets) {
      assembler.arrived("video", packet, 0, packet.length, clock.monotonicMs());
      clock.advance(40);
    }
    for (const packet of packets) assembler.rtp("video", packet, 0, packet.length, clock.monotonicMs());
    const report = assembler.receiverReport("video", clock.monotonicMs());
    assert.equal(report[0], 0x81);
    assert.equal(report.readUInt32BE(20), 0);
    const late = rtpPacket({ sequence: 4, timestamp: 4 * 3_600, marker: true }, [0x41, 0x9a, 4]);
    clock.advance(16);
    assembler.arrived("video", late, 0, late.length, clock.monotonicMs());
    assert.equal(assembler.receiverReport("video", clock.monotonicMs()).readUInt32BE(20), (16 * 90) / 16);
  });
});
