// One TCP or TLS connection to a camera: connects, writes requests, matches answers, hands interleaved packets on.
// Plain sockets read into one buffer per thread that all connections share: each read is worked off before the next.
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Clock, Timer } from "../../clock.ts";
import { NightjarError } from "../../errors.ts";
import { RtspFramer } from "./rtsp-framer.ts";
import { formatRequest, headerOf, type RtspMessage } from "./rtsp-message.ts";
import { type RtspUrl, serverNameOf, whereOf } from "./rtsp-url.ts";
import { connectTimedOut, faultOfSocketError, StreamFaultError } from "./stream-fault-error.ts";

export interface ConnectionEvents {
  /** One interleaved packet; the bytes are valid during the call only. */
  packet(channel: number, data: Buffer, start: number, end: number, nowMs: number): void;
  /** A request of the camera's own. */
  request(message: RtspMessage): void;
  /** Called once, when the connection is over without `close`. */
  lost(error: NightjarError): void;
}

export interface ConnectionOptions {
  readonly url: RtspUrl;
  readonly verifyCertificate: boolean;
  readonly clock: Clock;
  readonly events: ConnectionEvents;
}

const CONNECT_TIMEOUT_MS = 5_000;
const RESPONSE_TIMEOUT_MS = 10_000;
const READ_BUFFER_BYTES = 256 * 1024;
/** A camera that does not read what little we send is as good as gone. */
const MAX_WAITING_BYTES = 256 * 1024;

/** Callbacks of reads are synchronous, so that one buffer serves every socket of the thread. */
let readBuffer: Buffer | undefined;

interface Waiter {
  readonly cseq: number;
  readonly resolve: (message: RtspMessage) => void;
  readonly reject: (error: Error) => void;
  readonly timer: Timer;
}

export class RtspConnection {
  readonly #options: ConnectionOptions;
  readonly #framer: RtspFramer;
  readonly #where: string;
  #socket: Socket | undefined;
  #nowMs = 0;
  #cseq = 0;
  #waiter: Waiter | undefined;
  #abandoned = false;
  #over = false;
  #localAddress: string | undefined;
  #remoteAddress: string | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#where = whereOf(options.url);
    this.#framer = new RtspFramer({
      packet: (channel, data, start, end) => options.events.packet(channel, data, start, end, this.#nowMs),
      message: (message) => this.#receive(message),
    });
  }

  get localAddress(): string | undefined {
    return this.#localAddress;
  }

  /** The camera's address, for checking where UDP packets come from. */
  get remoteAddress(): string | undefined {
    return this.#remoteAddress;
  }

  get garbageBytes(): number {
    return this.#framer.garbageTotal;
  }

  /** Connects; throws a fault. */
  connect(): Promise<void> {
    const { url, clock, verifyCertificate } = this.#options;
    return new Promise((resolve, reject) => {
      let settled = false;
      const socket = url.tls ? this.#tlsSocket(verifyCertificate) : this.#tcpSocket();
      this.#socket = socket;
      socket.setNoDelay(true);
      const timer = clock.after(CONNECT_TIMEOUT_MS, () => fail(connectTimedOut(this.#where)));
      const fail = (error: NightjarError) => {
        timer.cancel();
        if (!settled) {
          settled = true;
          this.#over = true;
          socket.destroy();
          reject(error);
        } else {
          this.#lose(error);
        }
      };
      socket.once(url.tls ? "secureConnect" : "connect", () => {
        if (settled) return;
        settled = true;
        timer.cancel();
        this.#localAddress = socket.localAddress;
        this.#remoteAddress = socket.remoteAddress;
        resolve();
      });
      socket.on("error", (error) => fail(faultOfSocketError(error, this.#where, url.tls && !settled)));
      socket.once("close", () => {
        fail(
          new StreamFaultError("closed-by-camera", `The camera at ${this.#where} closed the connection.`, {
            where: this.#where,
          }),
        );
      });
    });
  }

  /** Expects interleaved packets on a channel from now on. */
  allowChannel(channel: number): void {
    this.#framer.allowChannel(channel);
  }

  /** Sends a request and waits for its answer, whatever its status. One at a time. Throws a fault. */
  request(
    method: string,
    url: string,
    headers: readonly (readonly [string, string])[],
    timeoutMs: number = RESPONSE_TIMEOUT_MS,
  ): Promise<RtspMessage> {
    this.#cseq += 1;
    const cseq = this.#cseq;
    return new Promise((resolve, reject) => {
      if (this.#over || this.#socket === undefined) {
        reject(
          new StreamFaultError("closed-by-camera", `The camera at ${this.#where} closed the connection.`, {
            where: this.#where,
          }),
        );
        return;
      }
      this.#waiter?.timer.cancel();
      const timer = this.#options.clock.after(timeoutMs, () => {
        if (this.#waiter?.cseq !== cseq) return;
        this.#waiter = undefined;
        this.#abandoned = true;
        reject(
          new StreamFaultError(
            "timed-out",
            `The camera at ${this.#where} does not answer ${method}. It may be overloaded.`,
            { where: this.#where, case: "no-answer" },
          ),
        );
      });
      this.#waiter = { cseq, resolve, reject, timer };
      this.#write(formatRequest(method, url, [["CSeq", String(cseq)], ...headers]));
    });
  }

  /** Sends text (an answer to the camera's own request). */
  send(text: string): void {
    this.#write(text);
  }

  /** Sends an interleaved packet. */
  sendInterleaved(channel: number, packet: Buffer): void {
    const framed = Buffer.allocUnsafe(4 + packet.length);
    framed[0] = 0x24;
    framed[1] = channel;
    framed.writeUInt16BE(packet.length, 2);
    packet.copy(framed, 4);
    this.#write(framed);
  }

  /** Closes at once; no event follows. */
  close(): void {
    this.#over = true;
    this.#framer.stop();
    this.#dropWaiter(new StreamFaultError("closed-by-camera", "The connection was closed."));
    this.#socket?.destroy();
  }

  // -------------------------------------------------------------------------------------- inside

  #tcpSocket(): Socket {
    const { host, port } = this.#options.url;
    readBuffer ??= Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);
    return connectTcp({
      host,
      port,
      onread: {
        buffer: readBuffer,
        callback: (length, data) => {
          this.#read(data as Buffer, length);
          return true;
        },
      },
    });
  }

  #tlsSocket(verifyCertificate: boolean): Socket {
    const { host, port } = this.#options.url;
    const servername = serverNameOf(this.#options.url);
    const socket = connectTls({
      host,
      port,
      rejectUnauthorized: verifyCertificate,
      // Cameras in the field speak what they spoke when they were made.
      minVersion: "TLSv1",
      ...(servername === undefined ? {} : { servername }),
    });
    socket.on("data", (chunk: Buffer) => this.#read(chunk, chunk.length));
    return socket;
  }

  #read(data: Buffer, length: number): void {
    if (this.#over) return;
    this.#nowMs = this.#options.clock.monotonicMs();
    try {
      this.#framer.push(data, length);
    } catch (error) {
      // Whatever went wrong with these bytes must not end the process: it ends the connection.
      this.#lose(
        error instanceof NightjarError
          ? error
          : new NightjarError("NJ_INTERNAL", "internal", "the reader of a stream failed", {}, error),
      );
    }
  }

  #receive(message: RtspMessage): void {
    if (message.status === undefined) {
      this.#options.events.request(message);
      return;
    }
    const waiter = this.#waiter;
    if (waiter === undefined) return;
    const cseq = Number(headerOf(message, "cseq") ?? Number.NaN);
    // Cameras that echo a wrong number or none are believed, unless an older answer may still be on its way.
    if (cseq !== waiter.cseq && (this.#abandoned || cseq < waiter.cseq - 1)) return;
    this.#waiter = undefined;
    waiter.timer.cancel();
    waiter.resolve(message);
  }

  #write(data: string | Buffer): void {
    const socket = this.#socket;
    if (this.#over || socket === undefined || !socket.writable) return;
    if (socket.writableLength > MAX_WAITING_BYTES) {
      this.#lose(
        new StreamFaultError("stalled", `The camera at ${this.#where} takes no more requests.`, {
          where: this.#where,
          case: "no-answer",
        }),
      );
      return;
    }
    socket.write(data);
  }

  #lose(error: NightjarError): void {
    if (this.#over) return;
    this.#over = true;
    this.#framer.stop();
    this.#socket?.destroy();
    this.#dropWaiter(error);
    this.#options.events.lost(error);
  }

  #dropWaiter(error: Error): void {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.timer.cancel();
    waiter?.reject(error);
  }
}
