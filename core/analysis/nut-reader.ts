// Reads NUT as ffmpeg writes it with raw pictures of one size: the one container of its that gives each picture at once and
// with its time. What it does not need of the format (side data, checksums, indexes) is passed over.
// Format: https://ffmpeg.org/~michael/nut.txt, as libavformat/nutenc.c writes it.
import { NightjarError } from "../errors.ts";

const FLAG = {
  codedPts: 1 << 3,
  streamId: 1 << 4,
  sizeMsb: 1 << 5,
  checksum: 1 << 6,
  reserved: 1 << 7,
  sideData: 1 << 8,
  headerIndex: 1 << 10,
  matchTime: 1 << 11,
  coded: 1 << 12,
  invalid: 1 << 13,
} as const;
const FILE_ID = "nut/multimedia container\0";
const LETTER_N = 0x4e;
/** Second letter of the start codes. */
const MAIN = 0x4d;
const STREAM = 0x53;
const SYNCPOINT = 0x4b;
const CODE_BYTES = 8;
const LONG_PACKET = 4_096;
/** What stands before a picture takes less; a longer head is none. */
const HEAD_LIMIT_BYTES = 16 * 1024;

interface FrameCode {
  readonly flags: number;
  readonly stream: number;
  readonly multiplier: number;
  readonly size: number;
  readonly ptsDelta: number;
  readonly reserved: number;
}

export interface NutSink {
  /** A picture and its time in seconds; the bytes are valid during the call only. */
  picture(bytes: Buffer, seconds: number): void;
}

/** The bytes end before the number does. */
const MORE = Symbol("more");

class Cursor {
  readonly bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  byte(): number {
    if (this.at >= this.bytes.length) throw MORE;
    const value = this.bytes[this.at] as number;
    this.at += 1;
    return value;
  }

  /** A number of seven bits a byte, the highest first. */
  number(): number {
    let value = 0;
    for (let count = 0; count < 8; count += 1) {
      const byte = this.byte();
      value = value * 128 + (byte & 0x7f);
      if ((byte & 0x80) === 0) return value;
    }
    throw broken("a number has no end");
  }

  signed(): number {
    const value = this.number() + 1;
    return value % 2 === 1 ? -(value - 1) / 2 : value / 2;
  }
}

/** Takes what ffmpeg writes, in any pieces. */
export class NutReader {
  readonly #sink: NutSink;
  readonly #pictureBytes: number;
  /** The begin of a packet whose rest has not come yet: one place for all of a stream's life. */
  readonly #held: Buffer;
  #heldBytes = 0;
  #hasBegun = false;
  #codes: (FrameCode | undefined)[] = [];
  #timeBase = { numerator: 1, denominator: 1 };
  #timeShift = 0;
  #lastPts = 0;

  /** Each picture is of `pictureBytes`; anything else is an error. */
  constructor(pictureBytes: number, sink: NutSink) {
    this.#pictureBytes = pictureBytes;
    this.#sink = sink;
    this.#held = Buffer.alloc(pictureBytes + HEAD_LIMIT_BYTES);
  }

  /** Takes a piece. Throws `NJ_NUT_INVALID` for what is no such file. */
  push(piece: Buffer): void {
    let rest = piece;
    if (this.#heldBytes > 0) {
      const added = piece.copy(this.#held, this.#heldBytes);
      const whole = this.#held.subarray(0, this.#heldBytes + added);
      const taken = this.#takeOne(whole);
      if (taken === 0) {
        if (added < piece.length) throw broken("a packet is too long");
        this.#heldBytes = whole.length;
        return;
      }
      // It was not whole before, so it ends in this piece.
      rest = piece.subarray(taken - this.#heldBytes);
      this.#heldBytes = 0;
    }
    for (let taken = this.#takeOne(rest); taken > 0; taken = this.#takeOne(rest)) rest = rest.subarray(taken);
    if (rest.length > this.#held.length) throw broken("a packet is too long");
    this.#heldBytes = rest.copy(this.#held);
  }

  /** Bytes of the packet that was taken; 0 while it is not whole. */
  #takeOne(bytes: Buffer): number {
    if (bytes.length === 0) return 0;
    try {
      if (!this.#hasBegun) {
        if (bytes.length < FILE_ID.length) return 0;
        if (bytes.toString("latin1", 0, FILE_ID.length) !== FILE_ID) throw broken("it does not begin as one");
        this.#hasBegun = true;
        return FILE_ID.length;
      }
      return bytes[0] === LETTER_N ? this.#takePacket(bytes) : this.#takeFrame(bytes);
    } catch (error) {
      if (error === MORE) return 0;
      throw error;
    }
  }

  #takePacket(bytes: Buffer): number {
    const cursor = new Cursor(bytes, CODE_BYTES);
    const length = cursor.number();
    if (length > HEAD_LIMIT_BYTES) throw broken("a head is too long");
    if (length > LONG_PACKET) cursor.at += 4;
    const end = cursor.at + length;
    if (bytes.length < end) return 0;
    const kind = bytes[1];
    if (kind === MAIN) this.#readMain(cursor);
    else if (kind === STREAM) this.#readStream(cursor);
    // One stream and one time base: the key time is that of the next picture.
    else if (kind === SYNCPOINT) this.#lastPts = cursor.number();
    return end;
  }

  #readMain(cursor: Cursor): void {
    if (cursor.number() > 3) cursor.number();
    if (cursor.number() !== 1) throw broken("it has more than one stream");
    cursor.number();
    if (cursor.number() !== 1) throw broken("it has more than one time base");
    this.#timeBase = { numerator: cursor.number(), denominator: cursor.number() };
    const codes: (FrameCode | undefined)[] = [];
    const code = { ptsDelta: 0, multiplier: 1, stream: 0 };
    while (codes.length < 256) {
      const flags = cursor.number();
      const fields = cursor.number();
      if (fields > 0) code.ptsDelta = cursor.signed();
      if (fields > 1) code.multiplier = cursor.number();
      if (fields > 2) code.stream = cursor.number();
      const size = fields > 3 ? cursor.number() : 0;
      const reserved = fields > 4 ? cursor.number() : 0;
      const count = fields > 5 ? cursor.number() : code.multiplier - size;
      if (fields > 6) cursor.signed();
      if (fields > 7) cursor.number();
      for (let skipped = 8; skipped < fields; skipped += 1) cursor.number();
      if (count <= 0) throw broken("its table of frame codes does not count");
      const { ptsDelta, multiplier, stream } = code;
      for (let step = 0; step < count && codes.length < 256; ) {
        if (codes.length === LETTER_N) {
          codes.push(undefined);
          continue;
        }
        codes.push({ flags, ptsDelta, multiplier, stream, size: size + step, reserved });
        step += 1;
      }
    }
    this.#codes = codes;
  }

  #readStream(cursor: Cursor): void {
    cursor.number();
    cursor.number();
    const codecBytes = cursor.number();
    cursor.at += codecBytes;
    cursor.number();
    this.#timeShift = cursor.number();
  }

  #takeFrame(bytes: Buffer): number {
    const cursor = new Cursor(bytes, 0);
    const code = this.#codes[cursor.byte()];
    if (code === undefined || (code.flags & FLAG.invalid) !== 0)
      throw broken("a picture begins with no known code");
    const flags = (code.flags & FLAG.coded) === 0 ? code.flags : code.flags ^ cursor.number();
    if ((flags & FLAG.streamId) !== 0) cursor.number();
    const pts =
      (flags & FLAG.codedPts) === 0 ? this.#lastPts + code.ptsDelta : this.#wholeTime(cursor.number());
    const size = code.size + ((flags & FLAG.sizeMsb) === 0 ? 0 : code.multiplier * cursor.number());
    if ((flags & FLAG.matchTime) !== 0) cursor.signed();
    if ((flags & FLAG.headerIndex) !== 0) cursor.number();
    const reserved = (flags & FLAG.reserved) === 0 ? code.reserved : cursor.number();
    for (let skipped = 0; skipped < reserved; skipped += 1) cursor.number();
    if ((flags & FLAG.checksum) !== 0) cursor.at += 4;
    if (size !== this.#pictureBytes || (flags & FLAG.sideData) !== 0)
      throw broken(`a picture has ${size} bytes, not ${this.#pictureBytes}`);
    const end = cursor.at + size;
    if (bytes.length < end) return 0;
    this.#lastPts = pts;
    const { numerator, denominator } = this.#timeBase;
    this.#sink.picture(bytes.subarray(cursor.at, end), (pts * numerator) / denominator);
    return end;
  }

  /** A time is written whole, or as its lowest bits. */
  #wholeTime(coded: number): number {
    const span = 2 ** this.#timeShift;
    if (coded >= span) return coded - span;
    const delta = this.#lastPts - Math.floor((span - 1) / 2);
    return ((((coded - delta) % span) + span) % span) + delta;
  }
}

function broken(why: string): NightjarError {
  return new NightjarError("NJ_NUT_INVALID", "data-loss", `what ffmpeg wrote is no NUT: ${why}`);
}
