// Puts routes onto Koa: for each request authentication, the route's policy, the checks of request-checks.ts, then the
// handler. A list of routes with a doubtful policy fails here, at start-up (attack list A1).
import type { ServerResponse } from "node:http";
import { bodyParser } from "@koa/bodyparser";
import Router from "@koa/router";
import type { Context, Middleware } from "koa";
import { Type } from "typebox";
import { RIGHTS_OF_ROLE, scopeIncludes } from "../domain/roles.ts";
import { NightjarError } from "../errors.ts";
import { CLIENT_ADDRESS_HEADER, CLIENT_SECURE_HEADER } from "../gateway/protocol.ts";
import { type ClientInfo, mayDo, mayDoWith, type Principal } from "../users/principal.ts";
import { authenticate, BACKGROUND_HEADER, deviceCookieOf, unauthenticated } from "./credentials.ts";
import { httpError } from "./problem.ts";
import { queryOf } from "./query.ts";
import { checkFile, checkJson, checkOrigin, checkShape, type RequestOrigin } from "./request-checks.ts";
import type { CredentialKind, Policy, Route, RouteAnswer } from "./route.ts";
import type { HttpServices } from "./services.ts";

export const BODY_LIMIT_BYTES = 1024 * 1024;
const HEADER_LIMIT = 1_000;
const NO_QUERY = Type.Object({}, { additionalProperties: false });
/** Made once: an error's stack is dear. */
const CLIENT_GONE = new DOMException("the client is gone, or has its answer", "AbortError");

const parseBody = bodyParser({
  enableTypes: ["json"],
  jsonLimit: BODY_LIMIT_BYTES,
  parsedMethods: ["POST", "PUT", "PATCH", "DELETE"],
  // Koa's own message would repeat what was sent.
  onError: (error) => {
    if ("status" in error && error.status === 413) {
      throw httpError(413, "NJ_BODY_TOO_LARGE", `a body may hold ${BODY_LIMIT_BYTES} bytes at most`);
    }
    throw httpError(400, "NJ_BODY_MALFORMED", "the body is not JSON");
  },
});

/** Koa middleware that serves the routes. Throws `NJ_ROUTE_WITHOUT_POLICY` if one is not protected as it should be. */
export function routeMiddleware(routes: readonly Route[], services: HttpServices): Middleware {
  const router = new Router();
  const seen = new Set<string>();
  /** Paths without parameters, which most requests ask for: the router tries one pattern after the other. */
  const direct = new Map<string, { readonly path: string; readonly serveIt: Middleware }>();
  for (const route of routes) {
    checkDeclaration(route, seen);
    const serveIt = serve(route, services);
    router.register(route.path, [route.method.toLowerCase()], [serveIt]);
    if (/^[\w/.-]+$/.test(route.path))
      direct.set(`${route.method} ${route.path}`, { path: route.path, serveIt });
  }
  const dispatch = router.routes();
  const allowed = router.allowedMethods({
    throw: true,
    methodNotAllowed: () => httpError(405, "NJ_METHOD_NOT_ALLOWED", "this resource has no such method"),
    notImplemented: () => httpError(405, "NJ_METHOD_NOT_ALLOWED", "no resource has such a method"),
  });
  return async (context, next) => {
    // No other site has business here, so none is told what it might send.
    if (context.method === "OPTIONS")
      throw httpError(405, "NJ_METHOD_NOT_ALLOWED", "no resource has such a method");
    const found = direct.get(`${context.method} ${context.path}`);
    if (found !== undefined) {
      (context as typeof context & { _matchedRoute?: string })._matchedRoute = found.path;
      await found.serveIt(context, next);
      return;
    }
    await dispatch(context as never, async () => {
      await allowed(context as never, next);
    });
  };
}

function checkDeclaration(route: Route, seen: Set<string>): void {
  const name = `${route.method} ${route.path}`;
  const problem = policyProblem(route.policy, route.path);
  if (problem !== undefined || seen.has(name)) {
    throw new NightjarError(
      "NJ_ROUTE_WITHOUT_POLICY",
      "internal",
      `${name} cannot be served: ${problem ?? "it is declared twice"}`,
    );
  }
  seen.add(name);
}

function policyProblem(policy: Policy | undefined, path: string): string | undefined {
  switch (policy?.kind) {
    case "public":
    case "signed-in":
      return undefined;
    case "right":
      return isKnownRight(policy.right) ? undefined : `it names an unknown right "${policy.right}"`;
    case "camera":
      if (!path.includes(`/:${policy.param}`)) return `its path has no :${policy.param}`;
      return isKnownRight(policy.right) ? undefined : `it names an unknown right "${policy.right}"`;
    default:
      return "it declares no policy";
  }
}

function isKnownRight(right: string): boolean {
  return (RIGHTS_OF_ROLE.administrator as ReadonlySet<string>).has(right);
}

/** Middleware that serves one route whose path has been matched. */
export function serve(route: Route, services: HttpServices): Middleware {
  return async (context: Context) => {
    const client = clientOf(context);
    const caller = await authenticate(services.users, {
      authorization: context.get("authorization") || undefined,
      cookie: context.get("cookie") || undefined,
      secure: client.secure,
      address: client.address,
      isBackground: context.get(BACKGROUND_HEADER) === "1",
    }).catch((error: unknown) => {
      // A stale cookie must not keep anybody from signing in anew.
      if (route.policy.kind === "public") return undefined;
      throw error;
    });
    const params = contextParams(context);
    enforce(route.policy, caller?.principal, params, services);
    if (route.method !== "GET") await checkChange(context, route, caller?.by, client.secure);
    let gone: AbortSignal | undefined;
    const principal = caller?.principal;
    const result = await route.handle({
      params: route.params === undefined ? {} : checkShape(route.params, params, "path"),
      query: checkShape(route.query ?? NO_QUERY, queryOf(context.querystring), "query"),
      body: route.body === undefined ? undefined : checkShape(route.body, context.request.body, "body"),
      get principal(): Principal {
        if (principal === undefined) throw unauthenticated();
        return principal;
      },
      principalIfAny: principal,
      client,
      header: (name) => context.get(name).slice(0, HEADER_LIMIT),
      file: context.req,
      audit: (action, detail = {}, camera) =>
        services.users.audit.record({
          userName: principal?.userName ?? "",
          remoteAddress: client.address,
          action,
          detail,
          token: principal?.token,
          ...(camera === undefined ? {} : { camera }),
        }),
      get signal(): AbortSignal {
        gone ??= abortedWithout(context.res);
        return gone;
      },
    });
    send(context, route, result);
  };
}

/** Aborted when the client of an answer has gone; made where it is asked for, for most handlers never look at it. */
function abortedWithout(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  if (response.closed) gone.abort(CLIENT_GONE);
  else response.once("close", () => gone.abort(CLIENT_GONE));
  return gone.signal;
}

/** Default deny: what no line here allows is refused. */
function enforce(
  policy: Policy,
  principal: Principal | undefined,
  params: Readonly<Record<string, string>>,
  services: HttpServices,
): void {
  if (policy.kind === "public") return;
  if (principal === undefined) throw unauthenticated();
  // Before the right: a program learns that no right would help.
  if (policy.kind !== "camera" && policy.inPerson === true && principal.token !== undefined) {
    throw tokenRefused();
  }
  if (policy.kind === "signed-in") return;
  if (!mayDo(principal, policy.right)) {
    throw new NightjarError(
      "NJ_PERMISSION_DENIED",
      "permission-denied",
      `this needs the right ${policy.right}`,
    );
  }
  if (policy.kind === "right") return;
  const camera = params[policy.param] ?? "";
  // One sentence for cameras that are not there and for those that this account may not see.
  const isThere = services.cameras.has(camera);
  if (!mayDoWith(principal, policy.right, camera) || !isThere)
    throw cameraRefused(principal, policy.right, camera, isThere);
}

/** Why nothing is done with a camera: it is not there, or not for this account; or the account sees it and may do less. */
export function cameraRefused(
  principal: Principal,
  right: string,
  camera: string,
  isThere: boolean,
): NightjarError {
  if (!isThere || !scopeIncludes(principal.cameras, camera)) return cameraNotFound();
  return new NightjarError(
    "NJ_PERMISSION_DENIED",
    "permission-denied",
    `this needs the right ${right} for this camera`,
  );
}

/** The error of a camera that is not there, or not for this account: the same in both cases. */
export function cameraNotFound(): NightjarError {
  return new NightjarError("NJ_CAMERA_NOT_FOUND", "not-found", "there is no such camera");
}

/** The error of what no API token can do, whatever its rights. */
export function tokenRefused(): NightjarError {
  return new NightjarError(
    "NJ_TOKEN_REFUSED",
    "permission-denied",
    "this is done by somebody who has signed in, never with an API token",
  );
}

async function checkChange(
  context: Context,
  route: Route,
  by: CredentialKind | undefined,
  secure: boolean,
): Promise<void> {
  const origin: RequestOrigin = {
    origin: context.get("origin") || undefined,
    host: context.get("host") || undefined,
    secure,
  };
  // Signing in is checked too where a browser says whence it comes: a foreign page must not sign somebody in.
  if (by === "cookie" || (route.policy.kind === "public" && origin.origin !== undefined)) checkOrigin(origin);
  if (route.fileLimitBytes !== undefined) checkFile(context.get("content-type"));
  else if (by === "cookie" || route.body !== undefined) checkJson(context.get("content-type"));
  const limitBytes = route.fileLimitBytes ?? BODY_LIMIT_BYTES;
  const announced = Number(context.get("content-length") || 0);
  if (announced > limitBytes) {
    throw httpError(413, "NJ_BODY_TOO_LARGE", `a body may hold ${limitBytes} bytes at most`);
  }
  if (route.body !== undefined) await parseBody(context as never, async () => undefined);
}

function clientOf(context: Context): ClientInfo {
  // Only the gateway can reach the socket; it sets these headers and drops what clients claim.
  const secure = context.get(CLIENT_SECURE_HEADER) === "1";
  return {
    address: context.get(CLIENT_ADDRESS_HEADER).slice(0, 64),
    secure,
    userAgent: context.get("user-agent").slice(0, 500),
    deviceCookie: deviceCookieOf(context.get("cookie") || undefined, secure),
  };
}

function contextParams(context: Context): Readonly<Record<string, string>> {
  return (context as Context & { params?: Record<string, string> }).params ?? {};
}

function send(context: Context, route: Route, result: unknown): void {
  context.set("cache-control", "no-store");
  if (isAnswer(result)) {
    context.status = result.status;
    if (result.headers !== undefined) context.set(result.headers);
    if (result.body !== undefined) context.body = result.body;
    return;
  }
  if (result === undefined) {
    context.status = 204;
    return;
  }
  context.status = route.status;
  if (route.contentType !== "application/json") context.set("content-type", route.contentType);
  context.body = result;
}

function isAnswer(result: unknown): result is RouteAnswer {
  return typeof result === "object" && result !== null && "isAnswer" in result;
}
