// Retained states that come and go: each is published when it is another one, all of them when the broker is there again, and
// those that nobody wants any more are cleared, also where they went while the broker, or the recorder, was away.
import type { Db } from "../db/db.ts";
import { keyValuesTable } from "../db/tables/key-values-table.ts";
import type { Log } from "../log.ts";
import type { OutgoingMessage } from "./broker.ts";

export interface KeptStatesOptions {
  readonly db: Db;
  readonly log: Log;
  /** Where the database remembers which there are. */
  readonly key: string;
  readonly base: () => string;
  readonly publish: (message: OutgoingMessage) => Promise<void>;
}

/** Payloads by path below the base. */
export type WantedStates = ReadonlyMap<string, string>;

export class KeptStates {
  readonly #options: KeptStatesOptions;
  /** What was published last. */
  readonly #sent = new Map<string, string>();
  /** Paths at which something is retained; undefined until it was read. */
  #remembered: Set<string> | undefined;
  #tail: Promise<void> = Promise.resolve();

  constructor(options: KeptStatesOptions) {
    this.#options = options;
  }

  /** The broker is there (again): these, and no others. */
  all(wanted: WantedStates): Promise<void> {
    return this.#inTurn(async () => {
      this.#sent.clear();
      await this.#follow("", wanted);
    });
  }

  /** Of all paths that begin so, these and no others. Nothing is done before `all` was called. */
  follow(under: string, wanted: WantedStates): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#remembered !== undefined) await this.#follow(under, wanted);
    });
  }

  async #follow(under: string, wanted: WantedStates): Promise<void> {
    const remembered = await this.#known();
    const gone = [...remembered].filter((path) => path.startsWith(under) && !wanted.has(path));
    const added = [...wanted.keys()].filter((path) => !remembered.has(path));
    // Written down before it is said: what nobody remembers nobody clears.
    for (const path of added) remembered.add(path);
    if (added.length > 0) await this.#store();
    for (const path of gone) {
      this.#sent.delete(path);
      await this.#publish(path, "");
      remembered.delete(path);
    }
    if (gone.length > 0) await this.#store();
    for (const [path, payload] of wanted) {
      if (this.#sent.get(path) === payload) continue;
      this.#sent.set(path, payload);
      // Not waited for, and sent anew with all the others when the broker was away.
      this.#publish(path, payload).catch((error: unknown) => {
        this.#sent.delete(path);
        this.#options.log.debug("a state was not published", { path, reason: String(error) });
      });
    }
  }

  #publish(path: string, payload: string): Promise<void> {
    const topic = `${this.#options.base()}/${path}`;
    return this.#options.publish({ topic, payload, qos: 1, retain: true });
  }

  async #known(): Promise<Set<string>> {
    if (this.#remembered === undefined) {
      const kept = await keyValuesTable(this.#options.db).get(this.#options.key);
      this.#remembered = new Set(Array.isArray(kept) ? kept.filter((path) => typeof path === "string") : []);
    }
    return this.#remembered;
  }

  #store(): Promise<unknown> {
    return keyValuesTable(this.#options.db).set(this.#options.key, [...(this.#remembered ?? [])]);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#tail.then(work);
    this.#tail = done.catch(() => undefined);
    return done;
  }
}
