// A form out of a JSON Schema: its fields, the texts in them, what is wrong, and the object that they make. Pure.
// Knows the keywords that plugins use: title, description, default, x-unit, x-multiline, x-secret, enum, anyOf of constants, bounds.

export type FieldKind = "text" | "secret" | "number" | "integer" | "boolean" | "choice" | "json";

export interface SchemaField {
  readonly name: string;
  readonly title: string;
  readonly hint: string | undefined;
  readonly kind: FieldKind;
  readonly required: boolean;
  /** As text, that of a choice as the choice is called; undefined where the schema names none. */
  readonly standard: string | undefined;
  readonly unit: string | undefined;
  /** A text that can have several lines. */
  readonly isMultiline: boolean;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  readonly shortest: number | undefined;
  readonly longest: number | undefined;
  readonly pattern: RegExp | undefined;
  /** What a choice may be; the texts stand for JSON values. */
  readonly choices: readonly { readonly text: string; readonly value: unknown }[];
}

/** Texts by field name; an empty one says that nothing is set. */
export type FieldTexts = Readonly<Record<string, string>>;

export type FieldProblem =
  | "missing"
  | "number"
  | "integer"
  | "small"
  | "large"
  | "length"
  | "pattern"
  | "json";

type Node = Readonly<Record<string, unknown>>;

function nodeOf(value: unknown): Node {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Node) : {};
}

function stringOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function choicesOf(node: Node): SchemaField["choices"] {
  const values = Array.isArray(node["enum"])
    ? node["enum"].map((value: unknown) => ({ value, text: textOf(value) }))
    : (Array.isArray(node["anyOf"]) ? node["anyOf"] : []).map((one: unknown) => {
        const { const: value, title } = nodeOf(one);
        return { value, text: stringOf(title) ?? textOf(value) };
      });
  return values.every((one) => one.value !== undefined) ? values : [];
}

function standardOf(value: unknown, choices: SchemaField["choices"]): string | undefined {
  if (value === undefined) return undefined;
  return choices.find((one) => one.value === value)?.text ?? textOf(value);
}

function kindOf(node: Node, choices: SchemaField["choices"]): FieldKind {
  if (choices.length > 0) return "choice";
  if (node["type"] === "string") return node["x-secret"] === true ? "secret" : "text";
  const known = (["number", "integer", "boolean"] as const).find((kind) => kind === node["type"]);
  return known ?? "json";
}

function patternOf(node: Node): RegExp | undefined {
  try {
    const source = stringOf(node["pattern"]);
    return source === undefined ? undefined : new RegExp(source, "u");
  } catch {
    // The recorder checks it anyway; a pattern of another dialect only costs the early word.
    return undefined;
  }
}

/** The fields of an object's schema, in its order. Anything else has none. */
export function fieldsOf(schema: unknown): SchemaField[] {
  const { properties, required } = nodeOf(schema);
  const needed = Array.isArray(required) ? required : [];
  return Object.entries(nodeOf(properties)).map(([name, value]) => {
    const node = nodeOf(value);
    const choices = choicesOf(node);
    return {
      name,
      title: stringOf(node["title"]) ?? name,
      hint: stringOf(node["description"]),
      kind: kindOf(node, choices),
      required: needed.includes(name),
      standard: standardOf(node["default"], choices),
      unit: stringOf(node["x-unit"]),
      isMultiline: node["x-multiline"] === true,
      minimum: numberOf(node["minimum"]),
      maximum: numberOf(node["maximum"]),
      shortest: numberOf(node["minLength"]),
      longest: numberOf(node["maxLength"]),
      pattern: patternOf(node),
      choices,
    };
  });
}

/** The texts for a configuration that is there. */
export function textsOf(
  fields: readonly SchemaField[],
  config: Readonly<Record<string, unknown>>,
): FieldTexts {
  return Object.fromEntries(fields.map(({ name }) => [name, textOf(config[name])]));
}

/** What is wrong with a field's text; undefined if nothing is. `kept`: a stored secret stays when none is given. */
export function problemOf(field: SchemaField, text: string, kept = false): FieldProblem | undefined {
  if (text === "") return field.required && !kept && field.kind !== "boolean" ? "missing" : undefined;
  if (field.kind === "number" || field.kind === "integer") {
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value)) return "number";
    if (field.kind === "integer" && !Number.isInteger(value)) return "integer";
    if (value < (field.minimum ?? value)) return "small";
    return value > (field.maximum ?? value) ? "large" : undefined;
  }
  if (field.kind === "json") return parsed(text) === undefined ? "json" : undefined;
  if (field.kind !== "text" && field.kind !== "secret") return undefined;
  if (text.length < (field.shortest ?? 0) || text.length > (field.longest ?? text.length)) return "length";
  return field.pattern?.test(text) === false ? "pattern" : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fieldValue(field: SchemaField, text: string): unknown {
  switch (field.kind) {
    case "number":
    case "integer":
      return Number(text);
    case "boolean":
      return (text === "" ? field.standard : text) === "true";
    case "choice":
      return field.choices.find((one) => textOf(one.value) === text)?.value;
    case "json":
      return parsed(text);
    default:
      return text;
  }
}

/** The object that the texts make; what is empty is left out, so that the schema's default holds. */
export function objectOf(fields: readonly SchemaField[], texts: FieldTexts): Record<string, unknown> {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const text = texts[field.name] ?? "";
      if (text === "" && !(field.kind === "boolean" && field.required)) return [];
      return [[field.name, fieldValue(field, text)]];
    }),
  );
}

/** The text by which a choice's value is told apart. */
export function choiceText(value: unknown): string {
  return textOf(value);
}
