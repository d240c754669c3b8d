// Reads bits, most significant first, and Exp-Golomb numbers (ITU-T H.264 §9.1) out of bytes that may lie.
// Reading past the end yields zeros and sets `overrun`, so that a parser checks once, at its end.

/** A position in a bit string. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #position: number;
  readonly #end: number;
  /** True once something was read that is not there, or a number was too long to be one. */
  overrun = false;

  constructor(bytes: Uint8Array, startByte = 0, endByte: number = bytes.length) {
    this.#bytes = bytes;
    this.#position = startByte * 8;
    this.#end = endByte * 8;
  }

  /** Position in bits from the start of the array. */
  get position(): number {
    return this.#position;
  }

  get bitsLeft(): number {
    return Math.max(0, this.#end - this.#position);
  }

  bit(): number {
    if (this.#position >= this.#end) {
      this.overrun = true;
      return 0;
    }
    const byte = this.#bytes[this.#position >> 3] as number;
    const value = (byte >> (7 - (this.#position & 7))) & 1;
    this.#position += 1;
    return value;
  }

  flag(): boolean {
    return this.bit() === 1;
  }

  /** An unsigned number of `count` bits, at most 32. */
  bits(count: number): number {
    let value = 0;
    let left = count;
    while (left > 0) {
      if (this.#position >= this.#end) {
        this.overrun = true;
        return 0;
      }
      const inByte = 8 - (this.#position & 7);
      const take = Math.min(inByte, left);
      const byte = this.#bytes[this.#position >> 3] as number;
      const part = (byte >> (inByte - take)) & ((1 << take) - 1);
      value = value * 2 ** take + part;
      this.#position += take;
      left -= take;
    }
    return value;
  }

  /** The next `count` bits without passing over them; 0 where there are not that many. */
  peek(count: number): number {
    if (this.bitsLeft < count) return 0;
    const value = this.bits(count);
    this.#position -= count;
    return value;
  }

  skip(count: number): void {
    this.#position += count;
    if (this.#position > this.#end) this.overrun = true;
  }

  /** Unsigned Exp-Golomb, ue(v). */
  ue(): number {
    let zeros = 0;
    while (this.bit() === 0) {
      zeros += 1;
      if (zeros > 31 || this.overrun) {
        this.overrun = true;
        return 0;
      }
    }
    return 2 ** zeros - 1 + this.bits(zeros);
  }

  /** Signed Exp-Golomb, se(v). */
  se(): number {
    const code = this.ue();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  }
}
