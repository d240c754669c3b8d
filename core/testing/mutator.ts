// A seeded mutator of bytes for fuzz tests: the same seed and corpus give the same inputs, so that a failure comes again.

const INTERESTING = Uint8Array.of(
  0,
  1,
  0x03,
  0x0a,
  0x0d,
  0x20,
  0x24,
  0x30,
  0x39,
  0x3a,
  0x3d,
  0x7f,
  0x80,
  0xc0,
  0xfe,
  0xff,
);
const MAX_BYTES = 16 * 1024;

/** Gives mutations of a corpus, one after another. */
export class Mutator {
  readonly #corpus: readonly Uint8Array[];
  readonly #work = Buffer.alloc(MAX_BYTES);
  #state: number;

  /** `corpus`: well-formed inputs, at least one; the closer to the real thing, the deeper mutations reach. */
  constructor(seed: number, corpus: readonly Uint8Array[]) {
    this.#state = seed >>> 0;
    this.#corpus = corpus.length === 0 ? [new Uint8Array(16)] : corpus;
  }

  /** A whole number from 0 to `below` - 1 (mulberry32). */
  random(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  }

  /** The next input: a view that is valid until the next call, at most 16 KiB. */
  next(): Buffer {
    const work = this.#work;
    const source = this.#pick();
    let length = Math.min(source.length, MAX_BYTES);
    work.set(source.subarray(0, length));
    for (let step = 1 + this.random(6); step > 0; step -= 1) length = this.#mutate(length);
    return work.subarray(0, length);
  }

  #pick(): Uint8Array {
    return this.#corpus[this.random(this.#corpus.length)] as Uint8Array;
  }

  #mutate(length: number): number {
    const work = this.#work;
    const at = this.random(Math.max(1, length));
    const count = 1 + this.random(this.random(4) === 0 ? 64 : 4);
    switch (this.random(length === 0 ? 2 : 10)) {
      case 0:
        return this.#insert(length, at, count);
      case 1:
        return this.#splice(length, at);
      case 2:
        work[at] = (work[at] as number) ^ (1 << this.random(8));
        return length;
      case 3:
        work[at] = this.random(256);
        return length;
      case 4:
      case 5:
        work[at] = INTERESTING[this.random(INTERESTING.length)] as number;
        return length;
      case 6: {
        // A length field that lies.
        const value = [0, 1, 0x7fff, 0xffff, 0x100][this.random(5)] as number;
        if (at + 2 <= length) work.writeUInt16BE(value, at);
        return length;
      }
      case 7:
        work.copyWithin(at, Math.min(length, at + count), length);
        return Math.max(at, length - count);
      case 8:
        return this.random(4) === 0 ? at : length;
      default: {
        const from = this.random(length);
        work.copyWithin(at, from, Math.min(length, from + count, from + length - at));
        return length;
      }
    }
  }

  #insert(length: number, at: number, count: number): number {
    const room = Math.min(count, MAX_BYTES - length);
    this.#work.copyWithin(at + room, at, length);
    const value = INTERESTING[this.random(INTERESTING.length)] as number;
    for (let index = 0; index < room; index += 1) {
      this.#work[at + index] = room > 4 ? value : this.random(256);
    }
    return length + room;
  }

  #splice(length: number, at: number): number {
    const other = this.#pick();
    const from = this.random(Math.max(1, other.length));
    const piece = other.subarray(from, from + Math.min(MAX_BYTES - at, other.length - from));
    this.#work.set(piece, at);
    return Math.max(at + piece.length, this.random(2) === 0 ? length : 0);
  }
}
