// Which plugins a few typed words are about. Pure.
import type { Plugin } from "../../api/types.ts";

/** So few are seen at a glance. */
export const FILTERED_FROM = 9;

type Described = Pick<Plugin, "name" | "displayName" | "description" | "provides">;

/** Those in whose name, description or provided parts each of the words stands, in capital letters or small ones. */
export function matchingPlugins<T extends Described>(plugins: readonly T[], typed: string): readonly T[] {
  const words = typed
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return plugins.filter((plugin) => {
    const { name, displayName, description = "", provides = [] } = plugin;
    const text = [name, displayName, description, ...provides].join("\n").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
