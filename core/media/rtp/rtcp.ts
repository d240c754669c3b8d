// RTCP (RFC 3550 §6, RFC 4585 §6.3.1, RFC 5104 §4.3.1): reads sender reports out of compound packets,
// writes receiver reports and requests for a key frame.

const SENDER_REPORT = 200;
const RECEIVER_REPORT = 201;
const SOURCE_DESCRIPTION = 202;
const PAYLOAD_FEEDBACK = 206;
/** Seconds from 1900 (NTP) to 1970 (Unix). */
const NTP_UNIX_SECONDS = 2_208_988_800;

/** What a sender report tells of its track. */
export interface SenderReport {
  readonly ssrc: number;
  /** The sender's wall clock in milliseconds since 1970; far in the past if its clock was never set. */
  readonly ntpMs: number;
  /** RTP timestamp (32 bits) of the same moment. */
  readonly timestamp: number;
  /** The middle 32 bits of the NTP time, echoed in receiver reports. */
  readonly ntpMiddle: number;
}

/** The first sender report of a compound packet, or undefined. */
export function readSenderReport(data: Uint8Array, start: number, end: number): SenderReport | undefined {
  let at = start;
  while (at + 4 <= end) {
    if ((data[at] as number) >> 6 !== 2) return undefined;
    const length = 4 * (1 + (((data[at + 2] as number) << 8) | (data[at + 3] as number)));
    if (data[at + 1] === SENDER_REPORT && at + 28 <= end && length >= 28) {
      const seconds = uint32(data, at + 8);
      const fraction = uint32(data, at + 12);
      return {
        ssrc: uint32(data, at + 4),
        ntpMs: (seconds - NTP_UNIX_SECONDS) * 1000 + (fraction * 1000) / 2 ** 32,
        timestamp: uint32(data, at + 16),
        ntpMiddle: (((seconds & 0xffff) << 16) | (fraction >>> 16)) >>> 0,
      };
    }
    at += length;
  }
  return undefined;
}

/** What a receiver tells a sender about its packets. */
export interface ReceptionBlock {
  readonly ssrc: number;
  /** Share of packets lost since the last report, 0 to 1. */
  readonly fractionLost: number;
  readonly lostTotal: number;
  readonly extendedSequence: number;
  /** Interarrival jitter in ticks of the RTP timestamp. */
  readonly jitterTicks: number;
  readonly lastReportMiddle: number;
  /** Since that report arrived; 0 if there was none. */
  readonly sinceLastReportMs: number;
}

/** A compound packet of a receiver report and the shortest source description. */
export function receiverReport(ownSsrc: number, block: ReceptionBlock | undefined): Buffer {
  const blocks = block === undefined ? 0 : 1;
  const packet = Buffer.alloc(8 + 24 * blocks + 16);
  packet[0] = 0x80 | blocks;
  packet[1] = RECEIVER_REPORT;
  packet.writeUInt16BE(1 + 6 * blocks, 2);
  packet.writeUInt32BE(ownSsrc, 4);
  if (block !== undefined) {
    packet.writeUInt32BE(block.ssrc, 8);
    packet[12] = Math.max(0, Math.min(255, Math.floor(block.fractionLost * 256)));
    packet.writeUIntBE(Math.min(0x7fffff, block.lostTotal), 13, 3);
    packet.writeUInt32BE(block.extendedSequence >>> 0, 16);
    packet.writeUInt32BE(Math.min(0xffffffff, Math.floor(block.jitterTicks)), 20);
    packet.writeUInt32BE(block.lastReportMiddle, 24);
    packet.writeUInt32BE(Math.round(block.sinceLastReportMs * 65.536) >>> 0, 28);
  }
  // CNAME "nvr": item type, length, text, end of list, padding to 32 bits.
  const at = packet.length - 16;
  packet[at] = 0x81;
  packet[at + 1] = SOURCE_DESCRIPTION;
  packet.writeUInt16BE(3, at + 2);
  packet.writeUInt32BE(ownSsrc, at + 4);
  packet[at + 8] = 1;
  packet[at + 9] = 3;
  packet.write("nvr", at + 10, "latin1");
  return packet;
}

/** Asks for a key frame: picture loss indication, and the full intra request that some understand instead. */
export function keyFrameRequest(ownSsrc: number, mediaSsrc: number, requestNumber: number): Buffer {
  const report = receiverReport(ownSsrc, undefined);
  const packet = Buffer.alloc(12 + 20);
  packet[0] = 0x81;
  packet[1] = PAYLOAD_FEEDBACK;
  packet.writeUInt16BE(2, 2);
  packet.writeUInt32BE(ownSsrc, 4);
  packet.writeUInt32BE(mediaSsrc, 8);
  packet[12] = 0x84;
  packet[13] = PAYLOAD_FEEDBACK;
  packet.writeUInt16BE(4, 14);
  packet.writeUInt32BE(ownSsrc, 16);
  packet.writeUInt32BE(0, 20);
  packet.writeUInt32BE(mediaSsrc, 24);
  packet[28] = requestNumber & 0xff;
  return Buffer.concat([report, packet]);
}

function uint32(data: Uint8Array, at: number): number {
  return (
    (data[at] as number) * 0x1000000 +
    (((data[at + 1] as number) << 16) | ((data[at + 2] as number) << 8) | (data[at + 3] as number))
  );
}
