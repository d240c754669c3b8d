// Files by SFTP (SSH, draft-ietf-secsh-filexfer-02): the server is known by its host key before any password is said; files grow
// under a name of their own, go on where they were cut, and are renamed when whole.
import { createHash } from "node:crypto";
import { connect, type Socket } from "node:net";
import { NightjarError, type ResolvedAddress } from "@nightjar/core";
import ssh2, { type SFTPWrapper } from "ssh2";
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
import { fingerprintOf } from "./host-keys.ts";
import { connectionError, saidBy, stalled, type UploadFault, uploadError } from "./upload-errors.ts";

/** What every server takes at once. */
const CHUNK_BYTES = 32 * 1024;
const DEFAULT_PORT = 22;
/** Of SSH_FXP_OPEN: what is there stays. */
const WRITE_OR_CREATE = 0x02 | 0x08;
/** Of SSH_FXP_STATUS. */
const NO_SUCH_FILE = 2;
const PERMISSION_DENIED = 3;
const FAILURE = 4;
const PEM = /-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\s]+)-----END \1-----/;
const PEM_LINE = /.{1,64}/g;

/** Reaches an SSH server, knows it by its key, signs in and opens its files. */
export async function openSftp(target: Target, options: CarrierOptions): Promise<Carrier> {
  const port = target.port ?? DEFAULT_PORT;
  const places = await addressesOf(target, target.host ?? "", port, options);
  const carrier = new SftpCarrier(target, port, options);
  await carrier.open(places);
  return carrier;
}

type Done<Value> = (error: Error | null | undefined, value?: Value) => void;

class SftpCarrier implements Carrier {
  note?: string;
  readonly #target: Target;
  readonly #port: number;
  readonly #place: string;
  readonly #options: CarrierOptions;
  readonly #client = new ssh2.Client();
  readonly #lost = Promise.withResolvers<never>();
  readonly #giveUp = (): void => this.#end(this.#options.signal.reason);
  #socket: Socket | undefined;
  #sftp: SFTPWrapper | undefined;
  #folder: string | undefined;
  /** Why the server's key was not taken, and which it was. */
  #refusal: NightjarError | undefined;
  #print = "";

  constructor(target: Target, port: number, options: CarrierOptions) {
    this.#target = target;
    this.#port = port;
    this.#place = `${target.host}, port ${port},`;
    this.#options = options;
    this.#lost.promise.catch(() => undefined);
    // It stays until the end: a connection that is cut then must not end the process.
    this.#client.on("error", (error) => this.#end(error));
    this.#client.on("close", () => this.#end({ code: "ECONNRESET" }));
    options.signal.addEventListener("abort", this.#giveUp, { once: true });
  }

  async open(places: readonly ResolvedAddress[]): Promise<void> {
    try {
      await this.#signIn(await this.#connect(places));
      this.#sftp = await this.#ask<SFTPWrapper>((done) => this.#client.sftp(done));
      await this.#remember();
    } catch (error) {
      this.close();
      throw this.#told(error, "ANSWER", "does not open its files by SFTP");
    }
  }

  async put({ folder, name, bytes }: UploadFile): Promise<void> {
    const sftp = this.#sftp as SFTPWrapper;
    const { isAbsolute, steps } = baseOf(this.#target.folder);
    const path = `${isAbsolute ? "/" : ""}${[...steps, ...folder].join("/")}` || ".";
    if (this.#folder !== path) await this.#ensure(path);
    const growing = `${path}/${growingName(name, createHash("sha256").update(bytes).digest("hex"))}`;
    const final = `${path}/${name}`;
    try {
      const handle = await this.#ask<Buffer>((done) => sftp.open(growing, WRITE_OR_CREATE, done));
      try {
        await this.#write(handle, bytes);
      } catch (error) {
        await this.#ask((done) => sftp.close(handle, done)).catch(() => undefined);
        throw error;
      }
      await this.#ask((done) => sftp.close(handle, done));
      await this.#rename(growing, final);
    } catch (error) {
      throw await this.#whyNot(error, path, name);
    }
  }

  close(): void {
    this.#options.signal.removeEventListener("abort", this.#giveUp);
    this.#end({ code: "ECLOSED" });
  }

  /** The first address that answers. */
  async #connect(places: readonly ResolvedAddress[]): Promise<Socket> {
    const { signal, stallMs } = this.#options;
    const socket = connect({
      host: this.#target.host ?? "",
      port: this.#port,
      // What was judged is what is connected to.
      lookup: (_name, { all }, done) => {
        const [first] = places;
        if (all === true || first === undefined) done(null, [...places]);
        else done(null, first.address, first.family);
      },
    });
    this.#socket = socket;
    const { promise, resolve, reject } = Promise.withResolvers<Socket>();
    socket.on("error", reject);
    socket.once("connect", () => resolve(socket));
    return within(promise, { signal, stallMs }, () => this.#stalled());
  }

  async #signIn(sock: Socket): Promise<void> {
    const { user = "", password, privateKey, passphrase } = this.#target;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#client.once("ready", resolve);
    this.#client.on("keyboard-interactive", (_name, _words, _language, prompts, answer) =>
      answer(prompts.map(() => password ?? "")),
    );
    try {
      this.#client.connect({
        sock,
        username: user,
        readyTimeout: this.#options.stallMs,
        hostVerifier: (key: Buffer) => this.#isKnown(key),
        tryKeyboard: password !== undefined,
        ...(password === undefined ? {} : { password }),
        ...(privateKey === undefined ? {} : { privateKey: pemOf(privateKey) }),
        ...(passphrase === undefined ? {} : { passphrase }),
      });
    } catch (error) {
      // Nothing was sent yet: it is the key that cannot be read.
      throw this.#error(
        "SIGN_IN",
        "the private key cannot be read: it is incomplete, or its words are wrong",
        error,
      );
    }
    await this.#within(promise);
  }

  #isKnown(key: Buffer): boolean {
    const { hostKey, host = "" } = this.#target;
    this.#print = fingerprintOf(key);
    const known = hostKey ?? this.#options.hostKeys.get(host, this.#port);
    if (known === this.#print || (known === undefined && this.#options.isTest)) return true;
    this.#refusal = this.#error(
      "HOST_KEY",
      known === undefined
        ? `${this.#place} has a host key that nobody has accepted yet (${this.#print}): test the action once, or write it into the target's settings`
        : `${this.#place} has another host key than before (${this.#print}, not ${known}): somebody may stand between. If the server was set up anew, write the new one into the target's settings`,
    );
    return false;
  }

  /** The key that was accepted by a test is the one that holds from now on: its owner has proven to have it. */
  async #remember(): Promise<void> {
    const { hostKey, host = "" } = this.#target;
    const { hostKeys } = this.#options;
    if (hostKey !== undefined || hostKeys.get(host, this.#port) === this.#print) return;
    await hostKeys.accept(host, this.#port, this.#print);
    this.note = `host key ${this.#print} accepted`;
  }

  async #ensure(path: string): Promise<void> {
    const sftp = this.#sftp as SFTPWrapper;
    this.#folder = undefined;
    try {
      await this.#ask((done) => sftp.stat(path, done));
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== NO_SUCH_FILE)
        throw this.#told(error, "FOLDER", `does not open the folder ${path}`);
      const steps = path.split("/");
      for (let count = 1; count <= steps.length; count += 1) {
        const step = steps.slice(0, count).join("/");
        // Most of them are there: only the last one tells.
        if (step !== "")
          await this.#ask((done) => sftp.mkdir(step, done)).catch((fault: unknown) => {
            if (count === steps.length)
              throw this.#told(fault, "FOLDER", `has no folder ${path} and makes none`);
          });
      }
    }
    this.#folder = path;
  }

  /** Goes on where a former try was cut; what is longer than it can be was never ours. */
  async #write(handle: Buffer, bytes: Buffer): Promise<void> {
    const sftp = this.#sftp as SFTPWrapper;
    const { size } = await this.#ask<{ readonly size: number }>((done) => sftp.fstat(handle, done));
    let at = size;
    if (size > bytes.length) {
      await this.#ask((done) => sftp.fsetstat(handle, { size: 0 }, done));
      at = 0;
    }
    while (at < bytes.length) {
      const length = Math.min(CHUNK_BYTES, bytes.length - at);
      const from = at;
      await this.#ask((done) => sftp.write(handle, bytes, from, length, from, done));
      at += length;
    }
  }

  /** Over what is there: by OpenSSH's extension, or what is there goes first. */
  async #rename(from: string, to: string): Promise<void> {
    const sftp = this.#sftp as SFTPWrapper;
    try {
      // Throws where the server does not have it.
      await this.#ask((done) => sftp.ext_openssh_rename(from, to, done));
    } catch {
      await this.#ask((done) => sftp.unlink(to, done)).catch(() => undefined);
      await this.#ask((done) => sftp.rename(from, to, done));
    }
  }

  /** `Failure` is all that servers say of a full disk; some can be asked how full it is. */
  async #whyNot(error: unknown, path: string, name: string): Promise<NightjarError> {
    const { code } = error as { readonly code?: unknown };
    if (code === FAILURE) {
      const free = await this.#freeOf(path);
      if (free === 0) return this.#error("NO_SPACE", `${this.#place} has no space left`, error);
    }
    if (code === NO_SUCH_FILE) this.#folder = undefined;
    return this.#told(
      error,
      code === NO_SUCH_FILE ? "FOLDER" : "REFUSED",
      code === PERMISSION_DENIED ? `lets this user not write in ${path}` : `does not take the file ${name}`,
    );
  }

  async #freeOf(path: string): Promise<number | undefined> {
    const sftp = this.#sftp as SFTPWrapper;
    try {
      const { f_bavail: blocks } = await this.#ask<{ readonly f_bavail: unknown }>((done) =>
        sftp.ext_openssh_statvfs(path, done),
      );
      return Number(blocks);
    } catch {
      return undefined;
    }
  }

  /** One request, which ends also where nobody answers. */
  #ask<Value = unknown>(request: (done: Done<Value>) => unknown): Promise<Value> {
    const { promise, resolve, reject } = Promise.withResolvers<Value>();
    try {
      request((error, value) => (error ? reject(error) : resolve(value as Value)));
    } catch (error) {
      reject(error);
    }
    return this.#within(promise);
  }

  #within<Value>(work: Promise<Value>): Promise<Value> {
    return within(Promise.race([work, this.#lost.promise]), this.#options, () => {
      const late = this.#stalled();
      this.#end(late);
      return late;
    });
  }

  #end(reason: unknown): void {
    this.#lost.reject(this.#refusal ?? reason);
    this.#client.destroy();
    this.#socket?.destroy();
  }

  #told(error: unknown, fault: UploadFault, words: string): NightjarError {
    if (this.#refusal !== undefined) return this.#refusal;
    if (error instanceof NightjarError) return error;
    const { level, message, code } = (error ?? {}) as {
      readonly level?: string;
      readonly message?: string;
      readonly code?: unknown;
    };
    if (level === "client-authentication")
      return this.#error(
        "SIGN_IN",
        `${this.#place} does not let this user in: look at user name, password and key`,
        error,
      );
    if (level === "client-timeout") return this.#stalled();
    if (level === "protocol" || level === "handshake")
      return this.#error(
        "ANSWER",
        `what answers at ${this.#place} is no SSH server that can be talked to (${saidBy(message ?? "", [this.#target.password])})`,
        error,
      );
    if (typeof code === "number") {
      const said = saidBy(message ?? "", [this.#target.password]);
      return this.#error(fault, `${this.#place} ${words}${said === "" ? "" : ` (${said})`}`, error);
    }
    return connectionError(error, this.#target.name, this.#place);
  }

  #stalled(): NightjarError {
    return stalled(this.#target.name, this.#place, this.#options.stallMs);
  }

  #error(fault: UploadFault, words: string, cause?: unknown): NightjarError {
    return uploadError(fault, this.#target.name, words, cause);
  }
}

/** A key that was put into one line, as fields for secrets do, in the lines that it must have. */
export function pemOf(text: string): string {
  const [, kind, body] = PEM.exec(text) ?? [];
  if (kind === undefined || body === undefined) return text;
  const lines = body.replaceAll(/\s+/g, "").match(PEM_LINE) ?? [];
  return `-----BEGIN ${kind}-----\n${lines.join("\n")}\n-----END ${kind}-----\n`;
}
