// Finds a plugin's process that does not answer any more. Pure, told the time. One that computes all the while is found
// soon; one that is merely not let run by a busy machine has longer, and time in which nobody looked counts for nothing.

/** Silent so long, and computing: its loop is blocked. Looked at each second, it is ended within five. */
const COMPUTING_LIMIT_MS = 4_000;
/** Of the silence, spent on the processor. */
const COMPUTING_SHARE = 0.5;
/** Silent so long, whatever it does. */
export const SILENCE_LIMIT_MS = 8_000;
/** A look that comes later than this was held up itself. */
const LOOK_LIMIT_MS = 1_500;

export class SilenceWatch {
  #answeredMs: number;
  /** What it had used of the processor then; undefined: not known. */
  #answeredCpuSeconds: number | undefined;
  #lookedMs: number;

  constructor(nowMs: number) {
    this.#answeredMs = nowMs;
    this.#lookedMs = nowMs;
  }

  /** It has answered. */
  answered(nowMs: number, cpuSeconds: number | undefined): void {
    this.#answeredMs = nowMs;
    this.#answeredCpuSeconds = cpuSeconds;
  }

  /** Looks; gives in a sentence that it hangs, once it does. */
  look(nowMs: number, cpuSeconds: number | undefined): string | undefined {
    const lateMs = nowMs - this.#lookedMs - LOOK_LIMIT_MS;
    this.#lookedMs = nowMs;
    // Its answer may lie there and wait to be read by this process.
    if (lateMs > 0) this.#answeredMs = Math.min(nowMs, this.#answeredMs + lateMs);
    const silentMs = nowMs - this.#answeredMs;
    // One that hangs from the first moment has never answered: from here on it is counted.
    this.#answeredCpuSeconds ??= cpuSeconds;
    const computed = (cpuSeconds ?? 0) - (this.#answeredCpuSeconds ?? 0);
    const isComputing = computed * 1_000 >= silentMs * COMPUTING_SHARE;
    if (silentMs < (isComputing ? COMPUTING_LIMIT_MS : SILENCE_LIMIT_MS)) return undefined;
    const seconds = Math.round(silentMs / 1_000);
    return isComputing
      ? `it did nothing but compute for ${seconds} s, and was ended`
      : `it did not answer for ${seconds} s, and was ended`;
  }
}
