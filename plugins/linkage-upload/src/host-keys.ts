// Host keys of SSH servers that were accepted when a target was first tried, by server and port, in a file of the plugin's own.
// What its owner wrote into the settings goes before.
import { createHash } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

const FILE = "host-keys.json";
const MOST_KEYS = 100;
const FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}$/;

export class HostKeys {
  readonly #file: string;
  readonly #known = new Map<string, string>();

  constructor(folder: string) {
    this.#file = join(folder, FILE);
  }

  /** Reads what was accepted. A file that is none of ours knows nothing: then a test accepts anew. */
  async open(): Promise<void> {
    try {
      const kept: unknown = JSON.parse(await readFile(this.#file, "utf8"));
      if (typeof kept !== "object" || kept === null || Array.isArray(kept)) return;
      for (const [place, print] of Object.entries(kept).slice(0, MOST_KEYS))
        if (typeof print === "string" && FINGERPRINT.test(print)) this.#known.set(place, print);
    } catch {
      // There is none yet.
    }
  }

  /** The fingerprint that holds for a server; undefined: none was ever accepted. */
  get(host: string, port: number): string | undefined {
    return this.#known.get(`${host.toLowerCase()}:${port}`);
  }

  /** From now on this one holds. */
  async accept(host: string, port: number, print: string): Promise<void> {
    const place = `${host.toLowerCase()}:${port}`;
    this.#known.delete(place);
    this.#known.set(place, print);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MOST_KEYS) break;
      this.#known.delete(oldest);
    }
    const fresh = `${this.#file}.new`;
    await writeFile(fresh, JSON.stringify(Object.fromEntries(this.#known)), { mode: 0o600, flush: true });
    await rename(fresh, this.#file);
  }
}

/** As `ssh-keygen -l` writes it. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}
