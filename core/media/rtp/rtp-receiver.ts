// Receives the RTP packets of one track (RFC 3550 §5.1, appendix A): reads the header in place, keeps count of
// sequence numbers, unwraps timestamps, and hands payloads to the depacketiser in order. Nothing is allocated per packet.
import type { Depacketiser } from "./depacketiser.ts";
import { InterarrivalJitter } from "./interarrival-jitter.ts";

export interface RtpReceiverOptions {
  readonly depacketiser: Depacketiser;
  /** Ticks of the timestamp a second. */
  readonly clockRate: number;
  /** Payload types of the same media line that mean something else (telephone-event, retransmission …). */
  readonly foreignPayloadTypes: ReadonlySet<number>;
  /** `count` packets are missing. */
  readonly onLoss: (count: number) => void;
}

/** Farther off than this, a sequence number means that the camera started anew. */
const MAX_GAP = 3_000;
/** So many late packets in a row are no late packets: the sequence was set back. */
const MAX_LATE_RUN = 50;

export class RtpReceiver {
  readonly #depacketiser: Depacketiser;
  readonly #foreign: ReadonlySet<number>;
  readonly #onLoss: (count: number) => void;
  readonly #jitter: InterarrivalJitter;
  #started = false;
  #expected = 0;
  #lateRun = 0;
  #lastTimestamp = 0;
  #unwrapped = 0;

  // What RTCP receiver reports tell (§6.4.1).
  ssrc = 0;
  packets = 0;
  bytes = 0;
  lostTotal = 0;
  /** Highest sequence number with its count of wraps above the lower 16 bits. */
  extendedSequence = 0;

  constructor(options: RtpReceiverOptions) {
    this.#depacketiser = options.depacketiser;
    this.#foreign = options.foreignPayloadTypes;
    this.#onLoss = options.onLoss;
    this.#jitter = new InterarrivalJitter(options.clockRate);
  }

  /** Unwraps an RTP timestamp near the last one, as sender reports carry it. */
  unwrap(timestamp: number): number {
    if (!this.#started) return timestamp;
    return this.#unwrapped + ((timestamp - this.#lastTimestamp) | 0);
  }

  get hasStarted(): boolean {
    return this.#started;
  }

  /** Interarrival jitter in ticks of the timestamp. */
  get jitterTicks(): number {
    return this.#jitter.ticks;
  }

  /** Notes when a packet came, in the order of arrival; `receive` gets it later where it waits for its turn. */
  arrived(data: Buffer, start: number, end: number, nowMs: number): void {
    if (end - start < 12 || (data[start] as number) >> 6 !== 2) return;
    if (this.#foreign.has((data[start + 1] as number) & 0x7f)) return;
    this.#jitter.arrived(uint32(data, start + 8), uint32(data, start + 4), nowMs);
  }

  /** Takes one packet, valid during the call only. Returns false if it was ignored. */
  receive(data: Buffer, start: number, end: number): boolean {
    if (end - start < 12) return false;
    const first = data[start] as number;
    if (first >> 6 !== 2) return false;
    const second = data[start + 1] as number;
    const payloadType = second & 0x7f;
    if (this.#foreign.has(payloadType)) return false;
    let from = start + 12 + (first & 0x0f) * 4;
    if ((first & 0x10) !== 0) {
      if (from + 4 > end) return false;
      from += 4 + 4 * (((data[from + 2] as number) << 8) | (data[from + 3] as number));
    }
    let to = end;
    if ((first & 0x20) !== 0) to -= data[end - 1] as number;
    if (from > to) return false;
    const sequence = ((data[start + 2] as number) << 8) | (data[start + 3] as number);
    const timestamp = uint32(data, start + 4);
    const ssrc = uint32(data, start + 8);
    if (!this.#started) this.#begin(sequence, timestamp, ssrc);
    else if (ssrc !== this.ssrc) this.#newSource(sequence, ssrc);
    const ahead = (sequence - this.#expected) & 0xffff;
    if (ahead !== 0 && !this.#outOfOrder(ahead)) return false;
    this.#lateRun = 0;
    // Only what lies ahead gets here, so a smaller number is a wrap.
    const low = this.extendedSequence & 0xffff;
    this.extendedSequence += sequence - low + (sequence < low ? 0x10000 : 0);
    this.#expected = (sequence + 1) & 0xffff;
    this.#unwrapped += (timestamp - this.#lastTimestamp) | 0;
    this.#lastTimestamp = timestamp;
    this.packets += 1;
    this.bytes += to - from;
    this.#depacketiser.packet(data, from, to, this.#unwrapped, (second & 0x80) !== 0);
    return true;
  }

  #begin(sequence: number, timestamp: number, ssrc: number): void {
    this.#started = true;
    this.#expected = sequence;
    this.extendedSequence = sequence;
    this.#lastTimestamp = timestamp;
    this.#unwrapped = timestamp;
    this.ssrc = ssrc;
  }

  #newSource(sequence: number, ssrc: number): void {
    // The timestamp base may be new as well; the timeline notices a jump by itself.
    this.ssrc = ssrc;
    if (sequence !== this.#expected) this.#depacketiser.lost();
    this.#expected = sequence;
    this.extendedSequence = sequence;
  }

  /** Returns false for a packet that came late or twice. */
  #outOfOrder(ahead: number): boolean {
    if (ahead < 0x8000) {
      const count = ahead <= MAX_GAP ? ahead : 1;
      this.lostTotal += count;
      this.#depacketiser.lost();
      this.#onLoss(count);
      return true;
    }
    this.#lateRun += 1;
    if (0x10000 - ahead <= MAX_GAP && this.#lateRun < MAX_LATE_RUN) return false;
    this.lostTotal += 1;
    this.#depacketiser.lost();
    this.#onLoss(1);
    return true;
  }
}

function uint32(data: Buffer, at: number): number {
  return (
    (((data[at] as number) << 24) |
      ((data[at + 1] as number) << 16) |
      ((data[at + 2] as number) << 8) |
      (data[at + 3] as number)) >>>
    0
  );
}
