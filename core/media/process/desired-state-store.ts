// Keeps the desired state on disk, so that `media` obeys it before `core` is up: `<data>/media/desired-state.json`,
// 0600, replaced atomically. Source passwords are sealed (AES-256-GCM) with a key of their own beside it.
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "../../log.ts";
import type { DesiredState, DesiredStream } from "../protocol.ts";
import { writeFileAtomically } from "./atomic-file.ts";

const CIPHER = "aes-256-gcm";
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORMAT = 1;

export class DesiredStateStore {
  readonly #statePath: string;
  readonly #keyPath: string;
  readonly #log: Log;
  #key: Buffer | undefined;
  #writing: Promise<void> = Promise.resolve();
  #newest: DesiredState | undefined;

  /** `folder` is `<data>/media`, which exists. */
  constructor(folder: string, log: Log) {
    this.#statePath = join(folder, "desired-state.json");
    this.#keyPath = join(folder, "desired-state.key");
    this.#log = log;
  }

  /** The last state that was saved; undefined if there is none or none that can be read. */
  async load(): Promise<DesiredState | undefined> {
    let text: string;
    try {
      text = await readFile(this.#statePath, "utf8");
    } catch {
      return undefined;
    }
    try {
      const stored: unknown = JSON.parse(text);
      if (typeof stored !== "object" || stored === null) return undefined;
      if (!("format" in stored) || stored.format !== FORMAT || !("state" in stored)) return undefined;
      const key = await this.#loadKey();
      const state = stored.state as DesiredState;
      return {
        ...state,
        streams: state.streams.map((stream) => withPassword(stream, (text) => open(text, key))),
      };
    } catch (error) {
      this.#log.error("the stored desired state cannot be read; waiting for core", { reason: String(error) });
      return undefined;
    }
  }

  /** Saves `state`; when several wait, only the newest is written. Resolves when this one or a newer one is on disk. */
  save(state: DesiredState): Promise<void> {
    this.#newest = state;
    const written = this.#writing.then(async () => {
      const newest = this.#newest;
      if (newest === undefined) return;
      this.#newest = undefined;
      const key = await this.#loadKey();
      const sealed = {
        ...newest,
        streams: newest.streams.map((stream) => withPassword(stream, (text) => seal(text, key))),
      };
      await writeFileAtomically(this.#statePath, JSON.stringify({ format: FORMAT, state: sealed }));
    });
    this.#writing = written.catch(() => undefined);
    return written;
  }

  async #loadKey(): Promise<Buffer> {
    if (this.#key !== undefined) return this.#key;
    try {
      const key = Buffer.from(await readFile(this.#keyPath, "utf8"), "base64");
      if (key.length === KEY_BYTES) {
        this.#key = key;
        return key;
      }
      this.#log.warn("the key of the desired state was damaged; a new one is made");
    } catch {
      // No key yet: the first start.
    }
    const key = randomBytes(KEY_BYTES);
    await writeFileAtomically(this.#keyPath, key.toString("base64"));
    this.#key = key;
    return key;
  }
}

function withPassword(stream: DesiredStream, change: (password: string) => string): DesiredStream {
  const { password } = stream.source;
  return password === undefined
    ? stream
    : { ...stream, source: { ...stream.source, password: change(password) } };
}

function seal(text: string, key: Buffer): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64");
}

function open(sealed: string, key: Buffer): string {
  const bytes = Buffer.from(sealed, "base64");
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, "utf8") + decipher.final("utf8");
}
