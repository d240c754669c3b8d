// `translations/<language>.json` in a plugin's package: what people read of it in another language, without running any of its
// code. A stranger's file: bounded, below the plugin's folder. What stands in it is looked at by whoever asks for it.
import { readPackageFile } from "./package-file.ts";

export const TEXTS_LIMIT_BYTES = 128 * 1024;
const LANGUAGE = /^[a-z]{2,3}(-[A-Za-z]{2,8})?$/;

export type TranslationNode = Readonly<Record<string, unknown>>;

/**
 * What `take` makes of the file of a language; undefined: the package has none in it, or none that can be used. What a
 * language of a country lacks, the language has.
 */
export async function readTranslation<T>(
  folder: string,
  language: string,
  take: (file: TranslationNode) => T | undefined,
): Promise<T | undefined> {
  if (!LANGUAGE.test(language)) return undefined;
  for (const name of new Set([language, language.split("-")[0] ?? language])) {
    const bytes = await readPackageFile(folder, `translations/${name}.json`, TEXTS_LIMIT_BYTES);
    if ("problem" in bytes) continue;
    const file = parsed(bytes.toString("utf8"));
    const taken = isNode(file) ? take(file) : undefined;
    if (taken !== undefined) return taken;
  }
  return undefined;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Whether it is an object with names. */
export function isNode(value: unknown): value is TranslationNode {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
