// Registries: where one owner answers. Each entry is remembered with the plugin that brought it.
import { NightjarError } from "../errors.ts";
import type { PluginRegistry } from "./define-plugin.ts";

export class Registry<Entry extends { readonly id: string }> {
  readonly #kind: string;
  readonly #entries = new Map<string, { entry: Entry; plugin: string }>();

  /** `kind` is for messages: "camera driver". */
  constructor(kind: string) {
    this.#kind = kind;
  }

  /** The registry as one plugin sees it. */
  for(plugin: string): PluginRegistry<Entry> {
    return {
      register: (entry) => {
        const present = this.#entries.get(entry.id);
        if (present !== undefined) {
          throw new NightjarError(
            "NJ_REGISTRY_DUPLICATE",
            "failed-precondition",
            `${plugin} wants to register the ${this.#kind} "${entry.id}", which ${present.plugin} already answers for`,
          );
        }
        this.#entries.set(entry.id, { entry, plugin });
      },
    };
  }

  /** Registers in a plugin's name, in the place of what that plugin registered before. Throws like `register`. */
  replace(plugin: string, entry: Entry): void {
    if (this.#entries.get(entry.id)?.plugin === plugin) this.#entries.delete(entry.id);
    this.for(plugin).register(entry);
  }

  /** Takes back everything a plugin registered. */
  removeAllOf(plugin: string): void {
    for (const [id, { plugin: owner }] of this.#entries) if (owner === plugin) this.#entries.delete(id);
  }

  get(id: string): { readonly entry: Entry; readonly plugin: string } | undefined {
    return this.#entries.get(id);
  }

  all(): Entry[] {
    return [...this.#entries.values()].map(({ entry }) => entry);
  }
}
