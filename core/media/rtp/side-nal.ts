// Collects a fragmented NAL unit that is no picture slice (parameter set, SEI …), so that it can be looked at whole.

const LIMIT_BYTES = 1024 * 1024;

/** One NAL unit in the making. Memory grows with need up to 1 MiB and is kept. */
export class SideNal {
  #buffer = Buffer.alloc(0);
  #length = 0;
  #active = false;

  get active(): boolean {
    return this.#active;
  }

  get data(): Buffer {
    return this.#buffer;
  }

  get length(): number {
    return this.#length;
  }

  begin(head: Uint8Array, start: number, end: number): void {
    this.#length = 0;
    this.#active = true;
    this.append(head, start, end);
  }

  /** Appends a piece; a NAL unit beyond the limit is forgotten. */
  append(data: Uint8Array, start: number, end: number): void {
    if (!this.#active) return;
    const needed = this.#length + end - start;
    if (needed > LIMIT_BYTES) {
      this.#active = false;
      return;
    }
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(1024, needed * 2));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(data.subarray(start, end), this.#length);
    this.#length = needed;
  }

  stop(): void {
    this.#active = false;
  }
}
