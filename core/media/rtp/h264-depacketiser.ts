// H.264 over RTP (RFC 6184): single NAL unit packets, STAP-A and FU-A. The interleaved mode's types
// (STAP-B, MTAP, FU-B), which no camera sends, are ignored.

import { splitAnnexB } from "../codec/annex-b.ts";
import { H264_NAL, readSei } from "../codec/nal-units.ts";
import type { AccessUnitWriter } from "./access-unit-writer.ts";
import type { Depacketiser } from "./depacketiser.ts";
import type { ParameterSetStore } from "./parameter-set-store.ts";
import { SideNal } from "./side-nal.ts";

const STAP_A = 24;
const FU_A = 28;

export class H264Depacketiser implements Depacketiser {
  readonly #unit: AccessUnitWriter;
  readonly #sets: ParameterSetStore;
  readonly #side = new SideNal();
  readonly #head = Buffer.alloc(1);
  /** Type of the fragmented NAL unit in progress; 0 for none. */
  #fragment = 0;

  constructor(unit: AccessUnitWriter, sets: ParameterSetStore) {
    this.#unit = unit;
    this.#sets = sets;
  }

  packet(data: Buffer, start: number, end: number, timestamp: number, marker: boolean): void {
    if (end <= start) return;
    if (this.#fragment !== 0 && !this.#unit.holds(timestamp)) this.#breakOff();
    this.#unit.enter(timestamp);
    const type = (data[start] as number) & 0x1f;
    if (type === FU_A) this.#fragmented(data, start, end);
    else if (type === STAP_A) this.#aggregated(data, start + 1, end);
    else if (type < STAP_A) {
      this.#endFragment();
      this.#whole(data, start, end, true);
    }
    if (marker) {
      this.#endFragment();
      this.#unit.marker();
    }
  }

  /** A fragmented NAL unit goes on under another picture's time: its picture is not whole. */
  #breakOff(): void {
    this.#fragment = 0;
    this.#side.stop();
    this.#unit.lacks();
  }

  lost(): void {
    this.#fragment = 0;
    this.#side.stop();
    this.#unit.lost();
  }

  close(): void {
    this.#unit.close();
  }

  #aggregated(data: Buffer, start: number, end: number): void {
    this.#endFragment();
    let at = start;
    while (at + 2 < end) {
      const nalEnd = at + 2 + (((data[at] as number) << 8) | (data[at + 1] as number));
      if (nalEnd > end) {
        this.#unit.lacks();
        return;
      }
      if (nalEnd > at + 2) this.#whole(data, at + 2, nalEnd, true);
      at = nalEnd;
    }
  }

  #fragmented(data: Buffer, start: number, end: number): void {
    if (end - start < 3) return;
    const header = data[start + 1] as number;
    const type = header & 0x1f;
    if ((header & 0x80) !== 0) {
      this.#endFragment();
      this.#fragment = type;
      this.#head[0] = ((data[start] as number) & 0xe0) | type;
      if (type >= 1 && type <= 5) {
        this.#unit.slice(((data[start + 2] as number) & 0x80) !== 0, type === H264_NAL.idr);
        this.#unit.beginNal(this.#head, 0, 1);
      } else {
        this.#side.begin(this.#head, 0, 1);
      }
    } else if (this.#fragment === 0) {
      // The beginning is lost; of a picture this is worth the whole unit.
      if (type >= 1 && type <= 5) this.#unit.lacks();
      return;
    }
    if (this.#side.active) this.#side.append(data, start + 2, end);
    else this.#unit.moreOfNal(data, start + 2, end);
    if ((header & 0x40) !== 0) this.#endFragment();
  }

  /** Some cameras never set the end bit: whatever comes next ends the fragments. */
  #endFragment(): void {
    if (this.#fragment === 0) return;
    this.#fragment = 0;
    if (this.#side.active) {
      this.#side.stop();
      this.#whole(this.#side.data, 0, this.#side.length, true);
    } else {
      this.#unit.endNal();
    }
  }

  #whole(data: Buffer, start: number, end: number, maySplit: boolean): void {
    const type = (data[start] as number) & 0x1f;
    switch (type) {
      case 1:
      case 2:
      case 3:
      case 4:
      case H264_NAL.idr:
        if (end - start < 2) return;
        this.#unit.slice(((data[start + 1] as number) & 0x80) !== 0, type === H264_NAL.idr);
        this.#unit.nal(data, start, end);
        return;
      case H264_NAL.sei: {
        if (maySplit && this.#split(data, start, end)) return;
        const sei = readSei(data, start, end, 1);
        if (sei.onlyFiller) return;
        if (sei.recoveryPoint) this.#unit.recoveryPoint();
        this.#unit.nal(data, start, end);
        return;
      }
      case H264_NAL.sps:
        if (maySplit && this.#split(data, start, end)) return;
        this.#sets.take(1, data, start, end);
        return;
      case H264_NAL.pps:
        if (maySplit && this.#split(data, start, end)) return;
        this.#sets.take(2, data, start, end);
        return;
      default:
        // Delimiters, fillers, ends, and extensions for layers that nobody decodes.
        if (maySplit) this.#split(data, start, end);
    }
  }

  /**
   * Some cameras put a whole Annex B stream (SPS, start code, PPS, start code, IDR …) into one NAL unit. A start code
   * cannot occur inside a real one (emulation prevention). Returns true if this was such a packet.
   */
  #split(data: Buffer, start: number, end: number): boolean {
    if (end - start < 8) return false;
    const view = data.subarray(start, end);
    if (view.indexOf(START_CODE) === -1) return false;
    const nals = splitAnnexB(Buffer.concat([START_CODE, view]));
    for (const nal of nals) this.#whole(nal as Buffer, 0, nal.length, false);
    return true;
  }
}

const START_CODE = Buffer.of(0, 0, 1);
