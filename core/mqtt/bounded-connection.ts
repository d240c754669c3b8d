// A client's connection as the broker gets it: bounded both ways. What comes in is cut at the length header before the
// parser sees it, and slowed down where there is too much of it; what goes out never makes the broker wait: a client that
// does not read is cut off when 1 000 packets or 1 MB wait for it.
import { Duplex } from "node:stream";
import type { Clock, Timer } from "../clock.ts";
import { PacketGate } from "./packet-gate.ts";

/** Of a payload. */
export const PAYLOAD_LIMIT_BYTES = 256 * 1024;
/** Topic and identifiers around it. */
const AROUND_PAYLOAD_BYTES = 1_024;
export const WAITING_PACKETS = 1_000;
export const WAITING_BYTES = 1024 * 1024;
/** More packets than these in a second wait for the next one. */
export const PACKETS_PER_SECOND = 2_000;
const BYTES_PER_SECOND = 8 * 1024 * 1024;
const SECOND_MS = 1_000;

/** Why a connection was cut. */
export type CutReason = "too-long" | "bad-length" | "qos-2" | "not-reading";

export class BoundedConnection extends Duplex {
  readonly #transport: Duplex;
  readonly #clock: Clock;
  readonly #onCut: (reason: CutReason) => void;
  readonly #input = new PacketGate(PAYLOAD_LIMIT_BYTES + AROUND_PAYLOAD_BYTES);
  readonly #output = new PacketGate(Number.MAX_SAFE_INTEGER);
  #waitingPackets = 0;
  #waitingBytes = 0;
  #paidUntilMs: number;
  #slowed: Timer | undefined;
  #isFull = false;

  /** Owns `transport`: a TCP, TLS or Unix socket. */
  constructor(transport: Duplex, clock: Clock, onCut: (reason: CutReason) => void = () => undefined) {
    // The broker must never see a full buffer: it would hold up everybody for one.
    super({ writableHighWaterMark: 2 * WAITING_BYTES, allowHalfOpen: false });
    this.#transport = transport;
    this.#clock = clock;
    this.#onCut = onCut;
    this.#paidUntilMs = clock.monotonicMs() - SECOND_MS;
    transport.on("data", (chunk: Buffer) => this.#take(chunk));
    transport.once("end", () => this.push(null));
    transport.once("error", () => this.destroy());
    transport.once("close", () => this.destroy());
  }

  override _read(): void {
    this.#isFull = false;
    this.#goOn();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const packets = this.#output.take(chunk);
    const ended = typeof packets === "number" ? packets : 0;
    this.#waitingPackets += ended;
    this.#waitingBytes += chunk.length;
    this.#transport.write(chunk, () => {
      this.#waitingPackets -= ended;
      this.#waitingBytes -= chunk.length;
    });
    done();
    if (this.#waitingPackets > WAITING_PACKETS || this.#waitingBytes > WAITING_BYTES)
      this.#cut("not-reading");
  }

  override _final(done: () => void): void {
    this.#transport.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#slowed?.cancel();
    this.#transport.destroy();
    done(error);
  }

  #take(chunk: Buffer): void {
    if (this.destroyed) return;
    const packets = this.#input.take(chunk);
    if (typeof packets !== "number") {
      this.#cut(packets);
      return;
    }
    if (!this.push(chunk)) this.#isFull = true;
    this.#charge(packets, chunk.length);
    if (this.#isFull || this.#slowed !== undefined) this.#transport.pause();
  }

  /** What came at once beyond a second's worth is waited for. */
  #charge(packets: number, bytes: number): void {
    const nowMs = this.#clock.monotonicMs();
    const costMs = Math.max(packets / PACKETS_PER_SECOND, bytes / BYTES_PER_SECOND) * SECOND_MS;
    this.#paidUntilMs = Math.max(this.#paidUntilMs, nowMs - SECOND_MS) + costMs;
    if (this.#paidUntilMs <= nowMs) return;
    this.#slowed?.cancel();
    this.#slowed = this.#clock.after(this.#paidUntilMs - nowMs, () => {
      this.#slowed = undefined;
      this.#goOn();
    });
  }

  #goOn(): void {
    if (!this.#isFull && this.#slowed === undefined && !this.destroyed) this.#transport.resume();
  }

  #cut(reason: CutReason): void {
    this.#onCut(reason);
    this.destroy();
  }
}
