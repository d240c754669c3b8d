// A form out of any JSON Schema of an object, as a tree: plain fields, groups within groups, lists, and the fields that
// conditions (if/then/else, dependentRequired) ask for. Pure; form-tree-fields.tsx draws it.
import { isObject, pointerOf, type Steps, valueAt } from "./json-place.ts";
import { fieldsOf, type SchemaField } from "./schema-fields.ts";

interface Common {
  readonly steps: Steps;
  readonly pointer: string;
  /** Title, hint, bounds, default and unit. */
  readonly field: SchemaField;
}

export type FormNode =
  | (Common & { readonly kind: "leaf" })
  /** An object; one that is not required may be left out as a whole. */
  | (Common & { readonly kind: "group"; readonly isSet: boolean; readonly nodes: readonly FormNode[] })
  | (Common & {
      readonly kind: "list";
      readonly entries: readonly FormNode[];
      /** What an entry begins as. */
      readonly fresh: unknown;
      readonly mayAdd: boolean;
    });

type Node = Readonly<Record<string, unknown>>;

/** Deeper schemas are left to the JSON editor. */
const DEPTH_LIMIT = 6;

/**
 * The fields of an object's schema for a value, with those of the conditions that hold for it. `kept`: pointers of
 * secrets that are there without being in the value.
 */
export function treeOf(
  schema: unknown,
  value: unknown,
  kept: ReadonlySet<string>,
  steps: Steps = [],
): FormNode[] {
  const { properties, required } = effective(
    objectOf(schema),
    seenBy(schema, value, kept, steps),
    (name) => Object.hasOwn(objectOf(value), name) || kept.has(pointerOf([...steps, name])),
  );
  return fieldsOf({ properties, required: [...required] }).map((field) =>
    nodeFor(properties[field.name] ?? {}, field, valueAt(value, [field.name]), kept, [...steps, field.name]),
  );
}

/** All pointers that have a control of their own, for telling which problems have no place in the form. */
export function pointersIn(nodes: readonly FormNode[]): Set<string> {
  const found = new Set<string>();
  const visit = (node: FormNode): void => {
    found.add(node.pointer);
    if (node.kind === "group" && node.isSet) for (const inner of node.nodes) visit(inner);
    if (node.kind === "list") for (const inner of node.entries) visit(inner);
  };
  for (const node of nodes) visit(node);
  return found;
}

function nodeFor(
  schema: Node,
  field: SchemaField,
  value: unknown,
  kept: ReadonlySet<string>,
  steps: Steps,
): FormNode {
  const common = { steps, pointer: pointerOf(steps), field };
  if (steps.length >= DEPTH_LIMIT) return { ...common, kind: "leaf" };
  // A value of another form is not drawn as what it is not: it stays as JSON.
  const fits = (is: (given: unknown) => boolean): boolean => value === undefined || is(value);
  if (schema["type"] === "object" && isObject(schema["properties"]) && fits(isObject)) {
    const nodes = treeOf(schema, value ?? {}, kept, steps);
    return { ...common, kind: "group", isSet: field.required || value !== undefined, nodes };
  }
  const { items } = schema;
  if (schema["type"] === "array" && isObject(items) && fits(Array.isArray)) {
    const list = Array.isArray(value) ? value : [];
    const most = schema["maxItems"];
    return {
      ...common,
      kind: "list",
      entries: list.map((entry, index) => {
        const [entryField] = fieldsOf({ properties: { [index]: items }, required: [String(index)] });
        return nodeFor(items, { ...(entryField ?? field), required: true }, entry, kept, [...steps, index]);
      }),
      fresh: freshOf(items),
      mayAdd: typeof most !== "number" || list.length < most,
    };
  }
  return { ...common, kind: "leaf" };
}

function freshOf(schema: Node): unknown {
  if (schema["default"] !== undefined) return structuredClone(schema["default"]);
  switch (schema["type"]) {
    case "object":
      return {};
    case "array":
      return [];
    case "boolean":
      return false;
    default: {
      const choices = schema["enum"];
      return Array.isArray(choices) ? choices[0] : "";
    }
  }
}

/** The value as conditions see it: defaults count as given, and so do secrets that are kept. */
function seenBy(schema: unknown, value: unknown, kept: ReadonlySet<string>, steps: Steps): Node {
  const own = objectOf(value);
  const seen: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(objectOf(objectOf(schema)["properties"]))) {
    const { default: standard } = objectOf(property);
    if (standard !== undefined) seen[name] = standard;
    if (kept.has(pointerOf([...steps, name]))) seen[name] = "kept";
  }
  for (const [name, given] of Object.entries(own)) {
    if (given === null && objectOf(objectOf(objectOf(schema)["properties"])[name])["x-secret"] === true)
      delete seen[name];
    else seen[name] = given;
  }
  return seen;
}

interface Effective {
  readonly properties: Readonly<Record<string, Node>>;
  readonly required: ReadonlySet<string>;
}

/** The properties and what is required once conditions are followed; fields of a branch that does not hold are left out. */
function effective(schema: Node, seen: Node, isThere: (name: string) => boolean): Effective {
  const properties: Record<string, Node> = {};
  const required = new Set<string>();
  const dormant = new Set<string>();
  const awake = new Set<string>();
  const namesIn = (branch: Node): string[] => [
    ...Object.keys(objectOf(branch["properties"])),
    ...stringsOf(branch["required"]),
  ];
  const take = (part: Node, isBranch: boolean): void => {
    for (const [name, property] of Object.entries(objectOf(part["properties"]))) {
      properties[name] = { ...properties[name], ...objectOf(property) };
      if (isBranch) awake.add(name);
    }
    for (const name of stringsOf(part["required"])) {
      required.add(name);
      if (isBranch) awake.add(name);
    }
    for (const [name, names] of Object.entries(objectOf(part["dependentRequired"])))
      if (Object.hasOwn(seen, name)) for (const other of stringsOf(names)) required.add(other);
    if (part["if"] !== undefined) {
      const holds = schemaHolds(part["if"], seen);
      const [live, other] = holds ? [part["then"], part["else"]] : [part["else"], part["then"]];
      for (const name of namesIn(objectOf(other))) dormant.add(name);
      take(objectOf(live), true);
    }
    const { allOf } = part;
    if (Array.isArray(allOf)) for (const inner of allOf) take(objectOf(inner), isBranch);
  };
  take(schema, false);
  const always = new Set(stringsOf(schema["required"]));
  const shown = Object.entries(properties).filter(
    ([name]) => !dormant.has(name) || awake.has(name) || always.has(name) || isThere(name),
  );
  return { properties: Object.fromEntries(shown), required };
}

/** Whether a condition holds: the keywords that conditions are made of, the recorder has the last word. */
export function schemaHolds(schema: unknown, value: unknown): boolean {
  if (typeof schema === "boolean") return schema;
  const node = objectOf(schema);
  const { type, not, allOf, anyOf, minimum, maximum, required, properties, enum: choices } = node;
  if (typeof type === "string" && !isOfType(type, value)) return false;
  if ("const" in node && !isSame(node["const"], value)) return false;
  if (Array.isArray(choices) && !choices.some((choice) => isSame(choice, value))) return false;
  if (typeof value === "number") {
    if (typeof minimum === "number" && value < minimum) return false;
    if (typeof maximum === "number" && value > maximum) return false;
  }
  if (typeof value === "string" && value.length < Number(node["minLength"] ?? 0)) return false;
  if (isObject(value)) {
    if (stringsOf(required).some((name) => !Object.hasOwn(value, name))) return false;
    for (const [name, inner] of Object.entries(objectOf(properties)))
      if (Object.hasOwn(value, name) && !schemaHolds(inner, value[name])) return false;
  }
  if (not !== undefined && schemaHolds(not, value)) return false;
  if (Array.isArray(allOf) && !allOf.every((inner) => schemaHolds(inner, value))) return false;
  return !Array.isArray(anyOf) || anyOf.some((inner) => schemaHolds(inner, value));
}

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case "integer":
      return Number.isInteger(value);
    case "array":
      return Array.isArray(value);
    case "object":
      return isObject(value);
    case "null":
      return value === null;
    default:
      return typeof value === type;
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

function objectOf(value: unknown): Node {
  return isObject(value) ? value : {};
}

function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}
