// The newest clips that were laid out, shared by the many requests in which a browser fetches one file, and closed when
// they are neither new nor in use. Work for a clip that nobody waits for any more is given up.
import { NightjarError } from "../../errors.ts";

/** What is kept. */
export interface Closable {
  /** False: good for those who wait now, and made anew for whoever comes later. */
  readonly isLasting: boolean;
  close(): Promise<void>;
}

interface Kept<T> {
  readonly made: Promise<T>;
  readonly abort: AbortController;
  users: number;
  isDone: boolean;
}

/** Something held; `release` is to be called once, and may be called again. */
export interface Held<T> {
  readonly value: Promise<T>;
  release(): void;
}

/** At most `limit` of them, and those in use. */
export class KeptClips<T extends Closable> {
  readonly #limit: number;
  readonly #kept = new Map<string, Kept<T>>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Those that are kept now. */
  get count(): number {
    return this.#kept.size;
  }

  /** Holds what `key` names, made by `make` if it is not there. */
  hold(key: string, make: (signal: AbortSignal) => Promise<T>): Held<T> {
    let kept = this.#kept.get(key);
    if (kept === undefined) {
      const abort = new AbortController();
      const made: Kept<T> = { made: make(abort.signal), abort, users: 0, isDone: false };
      made.made.then(
        () => {
          made.isDone = true;
        },
        () => this.#forget(key, made),
      );
      kept = made;
    }
    // Most lately used last.
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    kept.users += 1;
    this.#trim();
    const mine = kept;
    let isHeld = true;
    return {
      value: mine.made,
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        mine.users -= 1;
        if (mine.users === 0) void this.#unused(key, mine);
      },
    };
  }

  /** Lets all go that nobody uses. */
  close(): void {
    for (const [key, kept] of [...this.#kept]) {
      this.#forget(key, kept);
      if (kept.users === 0) void this.#end(kept);
    }
  }

  #trim(): void {
    for (const [key, kept] of this.#kept) {
      if (this.#kept.size <= this.#limit) return;
      this.#kept.delete(key);
      if (kept.users === 0) void this.#end(kept);
    }
  }

  async #unused(key: string, kept: Kept<T>): Promise<void> {
    if (!kept.isDone) {
      this.#forget(key, kept);
      await this.#end(kept);
      return;
    }
    const value = await kept.made;
    if (kept.users > 0) return;
    if (value.isLasting && this.#kept.get(key) === kept) return;
    this.#forget(key, kept);
    await value.close();
  }

  async #end(kept: Kept<T>): Promise<void> {
    kept.abort.abort(new NightjarError("NJ_CANCELLED", "unavailable", "the request was given up"));
    const value = await kept.made.catch(() => undefined);
    await value?.close();
  }

  #forget(key: string, kept: Kept<T>): void {
    if (this.#kept.get(key) === kept) this.#kept.delete(key);
  }
}
