// Collects what is to be written within a moment into one message for the writer thread. Pieces over shared
// memory travel as references, neighbours joined; the others (headers of a few kB) are copied once.
import type { WriterBatch, WriterOperation } from "./volume-messages.ts";

/** One message in the making. */
export class WriteBatch {
  readonly #operations: WriterOperation[] = [];
  readonly #buffers: SharedArrayBuffer[] = [];
  #bytes = new Uint8Array(16 * 1024);
  #used = 0;
  /** Bytes of the pieces that it holds or refers to. */
  writeBytes = 0;

  get isEmpty(): boolean {
    return this.#operations.length === 0;
  }

  push(operation: WriterOperation): void {
    this.#operations.push(operation);
  }

  /** Copies bytes into the message; returns where they lie. */
  copy(bytes: Uint8Array): { at: number; length: number } {
    const at = this.#used;
    if (at + bytes.length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#bytes.length * 2, at + bytes.length));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(bytes, at);
    this.#used = at + bytes.length;
    return { at, length: bytes.length };
  }

  /** Turns pieces into spans: triples of source, offset and length. */
  spans(pieces: readonly Uint8Array[]): number[] {
    const spans: number[] = [];
    for (const piece of pieces) {
      if (piece.length === 0) continue;
      this.writeBytes += piece.length;
      const shared = piece.buffer instanceof SharedArrayBuffer;
      const source = shared ? this.#bufferIndex(piece.buffer as SharedArrayBuffer) : -1;
      const start = shared ? piece.byteOffset : this.copy(piece).at;
      const last = spans.length - 3;
      if (
        last >= 0 &&
        spans[last] === source &&
        (spans[last + 1] as number) + (spans[last + 2] as number) === start
      ) {
        spans[last + 2] = (spans[last + 2] as number) + piece.length;
      } else {
        spans.push(source, start, piece.length);
      }
    }
    return spans;
  }

  /** The message, and what of it is to be transferred. */
  take(): { message: WriterBatch; transfer: ArrayBuffer[] } {
    // A slice, so that a large buffer that held little does not travel.
    const bytes = this.#bytes.slice(0, this.#used);
    return {
      message: { operations: this.#operations, buffers: this.#buffers, bytes },
      transfer: [bytes.buffer],
    };
  }

  #bufferIndex(buffer: SharedArrayBuffer): number {
    // The newest first: frames of a part follow each other in one slab.
    const index = this.#buffers.lastIndexOf(buffer);
    return index >= 0 ? index : this.#buffers.push(buffer) - 1;
  }
}
