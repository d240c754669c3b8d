// Checks plain data against a TypeBox schema and says what is wrong in sentences that name the place.
// Used for config.json, for plugins' settings and for everything that comes in over HTTP.
import type { TSchema } from "typebox";
import { Check, Errors } from "typebox/value";

/** One thing that is wrong: a JSON pointer ("" is the whole) and a sentence. */
export interface SchemaProblem {
  readonly path: string;
  readonly message: string;
  /** Which rule is broken, so that it can be said in other languages; only where it was asked for. */
  readonly rule?: BrokenRule;
  /** What the rule names: the bound, the choices, the field that it belongs to. */
  readonly bound?: string;
}

/** `other` is said in `message` alone. */
export type BrokenRule =
  | "missing"
  | "again"
  | "belongs"
  | "unknown-key"
  | "one-of"
  | "form"
  | "no-form"
  | "together"
  | "string"
  | "number"
  | "integer"
  | "boolean"
  | "array"
  | "object"
  | "minimum"
  | "maximum"
  | "above"
  | "below"
  | "minLength"
  | "maxLength"
  | "minItems"
  | "maxItems"
  | "unique"
  | "step"
  | "other";

const MAX_PROBLEMS = 20;
const MAX_DEPTH = 32;
/** Longer pointers are cut: an answer must not give back a megabyte that somebody sent as the name of a key. */
const MAX_POINTER_CHARACTERS = 300;
const FORBIDDEN_KEYS = new Set(["__proto__", "constructor", "prototype"]);

/** All that is wrong with `value`, at most 20 problems, outermost first; empty when it fits. */
export function schemaProblems(schema: TSchema, value: unknown): SchemaProblem[] {
  return ruledProblems(schema, value).map(({ path, message }) => ({ path, message }));
}

/** Whether nothing is wrong: told sooner than what is, for which sentences are looked up. */
export function fitsSchema(schema: TSchema, value: unknown): boolean {
  return unsafeKeyProblem(value) === undefined && Check(schema, value);
}

/** The same as `schemaProblems`, each with the rule that is broken. */
export function ruledProblems(schema: TSchema, value: unknown): SchemaProblem[] {
  const unsafe = unsafeKeyProblem(value);
  if (unsafe !== undefined) return [{ ...unsafe, path: bounded(unsafe.path) }];
  const problems = new Map<string, SchemaProblem>();
  const branches = new Set<string>();
  for (const error of Errors(schema, value)) {
    // Every branch of a union complains; only what the union itself says is of use to people.
    if (error.schemaPath.includes("/anyOf/")) {
      branches.add(error.instancePath);
      continue;
    }
    for (const problem of describe(error, value)) {
      if (!problems.has(problem.path)) problems.set(problem.path, problem);
    }
    if (problems.size >= MAX_PROBLEMS) break;
  }
  if (problems.size === 0) {
    for (const path of branches)
      problems.set(path, { path, message: "has none of the allowed forms", rule: "no-form" });
  }
  return [...problems.values()]
    .slice(0, MAX_PROBLEMS)
    .map((problem) => ({ ...problem, path: bounded(problem.path) }));
}

function bounded(pointer: string): string {
  return pointer.length > MAX_POINTER_CHARACTERS ? `${pointer.slice(0, MAX_POINTER_CHARACTERS)}…` : pointer;
}

type ValidationError = ReturnType<typeof Errors>[number];

function describe(error: ValidationError, whole: unknown): SchemaProblem[] {
  const path = error.instancePath;
  switch (error.keyword) {
    case "additionalProperties":
      return [];
    case "boolean":
      return [{ path, message: "is not a known key", rule: "unknown-key" }];
    case "required": {
      const missing = (error.params as { requiredProperties?: readonly string[] }).requiredProperties ?? [];
      return missing.map((key) => ({
        path: `${path}/${escapePointer(key)}`,
        message: "is missing",
        rule: "missing",
      }));
    }
    case "dependentRequired": {
      const { property, dependencies } = error.params as {
        property: string;
        dependencies: readonly string[];
      };
      const at = valueAt(whole, path);
      return dependencies
        .filter((key) => typeof at !== "object" || at === null || !Object.hasOwn(at, key))
        .map((key) => ({
          path: `${path}/${escapePointer(key)}`,
          message: `is missing: it belongs to ${property}`,
          rule: "belongs",
          bound: property,
        }));
    }
    case "enum": {
      const allowed = (error.params as { allowedValues?: readonly unknown[] }).allowedValues ?? [];
      const choices = allowed.map((value) => JSON.stringify(value)).join(", ");
      return [{ path, message: `must be one of ${choices}`, rule: "one-of", bound: choices }];
    }
    case "pattern":
      return [{ path, message: "has characters or a form that is not allowed here", rule: "form" }];
    default:
      return [{ path, message: error.message, ...ruleOf(error) }];
  }
}

const RULES: Readonly<Record<string, BrokenRule>> = {
  minimum: "minimum",
  maximum: "maximum",
  exclusiveMinimum: "above",
  exclusiveMaximum: "below",
  minLength: "minLength",
  maxLength: "maxLength",
  minItems: "minItems",
  maxItems: "maxItems",
  uniqueItems: "unique",
  multipleOf: "step",
  format: "form",
  not: "no-form",
  anyOf: "no-form",
  oneOf: "no-form",
};
const TYPES: readonly BrokenRule[] = ["string", "number", "integer", "boolean", "array", "object"];

function ruleOf({ keyword, params }: ValidationError): { rule: BrokenRule; bound?: string } {
  const { type, limit, multipleOf, allowedValue } = params as Readonly<Record<string, unknown>>;
  const wantedType = keyword === "type" ? TYPES.find((known) => known === type) : undefined;
  if (wantedType !== undefined) return { rule: wantedType };
  if (keyword === "const") return { rule: "one-of", bound: JSON.stringify(allowedValue) };
  const rule = RULES[keyword];
  if (rule === undefined) return { rule: "other" };
  const bound = limit ?? multipleOf;
  return { rule, ...(bound === undefined ? {} : { bound: String(bound) }) };
}

function valueAt(whole: unknown, pointer: string): unknown {
  let at: unknown = whole;
  for (const key of pointerKeys(pointer))
    at = typeof at === "object" && at !== null && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined;
  return at;
}

/** The first key that would reach into prototypes, or nesting that no honest document has; undefined if there is none. */
export function unsafeKeyProblem(value: unknown, depth = 0): SchemaProblem | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (depth > MAX_DEPTH) return { path: "", message: `is nested more than ${MAX_DEPTH} levels deep` };
  for (const key of Object.keys(value)) {
    const found = FORBIDDEN_KEYS.has(key)
      ? { path: "", message: "is a name that may not be used" }
      : unsafeKeyProblem((value as Record<string, unknown>)[key], depth + 1);
    // Where it lies is put together on the way back: nearly always there is nothing to tell.
    if (found !== undefined) return { ...found, path: `/${escapePointer(key)}${found.path}` };
  }
  return undefined;
}

/** A key as a step of a JSON pointer (RFC 6901 §3). */
export function escapePointer(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** The keys of a JSON pointer; "" is the whole document. */
export function pointerKeys(pointer: string): string[] {
  if (pointer === "") return [];
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}
