// Whether a value fits a schema, answered quickly and only when the answer is yes: nearly all values fit, and to say so
// needs neither TypeBox nor a list of what is wrong. Whatever this does not know, it does not say yes to.

type Schema = Readonly<Record<string, unknown>>;
type Fits = (value: unknown) => boolean;

/** Deeper than any form goes. */
const DEPTH_LIMIT = 32;
/** Words that say nothing of values. */
const REMARKS: ReadonlySet<string> = new Set([
  "title",
  "description",
  "default",
  "examples",
  "unit",
  "deprecated",
  "readOnly",
  "writeOnly",
  "$comment",
  "$schema",
]);
/** Hidden marks of TypeBox that change nothing of what fits. */
const MARKS: ReadonlySet<string> = new Set(["~kind", "~optional", "~readonly"]);
const OBJECT_WORDS = ["properties", "required", "additionalProperties"];
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  object: [...OBJECT_WORDS, "patternProperties"],
  array: ["items", "minItems", "maxItems"],
  string: ["minLength", "maxLength", "pattern"],
  number: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
  integer: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
  boolean: [],
  null: [],
};
const EVERY_KEY = "^.*$";
/** One UTF-16 unit each, one character each: what is counted does not matter. */
const SIMPLE_TEXT = /^[\x20-\x7e]*$/;

const NEVER: Fits = () => false;
const made = new WeakMap<object, Fits>();

/** True: the value fits. False: it does not, or only TypeBox can tell. The schema must not change any more. */
export function fitsQuickly(schema: object, value: unknown): boolean {
  let fits = made.get(schema);
  if (fits === undefined) {
    fits = fitsOf(schema, 0) ?? NEVER;
    made.set(schema, fits);
  }
  return fits(value);
}

/** Undefined: the schema says what is not known here. */
function fitsOf(schema: unknown, depth: number): Fits | undefined {
  if (typeof schema !== "object" || schema === null || depth > DEPTH_LIMIT) return undefined;
  const words = Object.getOwnPropertyNames(schema).filter(
    (word) => !REMARKS.has(word) && !MARKS.has(word) && !word.startsWith("x-"),
  );
  if (Object.getOwnPropertySymbols(schema).length > 0) return undefined;
  const own = schema as Schema;
  const { type } = own;
  const ofType = typeof type === "string" && Object.hasOwn(KNOWN, type) ? (KNOWN[type] ?? []) : [];
  const known = new Set(["type", "const", "enum", "anyOf", "allOf", ...ofType]);
  if (words.some((word) => !known.has(word))) return undefined;
  const all: (Fits | undefined)[] = [];
  if (type !== undefined) all.push(fitsType(own, depth));
  if ("const" in own) all.push(fitsOneOf([own["const"]]));
  if ("enum" in own) all.push(fitsOneOf(own["enum"]));
  if ("anyOf" in own) all.push(fitsAny(own["anyOf"], depth));
  if ("allOf" in own) all.push(fitsAll(own["allOf"], depth));
  if (all.includes(undefined)) return undefined;
  const parts = all as Fits[];
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : (value) => parts.every((fits) => fits(value));
}

function fitsType(schema: Schema, depth: number): Fits | undefined {
  switch (schema["type"]) {
    case "object":
      return fitsObject(schema, depth);
    case "array":
      return fitsArray(schema, depth);
    case "string":
      return fitsString(schema);
    case "number":
      return fitsNumber(schema, Number.isFinite);
    case "integer":
      return fitsNumber(schema, Number.isInteger);
    case "boolean":
      return (value) => typeof value === "boolean";
    case "null":
      return (value) => value === null;
    default:
      return undefined;
  }
}

function fitsObject(schema: Schema, depth: number): Fits | undefined {
  const { required = [], properties = {}, additionalProperties = true, patternProperties = {} } = schema;
  if (!Array.isArray(required) || typeof properties !== "object" || properties === null) return undefined;
  const own = new Map<string, Fits>();
  for (const [key, property] of Object.entries(properties)) {
    const fits = fitsOf(property, depth + 1);
    // A name that objects inherit is looked up differently by TypeBox.
    if (fits === undefined || key in Object.prototype) return undefined;
    own.set(key, fits);
  }
  const everyKey = patternsOf(patternProperties, depth);
  const other =
    typeof additionalProperties === "boolean" ? undefined : fitsOf(additionalProperties, depth + 1);
  if (everyKey === undefined || (typeof additionalProperties !== "boolean" && other === undefined))
    return undefined;
  const mayHaveMore = additionalProperties !== false || everyKey !== "none";
  const needed: readonly unknown[] = required;
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
    for (const key of needed) if (!Object.hasOwn(value, key as string)) return false;
    for (const key of Object.keys(value)) {
      const item: unknown = (value as Schema)[key];
      const fits = own.get(key);
      // An absent one may stand there as undefined; whether it may is for TypeBox to say.
      if (item === undefined) return false;
      if (fits === undefined ? !mayHaveMore : !fits(item)) return false;
      if (everyKey !== "none" && (key.includes("\n") || !everyKey(item))) return false;
      if (fits === undefined && everyKey === "none" && other !== undefined && !other(item)) return false;
    }
    return true;
  };
}

/** What the values of all keys must fit: `none` where nothing is said, undefined where too much is. */
function patternsOf(patterns: unknown, depth: number): Fits | "none" | undefined {
  if (typeof patterns !== "object" || patterns === null) return undefined;
  const entries = Object.entries(patterns);
  if (entries.length === 0) return "none";
  return entries.length === 1 && entries[0]?.[0] === EVERY_KEY ? fitsOf(entries[0][1], depth + 1) : undefined;
}

function fitsArray(
  { items = {}, minItems = 0, maxItems = Infinity }: Schema,
  depth: number,
): Fits | undefined {
  const fits = Array.isArray(items) ? undefined : fitsOf(items, depth + 1);
  if (fits === undefined || typeof minItems !== "number" || typeof maxItems !== "number") return undefined;
  return (value) =>
    Array.isArray(value) && value.length >= minItems && value.length <= maxItems && value.every(fits);
}

function fitsString({ minLength = 0, maxLength = Infinity, pattern }: Schema): Fits | undefined {
  if (typeof minLength !== "number" || typeof maxLength !== "number") return undefined;
  const form = patternOf(pattern);
  if (form === undefined) return undefined;
  const isCounted = minLength > 0 || maxLength !== Infinity;
  return (value) =>
    typeof value === "string" &&
    (!isCounted || (value.length >= minLength && value.length <= maxLength && SIMPLE_TEXT.test(value))) &&
    (form === "any" || form.test(value));
}

function patternOf(pattern: unknown): RegExp | "any" | undefined {
  if (pattern === undefined) return "any";
  if (typeof pattern !== "string") return undefined;
  try {
    return new RegExp(pattern, "u");
  } catch {
    // TypeBox says what is wrong with it.
    return undefined;
  }
}

function fitsNumber(schema: Schema, isOfType: (value: unknown) => boolean): Fits | undefined {
  const {
    minimum = -Infinity,
    maximum = Infinity,
    exclusiveMinimum = -Infinity,
    exclusiveMaximum = Infinity,
  } = schema as Readonly<Record<string, number>>;
  const bounds: readonly unknown[] = [minimum, maximum, exclusiveMinimum, exclusiveMaximum];
  if (bounds.some((bound) => typeof bound !== "number")) return undefined;
  return (value) =>
    isOfType(value) &&
    (value as number) >= minimum &&
    (value as number) <= maximum &&
    (value as number) > exclusiveMinimum &&
    (value as number) < exclusiveMaximum;
}

function fitsOneOf(values: unknown): Fits | undefined {
  if (!Array.isArray(values) || values.some((value) => typeof value === "object" && value !== null))
    return undefined;
  return (value) => values.includes(value);
}

function fitsAny(branches: unknown, depth: number): Fits | undefined {
  const all = Array.isArray(branches) ? branches.map((branch) => fitsOf(branch, depth + 1)) : [undefined];
  // One that is not known cannot be said yes to; the others can.
  const known = all.filter((fits) => fits !== undefined);
  return known.length === 0 ? undefined : (value) => known.some((fits) => fits(value));
}

function fitsAll(parts: unknown, depth: number): Fits | undefined {
  const all = Array.isArray(parts) ? parts.map((part) => fitsOf(part, depth + 1)) : [undefined];
  return all.includes(undefined) ? undefined : (value) => all.every((fits) => fits?.(value) === true);
}
