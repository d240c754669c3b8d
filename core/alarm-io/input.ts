// One alarm input: what its contact says, and whether that is an alarm. A normally closed contact alarms when it opens; until
// the first word of it nothing is known, and nothing is alarmed.
import type { Clock, Timer } from "../clock.ts";
import type { DeepReadonly } from "../config/config-store.ts";
import type { InputConfig } from "../config/input-config.ts";

/** How an input is. */
export interface InputState {
  readonly active: boolean;
  /** Undefined: it has said nothing yet. */
  readonly closed?: boolean;
  readonly sinceMs?: number;
  /** Who said so: an account, `mqtt`, `http`. */
  readonly by?: string;
}

export interface InputOptions {
  readonly config: DeepReadonly<InputConfig>;
  readonly clock: Clock;
  /** It is active, or not any more. */
  turned(active: boolean): void;
  /** Anything of its state is another one. */
  changed(): void;
}

export class Input {
  readonly #options: InputOptions;
  #state: InputState = { active: false };
  #timer: Timer | undefined;

  constructor(options: InputOptions) {
    this.#options = options;
  }

  get config(): DeepReadonly<InputConfig> {
    return this.#options.config;
  }

  get state(): InputState {
    return this.#state;
  }

  /** The contact says how it is. The same word again is news only to an input that ends by itself: a button is pressed again. */
  signal(closed: boolean, by: string): void {
    const { config, clock } = this.#options;
    const active = closed === (config.contact === "normally-open");
    const isHeld = config.holdSeconds > 0;
    if (this.#state.closed === closed && !(isHeld && active)) return;
    if (isHeld && !active && this.#state.active) {
      // Its time runs out by itself: whoever presses a button also lets it go.
      this.#put({ ...this.#state, closed });
      return;
    }
    this.#timer?.cancel();
    this.#timer = undefined;
    const wasActive = this.#state.active;
    const sinceMs =
      wasActive === active && this.#state.sinceMs !== undefined ? this.#state.sinceMs : clock.wallMs();
    this.#put({ active, closed, sinceMs, by });
    if (active && isHeld) this.#timer = clock.after(config.holdSeconds * 1_000, () => this.#over());
    if (wasActive !== active) this.#options.turned(active);
  }

  /** It is not heard any more: an alarm that lasts is over. */
  close(): void {
    this.#timer?.cancel();
    if (!this.#state.active) return;
    this.#state = { ...this.#state, active: false };
    this.#options.turned(false);
  }

  /** It is not heard any more, and nobody is told: the recorder ends. */
  halt(): void {
    this.#timer?.cancel();
  }

  #over(): void {
    this.#timer = undefined;
    this.#put({ ...this.#state, active: false, sinceMs: this.#options.clock.wallMs() });
    this.#options.turned(false);
  }

  #put(state: InputState): void {
    this.#state = state;
    this.#options.changed();
  }
}
