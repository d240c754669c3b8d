// Framing of the links between processes: `u32 length, u8 kind, payload`, length counting kind and payload.
// kind 0: one JSON value in UTF-8; kind 1: bytes whose layout the protocol of the pair declares.
import { NightjarError } from "../errors.ts";

export const FRAME_KIND = { json: 0, binary: 1 } as const;
/** Longest message: an eviction list or a desired state of 256 cameras fits many times over. */
export const FRAME_LIMIT_BYTES = 64 * 1024 * 1024;
const PREFIX_BYTES = 5;

/** The five bytes before a payload of `payloadBytes`. */
export function framePrefix(kind: number, payloadBytes: number): Buffer {
  const prefix = Buffer.allocUnsafe(PREFIX_BYTES);
  prefix.writeUInt32BE(payloadBytes + 1, 0);
  prefix[4] = kind;
  return prefix;
}

/** A whole frame of text: one buffer, so that it is one write of one piece. */
export function textFrame(kind: number, text: string): Buffer {
  const payloadBytes = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + payloadBytes);
  frame.writeUInt32BE(payloadBytes + 1, 0);
  frame[4] = kind;
  frame.write(text, PREFIX_BYTES);
  return frame;
}

/** Cuts a byte stream into frames; `onFrame` gets each payload, valid during the call only. */
export class FrameSplitter {
  readonly #onFrame: (kind: number, payload: Buffer) => void;
  #pieces: Buffer[] = [];
  #buffered = 0;
  #wanted = PREFIX_BYTES;
  readonly #limitBytes: number;

  constructor(onFrame: (kind: number, payload: Buffer) => void, limitBytes: number = FRAME_LIMIT_BYTES) {
    this.#onFrame = onFrame;
    this.#limitBytes = limitBytes;
  }

  /** Takes the next bytes, whose ownership passes to the splitter. Throws `NJ_LINK_PROTOCOL` on an impossible length. */
  push(chunk: Buffer): void {
    this.#pieces.push(chunk);
    this.#buffered += chunk.length;
    // Waiting for the whole frame before joining keeps a large message from being copied at every chunk.
    if (this.#buffered < this.#wanted) return;
    let bytes = this.#pieces.length === 1 ? chunk : Buffer.concat(this.#pieces);
    while (bytes.length >= PREFIX_BYTES) {
      const length = bytes.readUInt32BE(0);
      if (length < 1 || length > this.#limitBytes) {
        throw new NightjarError(
          "NJ_LINK_PROTOCOL",
          "internal",
          `a peer announced a message of ${length} bytes`,
        );
      }
      if (bytes.length < 4 + length) {
        this.#wanted = 4 + length;
        break;
      }
      this.#onFrame(bytes[4] as number, bytes.subarray(PREFIX_BYTES, 4 + length));
      bytes = bytes.subarray(4 + length);
      this.#wanted = PREFIX_BYTES;
    }
    this.#pieces = bytes.length === 0 ? [] : [bytes];
    this.#buffered = bytes.length;
  }
}
