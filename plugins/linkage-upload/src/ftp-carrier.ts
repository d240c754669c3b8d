// Files by FTP (RFC 959, 3659), in the clear or by TLS (RFC 4217): in passive mode, under a growing name that goes on where it
// was cut, and renamed when whole. Data connections lead to the server that was asked and nowhere else.
import { createHash } from "node:crypto";
import { isIP } from "node:net";
import { Readable } from "node:stream";
import { NightjarError, type ResolvedAddress } from "@nightjar/core";
import { Client, type FTPContext, FTPError, type FTPResponse } from "basic-ftp";
import {
  addressesOf,
  baseOf,
  type Carrier,
  type CarrierOptions,
  growingName,
  type UploadFile,
  within,
} from "./carriers.ts";
import type { Target } from "./config.ts";
import { connectionError, saidBy, stalled, type UploadFault, uploadError } from "./upload-errors.ts";

const CHUNK_BYTES = 64 * 1024;
/** How long a server may take to say why it has cut a data connection, and how much of that is looked at. */
const REASON_MS = 2_000;
const SAID_LIMIT = 2_000;
const REFUSAL = /^([45]\d\d) [^\r\n]*(?=\r?\n)/m;
const CUT: ReadonlySet<unknown> = new Set(["ECONNRESET", "EPIPE", "ERR_STREAM_PREMATURE_CLOSE"]);
const PORTS = { ftp: 21, ftps: 21, "ftps-implicit": 990 } as const;
/** Another address of the same server may do. */
const NOBODY_THERE: ReadonlySet<unknown> = new Set([
  ...["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL", "ETIMEDOUT"],
]);
const DATA_PORT = { EPSV: /[|!]{3}(\d{1,5})[|!]/, PASV: /,(\d{1,3}),(\d{1,3})\D*$/ } as const;

/** Reaches an FTP server and signs in. */
export async function openFtp(target: Target, options: CarrierOptions): Promise<Carrier> {
  const port = target.port ?? PORTS[target.protocol as keyof typeof PORTS];
  const places = await addressesOf(target, target.host ?? "", port, options);
  const carrier = new FtpCarrier(target, port, options);
  await carrier.open(places);
  return carrier;
}

class FtpCarrier implements Carrier {
  readonly #target: Target;
  readonly #place: string;
  readonly #port: number;
  readonly #options: CarrierOptions;
  readonly #client: Client;
  readonly #giveUp = (): void => this.#client.close();
  /** Why a data connection was not made, which the library wraps in words of its own. */
  #refusal: unknown;
  #home = "/";
  #folder: string | undefined;

  constructor(target: Target, port: number, options: CarrierOptions) {
    this.#target = target;
    this.#port = port;
    this.#place = `${target.host}, port ${port},`;
    this.#options = options;
    this.#client = new Client(options.stallMs, { allowSeparateTransferHost: false });
    guardData(this.#client.ftp, options, (error) => {
      this.#refusal = error;
    });
    options.signal.addEventListener("abort", this.#giveUp, { once: true });
  }

  async open(places: readonly ResolvedAddress[]): Promise<void> {
    try {
      await this.#connect(places);
      const { user = "anonymous", password = "" } = this.#target;
      await this.#try("SIGN_IN", "does not let this user in: look at user name and password", () =>
        this.#client.login(user, password),
      );
      await this.#try("ANSWER", "does not do what FTP servers do", async () => {
        await this.#client.useDefaultSettings();
        this.#home = await this.#client.pwd();
      });
    } catch (error) {
      this.close();
      throw error;
    }
  }

  async put({ folder, name, bytes }: UploadFile): Promise<void> {
    const client = this.#client;
    const { isAbsolute, steps } = baseOf(this.#target.folder);
    const top = isAbsolute ? "/" : this.#home;
    const path = [...steps, ...folder].join("/");
    if (this.#folder !== path) {
      this.#folder = undefined;
      await this.#try("FOLDER", `has no folder ${path} and makes none`, async () => {
        await client.cd(top);
        if (path !== "") await client.ensureDir(path);
      });
      this.#folder = path;
    }
    const growing = growingName(name, createHash("sha256").update(bytes).digest("hex"));
    await this.#try("REFUSED", `does not take the file ${name}`, async () => {
      const there = await this.#sizeOf(growing);
      const isSame = there !== undefined && there > 0 && there <= bytes.length;
      if (!isSame) await this.#heard(() => client.uploadFrom(chunksOf(bytes), growing));
      else if (there < bytes.length)
        await this.#heard(() => client.appendFrom(chunksOf(bytes.subarray(there)), growing));
    });
    const size = await this.#try("REFUSED", "does not say what it has", () => this.#sizeOf(growing));
    // Some servers are quiet about a full disk.
    if (size !== undefined && size !== bytes.length)
      throw this.#error(
        "NO_SPACE",
        `${this.#place} has kept ${size} of ${bytes.length} bytes: there is no space left`,
      );
    await this.#try("REFUSED", `does not rename the file to ${name}`, () => this.#rename(growing, name));
  }

  close(): void {
    this.#options.signal.removeEventListener("abort", this.#giveUp);
    this.#client.close();
  }

  async #connect(places: readonly ResolvedAddress[]): Promise<void> {
    const { host = "", protocol, certificates } = this.#target;
    const tls = {
      minVersion: "TLSv1.2" as const,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(certificates === undefined ? {} : { ca: certificates }),
    };
    for (const [index, { address }] of places.entries()) {
      try {
        if (protocol === "ftps-implicit")
          await this.#client.connectImplicitTLS(address, this.#port, { ...tls });
        else await this.#client.connect(address, this.#port);
        if (protocol === "ftps")
          await this.#try("ANSWER", "offers no encryption", () =>
            this.#client.useTLS({ ...tls, host: address }),
          );
        return;
      } catch (error) {
        const { code } = error as { readonly code?: unknown };
        if (index === places.length - 1 || !NOBODY_THERE.has(code))
          throw this.#told(error, "ANSWER", "does not answer");
      }
    }
  }

  /**
   * A server that cannot keep a file cuts the data connection, and says why over the other one: the library takes the cut for the
   * reason, so that is waited for.
   */
  async #heard(upload: () => Promise<unknown>): Promise<void> {
    const { ftp } = this.#client;
    const { promise: reply, resolve } = Promise.withResolvers<FTPResponse>();
    let said = "";
    const hear = (chunk: unknown): void => {
      said = `${said}${String(chunk)}`.slice(-SAID_LIMIT);
      const [message, code] = REFUSAL.exec(said) ?? [];
      if (message !== undefined) resolve({ code: Number(code), message });
    };
    const { socket } = ftp;
    const close = ftp.closeWithError.bind(ftp);
    ftp.closeWithError = (error) => {
      if (!isCut(error)) close(error);
    };
    socket.on("data", hear);
    try {
      await upload();
    } catch (error) {
      if (!isCut(error)) throw error;
      const { signal } = this.#options;
      throw new FTPError(await within(reply, { signal, stallMs: REASON_MS }, () => error as NightjarError));
    } finally {
      socket.off("data", hear);
      ftp.closeWithError = close;
    }
  }

  /** How much of a file is there; undefined: nothing, or the server does not say. */
  async #sizeOf(name: string): Promise<number | undefined> {
    try {
      return await this.#client.size(name);
    } catch (error) {
      if (error instanceof FTPError) return undefined;
      throw error;
    }
  }

  /** Over what is there: most servers do, others want it gone first. */
  async #rename(from: string, to: string): Promise<void> {
    try {
      await this.#client.rename(from, to);
    } catch (error) {
      if (!(error instanceof FTPError)) throw error;
      await this.#client.remove(to);
      await this.#client.rename(from, to);
    }
  }

  async #try<Value>(fault: UploadFault, words: string, work: () => Promise<Value>): Promise<Value> {
    try {
      this.#options.signal.throwIfAborted();
      return await work();
    } catch (error) {
      throw this.#told(error, fault, words);
    }
  }

  /** What it means: a reply of the server by its number, else what became of the connection. */
  #told(error: unknown, fault: UploadFault, words: string): NightjarError {
    const { password } = this.#target;
    if (this.#refusal instanceof NightjarError) return this.#refusal;
    if (error instanceof NightjarError) return error;
    if (error instanceof FTPError) {
      // "550 …": the number is in the message.
      const said = saidBy(error.message, [password]);
      const what = said === "" ? "" : ` (${said})`;
      const { code } = error;
      if (code === 421 || code === 450 || (code === 120 && fault !== "SIGN_IN"))
        return this.#error("UNAVAILABLE", `${this.#place} cannot take files now${what}`, error);
      if (code === 452 || code === 552 || (code === 451 && fault === "REFUSED"))
        return this.#error(
          "NO_SPACE",
          `${this.#place} cannot keep the file: often no space is left${what}`,
          error,
        );
      if (code === 530 && fault !== "ANSWER")
        return this.#error(
          "SIGN_IN",
          `${this.#place} does not let this user in: look at user name and password${what}`,
          error,
        );
      return this.#error(fault, `${this.#place} ${words}${what}`, error);
    }
    if (/^Timeout/i.test(String((error as Error | undefined)?.message)))
      return stalled(this.#target.name, this.#place, this.#options.stallMs);
    return connectionError(error, this.#target.name, this.#place);
  }

  #error(fault: UploadFault, words: string, cause?: unknown): NightjarError {
    return uploadError(fault, this.#target.name, words, cause);
  }
}

/** A server names the port of its data connections: none may be the recorder's own. */
function guardData(ftp: FTPContext, { lookup }: CarrierOptions, refused: (error: unknown) => void): void {
  const request = ftp.request.bind(ftp);
  ftp.request = async (command) => {
    const reply = await request(command);
    if (command !== "EPSV" && command !== "PASV") return reply;
    const [, first = "0", second] = DATA_PORT[command].exec(reply.message) ?? [];
    const port = second === undefined ? Number(first) : Number(first) * 256 + Number(second);
    try {
      await lookup(ftp.socket.remoteAddress ?? "", port);
    } catch (error) {
      refused(error);
      throw error;
    }
    return reply;
  };
}

/** A data connection that ended before everything was sent; one that stood still is another matter. */
function isCut(error: unknown): boolean {
  const { code, message = "" } = error as { readonly code?: unknown; readonly message?: string };
  const isBroken = CUT.has(code) || message.startsWith("Socket closed due to transmission error");
  return isBroken && !message.endsWith("(control socket)");
}

/** In parts, so that a server that takes them slowly is no server that stands still. */
function chunksOf(bytes: Buffer): Readable {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) parts.push(bytes.subarray(at, at + CHUNK_BYTES));
  return Readable.from(parts);
}
