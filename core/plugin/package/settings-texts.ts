// The words of a plugin's settings in another language: `settings` of its translation. Nothing but texts for people, bounded.
import { isNode, type TranslationNode as Node, readTranslation } from "./translation-file.ts";

const TITLE_LIMIT = 200;
const DESCRIPTION_LIMIT = 2_000;
const DEPTH_LIMIT = 24;

/** The words of one field. */
export interface FieldTexts {
  readonly title?: string;
  readonly description?: string;
}

// Words by field: "/proxy/address" for a field of an object, "/doors/*/name" for one of a list's entries, "" for the whole.
/** The words of a language; undefined: the package has none in it, or none that can be used. */
export function readSettingsTexts(
  folder: string,
  language: string,
): Promise<ReadonlyMap<string, FieldTexts> | undefined> {
  return readTranslation(folder, language, textsIn);
}

function textsIn(file: Node): ReadonlyMap<string, FieldTexts> | undefined {
  const { settings } = file;
  return isNode(settings) ? fieldTextsIn(settings) : undefined;
}

/** Words by field, out of a file that nothing is believed of. */
export function fieldTextsIn(value: unknown): ReadonlyMap<string, FieldTexts> {
  const texts = new Map<string, FieldTexts>();
  for (const [place, words] of Object.entries(isNode(value) ? value : {})) {
    if (!isNode(words) || (place !== "" && !place.startsWith("/"))) continue;
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
