// AAC over RTP as mpeg4-generic (RFC 3640 §3.2, §3.3.6): several access units a packet, or one over several packets.
import { BitReader } from "../codec/bit-reader.ts";
import type { FrameArena } from "../slab.ts";
import type { AudioOutput, Depacketiser } from "./depacketiser.ts";

export interface AacPacketLayout {
  /** Bits of the fields of an AU header, from `sizelength`, `indexlength` and `indexdeltalength`. */
  readonly sizeLength: number;
  readonly indexLength: number;
  readonly indexDeltaLength: number;
  /** RTP clock ticks in one access unit. */
  readonly unitDuration: number;
}

const MAX_UNITS = 64;
/** Longest AAC access unit: 8 192 bytes by its 13-bit size field, and room for odd size lengths. */
const MAX_UNIT_BYTES = 65_536;

export class AacDepacketiser implements Depacketiser {
  readonly #arena: FrameArena;
  readonly #output: AudioOutput;
  readonly #layout: AacPacketLayout;
  readonly #sizes = new Int32Array(MAX_UNITS);
  #fragmentTotal = 0;
  #fragmentTimestamp = 0;

  constructor(arena: FrameArena, output: AudioOutput, layout: AacPacketLayout) {
    this.#arena = arena;
    this.#output = output;
    this.#layout = layout;
  }

  packet(data: Buffer, start: number, end: number, timestamp: number): void {
    if (end - start < 3) return;
    const headerBits = ((data[start] as number) << 8) | (data[start + 1] as number);
    const bodyStart = start + 2 + ((headerBits + 7) >> 3);
    if (headerBits === 0 || bodyStart >= end) return;
    const units = this.#readSizes(data, start + 2, bodyStart, headerBits);
    if (units === 0) return;
    const firstSize = this.#sizes[0] as number;
    if (units === 1 && firstSize > end - bodyStart) {
      this.#fragment(data, bodyStart, end, timestamp, firstSize);
      return;
    }
    this.#fragmentTotal = 0;
    let at = bodyStart;
    for (let unit = 0; unit < units; unit += 1) {
      const next = at + (this.#sizes[unit] as number);
      if (next > end) return;
      if (next > at) {
        this.#arena.begin();
        this.#arena.append(data, at, next);
        const duration = this.#layout.unitDuration;
        this.#output.audioFrame(this.#arena.finish(), timestamp + unit * duration, duration);
      }
      at = next;
    }
  }

  lost(): void {
    this.#fragmentTotal = 0;
    this.#arena.drop();
  }

  close(): void {
    this.#arena.close();
  }

  #readSizes(data: Buffer, start: number, end: number, headerBits: number): number {
    const { sizeLength, indexLength, indexDeltaLength } = this.#layout;
    // The layout of nearly every camera needs no bit reader.
    if (sizeLength === 13 && indexLength === 3 && indexDeltaLength === 3) {
      const units = Math.min(MAX_UNITS, headerBits >> 4);
      for (let unit = 0; unit < units; unit += 1) {
        const at = start + 2 * unit;
        this.#sizes[unit] = (((data[at] as number) << 8) | (data[at + 1] as number)) >> 3;
      }
      return units;
    }
    const bits = new BitReader(data, start, end);
    let left = headerBits;
    let units = 0;
    while (units < MAX_UNITS) {
      const width = sizeLength + (units === 0 ? indexLength : indexDeltaLength);
      if (left < width || width === 0) break;
      this.#sizes[units] = bits.bits(sizeLength);
      bits.skip(width - sizeLength);
      left -= width;
      units += 1;
    }
    return bits.overrun ? 0 : units;
  }

  #fragment(data: Buffer, start: number, end: number, timestamp: number, total: number): void {
    if (total > MAX_UNIT_BYTES) return;
    if (this.#fragmentTotal !== total || this.#fragmentTimestamp !== timestamp) {
      this.#fragmentTotal = total;
      this.#fragmentTimestamp = timestamp;
      this.#arena.begin();
    }
    if (this.#arena.length + end - start > total) {
      this.lost();
      return;
    }
    this.#arena.append(data, start, end);
    if (this.#arena.length === total) {
      this.#fragmentTotal = 0;
      this.#output.audioFrame(this.#arena.finish(), timestamp, this.#layout.unitDuration);
    }
  }
}
