// How long `core` has been silent: past ten seconds, cameras that record on events record continuously
// (docs/design/storage-and-quota.md). When in doubt, record.
import type { Clock } from "../../clock.ts";
import { CORE_SILENCE_MS } from "../protocol.ts";

export class CoreWatch {
  readonly #clock: Clock;
  #heardAtMs: number;

  /** Silence counts from here on, so that a `core` that never comes up is silent too. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#heardAtMs = clock.monotonicMs();
  }

  /** `core` called. */
  heard(): void {
    this.#heardAtMs = this.#clock.monotonicMs();
  }

  get isSilent(): boolean {
    return this.#clock.monotonicMs() - this.#heardAtMs > CORE_SILENCE_MS;
  }
}
