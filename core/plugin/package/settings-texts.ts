// The words of a plugin's settings in another language: `translations/<language>.json` in its package, read without running
// any of its code. A stranger's file: bounded, below the plugin's folder, and nothing but texts for people.
import { readPackageFile } from "./package-file.ts";

export const TEXTS_LIMIT_BYTES = 128 * 1024;
const TITLE_LIMIT = 200;
const DESCRIPTION_LIMIT = 2_000;
const LANGUAGE = /^[a-z]{2,3}(-[A-Za-z]{2,8})?$/;
const DEPTH_LIMIT = 24;

type Node = Readonly<Record<string, unknown>>;

/** The words of one field. */
export interface FieldTexts {
  readonly title?: string;
  readonly description?: string;
}

// Words by field: "/proxy/address" for a field of an object, "/doors/*/name" for one of a list's entries, "" for the whole.
/** The words of a language; undefined: the package has none in it, or none that can be used. */
export async function readSettingsTexts(
  folder: string,
  language: string,
): Promise<ReadonlyMap<string, FieldTexts> | undefined> {
  if (!LANGUAGE.test(language)) return undefined;
  // What a language of a country lacks, the language has.
  for (const name of new Set([language, language.split("-")[0] ?? language])) {
    const bytes = await readPackageFile(folder, `translations/${name}.json`, TEXTS_LIMIT_BYTES);
    if ("problem" in bytes) continue;
    const texts = textsIn(bytes.toString("utf8"));
    if (texts !== undefined) return texts;
  }
  return undefined;
}

function textsIn(json: string): ReadonlyMap<string, FieldTexts> | undefined {
  let file: unknown;
  try {
    file = JSON.parse(json);
  } catch {
    return undefined;
  }
  const settings = isNode(file) ? file["settings"] : undefined;
  if (!isNode(settings)) return undefined;
  const texts = new Map<string, FieldTexts>();
  for (const [place, words] of Object.entries(settings)) {
    if (!isNode(words)) continue;
    const { title, description } = words;
    texts.set(place, {
      ...(isText(title, TITLE_LIMIT) ? { title } : {}),
      ...(isText(description, DESCRIPTION_LIMIT) ? { description } : {}),
    });
  }
  return texts;
}

/** A copy of a schema whose fields are called as the texts say; what they do not name stays as it is. */
export function withTexts(schema: Node, texts: ReadonlyMap<string, FieldTexts>): Node {
  return translated(schema, texts, "", 0);
}

function translated(
  schema: Node,
  texts: ReadonlyMap<string, FieldTexts>,
  place: string,
  depth: number,
): Node {
  if (depth > DEPTH_LIMIT) return schema;
  const inner = (node: unknown, at: string): unknown =>
    isNode(node) ? translated(node, texts, at, depth + 1) : node;
  const copy: Record<string, unknown> = { ...schema, ...texts.get(place) };
  const { properties, items } = schema;
  if (isNode(properties)) {
    copy["properties"] = Object.fromEntries(
      Object.entries(properties).map(([key, node]) => [key, inner(node, `${place}/${key}`)]),
    );
  }
  if (items !== undefined) copy["items"] = inner(items, `${place}/*`);
  // Parts of the same place: they would call the whole by its own name again.
  const same = new Map([...texts].filter(([at]) => at !== place));
  const part = (node: unknown): unknown => (isNode(node) ? translated(node, same, place, depth + 1) : node);
  for (const word of ["then", "else"]) if (word in schema) copy[word] = part(schema[word]);
  for (const word of ["allOf", "anyOf", "oneOf"]) {
    const parts = schema[word];
    if (Array.isArray(parts)) copy[word] = parts.map(part);
  }
  return copy;
}

function isText(value: unknown, limit: number): value is string {
  return typeof value === "string" && value.length <= limit;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
