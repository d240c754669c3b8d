// Fills in the defaults of a schema as TypeBox does, for the kinds of schemas that settings are made of. Where TypeBox
// would have to be asked, it says so.

type Schema = Readonly<Record<string, unknown>>;

const DEPTH_LIMIT = 32;
/** Kinds in which nothing lies that could have a default of its own. */
const LEAVES: ReadonlySet<unknown> = new Set([
  "Any",
  "Boolean",
  "Enum",
  "Integer",
  "Literal",
  "Null",
  "Number",
  "String",
  "Unknown",
]);

/** The value with defaults, changed in place where it is an object; undefined: only TypeBox can tell. */
export function quickDefaults(schema: object, value: unknown): { readonly value: unknown } | undefined {
  try {
    return { value: filled(schema as Schema, value, 0) };
  } catch (error) {
    if (error === UNKNOWN) return undefined;
    throw error;
  }
}

const UNKNOWN = Symbol("only TypeBox can tell");

function filled(schema: Schema, given: unknown, depth: number): unknown {
  if (depth > DEPTH_LIMIT) throw UNKNOWN;
  const value = given === undefined && "default" in schema ? defaultOf(schema) : given;
  const kind: unknown = schema["~kind"];
  if (LEAVES.has(kind)) return value;
  if (kind === "Array") {
    if (!Array.isArray(value)) return value;
    const { items } = schema;
    return value.map((item) => filled(items as Schema, item, depth + 1));
  }
  if (kind === "Object") return filledObject(schema, value, depth);
  // Of a union or a record TypeBox decides by trying; without a default inside there is nothing to decide.
  if ((kind === "Union" || kind === "Record") && !hasDefault(schema, depth)) return value;
  throw UNKNOWN;
}

function filledObject(schema: Schema, value: unknown, depth: number): unknown {
  const { properties, additionalProperties = true } = schema;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) throw UNKNOWN;
  if (typeof additionalProperties !== "boolean") throw UNKNOWN;
  const own = value as Record<string, unknown>;
  for (const [key, property] of Object.entries(properties as Readonly<Record<string, Schema>>)) {
    if (key in Object.prototype) throw UNKNOWN;
    const inner = filled(property, own[key], depth + 1);
    if (inner !== undefined) own[key] = inner;
  }
  return value;
}

function defaultOf(schema: Schema): unknown {
  // A function makes its default anew; what is no plain data is copied by TypeBox in its own way.
  if (typeof schema["default"] === "function") throw UNKNOWN;
  return structuredClone(schema["default"]);
}

/** Whether a default stands anywhere inside, the schema's own left out. */
function hasDefault(schema: unknown, depth: number): boolean {
  if (typeof schema !== "object" || schema === null) return false;
  if (depth > DEPTH_LIMIT) return true;
  return Object.values(schema).some(
    (part) => typeof part === "object" && part !== null && ("default" in part || hasDefault(part, depth + 1)),
  );
}
