// The languages of the interface.

export const LANGUAGES = ["en", "de", "zh", "es"] as const;
export type Language = (typeof LANGUAGES)[number];

/** What each language calls itself. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  en: "English",
  de: "Deutsch",
  zh: "中文",
  es: "Español",
};
