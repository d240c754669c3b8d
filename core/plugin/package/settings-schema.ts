// The schema of a plugin's settings, read from its package (`nightjar.configSchema`) without running any of its code.
// It is a stranger's file: bounded, below the plugin's folder with all links resolved, and an object's schema.
import type { TSchema } from "typebox";
import { NightjarError } from "../../errors.ts";
import type { FoundPlugin } from "./discovery.ts";
import { readPackageFile } from "./package-file.ts";

/** Longest schema file that is read. */
export const SCHEMA_LIMIT_BYTES = 256 * 1024;
const NODES_LIMIT = 2_000;
const DEPTH_LIMIT = 24;
const SECRETS_LIMIT = 50;
const SECRET_KEY = /^[A-Za-z0-9_-]{1,40}$/;

export interface SettingsSchema {
  readonly schema: TSchema;
  /** Where the fields marked `"x-secret": true` stand, as steps from the top. */
  readonly secrets: readonly (readonly string[])[];
}

type Node = Readonly<Record<string, unknown>>;

/** Keywords whose schemas look at the same value as the one that holds them. */
const SAME_VALUE = ["then", "else"] as const;
/** Keywords that hold one schema, where a secret could not be told apart. */
const ONE = [
  "if",
  "items",
  "not",
  "contains",
  "additionalProperties",
  "propertyNames",
  "unevaluatedProperties",
  "unevaluatedItems",
] as const;
const LISTS = ["anyOf", "oneOf", "prefixItems"] as const;
const TABLES = ["patternProperties", "dependentSchemas", "$defs", "definitions"] as const;

/** The schema of a plugin's settings; undefined where its package names none. Throws `NJ_PLUGIN_SCHEMA`. */
export async function readSettingsSchema({
  manifest,
  folder,
}: Pick<FoundPlugin, "manifest" | "folder">): Promise<SettingsSchema | undefined> {
  const { name, configSchema } = manifest;
  if (configSchema === undefined) return undefined;
  const refuse = (why: string, cause?: unknown): NightjarError =>
    new NightjarError(
      "NJ_PLUGIN_SCHEMA",
      "failed-precondition",
      `the settings of ${name} cannot be shown: its ${configSchema.slice(0, 100)} ${why}`,
      { plugin: name },
      cause,
    );
  const bytes = await readPackageFile(folder, configSchema, SCHEMA_LIMIT_BYTES);
  if ("problem" in bytes) throw refuse(bytes.problem);
  let schema: unknown;
  try {
    schema = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw refuse("is not JSON", error);
  }
  if (!isNode(schema) || schema["type"] !== "object")
    throw refuse('is not the schema of an object (type: "object")');
  const walk = new SchemaWalk();
  walk.visit(schema, [], 0);
  if (walk.problem !== undefined) throw refuse(walk.problem);
  return { schema: schema as TSchema, secrets: walk.secrets };
}

/** Goes through a schema: collects its secrets, and says what makes it unfit. */
class SchemaWalk {
  readonly secrets: string[][] = [];
  problem: string | undefined;
  #nodes = 0;

  /** `place` undefined: within a list or a choice, where a secret has no place of its own. */
  visit(node: unknown, place: readonly string[] | undefined, depth: number): void {
    if (this.problem !== undefined || typeof node === "boolean") return;
    this.#nodes += 1;
    if (!isNode(node)) this.problem = "has a part that is no schema";
    else if (this.#nodes > NODES_LIMIT) this.problem = `has more than ${NODES_LIMIT} parts`;
    else if (depth > DEPTH_LIMIT) this.problem = `is nested more than ${DEPTH_LIMIT} levels deep`;
    else this.#visitNode(node, place, depth + 1);
  }

  #visitNode(node: Node, place: readonly string[] | undefined, depth: number): void {
    if (node["x-secret"] === true) this.#secret(node, place);
    this.#pattern(node["pattern"]);
    for (const [key, inner] of this.#table(node["properties"]))
      this.visit(inner, place === undefined ? undefined : [...place, key], depth);
    for (const keyword of SAME_VALUE) if (keyword in node) this.visit(node[keyword], place, depth);
    for (const inner of this.#list(node["allOf"])) this.visit(inner, place, depth);
    for (const keyword of ONE) if (keyword in node) this.visit(node[keyword], undefined, depth);
    for (const keyword of LISTS)
      for (const inner of this.#list(node[keyword])) this.visit(inner, undefined, depth);
    for (const keyword of TABLES)
      for (const [, inner] of this.#table(node[keyword])) this.visit(inner, undefined, depth);
  }

  #secret(node: Node, place: readonly string[] | undefined): void {
    const name = place?.join(".") ?? "";
    if (place === undefined || place.length === 0)
      this.problem = "marks a secret in a list or a choice: only fields of objects can be secret";
    else if (node["type"] !== "string") this.problem = `marks ${name} as a secret, which is no text`;
    else if (!place.every((step) => SECRET_KEY.test(step)))
      this.problem = `names a secret ${JSON.stringify(name).slice(0, 80)}: use up to 40 of a-z, 0-9, _ and -`;
    else if (!this.secrets.some((known) => known.join(".") === name)) this.secrets.push([...place]);
    if (this.secrets.length > SECRETS_LIMIT) this.problem = `marks more than ${SECRETS_LIMIT} secrets`;
  }

  #pattern(pattern: unknown): void {
    if (typeof pattern !== "string") return;
    try {
      new RegExp(pattern, "u");
    } catch {
      this.problem = `has a pattern that is none: ${JSON.stringify(pattern).slice(0, 80)}`;
    }
  }

  #table(value: unknown): [string, unknown][] {
    if (value === undefined) return [];
    if (isNode(value)) return Object.entries(value);
    this.problem = "has a part that is no schema";
    return [];
  }

  #list(value: unknown): readonly unknown[] {
    if (value === undefined) return [];
    if (Array.isArray(value)) return value;
    this.problem = "has a part that is no schema";
    return [];
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
