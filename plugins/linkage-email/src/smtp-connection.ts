// One connection to a mail server: commands out, replies in (RFC 5321 §4.2), from plain to encrypted by STARTTLS (RFC 3207).
// Nothing of a server is believed: replies are bounded, and what it said before the encryption is forgotten.
import type { Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { NightjarError } from "@nightjar/core";
import { connectionError, mailError } from "./mail-errors.ts";

const REPLY_LIMIT_BYTES = 32 * 1024;
const GOODBYE_MS = 1_000;
const REPLY_LINE = /^(\d{3})([ -]?)(.*)$/;

/** What a server answers to a command. */
export interface Reply {
  readonly code: number;
  readonly lines: readonly string[];
}

export interface Encryption {
  readonly host: string;
  /** PEM, trusted instead of the public ones. */
  readonly certificates: string | undefined;
}

export class SmtpConnection {
  readonly #place: { readonly host: string; readonly port: number };
  #socket: Socket;
  #received = Buffer.alloc(0);
  #fault: NightjarError | undefined;
  #wake: () => void = () => undefined;

  /** Takes a connected socket over; whoever made it ends it by `close`. */
  constructor(socket: Socket, place: { readonly host: string; readonly port: number }) {
    this.#place = place;
    this.#socket = socket;
    this.#listen(socket);
  }

  get localAddress(): string {
    return this.#socket.localAddress ?? "127.0.0.1";
  }

  /** Sends a line, and gives what is answered. */
  async command(line: string): Promise<Reply> {
    if (/[\r\n\0]/.test(line)) throw this.#strange("a command of two lines was not sent");
    this.#write(`${line}\r\n`);
    return this.reply();
  }

  /** Sends what is no command: a message. */
  async data(chunk: Buffer): Promise<Reply> {
    this.#write(chunk);
    return this.reply();
  }

  /** The next reply, however many lines it has. */
  async reply(): Promise<Reply> {
    const lines: string[] = [];
    let bytes = 0;
    for (;;) {
      const line = await this.#line(REPLY_LIMIT_BYTES - bytes);
      bytes += line.length + 2;
      const [, digits, mark, text = ""] = REPLY_LINE.exec(line) ?? [];
      if (digits === undefined) throw this.#strange("what answers is no mail server");
      lines.push(text);
      if (mark !== "-") return { code: Number(digits), lines };
    }
  }

  /** Goes on encrypted. What came unencrypted after the server's consent was said by somebody else. */
  async encrypt({ host, certificates }: Encryption): Promise<void> {
    if (this.#received.length > 0)
      throw this.#strange("the server said more than it was asked before encrypting");
    const plain = this.#socket;
    plain.removeAllListeners("data").removeAllListeners("close");
    const socket = connectTls({
      socket: plain,
      host,
      ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
      ...(certificates === undefined ? {} : { ca: certificates }),
      minVersion: "TLSv1.2",
    });
    this.#socket = socket;
    this.#listen(socket);
    await this.#secured(socket);
  }

  /** Says goodbye and hears no more: how a server takes that changes nothing. It is gone within a second. */
  leave(): void {
    const socket = this.#socket;
    socket.removeAllListeners("data").resume();
    const limit = setTimeout(() => socket.destroy(), GOODBYE_MS);
    socket.once("close", () => clearTimeout(limit));
    socket.end("QUIT\r\n");
  }

  /** Ends it at once; what waits for a reply fails. */
  close(reason?: unknown): void {
    this.#fail(reason ?? { code: "ECLOSED" });
    this.#socket.destroy();
  }

  #secured(socket: TLSSocket): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#wake = () => {
        if (this.#fault !== undefined) reject(this.#fault);
      };
      socket.once("secureConnect", resolve);
      this.#wake();
    });
  }

  #listen(socket: Socket): void {
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail({ code: "ECONNRESET" }));
    socket.on("data", (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      // More than a reply may be: nobody reads on.
      if (this.#received.length > REPLY_LIMIT_BYTES) socket.pause();
      this.#wake();
    });
  }

  async #line(limit: number): Promise<string> {
    for (;;) {
      const end = this.#received.indexOf("\n");
      if (end >= 0 && end <= limit) {
        const line = this.#received.subarray(0, end).toString("utf8").replace(/\r$/, "");
        this.#received = this.#received.subarray(end + 1);
        return line;
      }
      if (this.#received.length > limit) throw this.#strange("the server's answer has no end");
      if (this.#fault !== undefined) throw this.#fault;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #write(bytes: string | Buffer): void {
    if (this.#fault !== undefined) throw this.#fault;
    this.#socket.write(bytes);
  }

  #fail(error: unknown): void {
    this.#fault ??= connectionError(error, this.#place.host, this.#place.port);
    this.#wake();
  }

  #strange(what: string): NightjarError {
    const { host, port } = this.#place;
    return mailError("NJ_EMAIL_ANSWER", "failed-precondition", `${host}, port ${port}: ${what}`, {
      host,
      port,
    });
  }
}
