// Walks the boxes of a byte array without trusting it: sizes are checked, nothing is read beyond the end
// (ISO/IEC 14496-12 §4.2). Made for movie boxes and fragments, which are read whole; files are walked by read-segment.ts.
import { NightjarError } from "../../errors.ts";

/** More children than any box of ours has. */
const CHILD_LIMIT = 4_096;

/** One box inside a byte array. */
export interface Box {
  readonly type: string;
  /** Absolute positions in the array. */
  readonly start: number;
  readonly body: number;
  readonly end: number;
}

/** What a damaged or hostile file is answered with. */
export function invalidFile(what: string): NightjarError {
  return new NightjarError("NJ_MP4_INVALID", "data-loss", `a recording file is damaged: ${what}`);
}

/** A view of bytes with bounded access; reading beyond the end throws `NJ_MP4_INVALID`. */
export class BoxReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  u8(at: number): number {
    this.#check(at, 1);
    return this.#view.getUint8(at);
  }

  u16(at: number): number {
    this.#check(at, 2);
    return this.#view.getUint16(at);
  }

  u32(at: number): number {
    this.#check(at, 4);
    return this.#view.getUint32(at);
  }

  i32(at: number): number {
    this.#check(at, 4);
    return this.#view.getInt32(at);
  }

  u64(at: number): number {
    return this.u32(at) * 0x100000000 + this.u32(at + 4);
  }

  type(at: number): string {
    this.#check(at, 4);
    return String.fromCharCode(
      this.#view.getUint8(at),
      this.#view.getUint8(at + 1),
      this.#view.getUint8(at + 2),
      this.#view.getUint8(at + 3),
    );
  }

  /** A copy of bytes, so that the file's buffer can go. */
  copy(start: number, end: number): Uint8Array<ArrayBuffer> {
    this.#check(start, end - start);
    return new Uint8Array(this.bytes.slice(start, end));
  }

  /** The box that starts at `at` and ends by `limit`. */
  box(at: number, limit: number): Box {
    if (at + 8 > limit) throw invalidFile("a box is cut off");
    let size = this.u32(at);
    let body = at + 8;
    if (size === 1) {
      if (at + 16 > limit) throw invalidFile("a box is cut off");
      size = this.u64(at + 8);
      body = at + 16;
    }
    const end = at + size;
    if (end < body || end > limit) throw invalidFile("a box has an impossible size");
    return { type: this.type(at + 4), start: at, body, end };
  }

  /** The boxes between two positions. */
  boxes(start: number, end: number): Box[] {
    const boxes: Box[] = [];
    for (let at = start; at < end; ) {
      const box = this.box(at, end);
      if (boxes.push(box) > CHILD_LIMIT) throw invalidFile("a box has too many children");
      at = box.end;
    }
    return boxes;
  }

  /** The first child of a type, or undefined. `skip`: bytes of the parent's own fields. */
  child(parent: Box, type: string, skip = 0): Box | undefined {
    return this.boxes(parent.body + skip, parent.end).find((box) => box.type === type);
  }

  /** The first child of a type; throws if there is none. */
  need(parent: Box, type: string, skip = 0): Box {
    const box = this.child(parent, type, skip);
    if (box === undefined) throw invalidFile(`${parent.type} has no ${type}`);
    return box;
  }

  #check(at: number, length: number): void {
    if (at < 0 || length < 0 || at + length > this.#view.byteLength) throw invalidFile("a table is cut off");
  }
}

/** True for what a damaged file causes. */
export function isInvalid(error: unknown): error is Error {
  return error instanceof Error && "code" in error && error.code === "NJ_MP4_INVALID";
}
