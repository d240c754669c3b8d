// The RTCP packets of a sender (RFC 3550 §6): the report that ties RTP times to wall clock, and the goodbye.

const NTP_EPOCH_SECONDS = 2_208_988_800;

/** What a report says. */
export interface SenderFacts {
  readonly ssrc: number;
  /** Wall clock in milliseconds since 1970, and the RTP time of the same moment. */
  readonly wallMs: number;
  readonly rtpTime: number;
  /** Sent so far; taken modulo 2^32. */
  readonly packets: number;
  readonly octets: number;
}

/** A sender report, with the source description and CNAME that every compound packet must hold (§6.1). */
export function senderReport(facts: SenderFacts): Buffer {
  const packet = Buffer.alloc(28 + 20);
  packet.writeUInt32BE(0x80c80006, 0);
  packet.writeUInt32BE(facts.ssrc, 4);
  const seconds = Math.floor(facts.wallMs / 1000);
  packet.writeUInt32BE((seconds + NTP_EPOCH_SECONDS) >>> 0, 8);
  packet.writeUInt32BE(Math.floor(((facts.wallMs - seconds * 1000) / 1000) * 0x100000000) >>> 0, 12);
  packet.writeUInt32BE(facts.rtpTime >>> 0, 16);
  packet.writeUInt32BE(facts.packets >>> 0, 20);
  packet.writeUInt32BE(facts.octets >>> 0, 24);
  packet.writeUInt32BE(0x81ca0004, 28);
  packet.writeUInt32BE(facts.ssrc, 32);
  packet.write("\x01\x08nightjar", 36, "latin1");
  return packet;
}

/** Tells the receiver that the track is over. */
export function goodbye(ssrc: number): Buffer {
  const packet = Buffer.alloc(8);
  packet.writeUInt32BE(0x81cb0001, 0);
  packet.writeUInt32BE(ssrc, 4);
  return packet;
}
