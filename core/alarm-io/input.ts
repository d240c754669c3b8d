// One alarm input: what its contact says, and whether that is an alarm. A normally closed contact alarms when it opens; until
// the first word of it nothing is known, and nothing is alarmed. Contacts bounce, and sensors may flap: what comes sooner than
// a moment after a change waits for it, and the last word of these holds.
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

/** Between two changes that a sensor or device tells of. */
export const REST_MS = 200;

export class Input {
  readonly #options: InputOptions;
  #state: InputState = { active: false };
  #timer: Timer | undefined;
  #rest: Timer | undefined;
  /** What was said since. */
  #waiting: { readonly closed: boolean; readonly by: string } | undefined;

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
    if (this.#rest === undefined) this.#take(closed, by);
    else this.#waiting = { closed, by };
  }

  #take(closed: boolean, by: string): void {
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
    // People are not slowed down: each of their words is written down.
    if (config.source.kind !== "virtual") this.#beginRest();
    if (active && isHeld) this.#timer = clock.after(config.holdSeconds * 1_000, () => this.#over());
    if (wasActive !== active) this.#options.turned(active);
  }

  /** It is not heard any more: an alarm that lasts is over. */
  close(): void {
    this.halt();
    if (!this.#state.active) return;
    this.#state = { ...this.#state, active: false };
    this.#options.turned(false);
  }

  /** It is not heard any more, and nobody is told: the recorder ends. */
  halt(): void {
    this.#timer?.cancel();
    this.#rest?.cancel();
  }

  #beginRest(): void {
    this.#rest = this.#options.clock.after(REST_MS, () => {
      this.#rest = undefined;
      const said = this.#waiting;
      this.#waiting = undefined;
      if (said !== undefined) this.#take(said.closed, said.by);
    });
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
