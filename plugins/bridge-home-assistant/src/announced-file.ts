// What this plugin has left at the broker, kept over restarts: a camera that was taken off the list while nobody looked is
// taken back at Home Assistant too, and so is an entity of what a camera cannot do any more.
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DescribedAbilities, Log } from "@nightjar/core";

/** As many as the recorder lets a plugin retain. */
const LIMIT = 200;
/** Entities of one device that are remembered, those that have gone among them. */
const ENTITIES_LIMIT = 200;

/** What is remembered. */
export interface Announced {
  /** By topic, the platforms of its entities by their keys. */
  readonly topics: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What cameras could do when they were asked last: one that is off does not say. */
  readonly abilities: Readonly<Record<string, DescribedAbilities>>;
}

const NOTHING: Announced = { topics: {}, abilities: {} };

export class AnnouncedFile {
  readonly #path: string;
  readonly #log: Log;
  #written: string | undefined;

  /** `folder` is the plugin's own. */
  constructor(folder: string, log: Log) {
    this.#path = join(folder, "announced.json");
    this.#log = log;
  }

  async read(): Promise<Announced> {
    try {
      const text = this.#written ?? (await readFile(this.#path, "utf8"));
      this.#written = text;
      return announcedIn(JSON.parse(text));
    } catch (error) {
      // The first time there is none; what cannot be read is as if there were none.
      this.#log.debug("no list of what was announced", { reason: String(error) });
      return NOTHING;
    }
  }

  async write({ topics, abilities }: Announced): Promise<void> {
    const kept = Object.entries(topics)
      .slice(0, LIMIT)
      .map(([topic, entities]) => [
        topic,
        Object.fromEntries(Object.entries(entities).slice(0, ENTITIES_LIMIT)),
      ]);
    const text = JSON.stringify({
      topics: Object.fromEntries(kept),
      abilities: Object.fromEntries(Object.entries(abilities).slice(0, LIMIT)),
    });
    if (text === this.#written) return;
    await writeFile(`${this.#path}.new`, text, { mode: 0o600 });
    await rename(`${this.#path}.new`, this.#path);
    this.#written = text;
  }
}

/** An earlier version kept a list of topics. */
function announcedIn(value: unknown): Announced {
  if (Array.isArray(value))
    return { ...NOTHING, topics: Object.fromEntries(value.slice(0, LIMIT).map((one) => [String(one), {}])) };
  const { topics = {}, abilities = {} } = (value ?? {}) as Partial<Announced>;
  return { topics, abilities };
}
