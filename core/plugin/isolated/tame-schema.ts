// Schemas of isolated plugins, made harmless: the core checks values against them, and a regular expression can be
// written so that a short text keeps it busy for years. Patterns are checked in the plugin's own process instead.

const DEPTH_LIMIT = 32;
const REMOVED: ReadonlySet<string> = new Set([
  "pattern",
  "patternProperties",
  "propertyNames",
  "$ref",
  "$dynamicRef",
]);

/** A copy of a card in which every schema is without what could keep the core busy. */
export function tamed<Card>(card: Card): Card {
  return tame(card, 0, false) as Card;
}

/** `isMap`: the keys are names of properties, not keywords. */
function tame(value: unknown, depth: number, isMap: boolean): unknown {
  if (typeof value !== "object" || value === null) return value;
  // Deeper than any form goes: whatever stands there is allowed.
  if (depth > DEPTH_LIMIT) return {};
  if (Array.isArray(value)) return value.map((item) => tame(item, depth + 1, false));
  const result: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (!isMap && REMOVED.has(key)) continue;
    result[key] = tame(item, depth + 1, !isMap && key === "properties");
  }
  return result;
}
