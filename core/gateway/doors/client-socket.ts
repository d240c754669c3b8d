// A WebSocket of a viewer under a grant: every message of the client is checked against the grant first, a lost grant
// closes the socket within a second, a dead peer is noticed by heartbeat.
import type { WebSocket } from "ws";
import type { Clock, Timer } from "../../clock.ts";
import { type NightjarError, toPlainError } from "../../errors.ts";
import type { Access } from "../authorizer.ts";
import type { ViewerSocket } from "./viewer-socket.ts";

const HEARTBEAT_MS = 20_000;
/** After the close frame a peer that does not answer is cut off. */
const CLOSE_GRACE_MS = 500;
/** Client messages within ten seconds; more is a fault or an attack. */
const MESSAGES_PER_WINDOW = 2_000;
const WINDOW_MS = 10_000;
/** WebSocket close codes (RFC 6455 §7.4.1). */
const CLOSE_CODE = { goingAway: 1001, policy: 1008, internal: 1011, tryLater: 1013 } as const;

/** A message of the client: an object with a type. */
export type ClientMessage = Readonly<Record<string, unknown>> & { readonly type: string };

/** Counts bytes over all sockets. */
export interface ByteCounter {
  bytesSent: number;
}

/** One socket with its grant. */
export class ClientSocket implements ViewerSocket {
  readonly access: Access;
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  readonly #counter: ByteCounter;
  readonly #heartbeat: Timer;
  #isAlive: boolean = true;
  #failed: boolean = false;
  #windowStartMs = 0;
  #messagesInWindow = 0;

  /** `onMessage` gets what the client sends while the grant holds; `onClose` runs once. */
  constructor(
    socket: WebSocket,
    access: Access,
    clock: Clock,
    counter: ByteCounter,
    handlers: { onMessage(message: ClientMessage): void; onClose(): void },
  ) {
    this.access = access;
    this.#socket = socket;
    this.#clock = clock;
    this.#counter = counter;
    this.#heartbeat = clock.every(HEARTBEAT_MS, () => this.#beat());
    const ended = () => this.fail(access.signal.reason);
    access.signal.addEventListener("abort", ended);
    socket.on("pong", () => {
      this.#isAlive = true;
    });
    socket.on("message", (data, isBinary) => {
      if (isBinary || !this.#admit()) return;
      const message = parse(String(data));
      if (message === undefined) this.#close(CLOSE_CODE.policy, "message not understood");
      else handlers.onMessage(message);
    });
    // `ws` reports what it closes for (too large, bad frame) and closes by itself.
    socket.on("error", () => undefined);
    socket.once("close", () => {
      this.#heartbeat.cancel();
      access.signal.removeEventListener("abort", ended);
      access.release();
      handlers.onClose();
    });
    if (access.signal.aborted) ended();
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN && !this.#failed;
  }

  /** Bytes that wait in the socket. */
  get waitingBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(message: Buffer | string, flushed: () => void): void {
    if (this.#failed) {
      queueMicrotask(flushed);
      return;
    }
    this.#counter.bytesSent += message.length;
    this.#socket.send(message, { binary: typeof message !== "string", compress: false }, flushed);
  }

  /** Sends a small text message outside any queue. */
  text(message: object): void {
    this.send(JSON.stringify(message), () => undefined);
  }

  /** Tells the client what is wrong, then closes. */
  fail(error: unknown): void {
    if (this.#failed) return;
    const plain = toPlainError(error) as NightjarError;
    const message =
      plain.kind === "internal" ? "something went wrong inside Nightjar; its log says what" : plain.message;
    this.text({ type: "error", code: plain.code, message });
    const code =
      plain.kind === "unavailable" || plain.kind === "resource-exhausted"
        ? CLOSE_CODE.tryLater
        : plain.kind === "internal"
          ? CLOSE_CODE.internal
          : CLOSE_CODE.policy;
    this.#close(code, plain.code);
  }

  #close(code: number, reason: string): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#socket.close(code, reason.slice(0, 100));
    this.#clock.after(CLOSE_GRACE_MS, () => this.#socket.terminate());
  }

  #admit(): boolean {
    if (this.#failed || !this.access.isValid()) return false;
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#windowStartMs > WINDOW_MS) {
      this.#windowStartMs = nowMs;
      this.#messagesInWindow = 0;
    }
    this.#messagesInWindow += 1;
    if (this.#messagesInWindow <= MESSAGES_PER_WINDOW) return true;
    this.#close(CLOSE_CODE.policy, "too many messages");
    return false;
  }

  #beat(): void {
    if (!this.#isAlive) {
      this.#socket.terminate();
      return;
    }
    this.#isAlive = false;
    this.#socket.ping();
  }
}

function parse(text: string): ClientMessage | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("type" in value)) return undefined;
    return typeof value.type === "string" ? (value as ClientMessage) : undefined;
  } catch {
    return undefined;
  }
}
