// Cuts a unit into RTP payloads without copying: a plan of byte ranges with up to four bytes to put before each.
// RFC 6184 §5.8 (FU-A), RFC 7798 §4.4.3 (FU), RFC 3640 §3.3.6 (AAC-hbr).
import type { PayloadForm, ServedUnit } from "./served-source.ts";

/** Payload bytes of a packet; with headers it stays below an Ethernet frame, also inside a tunnel. */
export const MAX_PAYLOAD_BYTES = 1_400;

/** The packets of one unit; reused from unit to unit. */
export class PacketPlan {
  count = 0;
  /** Payload bytes of all packets together. */
  payloadBytes = 0;
  readonly source: Uint8Array[] = [];
  readonly start: number[] = [];
  readonly end: number[] = [];
  readonly prefix: number[] = [];
  readonly prefixBytes: number[] = [];

  /** Replaces the plan by that of `unit`. */
  make(form: PayloadForm, unit: ServedUnit): void {
    this.count = 0;
    this.payloadBytes = 0;
    if (form === "h264" || form === "h265") {
      for (const set of unit.parameterSets ?? []) this.#nal(form, set, 0, set.length);
      this.#nals(form, unit);
    } else if (form === "aac-hbr") {
      // One AU-header of 13 bits size and 3 bits index; 16 bits of headers in all.
      this.#add(unit.data, unit.start, unit.end, (16 << 16) | ((unit.end - unit.start) << 3), 4);
    } else {
      for (let at = unit.start; at < unit.end; at += MAX_PAYLOAD_BYTES) {
        this.#add(unit.data, at, Math.min(unit.end, at + MAX_PAYLOAD_BYTES), 0, 0);
      }
    }
  }

  #nals(form: "h264" | "h265", unit: ServedUnit): void {
    const view = unit.data;
    let at = unit.start;
    while (at + 4 < unit.end) {
      const length =
        (view[at] as number) * 0x1000000 +
        (((view[at + 1] as number) << 16) | ((view[at + 2] as number) << 8) | (view[at + 3] as number));
      const end = Math.min(unit.end, at + 4 + length);
      if (end > at + 4) this.#nal(form, view, at + 4, end);
      at = end;
    }
  }

  #nal(form: "h264" | "h265", data: Uint8Array, start: number, end: number): void {
    if (end - start <= MAX_PAYLOAD_BYTES) {
      this.#add(data, start, end, 0, 0);
      return;
    }
    const first = data[start] as number;
    const headerBytes = form === "h264" ? 1 : 2;
    const type = form === "h264" ? first & 0x1f : (first >> 1) & 0x3f;
    const indicator =
      form === "h264"
        ? (first & 0xe0) | 28
        : (((first & 0x81) | (49 << 1)) << 8) | (data[start + 1] as number);
    const room = MAX_PAYLOAD_BYTES - headerBytes - 1;
    for (let at = start + headerBytes; at < end; at += room) {
      const last = at + room >= end;
      const fragment = type | (at === start + headerBytes ? 0x80 : 0) | (last ? 0x40 : 0);
      this.#add(data, at, last ? end : at + room, (indicator << 8) | fragment, headerBytes + 1);
    }
  }

  #add(source: Uint8Array, start: number, end: number, prefix: number, prefixBytes: number): void {
    const index = this.count;
    this.source[index] = source;
    this.start[index] = start;
    this.end[index] = end;
    this.prefix[index] = prefix;
    this.prefixBytes[index] = prefixBytes;
    this.payloadBytes += end - start + prefixBytes;
    this.count = index + 1;
  }
}
