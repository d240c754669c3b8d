// Which topics this plugin has left something at, kept over restarts: a camera that was taken off the list while nobody
// looked is taken back at Home Assistant too.
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "@nightjar/core";

/** As many as the recorder lets a plugin retain. */
const LIMIT = 200;

export class AnnouncedFile {
  readonly #path: string;
  readonly #log: Log;
  #written: string | undefined;

  /** `folder` is the plugin's own. */
  constructor(folder: string, log: Log) {
    this.#path = join(folder, "announced.json");
    this.#log = log;
  }

  async read(): Promise<string[]> {
    try {
      const text = this.#written ?? (await readFile(this.#path, "utf8"));
      this.#written = text;
      const topics: unknown = JSON.parse(text);
      if (!Array.isArray(topics)) return [];
      return topics.filter((topic) => typeof topic === "string").slice(0, LIMIT);
    } catch (error) {
      // The first time there is none; what cannot be read is as if there were none.
      this.#log.debug("no list of what was announced", { reason: String(error) });
      return [];
    }
  }

  async write(topics: readonly string[]): Promise<void> {
    const text = JSON.stringify(topics.slice(0, LIMIT));
    if (text === this.#written) return;
    await writeFile(`${this.#path}.new`, text, { mode: 0o600 });
    await rename(`${this.#path}.new`, this.#path);
    this.#written = text;
  }
}
