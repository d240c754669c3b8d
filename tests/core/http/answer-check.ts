// Holds every answer that a test gets from the API against what the OpenAPI document says of it: status, kind of body,
// shape, and no field that the document does not know.
import assert from "node:assert/strict";
import type { TSchema } from "typebox";
import { schemaProblems } from "../../../core/config/schema-problems.ts";
import type { Route } from "../../../core/http/route.ts";

interface GivenAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

const PROBLEM_KEYS = ["context", "type", "title", "status", "code", "detail", "errors"];

/** Fails where the API answered what it does not describe. Paths of no route are left alone. */
export function checkAnswer(
  routes: readonly Route[],
  method: string,
  target: string,
  answer: GivenAnswer,
): void {
  const contentType = String(answer.headers["content-type"] ?? "");
  const label = `${method} ${target.slice(0, 200)}: ${answer.status}`;
  if (answer.status >= 400) {
    if (!contentType.startsWith("application/problem+json")) assert.fail(`${label} is no problem document`);
    const problem = JSON.parse(answer.text) as Record<string, unknown>;
    assert.match(String(problem["code"]), /^NJ_[A-Z0-9_]+$/, label);
    assert.equal(problem["status"], answer.status, label);
    assert.equal(problem["type"], `urn:nightjar:error:${String(problem["code"])}`, label);
    for (const key of ["title", "detail"]) assert.equal(typeof problem[key], "string", `${label} ${key}`);
    const unknown = Object.keys(problem).filter((key) => !PROBLEM_KEYS.includes(key));
    assert.deepEqual(unknown, [], `${label} has fields that are not described`);
    return;
  }
  const path = target.split("?")[0] ?? "";
  const route = routes.find((each) => each.method === method && matches(each.path, path));
  // Streams and notices that nothing changed have no shape.
  if (route === undefined || answer.status === 304) return;
  if (contentType.startsWith("text/event-stream")) return;
  assert.equal(answer.status, route.status, `${label}: another status is described`);
  if (route.response === undefined) {
    assert.equal(answer.text, "", `${label} has a body that is not described`);
    return;
  }
  if (route.contentType !== "application/json") return;
  const body: unknown = JSON.parse(answer.text);
  assert.deepEqual(schemaProblems(route.response, body), [], label);
  assert.deepEqual(undescribed(route.response, body), [], `${label} has fields that are not described`);
}

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split("/");
  const given = path.split("/");
  return (
    wanted.length === given.length &&
    wanted.every((part, index) => part.startsWith(":") || part === given[index])
  );
}

interface Shape {
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly patternProperties?: unknown;
  readonly additionalProperties?: unknown;
  readonly items?: TSchema;
  readonly anyOf?: readonly TSchema[];
}

/** Places of fields that the schema does not name. */
function undescribed(schema: TSchema, value: unknown, place = ""): string[] {
  const shape = schema as unknown as Shape;
  if (shape.anyOf !== undefined) {
    const found = shape.anyOf
      .filter((branch) => schemaProblems(branch, value).length === 0)
      .map((branch) => undescribed(branch, value, place));
    return found.some((places) => places.length === 0) ? [] : (found[0] ?? []);
  }
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) {
    const { items } = shape;
    return items === undefined
      ? []
      : value.flatMap((each, index) => undescribed(items, each, `${place}/${index}`));
  }
  if (shape.properties === undefined) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const property = shape.properties?.[key];
    if (property !== undefined) return undescribed(property, inner, `${place}/${key}`);
    return shape.patternProperties === undefined && typeof shape.additionalProperties !== "object"
      ? [`${place}/${key}`]
      : [];
  });
}
