// Registries: where one owner answers. Each entry is remembered with the plugin that brought it.
import { NightjarError } from "../../errors.ts";

export class Registry<Entry extends { readonly id: string }> {
  readonly #title: string;
  readonly #isScoped: boolean;
  readonly #entries = new Map<string, { entry: Entry; plugin: string }>();

  /** `title` is for messages: "camera driver". `isScoped`: ids are each plugin's own. */
  constructor(title: string, isScoped = false) {
    this.#title = title;
    this.#isScoped = isScoped;
  }

  /**
   * Adds an entry in a plugin's name, in the place of one of that id that the same plugin brought before. Throws
   * `NJ_REGISTRY_DUPLICATE` if another plugin answers for that id already.
   */
  add(plugin: string, entry: Entry): void {
    const key = this.#isScoped ? `${plugin} ${entry.id}` : entry.id;
    const present = this.#entries.get(key);
    if (present !== undefined && present.plugin !== plugin) {
      throw new NightjarError(
        "NJ_REGISTRY_DUPLICATE",
        "failed-precondition",
        `${plugin} wants to register the ${this.#title} "${entry.id}", which ${present.plugin} already answers for`,
      );
    }
    this.#entries.set(key, { entry, plugin });
  }

  /** Takes back everything a plugin registered. */
  removeAllOf(plugin: string): void {
    this.keepOnly(plugin, () => false);
  }

  /** Takes back what a plugin registered and `stays` does not name. */
  keepOnly(plugin: string, stays: (id: string) => boolean): void {
    for (const [key, { entry, plugin: owner }] of this.#entries)
      if (owner === plugin && !stays(entry.id)) this.#entries.delete(key);
  }

  /** What a plugin registered. */
  idsOf(plugin: string): string[] {
    return this.ofPlugin(plugin).map(({ id }) => id);
  }

  /** The entries of a plugin. */
  ofPlugin(plugin: string): Entry[] {
    return [...this.#entries.values()]
      .filter(({ plugin: owner }) => owner === plugin)
      .map(({ entry }) => entry);
  }

  /** By id; of a registry whose ids are scoped ask `ofPlugin`. */
  get(id: string): { readonly entry: Entry; readonly plugin: string } | undefined {
    return this.#entries.get(id);
  }

  /** All entries, each with the plugin that brought it. */
  owned(): { readonly entry: Entry; readonly plugin: string }[] {
    return [...this.#entries.values()];
  }

  all(): Entry[] {
    return [...this.#entries.values()].map(({ entry }) => entry);
  }
}
