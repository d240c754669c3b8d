// What the listeners of a hook of the kind "collection" answer, each under the name of its plugin.
import { NightjarError } from "../../errors.ts";

const LIMIT_CHARACTERS = 64 * 1024;

export class Collection {
  readonly #answers = new Map<string, Record<string, unknown>>();

  /** Adds plain data of a plugin to what it has answered before. Throws `NJ_PLUGIN_DATA` where that is too much. */
  add(plugin: string, answer: Readonly<Record<string, unknown>>): void {
    const whole = { ...this.#answers.get(plugin), ...answer };
    if (JSON.stringify(whole).length > LIMIT_CHARACTERS) {
      throw new NightjarError(
        "NJ_PLUGIN_DATA",
        "invalid-argument",
        `an answer may hold ${LIMIT_CHARACTERS / 1024} KB as JSON`,
      );
    }
    this.#answers.set(plugin, whole);
  }

  /** All that was answered. Nothing is added any more: who was late has been left out. */
  close(): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
    return new Map(this.#answers);
  }
}
