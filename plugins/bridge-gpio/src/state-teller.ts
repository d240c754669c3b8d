// Tells states over MQTT, retained, in order, and no faster than the broker takes them from a plugin. A pin that went on and off
// before it could be told of is told of as both; one that flaps as what it is.
import type { Log, PluginTimer, PluginTimers } from "@nightjar/core";

const BETWEEN_MS = 25;
const AGAIN_MS = 1_000;

export class StateTeller {
  readonly #timers: PluginTimers;
  readonly #log: Log;
  readonly #say: (topic: string, payload: string) => Promise<void>;
  readonly #waiting = new Map<string, string[]>();
  readonly #told = new Map<string, string>();
  #timer: PluginTimer | undefined;
  #isAway = false;

  constructor(timers: PluginTimers, log: Log, say: (topic: string, payload: string) => Promise<void>) {
    this.#timers = timers;
    this.#log = log;
    this.#say = say;
  }

  tell(topic: string, payload: string): void {
    const waiting = this.#waiting.get(topic) ?? [];
    if ((waiting.at(-1) ?? this.#told.get(topic)) === payload) return;
    // On, off and on again within a moment: it is on.
    if (waiting.length >= 2) waiting.length = waiting[0] === payload ? 1 : 0;
    if (waiting.at(-1) !== payload) waiting.push(payload);
    this.#waiting.set(topic, waiting);
    this.#timer ??= this.#timers.after(0, () => this.#next());
  }

  async #next(): Promise<void> {
    const [entry] = this.#waiting;
    if (entry === undefined) {
      this.#timer = undefined;
      return;
    }
    const [topic, waiting] = entry;
    // In turns: one pin that flaps holds up no other.
    this.#waiting.delete(topic);
    const payload = waiting.shift();
    if (waiting.length > 0) this.#waiting.set(topic, waiting);
    let pause = BETWEEN_MS;
    if (payload !== undefined) {
      // What comes while it is on its way is compared with it.
      this.#told.set(topic, payload);
      try {
        await this.#say(topic, payload);
        if (this.#isAway) this.#log.notice("pins are told of again");
        this.#isAway = false;
      } catch (error) {
        pause = AGAIN_MS;
        this.#told.delete(topic);
        const later = this.#waiting.get(topic) ?? [];
        this.#waiting.set(topic, later.length === 0 ? [payload] : later);
        if (!this.#isAway) this.#log.warn("pins are not told of", { reason: String(error) });
        this.#isAway = true;
      }
    }
    this.#timer = this.#timers.after(pause, () => this.#next());
  }
}
