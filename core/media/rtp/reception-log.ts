// What one track's receiver reports tell beyond the receiver's own counts: what was lost since the last of them, and
// the sender report that they answer (RFC 3550 §6.4.1).
import type { ReceptionBlock } from "./rtcp.ts";

/** What a receiver has counted. */
export interface ReceptionCounts {
  readonly ssrc: number;
  readonly packets: number;
  readonly lostTotal: number;
  readonly extendedSequence: number;
  readonly jitterTicks: number;
}

export class ReceptionLog {
  #reportMiddle = 0;
  #reportAtMs: number | undefined;
  #toldLost = 0;
  #toldPackets = 0;

  /** A sender report came; `middle` is of its NTP time. */
  senderReport(middle: number, atMs: number): void {
    this.#reportMiddle = middle;
    this.#reportAtMs = atMs;
  }

  /** The block of the report that is due now. The next one tells what is lost from here on. */
  nextBlock(counts: ReceptionCounts, nowMs: number): ReceptionBlock {
    const lost = counts.lostTotal - this.#toldLost;
    const expected = counts.packets - this.#toldPackets + lost;
    this.#toldLost = counts.lostTotal;
    this.#toldPackets = counts.packets;
    return {
      ssrc: counts.ssrc,
      fractionLost: expected > 0 ? lost / expected : 0,
      lostTotal: counts.lostTotal,
      extendedSequence: counts.extendedSequence,
      jitterTicks: counts.jitterTicks,
      lastReportMiddle: this.#reportMiddle,
      sinceLastReportMs: this.#reportAtMs === undefined ? 0 : nowMs - this.#reportAtMs,
    };
  }
}
