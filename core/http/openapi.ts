// Makes the OpenAPI 3.1 document from the routes, so that what is described is what is validated.
import type { TObject, TSchema } from "typebox";
import type { Policy, Route } from "./route.ts";

type Json = Record<string, unknown>;

/** The document for `GET /openapi.json`. */
export function openApiDocument(routes: readonly Route[], version: string): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Nightjar",
      version,
      description: "Times are ISO 8601 in UTC. Problems are application/problem+json with a stable code.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    paths,
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer" },
        cookie: { type: "apiKey", in: "cookie", name: "__Host-nightjar" },
      },
      schemas: { Problem: problemSchema },
    },
  };
}

const problemSchema: Json = {
  type: "object",
  required: ["type", "title", "status", "code", "detail"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    code: { type: "string", description: "Stable name of the problem: docs/reference/errors.md." },
    detail: { type: "string" },
    errors: {
      type: "array",
      items: { type: "object", properties: { path: { type: "string" }, message: { type: "string" } } },
    },
  },
};

function operation(route: Route): Json {
  return {
    summary: route.summary,
    operationId: operationId(route),
    tags: [route.path.replace(/^\/api\/v1\//, "").split("/")[0] ?? ""],
    "x-nightjar-policy": policyText(route.policy),
    ...(route.policy.kind === "public" ? { security: [] } : { security: [{ bearer: [] }, { cookie: [] }] }),
    parameters: [...parameters(route.params, "path"), ...parameters(route.query, "query")],
    ...(route.fileLimitBytes === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/octet-stream": {} } } }),
    ...(route.body === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema: route.body } } } }),
    responses: {
      [String(route.status)]: {
        description: route.response === undefined ? "Done." : "The answer.",
        ...(route.response === undefined
          ? {}
          : { content: { [route.contentType]: { schema: route.response } } }),
      },
      default: {
        description: "A problem.",
        content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    },
  };
}

/** Who may call it, for people. */
export function policyText(policy: Policy): string {
  switch (policy.kind) {
    case "public":
      return "anybody";
    case "signed-in":
      return "any signed-in account";
    case "right":
      return `right ${policy.right}`;
    case "camera":
      return `right ${policy.right} for the camera`;
  }
}

function operationId(route: Route): string {
  const words = route.path
    .replace(/^\/api\/v1\//, "")
    .split(/[^a-zA-Z]+/)
    .filter((word) => word !== "");
  return [route.method.toLowerCase(), ...words.map((word) => word[0]?.toUpperCase() + word.slice(1))].join(
    "",
  );
}

function parameters(schema: TObject | undefined, place: "path" | "query"): Json[] {
  if (schema === undefined) return [];
  const required = new Set<string>(schema.required ?? []);
  return Object.entries(schema.properties as Record<string, TSchema>).map(([name, property]) => ({
    name,
    in: place,
    required: place === "path" || required.has(name),
    schema: property,
  }));
}
