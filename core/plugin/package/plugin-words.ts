// What a plugin, and what it registers, are called in another language: `displayName`, `description`, `provides`
// and `fields` of its
// translation. Held to what its package.json is held to, so that no translation can pass for what the card could not.

import { DISPLAY_NAME_LIMIT, descriptionOf, isLine } from "./manifest.ts";
import { type FieldTexts, fieldTextsIn } from "./settings-texts.ts";
import { isNode, readTranslation } from "./translation-file.ts";

const ENTRY = /^[a-z]+(-[a-z]+)*:[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
const ENTRY_NAME_LIMIT = 100;
const MOST_ENTRIES = 64;

/** What stays away is called as the plugin's own language has it. */
export interface PluginWords {
  readonly displayName?: string;
  readonly description?: string;
  /** By what it registers: `pos-parser:text` → its name. */
  readonly provides?: Readonly<Record<string, string>>;
  /** The words of what rules say for it, by place: `linkage-action:email` → `/receivers`. */
  readonly fields?: Readonly<Record<string, Readonly<Record<string, FieldTexts>>>>;
}

/** The words of a language; undefined: the package has none in it, or none that can be used. */
export function readPluginWords(folder: string, language: string): Promise<PluginWords | undefined> {
  return readTranslation(folder, language, (file) => {
    const { displayName, description } = file;
    const text = descriptionOf(description);
    const provides = namesIn(file["provides"]);
    const fields = fieldsIn(file["fields"]);
    const words: PluginWords = {
      ...(typeof displayName === "string" && isLine(displayName, DISPLAY_NAME_LIMIT) ? { displayName } : {}),
      ...(text === "" ? {} : { description: text }),
      ...(provides.length === 0 ? {} : { provides: Object.fromEntries(provides) }),
      ...(fields.length === 0 ? {} : { fields: Object.fromEntries(fields) }),
    };
    return Object.keys(words).length === 0 ? undefined : words;
  });
}

function namesIn(value: unknown): [string, string][] {
  if (!isNode(value)) return [];
  return Object.entries(value)
    .slice(0, MOST_ENTRIES)
    .filter(
      (entry): entry is [string, string] =>
        ENTRY.test(entry[0]) && typeof entry[1] === "string" && isLine(entry[1], ENTRY_NAME_LIMIT),
    );
}

function fieldsIn(value: unknown): [string, Readonly<Record<string, FieldTexts>>][] {
  if (!isNode(value)) return [];
  return Object.entries(value)
    .slice(0, MOST_ENTRIES)
    .filter(([entry]) => ENTRY.test(entry))
    .map(([entry, texts]) => [entry, Object.fromEntries(fieldTextsIn(texts))]);
}
