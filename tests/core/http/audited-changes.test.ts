// Every route that changes something leaves an entry in the audit log when it succeeds: the test goes over the router, so a
// new route is in it by itself, and has to be named here with a reason if it changes nothing that anybody would ask about.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { generate } from "selfsigned";
import type { TSchema } from "typebox";
import type { Route } from "../../../core/http/route.ts";
import { authenticatorApp } from "../../support/authenticator-app.ts";
import { sampleOf } from "../../support/shape-samples.ts";
import { ACTOR, CLIENT, GOOD_PASSWORD } from "../users/users-fixture.ts";
import { type HttpFixture, httpFixture } from "./http-fixture.ts";

/** Changing methods that change nothing, or nothing that outlives the caller's page. */
const NOTHING_TO_NOTE: Readonly<Record<string, string>> = {
  "POST /api/v1/audit/verify": "reads the log",
  "POST /api/v1/cameras/probe": "connects once, stores nothing",
  "POST /api/v1/cameras/:id/ptz/move": "one of a hand's many words, of which the first is noted",
  "POST /api/v1/cameras/:id/ptz/stop": "the end of what was noted",
  "POST /api/v1/cluster/nodes/test": "connects once, stores nothing",
  "POST /api/v1/inputs/:input/signal": "a device speaks, as on MQTT: its events say so",
  "POST /api/v1/media-tickets": "a word for one picture; looking at it is noted",
  "POST /api/v1/plugins/page": "a way to see a page",
  "POST /api/v1/plugins/settings/check": "a dry run",
  "POST /api/v1/session/second-factor": "begun in memory; confirming it is noted",
  "POST /api/v1/settings/import": "a file in memory; carrying it out is noted",
  "POST /api/v1/settings/import/:id/check": "a dry run",
};

interface Asked {
  readonly path?: string;
  readonly body?: unknown;
  readonly rawBody?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** These change whom one is, or much at once: each has a recorder of its own. The rest share one. */
const ALONE = /session|users|tokens|activate|settings|DELETE .*cameras\/:id$/;
const OCTETS = { "content-type": "application/octet-stream" };
const RANGE = "?start=2026-01-01T00:00:00Z&end=2026-01-01T00:10:00Z";

const current = { current: GOOD_PASSWORD };

async function codeOf({ ask, clock }: HttpFixture, token: string): Promise<string> {
  const begun = await ask("/api/v1/session/second-factor", {
    method: "POST",
    token,
    body: { password: GOOD_PASSWORD },
  });
  return authenticatorApp(String(begun.json["uri"])).codeAt(clock.nowMs);
}

/** The administrator's second factor on; answers a recovery code. */
async function withFactor(fixture: HttpFixture, token: string): Promise<string> {
  const confirmed = await fixture.ask("/api/v1/session/second-factor/confirm", {
    method: "POST",
    token,
    body: { code: await codeOf(fixture, token) },
  });
  return (confirmed.json["recoveryCodes"] as string[])[0] ?? "";
}

async function apiToken({ ask }: HttpFixture, token: string): Promise<string> {
  const body = { name: "wall", rights: ["live"], cameras: "all", expiresAt: "never", ...current };
  const made = await ask("/api/v1/tokens", { method: "POST", token, body });
  return String((made.json["token"] as { id: string }).id);
}

async function streamPassword({ ask }: HttpFixture, token: string): Promise<string> {
  const body = { label: "wall", password: GOOD_PASSWORD };
  const made = await ask("/api/v1/session/stream-passwords", { method: "POST", token, body });
  return String(made.json["id"]);
}

async function handedIn({ ask }: HttpFixture, token: string, name: string): Promise<string> {
  const file = await ask("/api/v1/settings/export", { method: "POST", token, body: {} });
  const document = file.text.replace(/("name": ?)"[^"]*"/, `$1"${name}"`);
  const rawBody = Buffer.from(document);
  const given = await ask("/api/v1/settings/import", { method: "POST", token, rawBody, headers: OCTETS });
  return String(given.json["id"]);
}

/** What it takes that a route succeeds, where a sample of its shapes is not enough. */
const RECIPES: Readonly<Record<string, (fixture: HttpFixture, token: string) => Promise<Asked> | Asked>> = {
  "POST /api/v1/session": () => ({ body: { username: "admin", password: GOOD_PASSWORD } }),
  "PUT /api/v1/session/password": () => ({ body: { ...current, password: "a fresh heron lantern" } }),
  "POST /api/v1/session/second-factor/confirm": async (fixture, token) => ({
    body: { code: await codeOf(fixture, token) },
  }),
  "POST /api/v1/session/second-factor/recovery-codes": async (fixture, token) => ({
    body: { password: GOOD_PASSWORD, code: await withFactor(fixture, token) },
  }),
  "DELETE /api/v1/session/second-factor": async (fixture, token) => ({
    body: { password: GOOD_PASSWORD, code: await withFactor(fixture, token) },
  }),
  "DELETE /api/v1/sessions": async ({ users }) => {
    await users.sessions.open("admin", CLIENT);
    return {};
  },
  "DELETE /api/v1/sessions/:id": async ({ users }) => ({
    path: `/api/v1/sessions/${(await users.sessions.open("admin", CLIENT)).sessionId}`,
  }),
  "DELETE /api/v1/users/:name/sessions": async ({ users }) => {
    await users.sessions.open("maria", CLIENT);
    return {};
  },
  "DELETE /api/v1/users/:name/sessions/:id": async ({ users }) => ({
    path: `/api/v1/users/maria/sessions/${(await users.sessions.open("maria", CLIENT)).sessionId}`,
  }),
  "POST /api/v1/tokens": () => ({
    body: { name: "wall", rights: ["live"], cameras: "all", expiresAt: "never", ...current },
  }),
  "DELETE /api/v1/tokens/:id": async (fixture, token) => ({
    path: `/api/v1/tokens/${await apiToken(fixture, token)}`,
  }),
  "DELETE /api/v1/users/:name/tokens/:id": async (fixture) => {
    const own = (await fixture.users.sessions.open("maria", CLIENT)).token;
    return { path: `/api/v1/users/maria/tokens/${await apiToken(fixture, own)}` };
  },
  "POST /api/v1/session/stream-passwords": () => ({ body: { label: "wall", password: GOOD_PASSWORD } }),
  "DELETE /api/v1/session/stream-passwords/:id": async (fixture, token) => ({
    path: `/api/v1/session/stream-passwords/${await streamPassword(fixture, token)}`,
  }),
  "DELETE /api/v1/users/:name/stream-passwords/:id": async (fixture) => {
    const own = (await fixture.users.sessions.open("maria", CLIENT)).token;
    return { path: `/api/v1/users/maria/stream-passwords/${await streamPassword(fixture, own)}` };
  },
  "POST /api/v1/users": () => ({ body: { name: "nora", role: "viewer", password: GOOD_PASSWORD } }),
  "PATCH /api/v1/users/:name": () => ({ body: { role: "operator" } }),
  "DELETE /api/v1/users/:name/second-factor": async (fixture) => {
    await withFactor(fixture, (await fixture.users.sessions.open("maria", CLIENT)).token);
    return { body: current };
  },
  "PUT /api/v1/cameras/:id/recordings/lock": () => ({ path: `/api/v1/cameras/yard/recordings/lock${RANGE}` }),
  "DELETE /api/v1/cameras/:id/recordings/lock": () => ({
    path: `/api/v1/cameras/yard/recordings/lock${RANGE}`,
  }),
  "POST /api/v1/plugins/upload": () => ({ rawBody: Buffer.from("a package"), headers: OCTETS }),
  "POST /api/v1/events/:event/acknowledge": () => ({ path: "/api/v1/events/1/acknowledge" }),
  "PUT /api/v1/arming": () => ({ body: { profile: "away" } }),
  "PATCH /api/v1/arming/rules": () => ({ body: { cooldownSeconds: 5 } }),
  "PATCH /api/v1/event-types/:type": () => ({
    path: "/api/v1/event-types/exception-cpu",
    body: { bell: true },
  }),
  "PUT /api/v1/linkage/rules": () => ({ body: { rules: [] } }),
  "DELETE /api/v1/linkage/walls/:wall": ({ services }) => {
    services.walls.opened("Desk")();
    return { path: "/api/v1/linkage/walls/Desk" };
  },
  "POST /api/v1/linkage/test": async ({ ask }, token) => {
    const rules = [{ id: "one", name: "One", actions: [{ action: "capture", settings: {} }] }];
    await ask("/api/v1/linkage/rules", { method: "PUT", token, body: { rules } });
    return { body: { rule: "one" } };
  },
  "PATCH /api/v1/settings": () => ({ body: { wizardDone: true } }),
  "POST /api/v1/settings/export": () => ({ body: {} }),
  "POST /api/v1/settings/import/:id/apply": async (fixture, token) => ({
    path: `/api/v1/settings/import/${await handedIn(fixture, token, "Another")}/apply`,
    body: {},
  }),
  "POST /api/v1/settings/rollback": async (fixture, token) => {
    const id = await handedIn(fixture, token, "A third");
    await fixture.ask(`/api/v1/settings/import/${id}/apply`, { method: "POST", token, body: {} });
    return { body: {} };
  },
  "PUT /api/v1/certificate": async ({ clock }) => {
    const nowMs = clock.wallMs();
    const made = await generate([{ name: "commonName", value: "nvr.example" }], {
      ...{ keyType: "ec", curve: "P-256", algorithm: "sha256" },
      notBeforeDate: new Date(nowMs - 86_400_000),
      notAfterDate: new Date(nowMs + 90 * 86_400_000),
      extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "nvr.example" }] }],
    });
    return { body: { certificate: made.cert, key: made.private } };
  },
};

/** Entries that a request has left. */
async function entriesOf(
  { users }: HttpFixture,
  act: () => Promise<{ readonly status: number; readonly text: string }>,
): Promise<{ readonly status: number; readonly text: string; readonly actions: readonly string[] }> {
  await users.audit.settled();
  const before = (await users.audit.list({ limit: 1 }))[0]?.number ?? 0;
  const { status, text } = await act();
  await users.audit.settled();
  const rows = await users.audit.list({ limit: 20 });
  return { status, text, actions: rows.filter(({ number }) => number > before).map(({ action }) => action) };
}

async function tried(fixture: HttpFixture, route: Route, name: string) {
  const { users, ask } = fixture;
  if (/users.:name/.test(name))
    await users.accounts.create({ name: "maria", role: "viewer", password: GOOD_PASSWORD }, ACTOR);
  const token = await fixture.tokenOf("admin");
  const recipe = (await RECIPES[name]?.(fixture, token)) ?? {};
  const path = route.path
    .replace("/cameras/:id", "/cameras/yard")
    .replace("/users/:name", "/users/maria")
    .replace(":segment", "1-n1-1-1")
    .replace(/:\w+/, "job-1");
  const sample = route.body === undefined ? {} : { body: sampleOf(route.body as TSchema) };
  const found = await entriesOf(fixture, () =>
    ask(recipe.path ?? path, { method: route.method, token, ...sample, ...recipe }),
  );
  return found;
}

describe("the audit log (attack list A26)", () => {
  it("has an entry of every change over HTTP that succeeds", async (t) => {
    const silent: string[] = [];
    const failed: string[] = [];
    const shared = await httpFixture(t);
    const all = shared.app.routes.filter(({ method }) => method !== "GET");
    const names = all.map(({ method, path }) => `${method} ${path}`);
    for (const named of [...Object.keys(NOTHING_TO_NOTE), ...Object.keys(RECIPES)])
      assert.ok(names.includes(named), `there is no ${named} any more`);
    for (const [at, route] of all.entries()) {
      const name = names[at] ?? "";
      if (NOTHING_TO_NOTE[name] !== undefined) continue;
      const fixture = ALONE.test(name) ? await httpFixture(t) : shared;
      const { status, text, actions } =
        name === "POST /api/v1/activate" ? await activated(fixture) : await tried(fixture, route, name);
      if (status >= 300) failed.push(`${name}: ${status} ${text.slice(0, 200)}`);
      else if (actions.length === 0) silent.push(name);
    }
    assert.deepEqual(failed, [], "a recipe is missing");
    assert.deepEqual(silent, []);
  });
});

async function activated(fixture: HttpFixture) {
  const code = await fixture.users.activation.renew();
  const body = { code: code?.code, username: "ann", password: GOOD_PASSWORD };
  return entriesOf(fixture, () => fixture.ask("/api/v1/activate", { method: "POST", body }));
}
