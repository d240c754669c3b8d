// The walls that are known: screens that show the live page under a name. Which are open is in memory, the names and when each
// was seen last outlive a restart. Bounded: where there are too many, the one that was not seen for longest is forgotten.
import type { Clock } from "../clock.ts";
import type { SqlWriter } from "../db/db.ts";
import { keyValuesTable } from "../db/tables/key-values-table.ts";
import { NightjarError } from "../errors.ts";
import type { Log } from "../log.ts";

const KEY = "screens.walls";
/** Walls that are known at once. */
export const MOST_WALLS = 64;

export interface KnownWall {
  readonly name: string;
  /** How many screens are open under this name. */
  readonly screens: number;
  /** Of one that is open: since when it is. */
  readonly seenMs: number;
}

export interface WallBookParts {
  readonly clock: Clock;
  readonly db: SqlWriter;
  readonly log: Log;
}

export class WallBook {
  readonly #clock: Clock;
  readonly #db: SqlWriter;
  readonly #log: Log;
  readonly #known = new Map<string, { screens: number; seenMs: number }>();
  #writing: Promise<void> = Promise.resolve();
  #isDue = false;

  /** With what is known from before. */
  static async open(parts: WallBookParts): Promise<WallBook> {
    const book = new WallBook(parts);
    await book.#load();
    return book;
  }

  constructor(parts: WallBookParts) {
    this.#clock = parts.clock;
    this.#db = parts.db;
    this.#log = parts.log;
  }

  /** By name. */
  list(): KnownWall[] {
    return [...this.#known]
      .map(([name, { screens, seenMs }]) => ({ name, screens, seenMs }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** A screen opens under this name; gives what closes it. Throws `NJ_TOO_MANY_WALLS`. */
  opened(name: string): () => void {
    const wall = this.#known.get(name) ?? this.#add(name);
    wall.screens += 1;
    wall.seenMs = this.#clock.wallMs();
    this.#keep();
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      wall.screens -= 1;
      wall.seenMs = this.#clock.wallMs();
      this.#keep();
    };
  }

  /** Forgets a wall that is not open. Throws `NJ_WALL_NOT_FOUND`, `NJ_WALL_OPEN`. */
  forget(name: string): void {
    const wall = this.#known.get(name);
    if (wall === undefined)
      throw new NightjarError("NJ_WALL_NOT_FOUND", "not-found", "there is no such wall");
    if (wall.screens > 0)
      throw new NightjarError("NJ_WALL_OPEN", "failed-precondition", "this wall is open: close it first");
    this.#known.delete(name);
    this.#keep();
  }

  /** Resolves when what is known is written. */
  settled(): Promise<void> {
    return this.#writing;
  }

  async #load(): Promise<void> {
    const kept = await keyValuesTable(this.#db).get(KEY);
    for (const one of Array.isArray(kept) ? kept.slice(0, MOST_WALLS) : []) {
      const { name, seenMs } = (one ?? {}) as { readonly name?: unknown; readonly seenMs?: unknown };
      if (typeof name !== "string" || typeof seenMs !== "number" || this.#known.has(name)) continue;
      this.#known.set(name, { screens: 0, seenMs });
    }
  }

  #add(name: string): { screens: number; seenMs: number } {
    if (this.#known.size >= MOST_WALLS) {
      const [oldest] = this.list()
        .filter(({ screens }) => screens === 0)
        .sort((a, b) => a.seenMs - b.seenMs);
      if (oldest === undefined) {
        throw new NightjarError("NJ_TOO_MANY_WALLS", "resource-exhausted", "too many walls are open");
      }
      this.#known.delete(oldest.name);
    }
    const wall = { screens: 0, seenMs: 0 };
    this.#known.set(name, wall);
    return wall;
  }

  /** Whatever happens while one state is being written is written once, after it. */
  #keep(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#writing = this.#writing.then(async () => {
      this.#isDue = false;
      try {
        const kept = this.list().map(({ name, seenMs }) => ({ name, seenMs }));
        await keyValuesTable(this.#db).set(KEY, kept);
      } catch (error) {
        this.#log.warn("the walls that are known could not be kept", { reason: String(error) });
      }
    });
  }
}
