// Writes ISO base media boxes (ISO/IEC 14496-12 §4.2) into a growing byte array; numbers are big-endian.
// For headers and tables, not for pictures: sample bytes never pass through here.
import { NightjarError } from "../../errors.ts";

/** Builds nested boxes: `begin`, fields, `end`; sizes are filled in when a box ends. */
export class BoxWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #length = 0;
  readonly #open: number[] = [];

  constructor(capacityBytes = 1024) {
    this.#bytes = new Uint8Array(capacityBytes);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** Starts a box of a four-character type. */
  begin(type: string): this {
    this.#open.push(this.#length);
    return this.u32(0).ascii(type);
  }

  /** Starts a box that carries version and flags. */
  beginFull(type: string, version: number, flags: number): this {
    return this.begin(type).u32(version * 0x1000000 + flags);
  }

  /** Ends the innermost box and writes its size. */
  end(): this {
    const start = this.#open.pop();
    if (start === undefined)
      throw new NightjarError("NJ_INTERNAL", "internal", "a box ended that never began");
    this.#view.setUint32(start, this.#length - start);
    return this;
  }

  u8(value: number): this {
    this.#ensure(1);
    this.#view.setUint8(this.#length, value);
    this.#length += 1;
    return this;
  }

  u16(value: number): this {
    this.#ensure(2);
    this.#view.setUint16(this.#length, value);
    this.#length += 2;
    return this;
  }

  u32(value: number): this {
    this.#ensure(4);
    this.#view.setUint32(this.#length, value);
    this.#length += 4;
    return this;
  }

  i32(value: number): this {
    this.#ensure(4);
    this.#view.setInt32(this.#length, value);
    this.#length += 4;
    return this;
  }

  /** A whole number from 0 to 2^53 in eight bytes. */
  u64(value: number): this {
    return this.u32(Math.floor(value / 0x100000000)).u32(value % 0x100000000);
  }

  f64(value: number): this {
    this.#ensure(8);
    this.#view.setFloat64(this.#length, value);
    this.#length += 8;
    return this;
  }

  /** Four-character codes and the like: one byte per character. */
  ascii(text: string): this {
    this.#ensure(text.length);
    for (let index = 0; index < text.length; index += 1) {
      this.#bytes[this.#length + index] = text.charCodeAt(index);
    }
    this.#length += text.length;
    return this;
  }

  bytes(bytes: Uint8Array): this {
    this.#ensure(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  zeros(count: number): this {
    this.#ensure(count);
    this.#bytes.fill(0, this.#length, this.#length + count);
    this.#length += count;
    return this;
  }

  /** Overwrites four bytes at `at`: a count that is known only afterwards. */
  patchU32(at: number, value: number): this {
    this.#view.setUint32(at, value);
    return this;
  }

  /** A copy of what was written, of exactly that size. All boxes must have ended. */
  toBytes(): Uint8Array<ArrayBuffer> {
    if (this.#open.length > 0) throw new NightjarError("NJ_INTERNAL", "internal", "a box was never ended");
    return this.#bytes.slice(0, this.#length);
  }

  #ensure(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}
