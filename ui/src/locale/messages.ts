// Finds words: `t("live.title")` in the viewer's language. Every word of the interface stands in <language>.json;
// English is built in, the others are loaded when chosen. Plain functions, no component.
import { signal } from "@preact/signals";
import english from "./en.json" with { type: "json" };
import { LANGUAGES, type Language } from "./languages.ts";
import { loadProblemTexts } from "./problem-text.ts";

export type MessageKey = keyof typeof english;
export type Messages = Readonly<Record<MessageKey, string>>;

export { LANGUAGE_NAMES, LANGUAGES, type Language } from "./languages.ts";

/** The language in use. Components that call `t` re-render when it changes. */
export const language = signal<Language>("en");
const messages = signal<Messages>(english);

const LOADERS: Readonly<Record<Language, () => Promise<Messages>>> = {
  en: () => Promise.resolve(english),
  de: async () => (await import("./de.json")).default,
  zh: async () => (await import("./zh.json")).default,
  es: async () => (await import("./es.json")).default,
};

/** Loads a language and switches to it. */
export async function useLanguage(wanted: Language): Promise<void> {
  // Not waited for: the recorder's own words stand in, and a page that cannot get them is a page all the same.
  loadProblemTexts(wanted).catch(() => undefined);
  messages.value = await LOADERS[wanted]();
  language.value = wanted;
  document.documentElement.lang = wanted;
}

/** The best of our languages for what the browser asks for. */
export function preferredLanguage(wishes: readonly string[]): Language {
  for (const wish of wishes) {
    const found = LANGUAGES.find((one) => one === wish.slice(0, 2).toLowerCase());
    if (found !== undefined) return found;
  }
  return "en";
}

/** Fills `{name}` places of a text; an unknown place stays as it is. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : String(value);
  });
}

/** The text for a key in the language in use. */
export function t(key: MessageKey, values: Readonly<Record<string, string | number>> = {}): string {
  return fill(messages.value[key], values);
}
