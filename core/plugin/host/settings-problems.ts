// Checks a plugin's settings by the schema in its package, as plain JSON Schema: defaults filled in, conditions
// (if/then/else) followed into the branch that holds, so that every problem names the field and not the condition.
import { Script } from "node:vm";
import type { TSchema } from "typebox";
import { Check } from "typebox/value";
import {
  escapePointer,
  ruledProblems,
  type SchemaProblem,
  unsafeKeyProblem,
} from "../../config/schema-problems.ts";
import { NightjarError } from "../../errors.ts";

/** Longest that a check may take: patterns are a stranger's, and one can be made to run for years. */
const CHECK_LIMIT_MS = 1_000;
const PROBLEMS_LIMIT = 50;

type Node = Readonly<Record<string, unknown>>;

/**
 * All that is wrong with a plugin's settings, empty when they fit. Defaults of the schema count as given. Throws
 * `NJ_PLUGIN_SCHEMA` if the schema cannot be used for checking.
 */
export function settingsProblems(schema: TSchema, settings: unknown): SchemaProblem[] {
  const unsafe = unsafeKeyProblem(settings);
  if (unsafe !== undefined) return [unsafe];
  try {
    return within(CHECK_LIMIT_MS, () => {
      const node = schema as Node;
      const found = problemsAt(node, withDefaults(node, structuredClone(settings)), "");
      const first = new Map<string, SchemaProblem>();
      for (const problem of found) if (!first.has(problem.path)) first.set(problem.path, problem);
      return [...first.values()].slice(0, PROBLEMS_LIMIT);
    });
  } catch (error) {
    throw new NightjarError(
      "NJ_PLUGIN_SCHEMA",
      "failed-precondition",
      "the settings cannot be checked: the plugin's schema is unusable, or takes too long",
      {},
      error,
    );
  }
}

/** The settings with the schema's defaults where nothing is given. Changes and returns its argument. */
export function withDefaults(schema: Node, value: unknown): unknown {
  if (value === undefined) return structuredClone(schema["default"]);
  if (Array.isArray(value)) {
    const { items } = schema;
    if (isNode(items)) for (const entry of value) withDefaults(items, entry);
    return value;
  }
  if (!isNode(value)) return value;
  for (const part of [schema, ...nodes(schema["allOf"])]) {
    for (const [key, property] of Object.entries(isNode(part["properties"]) ? part["properties"] : {})) {
      if (!isNode(property)) continue;
      const filled = withDefaults(property, Object.hasOwn(value, key) ? value[key] : undefined);
      if (filled !== undefined)
        Object.defineProperty(value, key, {
          value: filled,
          writable: true,
          enumerable: true,
          configurable: true,
        });
    }
  }
  return value;
}

function problemsAt(schema: Node, value: unknown, path: string): SchemaProblem[] {
  const own = ruledProblems(withoutConditions(schema) as TSchema, value).map((problem) => ({
    ...problem,
    path: path + problem.path,
  }));
  return [...own, ...conditionalProblems(schema, value, path)];
}

/** What the branches that hold have to say, here and further inside. */
function conditionalProblems(schema: Node, value: unknown, path: string): SchemaProblem[] {
  const found: SchemaProblem[] = [];
  if (schema["if"] !== undefined) {
    const branch = Check(schema["if"] as TSchema, value) ? schema["then"] : schema["else"];
    if (isNode(branch)) found.push(...problemsAt(branch, value, path));
    else if (branch === false) found.push({ path, message: "does not go together", rule: "together" });
  }
  for (const part of nodes(schema["allOf"])) found.push(...conditionalProblems(part, value, path));
  if (Array.isArray(value)) {
    const { items } = schema;
    if (isNode(items))
      value.forEach((entry, index) => {
        found.push(...conditionalProblems(items, entry, `${path}/${index}`));
      });
  } else if (isNode(value) && isNode(schema["properties"])) {
    for (const [key, property] of Object.entries(schema["properties"]))
      if (isNode(property) && Object.hasOwn(value, key))
        found.push(...conditionalProblems(property, value[key], `${path}/${escapePointer(key)}`));
  }
  return found;
}

/** The schema without the conditions that conditionalProblems follows by itself. */
function withoutConditions(schema: Node): Node {
  const { if: _if, then: _then, else: _else, ...rest } = schema;
  const { properties, items, allOf } = rest;
  return {
    ...rest,
    ...(isNode(properties)
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([key, property]) => [
              key,
              isNode(property) ? withoutConditions(property) : property,
            ]),
          ),
        }
      : {}),
    ...(isNode(items) ? { items: withoutConditions(items) } : {}),
    ...(Array.isArray(allOf)
      ? { allOf: allOf.map((part: unknown) => (isNode(part) ? withoutConditions(part) : part)) }
      : {}),
  };
}

/** Runs synchronous work and breaks it off when it takes too long, also within a regular expression. */
function within<T>(limitMs: number, work: () => T): T {
  const results: T[] = [];
  const run = (): void => {
    results.push(work());
  };
  new Script("run()").runInNewContext({ run }, { timeout: limitMs });
  return results[0] as T;
}

function isNode(value: unknown): value is Node & Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function nodes(value: unknown): Node[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}
