// Reads the length header of MQTT packets (MQTT 3.1.1 §2.2) as bytes go by: counts packets, and refuses what is too long
// before a byte of it is kept.
//
//   byte 0      type (high 4 bits), flags
//   byte 1..4   length of the rest, 7 bits each, the lowest first; the high bit says that another follows

const PUBLISH = 3;

/** What was found wrong with the bytes. */
export type GateFault = "too-long" | "bad-length" | "qos-2";

export class PacketGate {
  readonly #limitBytes: number;
  /** Bytes of the present packet that are still to come; undefined: its header is being read. */
  #left: number | undefined;
  #headerBytes = 0;
  #length = 0;

  /** `limitBytes`: most bytes after a packet's header. */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Takes the next bytes. Answers how many packets ended in them, or what is wrong. */
  take(chunk: Uint8Array): number | GateFault {
    let packets = 0;
    let at = 0;
    while (at < chunk.length) {
      if (this.#left === undefined) {
        const fault = this.#header(chunk[at] ?? 0);
        at += 1;
        if (fault !== undefined) return fault;
      } else {
        const step = Math.min(this.#left, chunk.length - at);
        this.#left -= step;
        at += step;
      }
      if (this.#left === 0) {
        packets += 1;
        this.#left = undefined;
        this.#headerBytes = 0;
        this.#length = 0;
      }
    }
    return packets;
  }

  #header(byte: number): GateFault | undefined {
    this.#headerBytes += 1;
    if (this.#headerBytes === 1) {
      // Exactly once is not offered: what it must remember of each client would have no bound.
      return byte >> 4 === PUBLISH && (byte & 0b110) === 0b100 ? "qos-2" : undefined;
    }
    this.#length += (byte & 0x7f) * 128 ** (this.#headerBytes - 2);
    if (byte >= 0x80) return this.#headerBytes === 5 ? "bad-length" : undefined;
    if (this.#length > this.#limitBytes) return "too-long";
    this.#left = this.#length;
    return undefined;
  }
}
