// Parameter sets as they stand in samples of an avc3/hev1 track: taken out of the decoder configuration record
// (ISO/IEC 14496-15 §5.3.3 and §8.3.3), each with a 4-byte length.
import type { VideoFormat } from "../format.ts";

const known = new WeakMap<VideoFormat, Uint8Array>();

/** The parameter sets of a format, length-prefixed, in shared memory; undefined if the record is unreadable. */
export function inBandSets(format: VideoFormat | undefined): Uint8Array | undefined {
  if (format === undefined) return undefined;
  const found = known.get(format);
  if (found !== undefined) return found;
  const units = format.codec === "h264" ? setsOfAvc(format.decoderConfig) : setsOfHevc(format.decoderConfig);
  if (units.length === 0) return undefined;
  const total = units.reduce((sum, unit) => sum + 4 + unit.length, 0);
  const bytes = Buffer.from(new SharedArrayBuffer(total));
  let at = 0;
  for (const unit of units) {
    at = bytes.writeUInt32BE(unit.length, at);
    bytes.set(unit, at);
    at += unit.length;
  }
  known.set(format, bytes);
  return bytes;
}

function setsOfAvc(record: Uint8Array): Uint8Array[] {
  const reader = new UnitReader(record, 5);
  const units = reader.units(reader.byte() & 0x1f);
  return [...units, ...reader.units(reader.byte())];
}

function setsOfHevc(record: Uint8Array): Uint8Array[] {
  const reader = new UnitReader(record, 22);
  const units: Uint8Array[] = [];
  const arrays = reader.byte();
  for (let index = 0; index < arrays; index += 1) {
    reader.byte();
    units.push(...reader.units(reader.byte() * 256 + reader.byte()));
  }
  return units;
}

/** Reads counted NAL units of a record; what lies past its end is left out. */
class UnitReader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  byte(): number {
    const value = this.#bytes[this.#at] ?? 0;
    this.#at += 1;
    return value;
  }

  units(count: number): Uint8Array[] {
    const units: Uint8Array[] = [];
    for (let index = 0; index < count; index += 1) {
      const length = this.byte() * 256 + this.byte();
      if (length === 0 || this.#at + length > this.#bytes.length) break;
      units.push(this.#bytes.subarray(this.#at, this.#at + length));
      this.#at += length;
    }
    return units;
  }
}
