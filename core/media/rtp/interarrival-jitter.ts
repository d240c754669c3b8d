// Interarrival jitter of one track, as receiver reports tell it to the camera (RFC 3550 §6.4.1, appendix A.8): how far
// the spacing of packets at their arrival differs from that of their timestamps, smoothed over about 16 packets.
// Nothing is allocated per packet.

/** Places in the numbers that are kept; an array keeps them from becoming objects. */
const ARRIVAL_MS = 0;
const TIMESTAMP = 1;
const JITTER = 2;
/** Noise reduction: a sixteenth of what is new. */
const GAIN = 1 / 16;

export class InterarrivalJitter {
  readonly #ticksPerMs: number;
  readonly #state = new Float64Array(3);
  #started = false;
  #ssrc = 0;

  /** `clockRate`: ticks of the RTP timestamp a second. */
  constructor(clockRate: number) {
    this.#ticksPerMs = clockRate / 1000;
  }

  /** In ticks of the RTP timestamp, not rounded; 0 before the second packet. */
  get ticks(): number {
    return this.#state[JITTER] as number;
  }

  /** Takes a packet in the order of arrival, whatever its sequence number. Another source begins anew. */
  arrived(ssrc: number, timestamp: number, nowMs: number): void {
    const state = this.#state;
    if (this.#started && ssrc === this.#ssrc) {
      const ticks = (nowMs - (state[ARRIVAL_MS] as number)) * this.#ticksPerMs;
      // Timestamps wrap at 32 bits.
      const difference = Math.abs(ticks - ((timestamp - (state[TIMESTAMP] as number)) | 0));
      const jitter = state[JITTER] as number;
      state[JITTER] = jitter + (difference - jitter) * GAIN;
    } else {
      this.#started = true;
      this.#ssrc = ssrc;
      state[JITTER] = 0;
    }
    state[ARRIVAL_MS] = nowMs;
    state[TIMESTAMP] = timestamp;
  }
}
