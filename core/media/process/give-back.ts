// Gives memory back that a burst took: pictures that waited for a disk which stood still lie in slabs that nobody needs again.
// Nothing of them goes by itself: they lie outside of the heap, of which so little changes that it is not collected for hours.
import { collectMemory } from "../collect-memory.ts";
import type { SlabPool } from "../slab.ts";

/** Less is not worth collecting for: it stops the loop for some milliseconds. */
const LEAST_BYTES = 64 * 1024 * 1024;

/** Who else has seen the slabs, and holds them until it collects. */
export interface SeesSlabs {
  giveBack(): void;
}

export class GiveBack {
  readonly #pool: Pick<SlabPool, "trim">;
  readonly #writers: () => Iterable<SeesSlabs>;
  readonly #collect: () => void;
  #waitingBytes = 0;

  /** `collect`: of this thread. */
  constructor(
    pool: Pick<SlabPool, "trim">,
    writers: () => Iterable<SeesSlabs>,
    collect: () => void = collectMemory,
  ) {
    this.#pool = pool;
    this.#writers = writers;
    this.#collect = collect;
  }

  /** Once a minute or so: what nobody has missed since the last time is let go of, and collected when it is enough. */
  tick(): void {
    this.#waitingBytes += this.#pool.trim();
    if (this.#waitingBytes < LEAST_BYTES) return;
    this.#waitingBytes = 0;
    for (const writer of this.#writers()) writer.giveBack();
    this.#collect();
  }
}
