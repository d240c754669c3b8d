// Decoder for G.726 ADPCM at 16, 24, 32 and 40 kbit/s (ITU-T G.726 §4), giving 16-bit linear samples.
// The arithmetic follows the recommendation's fixed-point blocks, named here as there: RECONST, ADDA/ANTILOG,
// FUNCTW, FILTD/E, UPA1/2, UPB, TRANS. Two packings exist: RFC 3551 (first sample in the low bits) and
// AAL2 of ITU-T I.366.2 (first sample in the high bits).
import { ulawFromLinear } from "./g711.ts";
import { type G726Rate, type RateTables, TABLES } from "./g726-tables.ts";

export type { G726Rate } from "./g726-tables.ts";

export type G726Packing = "rfc3551" | "aal2";

/** One direction's decoder with its adaptive state. */
export class G726Decoder {
  readonly #tables: RateTables;
  readonly #packing: G726Packing;
  #yl = 34_816;
  #yu = 544;
  #dms = 0;
  #dml = 0;
  #ap = 0;
  #td = 0;
  readonly #a = new Int32Array(2);
  readonly #b = new Int32Array(6);
  readonly #pk = new Int32Array(2);
  readonly #dq = new Int32Array(6).fill(32);
  readonly #sr = new Int32Array(2).fill(32);

  constructor(rate: G726Rate, packing: G726Packing) {
    this.#tables = TABLES[rate];
    this.#packing = packing;
  }

  /** Samples in `bytes` bytes of payload. */
  samplesIn(bytes: number): number {
    return Math.floor((bytes * 8) / this.#tables.bits);
  }

  /** Decodes a payload to µ-law into `target`, which has room for {@link samplesIn}; returns the samples written. */
  decodeToUlaw(data: Uint8Array, start: number, end: number, target: Uint8Array): number {
    return this.#decode(data, start, end, (index, sample) => {
      target[index] = ulawFromLinear(sample);
    });
  }

  /** Decodes a payload to 16-bit linear samples. */
  decodeToLinear(data: Uint8Array, start: number, end: number, target: Int16Array): number {
    return this.#decode(data, start, end, (index, sample) => {
      target[index] = sample;
    });
  }

  #decode(
    data: Uint8Array,
    start: number,
    end: number,
    put: (index: number, sample: number) => void,
  ): number {
    const width = this.#tables.bits;
    const mask = (1 << width) - 1;
    const lowFirst = this.#packing === "rfc3551";
    let pool = 0;
    let held = 0;
    let count = 0;
    for (let at = start; at < end; at += 1) {
      const byte = data[at] as number;
      pool = lowFirst ? pool | (byte << held) : ((pool << 8) | byte) & 0xffff;
      held += 8;
      while (held >= width) {
        held -= width;
        if (lowFirst) {
          put(count, this.#sample(pool & mask));
          pool >>= width;
        } else {
          put(count, this.#sample((pool >> held) & mask));
        }
        count += 1;
      }
    }
    return count;
  }

  #sample(code: number): number {
    const { bits, dqln, witab, fitab } = this.#tables;
    const sezi = this.#predictZero();
    const sez = sezi >> 1;
    const se = (sezi + this.#predictPole()) >> 1;
    const y = this.#stepSize();
    const dq = reconstruct((code & (1 << (bits - 1))) !== 0, dqln[code] as number, y);
    const sr = dq < 0 ? se - (dq & 0x3fff) : se + dq;
    const dqsez = sr - se + sez;
    this.#update(bits, y, witab[code] as number, fitab[code] as number, dq, sr, dqsez);
    return Math.max(-32_768, Math.min(32_767, sr << 2));
  }

  #predictZero(): number {
    let sum = 0;
    for (let index = 0; index < 6; index += 1) {
      sum += floatMultiply((this.#b[index] as number) >> 2, this.#dq[index] as number);
    }
    return sum;
  }

  #predictPole(): number {
    return (
      floatMultiply((this.#a[1] as number) >> 2, this.#sr[1] as number) +
      floatMultiply((this.#a[0] as number) >> 2, this.#sr[0] as number)
    );
  }

  #stepSize(): number {
    if (this.#ap >= 256) return this.#yu;
    let y = this.#yl >> 6;
    const difference = this.#yu - y;
    const al = this.#ap >> 2;
    if (difference > 0) y += (difference * al) >> 6;
    else if (difference < 0) y += (difference * al + 0x3f) >> 6;
    return y;
  }

  #update(bits: number, y: number, wi: number, fi: number, dq: number, sr: number, dqsez: number): void {
    const a = this.#a;
    const b = this.#b;
    const pk = this.#pk;
    const pk0 = dqsez < 0 ? 1 : 0;
    const magnitude = dq & 0x7fff;
    // TRANS: a partial tone that jumps resets the predictor.
    const ylInteger = this.#yl >> 15;
    const threshold1 = (32 + ((this.#yl >> 10) & 0x1f)) << ylInteger;
    const threshold2 = ylInteger > 9 ? 31 << 10 : threshold1;
    const transition = this.#td !== 0 && magnitude > (threshold2 + (threshold2 >> 1)) >> 1;
    // FUNCTW, FILTD, LIMB, FILTE.
    this.#yu = Math.max(544, Math.min(5_120, y + ((wi - y) >> 5)));
    this.#yl += this.#yu + (-this.#yl >> 6);
    let a2 = 0;
    if (transition) {
      a.fill(0);
      b.fill(0);
    } else {
      const pks1 = pk0 ^ (pk[0] as number);
      a2 = (a[1] as number) - ((a[1] as number) >> 7);
      if (dqsez !== 0) {
        const a1 = a[0] as number;
        const fa1 = pks1 !== 0 ? a1 : -a1;
        if (fa1 < -8_191) a2 -= 0x100;
        else if (fa1 > 8_191) a2 += 0xff;
        else a2 += fa1 >> 5;
        if ((pk0 ^ (pk[1] as number)) !== 0) {
          if (a2 <= -12_160) a2 = -12_288;
          else if (a2 >= 12_416) a2 = 12_288;
          else a2 -= 0x80;
        } else if (a2 <= -12_416) a2 = -12_288;
        else if (a2 >= 12_160) a2 = 12_288;
        else a2 += 0x80;
      }
      a[1] = a2;
      let a1 = (a[0] as number) - ((a[0] as number) >> 8);
      if (dqsez !== 0) a1 += pks1 === 0 ? 192 : -192;
      const limit = 15_360 - a2;
      a[0] = Math.max(-limit, Math.min(limit, a1));
      for (let index = 0; index < 6; index += 1) {
        let value = b[index] as number;
        value -= value >> (bits === 5 ? 9 : 8);
        if (magnitude !== 0) value += (dq ^ (this.#dq[index] as number)) >= 0 ? 128 : -128;
        b[index] = value;
      }
    }
    this.#dq.copyWithin(1, 0, 5);
    this.#dq[0] = dqToFloat(dq, magnitude);
    this.#sr[1] = this.#sr[0] as number;
    this.#sr[0] = srToFloat(sr);
    pk[1] = pk[0] as number;
    pk[0] = pk0;
    // TONE.
    this.#td = !transition && a2 < -11_776 ? 1 : 0;
    this.#dms += (fi - this.#dms) >> 5;
    this.#dml += ((fi << 2) - this.#dml) >> 7;
    if (transition) this.#ap = 256;
    else if (y < 1_536 || this.#td === 1 || Math.abs((this.#dms << 2) - this.#dml) >= this.#dml >> 3) {
      this.#ap += (0x200 - this.#ap) >> 4;
    } else this.#ap += -this.#ap >> 4;
  }
}

/** Bits needed for `value`, at most 15 (the recommendation's power-of-two search). */
function exponentOf(value: number): number {
  return Math.min(15, 32 - Math.clz32(value));
}

/** FMULT: a predictor coefficient times a signal in the 11-bit floating form. */
function floatMultiply(an: number, srn: number): number {
  const magnitude = an > 0 ? an : -an & 0x1fff;
  const exponent = exponentOf(magnitude) - 6;
  const mantissa = magnitude === 0 ? 32 : exponent >= 0 ? magnitude >> exponent : magnitude << -exponent;
  const productExponent = exponent + ((srn >> 6) & 0xf) - 13;
  const product = (mantissa * (srn & 0x3f) + 0x30) >> 4;
  const value = productExponent >= 0 ? (product << productExponent) & 0x7fff : product >> -productExponent;
  return (an ^ srn) < 0 ? -value : value;
}

/** RECONST and ANTILOG: the quantised difference, in sign and magnitude. */
function reconstruct(negative: boolean, dqln: number, y: number): number {
  const dql = dqln + (y >> 2);
  if (dql < 0) return negative ? -0x8000 : 0;
  const exponent = (dql >> 7) & 15;
  const dq = ((128 + (dql & 127)) << 7) >> (14 - exponent);
  return negative ? dq - 0x8000 : dq;
}

function dqToFloat(dq: number, magnitude: number): number {
  if (magnitude === 0) return dq >= 0 ? 0x20 : 0x20 - 0x400;
  const exponent = exponentOf(magnitude);
  const value = (exponent << 6) + ((magnitude << 6) >> exponent);
  return dq >= 0 ? value : value - 0x400;
}

function srToFloat(sr: number): number {
  if (sr === 0) return 0x20;
  if (sr > 0) {
    const exponent = exponentOf(sr);
    return (exponent << 6) + ((sr << 6) >> exponent);
  }
  if (sr <= -32_768) return 0x20 - 0x400;
  const magnitude = -sr;
  const exponent = exponentOf(magnitude);
  return (exponent << 6) + ((magnitude << 6) >> exponent) - 0x400;
}
