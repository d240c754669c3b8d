// Every route of the API and of the gateway with input that is missing, wrong, oversized or hostile, through the gateway at
// the real core: always a problem with a stable code, within the rights of the asker, never a 500, never a hang (attack list
// A11, A21: paths that lead elsewhere, queries that end others).
// Made from the routes' own shapes (tests/support/shape-samples.ts), so that new routes are tried as well.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Type } from "typebox";
import { roleHolds } from "../../core/domain/roles.ts";
import { GATEWAY_ROUTES } from "../../core/http/gateway-routes.ts";
import type { DescribedRoute } from "../../core/http/openapi.ts";
import { documentedRoutes } from "../../scripts/documented-routes.ts";
import { errorCodes } from "../../scripts/error-codes.ts";
import {
  type CoreAnswer,
  type CoreAsk,
  type CoreInProcess,
  startCoreInProcess,
} from "../support/core-in-process.ts";
import {
  HOSTILE_PATH_PIECES,
  HOSTILE_RAW,
  hostileBodies,
  hostileQueries,
  sampleOf,
} from "../support/shape-samples.ts";

/** Requests under way at once. */
const AT_ONCE = 8;
const CODES = errorCodes(`${import.meta.dirname}/../..`);
/** What answers while something outside, or on its way up, is away: told as such, and to be tried again. */
const AWAY = new Set([503, 504]);
/** Bodies to begin from where the schema's first value would move the recorder's own port, or end the test's session. */
const BASES: Readonly<Record<string, unknown>> = {
  "PATCH /api/v1/settings": {
    name: "yard",
    timeZone: "UTC",
    network: { http: { port: 0 } },
    logLevel: "debug",
  },
  // No broker is begun anew for each of a thousand changes, and none is looked for elsewhere.
  "PATCH /api/v1/mqtt": {
    broker: "off",
    base: "nightjar",
    tcp: { port: 0 },
    tls: { port: 0 },
    external: { username: "yard", acceptRequests: false, password: "heron lantern quarry" },
  },
};

/** Routes that take a media ticket. */
const TICKET_PATHS = new Set(
  GATEWAY_ROUTES.filter(({ query }) => query?.properties["ticket"] !== undefined).map(({ path }) => path),
);

interface Attempt extends CoreAsk {
  readonly path: string;
}

function pathOf(route: DescribedRoute, piece?: string): string {
  const removes = route.method === "DELETE" && route.path === "/api/v1/cameras/:id";
  return route.path.replace(/:(\w+)/g, (_all, name: string) => {
    if (piece !== undefined) return piece;
    if (name === "id") return removes ? "nowhere" : "yard";
    return name === "segment" ? "1-n1-1-1" : "nobody";
  });
}

function bodyOf(route: DescribedRoute): string | undefined {
  if (route.fileLimitBytes !== undefined) return "{}";
  if (route.body === undefined) return undefined;
  return JSON.stringify(BASES[`${route.method} ${route.path}`] ?? sampleOf(route.body));
}

/** A media ticket goes before cookie and token: with a wrong one nothing else of a request would be looked at. */
function withoutTicket(route: DescribedRoute): DescribedRoute {
  if (route.query === undefined) return route;
  const { ticket: _, ...others } = route.query.properties;
  return { ...route, query: Type.Object(others) };
}

/** Each of their answers takes a program, or the whole recorder, some tenths of a second: fewer are asked for. */
const DEAR = /^GET .*\/(diagnostics|doctor)$/;

/** All that is tried of a route, the `turn`th of them: what is read by one part for all routes, they try in turns. */
function attemptsOf(route: DescribedRoute, turn: number): Attempt[] {
  const { method } = route;
  const body = bodyOf(route);
  const type = route.fileLimitBytes === undefined ? undefined : "application/octet-stream";
  const headers = type === undefined ? {} : { "content-type": type };
  const plain = { method, headers, ...(body === undefined ? {} : { body }) };
  const attempts: Attempt[] = [{ ...plain, path: pathOf(route) }];
  if (route.path.includes("/:")) {
    for (const piece of HOSTILE_PATH_PIECES) attempts.push({ ...plain, path: pathOf(route, piece) });
  }
  const query = route.query === undefined ? "" : `?${new URLSearchParams(sampleOf(route.query) as never)}`;
  for (const text of hostileQueries(route.query, turn))
    attempts.push({ ...plain, path: `${pathOf(route)}?${text}` });
  if (TICKET_PATHS.has(route.path)) {
    for (const piece of HOSTILE_PATH_PIECES)
      attempts.push({ ...plain, path: `${pathOf(route)}?ticket=${piece}` });
  }
  if (route.body !== undefined) {
    for (const text of hostileBodies(route.body, BASES[`${method} ${route.path}`], turn)) {
      attempts.push({ method, path: pathOf(route) + query, body: text });
    }
  }
  if (method !== "GET") {
    for (const [at, raw] of HOSTILE_RAW.entries()) {
      if (at % 3 !== turn % 3) continue;
      attempts.push({
        method,
        path: pathOf(route) + query,
        body: raw.body,
        headers: { ...headers, ...raw.headers },
      });
    }
  }
  for (const [at, hostile] of [
    { cookie: `__Host-nightjar=${"x".repeat(4_000)}; nightjar=\u00ff; =; ;;` },
    { range: "bytes=9999999999999999999-", "if-none-match": "*", accept: "\u00ff/\u00ff" },
    { origin: "null", host: "evil.example", "x-forwarded-for": "127.0.0.1" },
    { "x-http-method-override": "DELETE", "transfer-encoding": "identity" },
    { "content-type": "application/json", expect: "100-continue" },
  ].entries()) {
    // A range is for the route itself to read.
    if (at % 2 !== turn % 2 && !("range" in hostile)) continue;
    const sent = Object.fromEntries(
      Object.entries(hostile).filter(([name]) =>
        method === "GET" ? name !== "expect" && name !== "transfer-encoding" : name !== "transfer-encoding",
      ),
    );
    attempts.push({ ...plain, path: pathOf(route) + query, headers: { ...headers, ...sent } });
  }
  return DEAR.test(`${method} ${route.path}`) ? attempts.filter((_, at) => at % 4 === 0) : attempts;
}

/** Says what is wrong with an answer; undefined if nothing is. */
function fault({ status, headers, text }: CoreAnswer): string | undefined {
  if (status >= 500 && !AWAY.has(status)) return `status ${status}`;
  if (status < 400) return undefined;
  const type = headers["content-type"];
  if (type !== "application/problem+json") return `status ${status} as ${type}`;
  const problem = JSON.parse(text) as { code?: string; type?: string; status?: number; detail?: string };
  if (problem.status !== status || problem.type !== `urn:nightjar:error:${problem.code}`)
    return "not of one piece";
  if (!CODES.has(problem.code ?? "")) return `unknown code ${problem.code}`;
  if (/\bat .*\.ts:\d|node_modules|\/tmp\//.test(text)) return "tells of the inside";
  return text.length > 20_000 ? `${text.length} characters long` : undefined;
}

/** Routes after which others would be locked out, or ended, come last. */
function inOrder(routes: DescribedRoute[]): DescribedRoute[] {
  const lateness = ({ method, path }: DescribedRoute) =>
    path === "/api/v1/session" && method === "DELETE" ? 1 : /session|activate|export/.test(path) ? 2 : 0;
  return routes.toSorted((a, b) => lateness(a) - lateness(b));
}

async function all(attempts: readonly Attempt[], each: (attempt: Attempt) => Promise<void>): Promise<void> {
  const left = [...attempts].reverse();
  const work = async () => {
    for (let attempt = left.pop(); attempt !== undefined; attempt = left.pop()) await each(attempt);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

function named(attempt: Attempt): string {
  const body = attempt.body === undefined ? "" : ` ${String(attempt.body).slice(0, 300)}`;
  return `${attempt.method} ${attempt.path.slice(0, 300)} ${JSON.stringify(attempt.headers ?? {}).slice(0, 200)}${body}`;
}

describe("bad input to every route", () => {
  let core: CoreInProcess;
  const routes = inOrder([...documentedRoutes(), ...GATEWAY_ROUTES.map(withoutTicket)]);
  let session = "";
  let tried = 0;
  before(async () => {
    core = await startCoreInProcess();
  });
  after(() => core.stop());

  it("without the right to a route is answered by that alone, whatever else is wrong", async () => {
    const kim = { name: "kim", role: "viewer", password: "walrus umbrella 77 cliff", cameras: ["yard"] };
    await core.ask("/api/v1/users", { method: "POST", token: core.token, body: JSON.stringify(kim) });
    const token = await core.signIn("kim", kim.password);
    for (const [turn, route] of routes.entries()) {
      const { policy } = route;
      if (policy.kind === "public") continue;
      const some = attemptsOf(route, turn).filter((_attempt, at) => at % 29 === 0);
      await all(some, async (attempt) => {
        const stranger = await core.ask(attempt.path, attempt);
        assert.equal(fault(stranger), undefined, named(attempt));
        assert.ok([400, 401, 404, 413].includes(stranger.status), `${stranger.status} ${named(attempt)}`);
        if (policy.kind === "signed-in" || roleHolds("viewer", policy.right)) return;
        const viewer = await core.ask(attempt.path, { ...attempt, token });
        const refusals = attempt.path.includes("ticket=") ? [400, 401, 413] : [400, 403, 404, 413];
        assert.ok(refusals.includes(viewer.status), `${viewer.status} ${named(attempt)}`);
      });
    }
  });

  for (const [turn, route] of routes.entries()) {
    it(`is refused in order by ${route.method} ${route.path}`, async () => {
      const ends = route.method === "DELETE" && route.path === "/api/v1/session";
      // Some routes end the session that asks, or all; what comes behind them is to be asked by somebody all the same.
      if ((await core.ask("/api/v1/session", { token: session })).status !== 200)
        session = await core.signIn("admin");
      let token = session;
      const faults: string[] = [];
      const attempts = attemptsOf(route, turn);
      tried += attempts.length;
      const one = async (attempt: Attempt) => {
        if (ends) token = await core.signIn("admin");
        const answer = await core.ask(attempt.path, { ...attempt, token }).catch((error: unknown) => ({
          status: 599,
          headers: {},
          text: String(error),
        }));
        const found = fault(answer);
        if (found !== undefined) faults.push(`${found}: ${named(attempt)} => ${answer.text.slice(0, 300)}`);
      };
      if (ends) for (const attempt of attempts.filter((_, at) => at % 4 === 0)) await one(attempt);
      else await all(attempts, one);
      assert.deepEqual(faults.slice(0, 5), [], `${faults.length} of ${attempts.length}`);
    });
  }

  it("is refused in order at the doors to flows and to the broker, behind which nothing is open", async () => {
    const token = await core.signIn("admin");
    const askers = [{}, { token }, { headers: { cookie: `nightjar=${token}` } }] as const;
    for (const prefix of ["/flows/", "/flows-http/", "/mqtt/"]) {
      for (const piece of [
        "",
        "settings",
        ...HOSTILE_PATH_PIECES,
        ...HOSTILE_PATH_PIECES.map((one) => `x?y=${one}`),
      ]) {
        const attempts = askers.map((asker) => ({ method: "GET", path: `${prefix}${piece}`, ...asker }));
        await all(attempts, async (attempt) => {
          const answer = await core.ask(attempt.path, attempt);
          assert.equal(fault(answer), undefined, named(attempt));
          assert.ok(answer.status >= 400, `${answer.status} ${named(attempt)}`);
        });
      }
    }
    for (const raw of HOSTILE_RAW) {
      const answer = await core.ask("/flows/flows", { method: "POST", body: raw.body, headers: raw.headers });
      assert.equal(fault(answer), undefined);
      assert.ok([400, 401, 403, 413].includes(answer.status), String(answer.status));
    }
    const away = await core.ask("/flows/settings", askers[2]);
    assert.deepEqual([away.status, JSON.parse(away.text).code], [503, "NJ_FLOWS_AWAY"]);
    const pages = await core.ask("/flows-http/x", askers[1]);
    assert.deepEqual([pages.status, JSON.parse(pages.text).code], [503, "NJ_FLOWS_AWAY"]);
  });

  it("leaves the recorder as it was: answering, its prototypes clean, no fault in its log", async (t) => {
    t.diagnostic(`${tried} requests to ${routes.length} routes`);
    const token = await core.signIn("admin");
    assert.equal((await core.ask("/api/v1/status", { token })).status, 200);
    assert.equal(Reflect.get({}, "polluted"), undefined);
    const faults = core.log.filter((line) => /"level":"(?:error|fatal)"/.test(line));
    assert.deepEqual(faults.slice(0, 3), []);
  });
});
