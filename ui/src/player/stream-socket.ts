// A WebSocket that comes back: reconnects with growing pauses until it is closed, and hands out what arrives.
// It knows frames and text messages apart, and nothing of what they mean.
import { LIVE_HEADER_BYTES, type LiveFrameHeader, readLiveHeader } from "@nightjar/core/wire";
import { reconnectDelayMs } from "./reconnect.ts";

export interface SocketSink {
  opened(): void;
  text(message: Readonly<Record<string, unknown>>): void;
  /** `bytes` is a view into the message's buffer, which nobody else keeps. */
  frame(header: LiveFrameHeader, bytes: Uint8Array<ArrayBuffer>): void;
  /** The line is gone; it will be tried again. `refused`: it never opened. */
  lost(refused: boolean): void;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Keeps one socket open until `close`. */
export class StreamSocket {
  readonly #url: string;
  readonly #sink: SocketSink;
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #closed = false;

  constructor(url: string, sink: SocketSink) {
    this.#url = url;
    this.#sink = sink;
    this.#connect();
  }

  get open(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  send(message: Readonly<Record<string, unknown>>): void {
    if (this.open) this.#socket?.send(JSON.stringify(message));
  }

  /** The connection proved good (a frame came): the next loss starts with a short pause again. */
  good(): void {
    this.#attempt = 0;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  #connect(): void {
    const socket = new WebSocket(this.#url);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    let opened = false;
    socket.addEventListener("open", () => {
      opened = true;
      this.#sink.opened();
    });
    socket.addEventListener("message", (event: MessageEvent<unknown>) => this.#take(event.data));
    socket.addEventListener("close", () => {
      if (this.#closed || socket !== this.#socket) return;
      this.#sink.lost(!opened);
      if (this.#closed) return;
      this.#timer = setTimeout(() => this.#connect(), reconnectDelayMs(this.#attempt, Math.random()));
      this.#attempt += 1;
    });
  }

  #take(data: unknown): void {
    if (this.#closed) return;
    if (data instanceof ArrayBuffer) {
      const bytes = new Uint8Array(data);
      const header = readLiveHeader(bytes);
      if (header !== undefined) this.#sink.frame(header, bytes.subarray(LIVE_HEADER_BYTES));
      return;
    }
    if (typeof data !== "string") return;
    let message: unknown;
    try {
      message = JSON.parse(data);
    } catch {
      return;
    }
    if (isRecord(message)) this.#sink.text(message);
  }
}
