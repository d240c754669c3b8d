// Where the lines of one till come from: a port that it connects to, a port of its own that the recorder connects to, or
// datagrams. Only from those whom the owner lets in; connections, silence and unfinished lines have bounds.
import { createSocket } from "node:dgram";
import { BlockList, connect, createServer, isIP, isIPv6, type Socket } from "node:net";
import type { Clock, Timer } from "../clock.ts";
import type { TillConfig } from "../config/till-config.ts";
import { TillLines } from "./till-lines.ts";

export const CONNECTIONS_LIMIT = 4;
/** Of one that listens: a till that is quiet for longer connects again. */
const SILENCE_MS = 60 * 60_000;
const KEEP_ALIVE_MS = 60_000;
/** A line that nobody ends is over after this. */
const LINE_MS = 2_000;
const CONNECT_MS = 10_000;
const PAUSES_MS = [1_000, 2_000, 5_000, 10_000, 30_000] as const;
/** For so long a till that says too much is not read. */
const REST_MS = 1_000;

/** How an input is. */
export interface TillInputState {
  readonly status: "off" | "waiting" | "connected" | "failed";
  /** For people: what is wrong. */
  readonly reason?: string;
  /** The port that is listened on. */
  readonly port?: number;
}

export interface TillInputOptions {
  readonly till: Pick<TillConfig, "input" | "charset">;
  readonly clock: Clock;
  /** Takes lines; false: it is too much, rest for a while. */
  lines(lines: readonly string[]): boolean;
  changed(): void;
  /** Somebody was not let in. */
  refused(address: string): void;
}

export class TillInput {
  readonly #options: TillInputOptions;
  readonly #sockets = new Set<Socket>();
  readonly #allowed: BlockList;
  #state: TillInputState = { status: "off" };
  #close: () => Promise<void> = async () => undefined;
  #timer: Timer | undefined;
  #failures = 0;
  #isClosed = false;

  constructor(options: TillInputOptions) {
    this.#options = options;
    this.#allowed = letIn(options.till.input.from);
  }

  get state(): TillInputState {
    return this.#state;
  }

  /** Begins; never throws: what is wrong stands in `state`. */
  start(): void {
    const { kind } = this.#options.till.input;
    if (kind === "tcp-listen") this.#listen();
    else if (kind === "tcp-connect") this.#connect();
    else this.#receive();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    for (const socket of this.#sockets) socket.destroy();
    await this.#close();
    this.#state = { status: "off" };
  }

  #listen(): void {
    const { host, port } = this.#options.till.input;
    const server = createServer({ keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS }, (socket) => {
      const address = plainAddress(socket.remoteAddress ?? "");
      if (!this.#lets(address) || this.#sockets.size >= CONNECTIONS_LIMIT) {
        this.#options.refused(address);
        socket.destroy();
        return;
      }
      this.#read(socket, () => this.#set({ ...this.#waiting(), ...this.#port(server.address()) }));
      this.#set({ status: "connected", ...this.#port(server.address()) });
    });
    server.on("error", (error) => this.#failed(error.message, () => this.#listen()));
    server.listen({ host, port }, () => {
      this.#failures = 0;
      this.#set({ status: "waiting", ...this.#port(server.address()) });
    });
    this.#close = () =>
      new Promise((resolve) => {
        if (!server.listening) resolve();
        else server.close(() => resolve());
      });
  }

  #connect(): void {
    const { host, port } = this.#options.till.input;
    this.#set({
      status: "waiting",
      ...(this.#state.reason === undefined ? {} : { reason: this.#state.reason }),
    });
    const socket = connect({ host, port, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS });
    const patience = this.#options.clock.after(CONNECT_MS, () =>
      socket.destroy(new Error("it does not answer")),
    );
    let reason = "it closed the connection";
    socket.on("error", (error) => {
      reason = error.message;
    });
    socket.once("connect", () => {
      patience.cancel();
      this.#failures = 0;
      this.#set({ status: "connected" });
    });
    // Also where nobody wants it any more.
    socket.once("close", () => patience.cancel());
    this.#read(socket, () => {
      this.#failed(reason, () => this.#connect());
    });
  }

  #receive(): void {
    const { host, port } = this.#options.till.input;
    const socket = createSocket({ type: isIPv6(host) ? "udp6" : "udp4" });
    socket.on("message", (bytes, { address }) => {
      const from = plainAddress(address);
      if (!this.#lets(from)) {
        this.#options.refused(from);
        return;
      }
      // A datagram is whole: what it begins it ends.
      const lines = new TillLines(this.#options.till.charset);
      this.#options.lines([...lines.take(bytes), ...lines.flush()]);
    });
    socket.on("error", (error) => {
      socket.close();
      this.#close = async () => undefined;
      this.#failed(error.message, () => this.#receive());
    });
    socket.bind(port, host, () => {
      this.#failures = 0;
      this.#set({ status: "waiting", port: socket.address().port });
    });
    this.#close = () => new Promise((resolve) => socket.close(() => resolve()));
  }

  #read(socket: Socket, over: () => void): void {
    const { clock, till } = this.#options;
    const lines = new TillLines(till.charset);
    let unfinished: Timer | undefined;
    this.#sockets.add(socket);
    socket.setTimeout(SILENCE_MS, () => socket.destroy());
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      unfinished?.cancel();
      const goesOn = this.#options.lines(lines.take(bytes));
      if (lines.isBegun) unfinished = clock.after(LINE_MS, () => void this.#options.lines(lines.flush()));
      if (goesOn) return;
      socket.pause();
      clock.after(REST_MS, () => socket.resume());
    });
    socket.once("close", () => {
      unfinished?.cancel();
      this.#options.lines(lines.flush());
      this.#sockets.delete(socket);
      if (!this.#isClosed) over();
    });
  }

  #failed(reason: string, again: () => void): void {
    if (this.#isClosed) return;
    this.#set({ status: "failed", reason });
    const pauseMs = PAUSES_MS[Math.min(this.#failures, PAUSES_MS.length - 1)] ?? 0;
    this.#failures += 1;
    this.#timer = this.#options.clock.after(pauseMs, again);
  }

  #waiting(): TillInputState {
    return { status: this.#sockets.size > 0 ? "connected" : "waiting" };
  }

  #port(address: ReturnType<ReturnType<typeof createServer>["address"]>): { readonly port?: number } {
    return typeof address === "object" && address !== null ? { port: address.port } : {};
  }

  #lets(address: string): boolean {
    return isIP(address) !== 0 && this.#allowed.check(address, isIPv6(address) ? "ipv6" : "ipv4");
  }

  #set(state: TillInputState): void {
    if (this.#isClosed) return;
    this.#state = state;
    this.#options.changed();
  }
}

/** Who may speak: this machine, and whom the owner names. What is no address lets nobody in. */
function letIn(from: readonly string[]): BlockList {
  const list = new BlockList();
  list.addSubnet("127.0.0.0", 8, "ipv4");
  list.addAddress("::1", "ipv6");
  for (const entry of from) {
    const [address = "", bits] = entry.split("/");
    const family = isIPv6(address) ? "ipv6" : "ipv4";
    const most = family === "ipv6" ? 128 : 32;
    const prefix = bits === undefined ? most : Number(bits);
    if (isIP(address) === 0 || !Number.isInteger(prefix) || prefix < 0 || prefix > most) continue;
    list.addSubnet(address, prefix, family);
  }
  return list;
}

/** IPv4 in IPv6 clothes is IPv4. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
}
