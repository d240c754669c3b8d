// Finds a plugin's process that answers, and yet takes a processor for itself minute after minute. Pure, told the time.

const WINDOW_MS = 60_000;
/** Of one processor, over the whole window. */
const SHARE_LIMIT = 0.8;

/** Keeps what the process had used at each look of the last minute. */
export class ProcessorWatch {
  #samples: { readonly atMs: number; readonly cpuSeconds: number }[] = [];

  /** Adds a look; gives what was too much, in a sentence, once it was. */
  look(nowMs: number, cpuSeconds: number): string | undefined {
    this.#samples.push({ atMs: nowMs, cpuSeconds });
    // The newest of those that are a minute old is what to compare with.
    const from = this.#samples.findLastIndex(({ atMs }) => nowMs - atMs >= WINDOW_MS);
    if (from === -1) return undefined;
    this.#samples = this.#samples.slice(from);
    const first = this.#samples[0];
    if (first === undefined) return undefined;
    const share = (cpuSeconds - first.cpuSeconds) / ((nowMs - first.atMs) / 1_000);
    return share > SHARE_LIMIT
      ? `it took ${Math.round(share * 100)} % of a processor for a minute, and was ended`
      : undefined;
  }
}
