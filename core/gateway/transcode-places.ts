// The places for ffmpeg children that convert pictures for viewers: so many at once over live and playback, whoever finds
// none may wait, and is told in the order of asking when one becomes free.

/** A place that was taken; `free` gives it back and may be called again. */
export interface TranscodePlace {
  free(): void;
}

/** How many places are taken, of how many. */
export interface TranscodeLoad {
  readonly running: number;
  readonly limit: number;
}

/** All places of the gateway. */
export class TranscodePlaces {
  #limit = 2;
  #running = 0;
  readonly #waiting = new Set<() => void>();

  get limit(): number {
    return this.#limit;
  }

  /** Fewer than are taken ends none of them: the places go as they are given back. */
  set limit(limit: number) {
    this.#limit = limit;
    this.#call();
  }

  get running(): number {
    return this.#running;
  }

  get load(): TranscodeLoad {
    return { running: this.#running, limit: this.#limit };
  }

  /** Takes a place; undefined if there is none. */
  take(): TranscodePlace | undefined {
    if (this.#running >= this.#limit) return undefined;
    this.#running += 1;
    let isTaken = true;
    return {
      free: () => {
        if (!isTaken) return;
        isTaken = false;
        this.#running -= 1;
        this.#call();
      },
    };
  }

  /** Calls once when a place is free, which is to be taken at once or left to others. Returns how to stop waiting. */
  whenFree(listener: () => void): () => void {
    const once = () => listener();
    this.#waiting.add(once);
    return () => this.#waiting.delete(once);
  }

  #call(): void {
    for (const listener of [...this.#waiting]) {
      if (this.#running >= this.#limit) return;
      if (this.#waiting.delete(listener)) listener();
    }
  }
}
