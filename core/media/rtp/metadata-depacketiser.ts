// The ONVIF metadata track (ONVIF Streaming Specification §5.1.2.1.1): XML documents cut into packets, the marker ends one.
import type { Depacketiser } from "./depacketiser.ts";

const LIMIT_BYTES = 256 * 1024;

export class MetadataDepacketiser implements Depacketiser {
  readonly #onDocument: (xml: string) => void;
  #pieces: Buffer[] = [];
  #length = 0;
  #timestamp = Number.NaN;
  /** The document in progress is too long or lacks a piece. */
  #broken = false;

  constructor(onDocument: (xml: string) => void) {
    this.#onDocument = onDocument;
  }

  packet(data: Buffer, start: number, end: number, timestamp: number, marker: boolean): void {
    // Without a marker the next document's timestamp ends this one.
    if (timestamp !== this.#timestamp && this.#length > 0) this.#finish();
    this.#timestamp = timestamp;
    this.#length += end - start;
    if (this.#length > LIMIT_BYTES) {
      this.#broken = true;
      this.#pieces = [];
    }
    if (!this.#broken && end > start) this.#pieces.push(Buffer.from(data.subarray(start, end)));
    if (marker) this.#finish();
  }

  lost(): void {
    this.#pieces = [];
    this.#broken = true;
  }

  close(): void {
    this.#pieces = [];
    this.#length = 0;
  }

  #finish(): void {
    const pieces = this.#pieces;
    const whole = !this.#broken && pieces.length > 0;
    this.#pieces = [];
    this.#length = 0;
    this.#broken = false;
    if (whole) this.#onDocument(Buffer.concat(pieces).toString("utf8"));
  }
}
