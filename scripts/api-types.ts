// Makes the types of the interface's HTTP client from the OpenAPI document: one line for each operation below /api/v1,
// and one type for each shape with a name. Only what our own document uses of JSON Schema is understood; anything else ends
// the run, so that no type is weaker than the document.
type Json = Readonly<Record<string, unknown>>;

const API = "/api/v1";
const METHODS = ["get", "post", "put", "patch", "delete"] as const;
const HEADER = `// Written by scripts/write-docs.ts from the API's own description (/api/v1/openapi.json): change the code, not this file.
// What each operation takes and answers; ui/src/api/client.ts makes calls of it.
`;

/** The text of ui/src/api/generated.ts. */
export function apiTypes(document: Json): string {
  const schemas = (document["components"] as Json)["schemas"] as Record<string, Json>;
  const lines = [HEADER];
  for (const [name, schema] of Object.entries(schemas))
    lines.push(`export type ${name} = ${typeOf(schema)};\n`);
  lines.push(
    "/** Method and path below /api/v1 → what goes in and comes out. */",
    "export interface Operations {",
  );
  for (const [path, item] of Object.entries(document["paths"] as Record<string, Json>)) {
    if (!path.startsWith(`${API}/`)) continue;
    for (const method of METHODS) {
      const operation = item[method] as Json | undefined;
      if (operation === undefined) continue;
      lines.push(
        `  /** ${comment(String(operation["summary"]))} */`,
        `  readonly ${JSON.stringify(`${method.toUpperCase()} ${path.slice(API.length)}`)}: ${operationType(operation)};`,
      );
    }
  }
  return `${lines.join("\n")}\n}\n`;
}

function operationType(operation: Json): string {
  const parts: string[] = [];
  const parameters = operation["parameters"] as readonly Json[];
  for (const place of ["path", "query"]) {
    const own = parameters.filter((each) => each["in"] === place);
    if (own.length === 0) continue;
    const isOptional = own.every((each) => each["required"] !== true);
    const fields = own.map((each) =>
      field(String(each["name"]), each["schema"] as Json, each["required"] === true),
    );
    parts.push(`readonly ${place}${isOptional ? "?" : ""}: { ${fields.join(" ")} };`);
  }
  const content = (operation["requestBody"] as Json | undefined)?.["content"] as Json | undefined;
  const json = content?.["application/json"] as Json | undefined;
  if (json !== undefined) parts.push(`readonly body: ${typeOf(json["schema"] as Json)};`);
  else if (content !== undefined) parts.push("readonly file: Blob;");
  parts.push(`readonly answer: ${answerType(operation["responses"] as Json)};`);
  return `{ ${parts.join(" ")} }`;
}

/** What a call resolves with: only JSON is read; files and streams are asked for in other ways. */
function answerType(responses: Json): string {
  const [status, response] = Object.entries(responses).find(([name]) => /^[12]\d\d$/.test(name)) ?? [];
  if (status === undefined) throw new TypeError("an operation has no answer");
  const content = (response as Json)["content"] as Json | undefined;
  if (content === undefined) return status === "101" ? "never" : "undefined";
  const json = content["application/json"] as Json | undefined;
  return json === undefined ? "Blob" : typeOf(json["schema"] as Json);
}

/** The TypeScript type of a schema. */
function typeOf(schema: Json): string {
  const reference = schema["$ref"];
  if (typeof reference === "string") return reference.split("/").at(-1) ?? "";
  if ("const" in schema) return JSON.stringify(schema["const"]);
  if (Array.isArray(schema["enum"])) return schema["enum"].map((each) => JSON.stringify(each)).join(" | ");
  const union = schema["anyOf"];
  if (Array.isArray(union)) return union.map((each: Json) => typeOf(each)).join(" | ");
  switch (schema["type"]) {
    case "string":
      return "string";
    case "number":
    case "integer":
      return "number";
    case "boolean":
      return "boolean";
    case "null":
      return "null";
    case "array":
      return `readonly (${typeOf(schema["items"] as Json)})[]`;
    case "object":
      return objectType(schema);
    case undefined:
      if (Object.keys(schema).every((key) => ["title", "description", "default"].includes(key)))
        return "unknown";
  }
  throw new TypeError(`no type is known for ${JSON.stringify(schema).slice(0, 200)}`);
}

function objectType(schema: Json): string {
  const properties = schema["properties"] as Record<string, Json> | undefined;
  const patterns = schema["patternProperties"] as Record<string, Json> | undefined;
  if (properties === undefined || Object.keys(properties).length === 0) {
    const [value] = Object.values(patterns ?? {});
    if (value !== undefined) return `Readonly<Record<string, ${typeOf(value)}>>`;
    const more = schema["additionalProperties"];
    return typeof more === "object"
      ? `Readonly<Record<string, ${typeOf(more as Json)}>>`
      : "Readonly<Record<string, unknown>>";
  }
  const required = new Set((schema["required"] as readonly string[] | undefined) ?? []);
  return `{ ${Object.entries(properties)
    .map(([name, property]) => field(name, property, required.has(name)))
    .join(" ")} }`;
}

function field(name: string, schema: Json, isRequired: boolean): string {
  const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
  const description = schema["description"];
  const note =
    typeof description === "string" && description !== "" ? `\n/** ${comment(description)} */\n` : "";
  return `${note}readonly ${key}${isRequired ? "" : "?"}: ${typeOf(schema)};`;
}

function comment(text: string): string {
  return text.replaceAll("*/", "* /").replaceAll("\n", " ");
}
