import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FAILURES_PER_ACCOUNT_AND_ADDRESS } from "../../../core/users/login-guard.ts";
import { GOOD_PASSWORD } from "../users/users-fixture.ts";
import { type Answer, type HttpFixture, httpFixture } from "./http-fixture.ts";

const TOKENS = "/api/v1/tokens";

/** What somebody sends who makes a token of all that an operator needs. */
const WISH = {
  name: "wall",
  rights: ["live", "cameras.view", "events.view"],
  cameras: "all",
  expiresAt: "never",
  current: GOOD_PASSWORD,
};

async function make(
  { ask }: Pick<HttpFixture, "ask">,
  token: string,
  wish: Readonly<Record<string, unknown>> = {},
): Promise<Answer> {
  return ask(TOKENS, { method: "POST", token, body: { ...WISH, ...wish } });
}

/** A token's secret and id. */
async function made(fixture: HttpFixture, token: string, wish: Readonly<Record<string, unknown>> = {}) {
  const answer = await make(fixture, token, wish);
  assert.equal(answer.status, 201, answer.text);
  return {
    secret: String(answer.json["secret"]),
    id: String((answer.json["token"] as Record<string, unknown>)["id"]),
  };
}

describe("API tokens over HTTP", () => {
  it("are made with the own password, shown once, and open what they say", async (t) => {
    const fixture = await httpFixture(t);
    const { ask, tokenOf } = fixture;
    const mine = await tokenOf("operator");
    const { secret, id } = await made(fixture, mine, { cameras: ["yard"] });
    const seen = await ask("/api/v1/cameras", { token: secret });
    assert.deepEqual(
      (seen.json["cameras"] as { id: string }[]).map((camera) => camera.id),
      ["yard"],
    );
    assert.equal((await ask("/api/v1/cameras/gate", { token: secret })).status, 404);
    const who = await ask("/api/v1/session", { token: secret });
    assert.deepEqual(who.json["rights"], ["live", "cameras.view", "events.view"]);
    assert.deepEqual(who.json["token"], { id, name: "wall", expiresAt: "never" });
    const listed = await ask(TOKENS, { token: mine });
    assert.ok(!listed.text.includes(secret));
    const [token] = listed.json["tokens"] as Record<string, unknown>[];
    assert.deepEqual([token?.["id"], token?.["lastAddress"], token?.["expired"]], [id, "192.0.2.1", false]);
  });

  it("have no end by default: who makes one says when, or never", async (t) => {
    const fixture = await httpFixture(t);
    const mine = await fixture.tokenOf("operator");
    const { expiresAt: _, ...without } = WISH;
    const answer = await fixture.ask(TOKENS, { method: "POST", token: mine, body: without });
    assert.deepEqual([answer.status, answer.json["code"]], [422, "NJ_REQUEST_INVALID"]);
    const past = await make(fixture, mine, { expiresAt: "2025-12-31T00:00:00Z" });
    assert.deepEqual([past.status, past.json["code"]], [422, "NJ_TOKEN_EXPIRY"]);
    const end = new Date(fixture.clock.nowMs + 1_000).toISOString();
    const { secret } = await made(fixture, mine, { expiresAt: end });
    assert.equal((await fixture.ask("/api/v1/cameras", { token: secret })).status, 200);
    fixture.clock.turn(1_000);
    assert.equal((await fixture.ask("/api/v1/cameras", { token: secret })).status, 401);
  });

  it("are refused with a wrong password, which counts, and with more than the account has", async (t) => {
    const fixture = await httpFixture(t);
    const mine = await fixture.tokenOf("yard-viewer");
    const refused: [Record<string, unknown>, number, string][] = [
      [{ rights: ["live", "export"] }, 403, "NJ_TOKEN_RIGHTS"],
      [{ cameras: ["gate"] }, 403, "NJ_TOKEN_RIGHTS"],
      [{ cameras: ["nowhere"] }, 404, "NJ_CAMERA_NOT_FOUND"],
      [{ rights: [] }, 422, "NJ_REQUEST_INVALID"],
      [{ rights: ["everything"] }, 422, "NJ_REQUEST_INVALID"],
      [{ name: "a\nb" }, 422, "NJ_TOKEN_NAME"],
      [{ user: "admin" }, 422, "NJ_REQUEST_INVALID"],
    ];
    for (const [wish, status, code] of refused) {
      const answer = await make(fixture, mine, wish);
      assert.deepEqual([answer.status, answer.json["code"]], [status, code], JSON.stringify(wish));
    }
    fixture.clock.turn(1);
    for (let index = 0; index < FAILURES_PER_ACCOUNT_AND_ADDRESS; index += 1) {
      const answer = await make(fixture, mine, { current: "not the password" });
      assert.deepEqual([answer.status, answer.json["code"]], [403, "NJ_PASSWORD_WRONG"]);
    }
    assert.equal((await make(fixture, mine)).json["code"], "NJ_LOGIN_LOCKED");
    assert.deepEqual((await fixture.ask(TOKENS, { token: mine })).json["tokens"], []);
  });

  it("with every right of an administrator reach nothing that is done in person", async (t) => {
    const fixture = await httpFixture(t);
    const { app, ask, tokenOf } = fixture;
    const admin = await tokenOf("admin");
    const mine = await ask("/api/v1/session", { token: admin });
    const { secret } = await made(fixture, admin, { rights: mine.json["rights"] });
    const inPerson = app.routes.filter(
      ({ policy }) => policy.kind !== "public" && policy.kind !== "camera" && policy.inPerson === true,
    );
    assert.ok(inPerson.length >= 20, String(inPerson.length));
    for (const each of inPerson) {
      const path = each.path.replace(":name", "admin").replace(":id", "x");
      const answer = await ask(path, {
        method: each.method,
        token: secret,
        ...(each.method === "GET" ? {} : { body: {} }),
      });
      assert.deepEqual(
        [answer.status, answer.json["code"]],
        [403, "NJ_TOKEN_REFUSED"],
        `${each.method} ${each.path}`,
      );
    }
    for (const path of [
      "/tokens",
      "/sessions",
      "/session/password",
      "/session/second-factor",
      "/settings/export",
    ]) {
      assert.ok(
        inPerson.some((each) => each.path === `/api/v1${path}`),
        path,
      );
    }
    const scripts = { action: "install", source: "nightjar-camera-far", allowScripts: true };
    const job = await ask("/api/v1/plugins/jobs", { method: "POST", token: secret, body: scripts });
    assert.equal(job.status, 403, job.text);
    // Its owner is still signed in, and the token is there.
    assert.equal((await ask("/api/v1/session", { token: admin })).status, 200);
  });

  it("with the right to manage users manage those that can do no more than themselves, and never their own", async (t) => {
    const fixture = await httpFixture(t);
    const { ask, tokenOf } = fixture;
    const admin = await tokenOf("admin");
    for (const name of ["operator", "viewer", "yard-viewer"] as const) await tokenOf(name);
    const viewerRights = [
      "live",
      "playback",
      "snapshot",
      "cameras.view",
      "events.view",
      "status.view",
      "mqtt.connect",
    ];
    const { secret } = await made(fixture, admin, {
      rights: ["users.manage", ...viewerRights],
      cameras: ["yard"],
    });
    const as = (method: string, path: string, body: unknown = {}) =>
      ask(`/api/v1/users${path}`, { method, token: secret, body }).then(({ status, json }) => [
        status,
        json["code"],
      ]);
    const password = "a fresh heron lantern";
    const reach = [403, "NJ_TOKEN_REACH"];
    assert.deepEqual(await as("POST", "", { name: "eve", role: "administrator", password }), reach);
    assert.deepEqual(await as("POST", "", { name: "eve", role: "viewer", password }), reach);
    assert.deepEqual(
      await as("POST", "", { name: "eve", role: "viewer", password, cameras: ["gate"] }),
      reach,
    );
    assert.deepEqual(await as("POST", "", { name: "eve", role: "viewer", password, cameras: ["yard"] }), [
      201,
      undefined,
    ]);
    for (const name of ["admin", "operator", "viewer"]) {
      assert.deepEqual(await as("PATCH", `/${name}`, { password }), reach, name);
      assert.deepEqual(await as("DELETE", `/${name}`), reach, name);
      assert.deepEqual(await as("DELETE", `/${name}/second-factor`), reach, name);
    }
    assert.deepEqual(await as("PATCH", "/yard-viewer", { role: "operator" }), reach);
    assert.deepEqual(await as("PATCH", "/yard-viewer", { cameras: "all" }), reach);
    assert.deepEqual(await as("PATCH", "/yard-viewer", { password }), [200, undefined]);
    assert.deepEqual(await as("DELETE", "/eve"), [204, undefined]);
    assert.deepEqual(await as("DELETE", "/nobody"), [404, "NJ_USER_NOT_FOUND"]);
    // Without the right there is nothing at all.
    const { secret: plain } = await made(fixture, admin, { name: "other", rights: ["live"] });
    assert.equal((await ask("/api/v1/users", { token: plain })).json["code"], "NJ_PERMISSION_DENIED");
  });

  it("are no cookies, and make tickets and streams of changes that end with them", async (t) => {
    const fixture = await httpFixture(t);
    const { ask, tokenOf, users, services } = fixture;
    const mine = await tokenOf("operator");
    const { secret, id } = await made(fixture, mine);
    assert.equal((await ask("/api/v1/session", { cookie: `__Host-nightjar=${secret}` })).status, 401);
    const ticket = await ask("/api/v1/media-tickets", {
      method: "POST",
      token: secret,
      body: { camera: "yard", rights: ["live"] },
    });
    assert.equal(ticket.status, 201, ticket.text);
    const beyond = { camera: "yard", rights: ["playback"] };
    assert.equal(
      (await ask("/api/v1/media-tickets", { method: "POST", token: secret, body: beyond })).status,
      403,
    );
    const changes = ask("/api/v1/changes", { token: secret });
    const deadline = performance.now() + 10_000;
    while (services.changes.listeners === 0 && performance.now() < deadline) await new Promise(setImmediate);
    assert.equal(services.changes.listeners, 1);
    const revoked = await ask(`${TOKENS}/${id}`, { method: "DELETE", token: mine });
    assert.equal(revoked.status, 204, revoked.text);
    assert.match((await changes).text, /event: session-ended\ndata: \{"reason":"ended"\}/);
    assert.equal(await users.tickets.redeem(String(ticket.json["ticket"])), undefined);
  });

  it("are revoked by their owner and by administrators, and by nobody else", async (t) => {
    const fixture = await httpFixture(t);
    const { ask, tokenOf } = fixture;
    const [operator, viewer, admin] = [
      await tokenOf("operator"),
      await tokenOf("viewer"),
      await tokenOf("admin"),
    ];
    const { id } = await made(fixture, operator);
    assert.equal(
      (await ask(`${TOKENS}/${id}`, { method: "DELETE", token: viewer })).json["code"],
      "NJ_TOKEN_NOT_FOUND",
    );
    assert.equal(
      (await ask(`${TOKENS}/${id}`, { method: "DELETE", token: admin })).json["code"],
      "NJ_TOKEN_NOT_FOUND",
    );
    for (const path of ["/users/tokens", "/users/operator/tokens"]) {
      assert.equal((await ask(`/api/v1${path}`, { token: viewer })).status, 403, path);
      const listed = await ask(`/api/v1${path}`, { token: admin });
      assert.deepEqual(
        (listed.json["tokens"] as { id: string }[]).map((one) => one.id),
        [id],
        path,
      );
    }
    assert.equal((await ask("/api/v1/users/nobody/tokens", { token: admin })).status, 404);
    assert.equal(
      (await ask(`/api/v1/users/operator/tokens/${id}`, { method: "DELETE", token: admin })).status,
      204,
    );
    assert.deepEqual((await ask(TOKENS, { token: operator })).json["tokens"], []);
  });

  it("stay when the password is changed, unless their owner says otherwise", async (t) => {
    const fixture = await httpFixture(t);
    const { ask, tokenOf } = fixture;
    const mine = await tokenOf("operator");
    const { secret } = await made(fixture, mine);
    const change = (current: string, password: string, more = {}) =>
      ask("/api/v1/session/password", { method: "PUT", token: mine, body: { current, password, ...more } });
    assert.equal((await change(GOOD_PASSWORD, "a fresh heron lantern")).status, 204);
    assert.equal((await ask("/api/v1/cameras", { token: secret })).status, 200);
    assert.equal(
      (await change("a fresh heron lantern", "another fine lantern", { endTokens: true })).status,
      204,
    );
    assert.equal((await ask("/api/v1/cameras", { token: secret })).status, 401);
  });

  it("are named in the audit log, which is found by account, action and time", async (t) => {
    const fixture = await httpFixture(t);
    const { ask, tokenOf, users, clock } = fixture;
    const admin = await tokenOf("admin");
    const { secret, id } = await made(fixture, admin, { rights: ["cameras.edit", "recordings.manual"] });
    clock.turn(60_000);
    await ask("/api/v1/cameras/yard/manual-recording", { method: "DELETE", token: secret });
    await users.audit.settled();
    const found = async (query: string) => {
      const answer = await ask(`/api/v1/audit?${query}`, { token: admin });
      assert.equal(answer.status, 200, answer.text);
      return (answer.json["entries"] as { action: string; detail: Record<string, unknown> }[]).map(
        (entry) => entry,
      );
    };
    const [stopped] = await found("actions=manual-recording-stopped,camera-removed");
    assert.deepEqual(stopped?.detail, { token: "wall", tokenId: id });
    const names = async (query: string) => (await found(query)).map(({ action }) => action);
    assert.deepEqual(await names("actions=token-created"), ["token-created"]);
    const since = new Date(clock.nowMs).toISOString();
    assert.deepEqual(await names(`start=${since}`), ["manual-recording-stopped"]);
    assert.ok(!(await names(`end=${since}`)).includes("manual-recording-stopped"));
    assert.deepEqual(await names(`user=admin&start=${since}`), ["manual-recording-stopped"]);
    assert.deepEqual(await names("user=nobody"), []);
    assert.equal((await ask("/api/v1/audit?actions=a;b", { token: admin })).status, 422);
  });

  it("ask for the code too where the account has a second factor", async (t) => {
    const fixture = await httpFixture(t);
    const { ask, tokenOf, clock } = fixture;
    const { authenticatorApp } = await import("../../support/authenticator-app.ts");
    const mine = await tokenOf("operator");
    const own = "/api/v1/session/second-factor";
    const begun = await ask(own, { method: "POST", token: mine, body: { password: GOOD_PASSWORD } });
    const app = authenticatorApp(String(begun.json["uri"]));
    await ask(`${own}/confirm`, { method: "POST", token: mine, body: { code: app.codeAt(clock.nowMs) } });
    clock.turn(30_000);
    assert.equal((await make(fixture, mine)).json["code"], "NJ_REQUEST_INVALID");
    assert.equal((await make(fixture, mine, { code: "12345" })).json["code"], "NJ_CODE_WRONG");
    assert.equal((await make(fixture, mine, { code: app.codeAt(clock.nowMs) })).status, 201);
  });
});
