// The corner of a volume for provisional files (pre-record/): which are in use, when what a former process left there
// is cleared away, and when they must make room. What is in them, and whether it is kept, is not its affair
// (docs/decisions/0011).
import { basename } from "node:path";
import type { Log } from "../../log.ts";
import { PROVISIONAL_FOLDER } from "../segment.ts";
import type { VolumeWriter } from "../store/volume-writer.ts";
import type { VolumeFileEvents } from "./segment-volume.ts";

/** Begun only with this much of the reserve free, given up below half of it: in between they stay. */
const BEGIN_SHARE = 0.75;
const KEEP_SHARE = 0.5;

export class ProvisionalArea {
  readonly #writer: Pick<VolumeWriter, "clear">;
  readonly #log: Log;
  readonly #inUse = new Map<string, VolumeFileEvents>();
  #state: "unknown" | "clearing" | "clear" = "unknown";

  constructor(writer: Pick<VolumeWriter, "clear">, log: Log) {
    this.#writer = writer;
    this.#log = log;
  }

  /** True once nothing lies there but what is in use: a new file would be cleared away with the rest. */
  get isClear(): boolean {
    return this.#state === "clear";
  }

  add(path: string, events: VolumeFileEvents): void {
    this.#inUse.set(path, events);
  }

  delete(path: string): void {
    this.#inUse.delete(path);
  }

  /** The volume is in order, or is not: files that were left while it was away are cleared when it is back. */
  inOrder(isInOrder: boolean): void {
    if (!isInOrder) {
      this.#state = "unknown";
      return;
    }
    if (this.#state !== "unknown") return;
    this.#state = "clearing";
    this.#writer.clear(
      PROVISIONAL_FOLDER,
      [...this.#inUse.keys()].map((path) => basename(path)),
      (error) => {
        if (this.#state !== "clearing") return;
        this.#state = error === undefined ? "clear" : "unknown";
        if (error !== undefined) {
          this.#log.warn("provisional recordings that nobody wanted cannot be removed yet", {
            reason: error.message,
          });
        }
      },
    );
  }

  /** True if there is room to begin a file. */
  hasRoom(freeBytes: number, reserveBytes: number): boolean {
    return freeBytes >= reserveBytes * BEGIN_SHARE;
  }

  /** First to go when space runs short: not at every file that overwriting makes room for, but before it is late. */
  makeRoom(freeBytes: number, reserveBytes: number): void {
    if (freeBytes >= reserveBytes * KEEP_SHARE) return;
    for (const events of [...this.#inUse.values()]) events.failed(new RangeError("its room is needed"));
  }
}
