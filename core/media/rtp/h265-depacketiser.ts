// H.265 over RTP (RFC 7798): single NAL unit packets, aggregation packets (48) and fragmentation units (49),
// with decoding order numbers where sprop-max-don-diff says so (they are skipped: cameras send in order). PACI is ignored.
import { H265_NAL, h265NalType, isH265KeyFrame, isH265Picture, readSei } from "../codec/nal-units.ts";
import type { AccessUnitWriter } from "./access-unit-writer.ts";
import type { Depacketiser } from "./depacketiser.ts";
import type { ParameterSetStore } from "./parameter-set-store.ts";
import { SideNal } from "./side-nal.ts";

const AGGREGATION = 48;
const FRAGMENTATION = 49;

export class H265Depacketiser implements Depacketiser {
  readonly #unit: AccessUnitWriter;
  readonly #sets: ParameterSetStore;
  readonly #side = new SideNal();
  readonly #head = Buffer.alloc(2);
  readonly #hasOrderNumbers: boolean;
  #inFragment = false;

  constructor(unit: AccessUnitWriter, sets: ParameterSetStore, hasOrderNumbers: boolean) {
    this.#unit = unit;
    this.#sets = sets;
    this.#hasOrderNumbers = hasOrderNumbers;
  }

  packet(data: Buffer, start: number, end: number, timestamp: number, marker: boolean): void {
    if (end - start < 3) return;
    if (this.#inFragment && !this.#unit.holds(timestamp)) this.#breakOff();
    this.#unit.enter(timestamp);
    const type = h265NalType(data[start] as number);
    if (type === FRAGMENTATION) this.#fragmented(data, start, end);
    else if (type === AGGREGATION) this.#aggregated(data, start + 2, end);
    else if (type < AGGREGATION) {
      this.#endFragment();
      if (!this.#hasOrderNumbers) this.#whole(data, start, end);
      else if (end - start > 4) this.#wholeWithOrderNumber(data, start, end);
    }
    if (marker) {
      this.#endFragment();
      this.#unit.marker();
    }
  }

  /** A fragmented NAL unit goes on under another picture's time: its picture is not whole. */
  #breakOff(): void {
    this.#inFragment = false;
    this.#side.stop();
    this.#unit.lacks();
  }

  lost(): void {
    this.#inFragment = false;
    this.#side.stop();
    this.#unit.lost();
  }

  close(): void {
    this.#unit.close();
  }

  #wholeWithOrderNumber(data: Buffer, start: number, end: number): void {
    // The order number stands between header and payload: the header moves up to the payload.
    data[start + 3] = data[start + 1] as number;
    data[start + 2] = data[start] as number;
    this.#whole(data, start + 2, end);
  }

  #aggregated(data: Buffer, start: number, end: number): void {
    this.#endFragment();
    let at = this.#hasOrderNumbers ? start + 2 : start;
    let isFirst = true;
    for (;;) {
      if (this.#hasOrderNumbers && !isFirst) at += 1;
      isFirst = false;
      if (at + 2 >= end) return;
      const nalEnd = at + 2 + (((data[at] as number) << 8) | (data[at + 1] as number));
      if (nalEnd > end) {
        this.#unit.lacks();
        return;
      }
      if (nalEnd - at > 4) this.#whole(data, at + 2, nalEnd);
      at = nalEnd;
    }
  }

  #fragmented(data: Buffer, start: number, end: number): void {
    const header = data[start + 2] as number;
    const type = header & 0x3f;
    const isStart = (header & 0x80) !== 0;
    // Only the first fragment carries the order number (RFC 7798 §4.4.3).
    const bodyStart = start + 3 + (this.#hasOrderNumbers && isStart ? 2 : 0);
    if (bodyStart >= end) return;
    if (isStart) {
      this.#endFragment();
      this.#inFragment = true;
      this.#head[0] = ((data[start] as number) & 0x81) | (type << 1);
      this.#head[1] = data[start + 1] as number;
      if (isH265Picture(type)) {
        this.#unit.slice(((data[bodyStart] as number) & 0x80) !== 0, isH265KeyFrame(type));
        this.#unit.beginNal(this.#head, 0, 2);
      } else {
        this.#side.begin(this.#head, 0, 2);
      }
    } else if (!this.#inFragment) {
      if (isH265Picture(type)) this.#unit.lacks();
      return;
    }
    if (this.#side.active) this.#side.append(data, bodyStart, end);
    else this.#unit.moreOfNal(data, bodyStart, end);
    if ((header & 0x40) !== 0) this.#endFragment();
  }

  #endFragment(): void {
    if (!this.#inFragment) return;
    this.#inFragment = false;
    if (this.#side.active) {
      this.#side.stop();
      this.#whole(this.#side.data, 0, this.#side.length);
    } else {
      this.#unit.endNal();
    }
  }

  #whole(data: Buffer, start: number, end: number): void {
    if (end - start < 3) return;
    const type = h265NalType(data[start] as number);
    if (isH265Picture(type)) {
      this.#unit.slice(((data[start + 2] as number) & 0x80) !== 0, isH265KeyFrame(type));
      this.#unit.nal(data, start, end);
    } else if (type === H265_NAL.vps) {
      this.#sets.take(0, data, start, end);
    } else if (type === H265_NAL.sps) {
      this.#sets.take(1, data, start, end);
    } else if (type === H265_NAL.pps) {
      this.#sets.take(2, data, start, end);
    } else if (type === H265_NAL.prefixSei || type === H265_NAL.suffixSei) {
      const sei = readSei(data, start, end, 2);
      if (sei.onlyFiller) return;
      if (sei.recoveryPoint) this.#unit.recoveryPoint();
      this.#unit.nal(data, start, end);
    }
    // Delimiters, fillers, ends and reserved types are of no use in a file.
  }
}
