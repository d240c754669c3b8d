// The OpenAPI document: valid by a judge of others' making, and the same as what is served, in both directions.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { RIGHTS_OF_ROLE } from "../../../core/domain/roles.ts";
import { classifyRequest, EVENT_PATHS, MEDIA_ROUTES } from "../../../core/gateway/doors/routes.ts";
import { GATEWAY_ROUTES } from "../../../core/http/gateway-routes.ts";
import { openApiDocument, openApiPath } from "../../../core/http/openapi.ts";
import { httpFixture } from "./http-fixture.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
type Json = Readonly<Record<string, unknown>>;
interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, Json>>;
  readonly security: readonly unknown[];
  readonly "x-nightjar-policy": string;
  readonly "x-nightjar-right"?: string;
}
type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

/** All operations of a document: "GET /api/v1/cameras" → what it says. */
function operationsOf(document: Json): Map<string, Operation> {
  return new Map(
    Object.entries(document["paths"] as Paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation]),
    ),
  );
}

/** A path with values in the place of its names. */
function pathOf(path: string): string {
  return path
    .replace("{id}", "yard")
    .replace("{segment}", "1-n1-1-1")
    .replace("{lamp}", "one")
    .replace(/\{\w+\}/g, "nobody");
}

/** True if an operation's template stands for this path. */
function isMeantBy(name: string, method: string, path: string): boolean {
  const [of = "", template = ""] = name.split(" ");
  const pattern = template.replaceAll(".", "\\.").replace(/\{\w+\}/g, "[^/]+");
  return of === method && new RegExp(`^${pattern}$`).test(path);
}

async function served(fixture: Awaited<ReturnType<typeof httpFixture>>): Promise<Json> {
  const { json } = await fixture.ask("/api/v1/openapi.json", { token: await fixture.tokenOf("admin") });
  return json;
}

describe("the OpenAPI document", () => {
  it("is valid, says the standard's own schema", async (t) => {
    const document = await served(await httpFixture(t));
    const validator = new Validator();
    const result = await validator.validate(structuredClone(document));
    assert.equal(result.valid, true, JSON.stringify(result.errors, null, 1)?.slice(0, 3_000));
    assert.equal(validator.version, "3.1");
  });

  it("names the recorder below its base path as the server, wherever it is read", async (t) => {
    const { servers } = (await served(await httpFixture(t))) as { servers: [{ url: string }] };
    const at = "https://nvr.example/nvr/api/v1/openapi.json";
    assert.equal(new URL(servers[0].url, at).href, "https://nvr.example/nvr/");
  });

  it("would not be found valid with a fault in it", async (t) => {
    const document = structuredClone(await served(await httpFixture(t))) as {
      paths: Record<string, unknown>;
    };
    document.paths["no-slash"] = { get: { responses: "none" } };
    assert.equal((await new Validator().validate(document)).valid, false);
  });

  it("describes every route of the router, and those that the gateway answers itself", async (t) => {
    const fixture = await httpFixture(t);
    const described = operationsOf(await served(fixture));
    for (const route of [...fixture.app.routes, ...GATEWAY_ROUTES]) {
      const name = `${route.method} ${openApiPath(route.path)}`;
      const operation = described.get(name);
      assert.ok(operation !== undefined, `${name} is not described`);
      assert.equal(operation.security.length === 0, route.policy.kind === "public", name);
      const { policy } = route;
      const right = policy.kind === "right" || policy.kind === "camera" ? policy.right : undefined;
      assert.equal(operation["x-nightjar-right"], right, name);
      assert.ok(right === undefined || RIGHTS_OF_ROLE.administrator.has(right), name);
    }
  });

  it("describes no operation that is not served, and no method too few", async (t) => {
    const fixture = await httpFixture(t);
    const described = operationsOf(await served(fixture));
    const ofGateway = new Set(GATEWAY_ROUTES.map((route) => openApiPath(route.path)));
    const paths = new Set([...described.keys()].map((name) => name.split(" ")[1] ?? ""));
    let token: string | undefined;
    for (const path of paths) {
      if (ofGateway.has(path)) continue;
      for (const method of METHODS) {
        if (path === "/api/v1/changes" && method === "GET") continue;
        const options = method === "GET" ? {} : { body: {} };
        token ??= await fixture.tokenOf("admin");
        const { json, status } = await fixture.ask(pathOf(path), { method, token, ...options });
        assert.notEqual(json["code"], "NJ_UNAUTHENTICATED", `${method} ${path}`);
        // Some routes end the session that they are asked with.
        if (method !== "GET" && status < 300) token = undefined;
        const isServed = !["NJ_ROUTE_UNKNOWN", "NJ_METHOD_NOT_ALLOWED"].includes(String(json["code"]));
        // `GET /cameras/probe` is a camera of that name.
        const isDescribed = [...described.keys()].some((name) => isMeantBy(name, method, pathOf(path)));
        assert.equal(isServed, isDescribed, `${method} ${path}`);
      }
    }
  });

  it("describes exactly what the gateway keeps for itself", () => {
    const described = GATEWAY_ROUTES.map((route) => route.path);
    const own = [...MEDIA_ROUTES.map((name) => `/api/v1/cameras/:id/${name}`), "/ca.crt"];
    assert.deepEqual([...described].sort(), own.sort());
    for (const route of GATEWAY_ROUTES) {
      const kind = classifyRequest(pathOf(openApiPath(route.path)), "").kind;
      assert.ok(kind === "media" || kind === "ca", `${route.path}: ${kind}`);
    }
  });

  it("names every part of a path, each operation once, and problems for all of them", async (t) => {
    const described = operationsOf(await served(await httpFixture(t)));
    const ids = [...described.values()].map((operation) => operation.operationId);
    assert.equal(new Set(ids).size, ids.length);
    for (const [name, operation] of described) {
      const named = [...name.matchAll(/\{(\w+)\}/g)].map(([, part]) => part);
      const given = operation.parameters.filter((each) => each.in === "path").map((each) => each.name);
      assert.deepEqual(given, named, name);
      assert.ok("default" in operation.responses, name);
      const isOpen = operation["x-nightjar-policy"] === "anybody";
      assert.equal("401" in operation.responses, !isOpen, name);
    }
  });

  it("says of each route with an answer what shape it has", async (t) => {
    const { app } = await httpFixture(t);
    for (const route of app.routes) {
      if (route.status === 204) continue;
      assert.ok(route.response !== undefined, `${route.method} ${route.path} does not say what it answers`);
    }
    assert.ok(EVENT_PATHS.every((path) => app.routes.some((route) => route.path === path)));
    assert.ok(JSON.stringify(openApiDocument(app.routes, "1")).includes("#/components/schemas/Camera"));
  });
});
