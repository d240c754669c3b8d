// Cuts the byte stream of an RTSP connection into interleaved packets and messages (RFC 2326 §10.12).
// Packets are handed out in place, over the caller's read buffer; only what straddles two reads is copied, into a
// small carry. Finds its way again after garbage between packets. Bounded: 64 KiB of head, 64 KiB of body.
import { numberHeader, parseRtspHead, type RtspMessage } from "./rtsp-message.ts";
import { printable, StreamFaultError } from "./stream-fault-error.ts";

export interface FramerEvents {
  /** One interleaved packet; the bytes are valid during the call only. */
  packet(channel: number, data: Buffer, start: number, end: number): void;
  message(message: RtspMessage): void;
}

const MAX_HEAD_BYTES = 64 * 1024;
const MAX_BODY_BYTES = 64 * 1024;
/** So much garbage without one good unit is no disturbance any more. */
const MAX_GARBAGE_BYTES = 1024 * 1024;
const DOLLAR = 0x24;

const STARTS: readonly Buffer[] = [
  "RTSP/",
  "OPTIONS ",
  "ANNOUNCE ",
  "SET_PARAMETER ",
  "GET_PARAMETER ",
  "REDIRECT ",
  "TEARDOWN ",
  "DESCRIBE ",
  "PAUSE ",
  "PLAY ",
  "SETUP ",
  "RECORD ",
].map((text) => Buffer.from(text, "latin1"));

export class RtspFramer {
  readonly #events: FramerEvents;
  /** Channels that carry something: 1 for those set up. */
  readonly #channels = new Uint8Array(256);
  #interleaving = false;
  #carry = Buffer.alloc(0);
  #carried = 0;
  /** Where the search for the end of a head goes on, so that a head that drips in is searched once. */
  #searched = 0;
  /** Bytes that the message in the carry takes as a whole, once its head is read; else 0. */
  #needed = 0;
  #garbage = 0;
  #stopped = false;
  /** Bytes thrown away between units, for the log. */
  garbageTotal = 0;

  constructor(events: FramerEvents) {
    this.#events = events;
  }

  /** Expects packets on a channel from now on. */
  allowChannel(channel: number): void {
    this.#channels[channel & 0xff] = 1;
    this.#interleaving = true;
  }

  /** Hands out nothing more. */
  stop(): void {
    this.#stopped = true;
    this.#carried = 0;
  }

  /** Takes the first `length` bytes of `data`. Throws a `protocol-error` fault when the peer does not speak RTSP. */
  push(data: Buffer, length: number): void {
    let at = 0;
    while (!this.#stopped) {
      if (this.#carried === 0) {
        const rest = this.#consume(data, at, length);
        if (rest < length && !this.#stopped) this.#stash(data, rest, length);
        return;
      }
      if (this.#carry[0] === DOLLAR && this.#interleaving) {
        // The header first, then as much as it announces: what follows is handed out of the caller's buffer again.
        const wanted = this.#carried < 4 ? 4 : this.#packetEnd(this.#carry, 0);
        const take = Math.min(Math.max(0, wanted - this.#carried), length - at);
        this.#stash(data, at, at + take);
        at += take;
        if (this.#carried < 4) return;
        if (wanted === 4 && at < length && this.#packetEnd(this.#carry, 0) > 4) continue;
        // A length that lies is noticed as soon as the first byte of the packet is there.
        if (
          this.#carried < this.#packetEnd(this.#carry, 0) &&
          this.#plausible(this.#carry, 0, this.#carried)
        ) {
          return;
        }
      } else {
        this.#stash(data, at, length);
        at = length;
        if (this.#carried < this.#needed) return;
      }
      const rest = this.#consume(this.#carry, 0, this.#carried);
      if (this.#stopped) return;
      if (rest > 0) this.#carry.copyWithin(0, rest, this.#carried);
      this.#carried -= rest;
      if (at === length) return;
    }
  }

  #packetEnd(data: Buffer, at: number): number {
    return at + 4 + (((data[at + 2] as number) << 8) | (data[at + 3] as number));
  }

  /** Hands out all whole units of `data`; returns where the first unfinished one starts. */
  #consume(data: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end && !this.#stopped) {
      const byte = data[at] as number;
      if (byte === DOLLAR && this.#interleaving) {
        if (end - at < 4) return at;
        if (!this.#plausible(data, at, end)) {
          at = this.#resync(data, at, end);
          continue;
        }
        const next = this.#packetEnd(data, at);
        if (next > end) return at;
        this.#garbage = 0;
        const channel = data[at + 1] as number;
        if (this.#channels[channel] === 1 && next > at + 4) this.#events.packet(channel, data, at + 4, next);
        at = next;
      } else if (byte === 0x0d || byte === 0x0a || byte === 0x20 || byte === 0) {
        at += 1;
        this.#countGarbage(1);
      } else {
        const text = isTextStart(data, at, end);
        if (text < 0) return at;
        if (text === 0) {
          at = this.#resync(data, at, end);
        } else {
          const next = this.#message(data, at, end);
          if (next < 0) return at;
          at = next;
        }
      }
    }
    return at;
  }

  /** Could a packet start here? Judged by its channel, its version bits and, where it is there, what follows it. */
  #plausible(data: Buffer, at: number, end: number): boolean {
    const length = ((data[at + 2] as number) << 8) | (data[at + 3] as number);
    if (length === 0) return true;
    if (at + 4 < end && (data[at + 4] as number) >> 6 !== 2) return false;
    if (this.#channels[data[at + 1] as number] === 1) return true;
    const next = at + 4 + length;
    return next >= end || data[next] === DOLLAR || isTextStart(data, next, end) !== 0;
  }

  /** Finds the next place behind `at` where a unit may start; what lies between is thrown away. */
  #resync(data: Buffer, at: number, end: number): number {
    if (!this.#interleaving) {
      const said = printable(data.toString("latin1", at, Math.min(end, at + 40)));
      throw new StreamFaultError(
        "protocol-error",
        said.startsWith("HTTP/")
          ? "What answers there is a web server, not RTSP. Check the port (cameras use 554 as a rule)."
          : "What answers there does not speak RTSP. Check the port (cameras use 554 as a rule).",
        { case: "no-rtsp" },
      );
    }
    let next = at + 1;
    for (; next < end; next += 1) {
      const byte = data[next];
      if (byte === DOLLAR) {
        if (next + 5 > end) break;
        if (
          this.#channels[data[next + 1] as number] === 1 &&
          (data[next + 4] as number) >> 6 === 2 &&
          (((data[next + 2] as number) << 8) | (data[next + 3] as number)) >= 8
        ) {
          break;
        }
      } else if (byte === 0x52 && isTextStart(data, next, end) !== 0) {
        break;
      }
    }
    this.#countGarbage(next - at);
    return next;
  }

  #countGarbage(bytes: number): void {
    this.#garbage += bytes;
    this.garbageTotal += bytes;
    if (this.#garbage > MAX_GARBAGE_BYTES) {
      throw new StreamFaultError("protocol-error", "The camera sends data that is no RTSP stream.");
    }
  }

  /** Hands out the message at `at`; returns where it ends, or -1 if it is not whole. */
  #message(data: Buffer, at: number, end: number): number {
    const inCarry = data === this.#carry && at === 0;
    const headEnd = findHeadEnd(data, inCarry ? Math.max(at, this.#searched - 3) : at, end);
    if (headEnd < 0) {
      if (end - at > MAX_HEAD_BYTES) {
        throw new StreamFaultError(
          "protocol-error",
          "The camera's answer never ends (more than 64 KiB of headers).",
        );
      }
      this.#searched = inCarry ? end : 0;
      return -1;
    }
    this.#searched = 0;
    if (headEnd - at > MAX_HEAD_BYTES) {
      throw new StreamFaultError("protocol-error", "The camera's answer has more than 64 KiB of headers.");
    }
    const head = parseRtspHead(data.toString("latin1", at, headEnd));
    if (head === undefined) {
      if (!this.#interleaving) {
        throw new StreamFaultError("protocol-error", "The camera's answer is not RTSP.");
      }
      return this.#resync(data, at, end);
    }
    const bodyBytes = numberHeader(head, "content-length") ?? 0;
    if (bodyBytes > MAX_BODY_BYTES) {
      throw new StreamFaultError(
        "protocol-error",
        `The camera announces an answer of ${bodyBytes} bytes; more than 64 KiB makes no sense.`,
      );
    }
    if (headEnd + bodyBytes > end) {
      this.#needed = headEnd + bodyBytes - at;
      return -1;
    }
    this.#needed = 0;
    this.#garbage = 0;
    this.#events.message({ ...head, body: Buffer.from(data.subarray(headEnd, headEnd + bodyBytes)) });
    return headEnd + bodyBytes;
  }

  #stash(data: Buffer, start: number, end: number): void {
    this.#reserve(this.#carried + end - start);
    data.copy(this.#carry, this.#carried, start, end);
    this.#carried += end - start;
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#carry.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(4_096, bytes * 2));
    this.#carry.copy(larger, 0, 0, this.#carried);
    this.#carry = larger;
  }
}

/** 1: a message starts here; 0: none does; -1: too few bytes to tell. */
function isTextStart(data: Buffer, at: number, end: number): number {
  let undecided = false;
  for (const start of STARTS) {
    const available = Math.min(start.length, end - at);
    let index = 0;
    while (index < available && data[at + index] === start[index]) index += 1;
    if (index === start.length) return 1;
    if (index === available) undecided = true;
  }
  return undecided ? -1 : 0;
}

/** Index behind the empty line that ends a head, or -1. Lone line feeds end lines as well. */
function findHeadEnd(data: Buffer, start: number, end: number): number {
  let at = start;
  for (;;) {
    at = data.indexOf(0x0a, at);
    if (at < 0 || at >= end) return -1;
    if (at + 1 < end && data[at + 1] === 0x0a) return at + 2;
    if (at + 2 < end && data[at + 1] === 0x0d && data[at + 2] === 0x0a) return at + 3;
    at += 1;
  }
}
