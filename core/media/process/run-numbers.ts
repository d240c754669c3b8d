// Numbers of runs: rising over restarts, so that playback can order by (run, sequence) whatever the wall clock
// does. Blocks of numbers are reserved on disk, so that a start of a run costs no write.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { writeFileAtomically } from "./atomic-file.ts";

const BLOCK = 1_000;

export class RunNumbers {
  readonly #path: string;
  readonly #log: Log;
  readonly #first: number;
  #next: number;
  #reserved: number;

  /** `folder` is `<data>/media`. Reads synchronously: it runs once, before anything is recorded. */
  constructor(folder: string, clock: Clock, log: Log) {
    this.#path = join(folder, "runs.json");
    this.#log = log;
    // Without the file, seconds since the epoch lie above any number of runs that a node has used up.
    this.#next = readReserved(this.#path) ?? Math.max(1, Math.floor(clock.wallMs() / 1_000));
    this.#reserved = this.#next;
    this.#first = this.#next;
  }

  /** Reserves the first block; awaited before the first run. */
  async open(): Promise<void> {
    await this.#reserve();
  }

  /** Whether this process gave it. Where the file is lost and the clock is in 1970, older ones are higher. */
  isOwn(number: number): boolean {
    return number >= this.#first && number < this.#next;
  }

  /** The next number. */
  take(): number {
    const number = this.#next;
    this.#next += 1;
    if (this.#reserved - this.#next < BLOCK / 2) {
      void this.#reserve().catch((error: unknown) =>
        this.#log.error("cannot reserve run numbers", { reason: String(error) }),
      );
    }
    return number;
  }

  async #reserve(): Promise<void> {
    this.#reserved = this.#next + BLOCK;
    await writeFileAtomically(this.#path, JSON.stringify({ reserved: this.#reserved }));
  }
}

function readReserved(path: string): number | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof value !== "object" || value === null || !("reserved" in value)) return undefined;
    return Number.isSafeInteger(value.reserved) ? (value.reserved as number) : undefined;
  } catch {
    return undefined;
  }
}
