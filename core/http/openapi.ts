// Makes the OpenAPI 3.1 document from the routes, so that what is described is what is validated. Shapes that have a name
// (named-schemas.ts) stand once among the components; who may call a route and how it refuses follow from its policy.
import type { TObject, TSchema } from "typebox";
import { NAMED_SCHEMAS } from "./named-schemas.ts";
import type { Policy, Route } from "./route.ts";

type Json = Record<string, unknown>;

/** A route as it is described: what answers it may be elsewhere. */
export type DescribedRoute = Omit<Route, "handle">;

/** The document for `GET /openapi.json`. */
export function openApiDocument(routes: readonly DescribedRoute[], version: string): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = openApiPath(route.path);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Nightjar",
      version,
      description:
        "Times are ISO 8601 in UTC. Problems are application/problem+json with a stable code. `x-nightjar-right` names the right that a caller needs; a camera that an account may not see does not exist for it.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    // Relative to the document's own address (OpenAPI 3.1 §4.8.5), and so right below any base path.
    servers: [{ url: "../..", description: "The recorder that this document is from, below its base path." }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "The token of `POST /api/v1/session`." },
        cookie: {
          type: "apiKey",
          in: "cookie",
          name: "__Host-nightjar",
          description: "For browsers; on plain HTTP it is `nightjar`.",
        },
      },
      schemas: {
        Problem: problemSchema,
        ...Object.fromEntries(
          [...NAMED_SCHEMAS].map(([schema, name]) => [name, schemaJson(schema, { isDefinition: true })]),
        ),
      },
    },
  };
}

/** A path as the document writes it: `/cameras/{id}`. */
export function openApiPath(path: string): string {
  return path.replace(/:(\w+)/g, "{$1}");
}

const problemSchema: Json = {
  type: "object",
  required: ["type", "title", "status", "code", "detail"],
  properties: {
    type: { type: "string", description: "urn:nightjar:error: and the code." },
    title: { type: "string" },
    status: { type: "integer" },
    code: {
      type: "string",
      pattern: "^NJ_[A-Z0-9_]+$",
      description: "Stable name of the problem: docs/reference/errors.md.",
    },
    detail: { type: "string", description: "What is wrong and what to do, for people." },
    context: {
      type: "object",
      additionalProperties: { anyOf: [{ type: "string" }, { type: "number" }] },
      description:
        "Plain facts of `detail`, to say it in other languages; `case` tells apart what a code stands for.",
    },
    errors: {
      type: "array",
      description: "Places in the request that are wrong.",
      items: {
        type: "object",
        required: ["path", "message"],
        properties: {
          path: { type: "string", description: "JSON pointer." },
          message: { type: "string" },
          rule: { type: "string", description: "Which rule is broken, to say it in other languages." },
          bound: { type: "string", description: "What the rule names." },
        },
      },
    },
  },
};

function operation(route: DescribedRoute): Json {
  const { policy } = route;
  return {
    summary: route.summary,
    operationId: operationId(route),
    tags: [route.path.replace(/^\/(api\/v1\/)?/, "").split("/")[0] ?? ""],
    "x-nightjar-policy": policyText(policy),
    ...(policy.kind === "right" || policy.kind === "camera" ? { "x-nightjar-right": policy.right } : {}),
    ...(policy.kind === "public" ? { security: [] } : { security: [{ bearer: [] }, { cookie: [] }] }),
    parameters: [...parameters(route.params, "path"), ...parameters(route.query, "query")],
    ...(route.fileLimitBytes === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            description: `A file of at most ${route.fileLimitBytes} bytes.`,
            content: { "application/octet-stream": {} },
          },
        }),
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { "application/json": { schema: schemaJson(route.body) } },
          },
        }),
    responses: {
      [String(route.status)]: {
        description: route.response === undefined ? "Done." : "The answer.",
        ...(route.response === undefined
          ? {}
          : { content: { [route.contentType]: { schema: schemaJson(route.response) } } }),
      },
      ...Object.fromEntries(refusals(route).map(({ status, codes }) => [status, problem(codes)])),
      default: problem([]),
    },
  };
}

/** How the router refuses this route; what its handler throws beyond is in the explanations of the codes. */
function refusals(route: DescribedRoute): { readonly status: string; readonly codes: readonly string[] }[] {
  const { policy } = route;
  const takesJson = route.body !== undefined;
  const takesFile = route.fileLimitBytes !== undefined;
  const changes = route.method !== "GET";
  const byStatus: [string, readonly (string | false)[]][] = [
    ["400", [takesJson && "NJ_BODY_MALFORMED"]],
    ["401", [policy.kind !== "public" && "NJ_UNAUTHENTICATED"]],
    [
      "403",
      [
        (policy.kind === "right" || policy.kind === "camera") && "NJ_PERMISSION_DENIED",
        isInPerson(policy) && "NJ_TOKEN_REFUSED",
        changes && "NJ_ORIGIN_FOREIGN",
      ],
    ],
    ["404", [policy.kind === "camera" && "NJ_CAMERA_NOT_FOUND"]],
    ["413", [(takesJson || takesFile) && "NJ_BODY_TOO_LARGE"]],
    ["415", [changes && "NJ_CONTENT_TYPE"]],
    ["422", ["NJ_REQUEST_INVALID"]],
  ];
  return byStatus
    .map(([status, codes]) => ({ status, codes: codes.filter((code) => code !== false) }))
    .filter(({ codes }) => codes.length > 0);
}

function problem(codes: readonly string[]): Json {
  return {
    description: codes.length === 0 ? "A problem." : `A problem: ${codes.join(", ")}.`,
    ...(codes.length === 0 ? {} : { "x-nightjar-codes": codes }),
    content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
  };
}

function isInPerson(policy: Policy): boolean {
  return (policy.kind === "signed-in" || policy.kind === "right") && policy.inPerson === true;
}

/** Who may call it, for people. In person: signed in with a password, never with an API token. */
export function policyText(policy: Policy): string {
  switch (policy.kind) {
    case "public":
      return "anybody";
    case "signed-in":
      return policy.inPerson === true ? "any account, in person" : "any account";
    case "right":
      return `right ${policy.right}${policy.inPerson === true ? ", in person" : ""}`;
    case "camera":
      return `right ${policy.right} for the camera`;
  }
}

function operationId(route: DescribedRoute): string {
  const words = route.path
    .replace(/^\/api\/v1\//, "")
    .split(/[^a-zA-Z0-9]+/)
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
    schema: schemaJson(property),
  }));
}

/** A schema as plain JSON, in which schemas with a name are references. */
function schemaJson(schema: unknown, { isDefinition = false } = {}): unknown {
  if (typeof schema !== "object" || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map((each) => schemaJson(each));
  const name = isDefinition ? undefined : NAMED_SCHEMAS.get(schema as TSchema);
  if (name !== undefined) return { $ref: `#/components/schemas/${name}` };
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, schemaJson(value)]));
}
