// Keeps passwords and other secrets of the house: secrets.json, each value sealed with AES-256-GCM (NIST SP 800-38D)
// under the key in secrets.key (0600). The name of a secret is authenticated with it, so that values cannot be swapped.
// Secrets are write-only outside the process: no interface gives them out again.
//
//   entry: base64( version 1 (1 byte) | nonce (12) | tag (16) | ciphertext )
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import { chmod, mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { NightjarError, systemCode } from "../errors.ts";
import { writeFileAtomically } from "./atomic-file.ts";

export const SECRETS_FILE = "secrets.json";
export const SECRETS_KEY_FILE = "secrets.key";
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORMAT = 1;
const NAME = /^[a-z0-9][a-z0-9._/@-]{0,199}$/i;
const MAX_SECRET_CHARACTERS = 64 * 1024;

/** The secrets of one data directory, by names like `camera/<id>/password`. */
export class SecretStore {
  readonly #folder: string;
  readonly #key: Buffer;
  #entries: ReadonlyMap<string, string>;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(folder: string, key: Buffer, entries: Map<string, string>) {
    this.#folder = folder;
    this.#key = key;
    this.#entries = entries;
  }

  /** Opens the secrets of a data directory, making the key where there is none. Throws `NJ_SECRETS_UNREADABLE`. */
  static async open(options: { readonly dataDir: string }): Promise<SecretStore> {
    await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
    const entries = await readEntries(join(options.dataDir, SECRETS_FILE));
    const key = await readKey(join(options.dataDir, SECRETS_KEY_FILE), entries.size > 0);
    return new SecretStore(options.dataDir, key, entries);
  }

  /** The secret of that name, or undefined. Throws `NJ_SECRETS_UNREADABLE` if it was tampered with. */
  get(name: string): string | undefined {
    const entry = this.#entries.get(name);
    return entry === undefined ? undefined : this.#open(name, entry);
  }

  /**
   * As {@link get}, and undefined too where it cannot be opened: for whoever does better without it than not at all. One that
   * cannot be opened must be no obstacle to starting, to looking at settings, and to giving another.
   */
  find(name: string): string | undefined {
    try {
      return this.get(name);
    } catch {
      return undefined;
    }
  }

  /** True if there is a secret of that name; does not open it. */
  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** The names that begin with `prefix`. */
  names(prefix = ""): string[] {
    return [...this.#entries.keys()].filter((name) => name.startsWith(prefix));
  }

  /** All that can be read, to take them out of what is handed over. */
  readable(): string[] {
    // What cannot be opened cannot stand anywhere.
    return this.names().flatMap((name) => this.find(name) ?? []);
  }

  /** The names of those that cannot be opened, as with the key of another data directory. */
  unreadable(): string[] {
    return this.names().filter((name) => this.find(name) === undefined);
  }

  /** Sets a secret, durably. */
  set(name: string, secret: string): Promise<void> {
    return this.change(new Map([[name, secret]]));
  }

  /**
   * Changes many secrets in one step, durably: undefined removes one. All hold, once they are on the disk, or, when the file
   * cannot be written, none.
   */
  async change(changes: ReadonlyMap<string, string | undefined>): Promise<void> {
    for (const [name, secret] of changes) if (secret !== undefined) checkSecret(name, secret);
    await this.#changeInTurn(() => changes);
  }

  /** Seals a text with the recorder's own key, for a file beside the secrets; `purpose` is authenticated with it. */
  sealText(purpose: string, text: string): string {
    return this.#seal(`:${purpose}`, text);
  }

  /** Opens what {@link sealText} made. Throws `NJ_SECRETS_UNREADABLE` if it was tampered with. */
  openText(purpose: string, sealed: string): string {
    return this.#open(`:${purpose}`, sealed);
  }

  /**
   * A mark of a text by which it is known again, and by which nobody without the recorder's key can try texts out;
   * hexadecimal, of 128 bits. Marks of two purposes say nothing of each other.
   */
  markOf(purpose: string, text: string): string {
    return createHmac("sha256", this.#key)
      .update(JSON.stringify(["mark", purpose, text]))
      .digest("hex")
      .slice(0, 32);
  }

  /** Removes a secret; removing one that is not there is harmless. */
  delete(name: string): Promise<void> {
    return this.#changeInTurn(() => new Map(this.has(name) ? [[name, undefined]] : []));
  }

  /** Removes all secrets whose name begins with `prefix`, as `camera/<id>/` when a camera goes. */
  deleteAll(prefix: string): Promise<void> {
    return this.#changeInTurn(() => new Map(this.names(prefix).map((name) => [name, undefined])));
  }

  /** The only way in which secrets change: one change after the other, in the file first. */
  #changeInTurn(wanted: () => ReadonlyMap<string, string | undefined>): Promise<void> {
    const result = this.#queue.then(async () => {
      const changes = wanted();
      if (changes.size === 0) return;
      const next = new Map(this.#entries);
      for (const [name, secret] of changes) {
        if (secret === undefined) next.delete(name);
        else next.set(name, this.#seal(name, secret));
      }
      const content = { version: FORMAT, secrets: Object.fromEntries(next) };
      await writeFileAtomically(join(this.#folder, SECRETS_FILE), `${JSON.stringify(content, null, 2)}\n`);
      this.#entries = next;
    });
    this.#queue = result.catch(() => undefined);
    return result;
  }

  #open(name: string, entry: string): string {
    const bytes = Buffer.from(entry, "base64");
    try {
      if (bytes[0] !== FORMAT) throw new RangeError("unknown form");
      const nonce = bytes.subarray(1, 1 + NONCE_BYTES);
      const tag = bytes.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES);
      const decipher = createDecipheriv("aes-256-gcm", this.#key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(name, "utf8"));
      decipher.setAuthTag(tag);
      const text = decipher.update(bytes.subarray(1 + NONCE_BYTES + TAG_BYTES));
      return Buffer.concat([text, decipher.final()]).toString("utf8");
    } catch (error) {
      throw new NightjarError(
        "NJ_SECRETS_UNREADABLE",
        "data-loss",
        `the secret "${name}" cannot be opened with the key in ${SECRETS_KEY_FILE}: set it again`,
        { name },
        error,
      );
    }
  }

  #seal(name: string, secret: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(name, "utf8"));
    const sealed = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
    return Buffer.concat([Buffer.of(FORMAT), nonce, cipher.getAuthTag(), sealed]).toString("base64");
  }
}

function checkSecret(name: string, secret: string): void {
  if (NAME.test(name) && secret.length <= MAX_SECRET_CHARACTERS) return;
  throw new NightjarError(
    "NJ_SECRET_INVALID",
    "invalid-argument",
    "a secret's name or length is not allowed",
  );
}

async function readEntries(path: string): Promise<Map<string, string>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return new Map();
    throw unreadable(path, "cannot be read", error);
  }
  const secrets =
    typeof parsed === "object" && parsed !== null && "secrets" in parsed ? parsed.secrets : undefined;
  if (typeof secrets !== "object" || secrets === null) throw unreadable(path, "has not the expected form");
  const entries = new Map<string, string>();
  for (const [name, value] of Object.entries(secrets)) {
    if (!NAME.test(name) || typeof value !== "string") throw unreadable(path, "has not the expected form");
    entries.set(name, value);
  }
  return entries;
}

async function readKey(path: string, mustExist: boolean): Promise<Buffer> {
  try {
    const key = Buffer.from((await readFile(path, "utf8")).trim(), "base64");
    if (key.length !== KEY_BYTES) throw unreadable(path, `does not hold a key of ${KEY_BYTES} bytes`);
    await chmod(path, 0o600);
    return key;
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    if (mustExist) throw unreadable(path, "is missing, and secrets.json cannot be opened without it");
  }
  const key = randomBytes(KEY_BYTES);
  // "wx" with 0600 from the first moment: never readable by others, and never over another process's key.
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(`${key.toString("base64")}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  return key;
}

function unreadable(path: string, what: string, cause?: unknown): NightjarError {
  return new NightjarError("NJ_SECRETS_UNREADABLE", "data-loss", `${path} ${what}`, { path }, cause);
}
