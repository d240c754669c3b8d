// Bounds what a client may send: requests and receiver reports are small and rare, anything more is a fault or an attack.

const WINDOW_MS = 10_000;
const BYTES_PER_WINDOW = 256 * 1024;
const CHUNKS_PER_WINDOW = 4_000;

export class TrafficWindow {
  #startMs = Number.NEGATIVE_INFINITY;
  #bytes = 0;
  #chunks = 0;

  /** Counts what has come; false once it is too much. */
  admit(bytes: number, nowMs: number): boolean {
    if (nowMs - this.#startMs > WINDOW_MS) {
      this.#startMs = nowMs;
      this.#bytes = 0;
      this.#chunks = 0;
    }
    this.#bytes += bytes;
    this.#chunks += 1;
    return this.#bytes <= BYTES_PER_WINDOW && this.#chunks <= CHUNKS_PER_WINDOW;
  }
}
