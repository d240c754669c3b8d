// Watches the node's wall clock against its monotonic clock: a step of more than a second ends every run
// (docs/design/time.md). Slow corrections by NTP are no step.
import type { Clock, Timer } from "../../clock.ts";

const PERIOD_MS = 1_000;
const STEP_MS = 1_000;

export class ClockWatch {
  readonly #clock: Clock;
  readonly #onStep: (stepMs: number, atMs: number) => void;
  readonly #timer: Timer;
  #offsetMs: number;

  /** `onStep` gets how far the wall clock jumped, and its reading after the jump. */
  constructor(clock: Clock, onStep: (stepMs: number, atMs: number) => void) {
    this.#clock = clock;
    this.#onStep = onStep;
    this.#offsetMs = clock.wallMs() - clock.monotonicMs();
    this.#timer = clock.every(PERIOD_MS, () => this.check());
  }

  /** Wall minus monotonic clock, in milliseconds, at most a second old. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** Looks at the clocks now. */
  check(): void {
    const wallMs = this.#clock.wallMs();
    const offsetMs = wallMs - this.#clock.monotonicMs();
    const stepMs = offsetMs - this.#offsetMs;
    this.#offsetMs = offsetMs;
    if (Math.abs(stepMs) > STEP_MS) this.#onStep(Math.round(stepMs), Math.round(wallMs));
  }

  close(): void {
    this.#timer.cancel();
  }
}
