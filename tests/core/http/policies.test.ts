import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Role, roleHolds } from "../../../core/domain/roles.ts";
import { NightjarError } from "../../../core/errors.ts";
import type { Route } from "../../../core/http/route.ts";
import { needs, PUBLIC, route } from "../../../core/http/route.ts";
import { routeMiddleware } from "../../../core/http/router.ts";
import { httpFixture } from "./http-fixture.ts";

/** A path of the route with real-looking values in place of its parameters. */
function pathOf(each: Route, camera = "yard"): string {
  return each.path.replace(":id", camera).replace(":name", "viewer").replace(":segment", "1-n1-1-1");
}

function changeOptions(each: Route) {
  return each.method === "GET" ? {} : { body: {} };
}

describe("policies of the API (attack list A1, A2)", () => {
  it("answers 401 on every route but the public ones without credentials", async (t) => {
    const { app, ask, calls } = await httpFixture(t);
    assert.ok(app.routes.length > 25);
    for (const each of app.routes) {
      if (each.policy.kind === "public") continue;
      for (const headers of [
        {},
        { authorization: "Bearer nj_wrong" },
        { authorization: "Basic YWRtaW46YWRtaW4=" },
        { cookie: `__Host-nightjar=nj_${"A".repeat(43)}` },
        { "x-remote-user": "admin", "x-forwarded-for": "127.0.0.1", "x-forwarded-user": "admin" },
      ]) {
        const answer = await ask(pathOf(each), { method: each.method, headers, ...changeOptions(each) });
        assert.equal(answer.status, 401, `${each.method} ${each.path}`);
        assert.equal(answer.json["code"], "NJ_UNAUTHENTICATED");
      }
    }
    assert.deepEqual(calls, []);
  });

  it("keeps the list of public routes short and known", async (t) => {
    const { app } = await httpFixture(t);
    const open = app.routes.filter((each) => each.policy.kind === "public");
    assert.deepEqual(
      open.map((each) => `${each.method} ${each.path}`),
      [
        "GET /api/v1/setup",
        "POST /api/v1/activate",
        "POST /api/v1/session",
        "POST /api/v1/inputs/:input/signal",
      ],
    );
  });

  it("refuses to start with a route without policy, with an unknown right, or twice", () => {
    const fine = { method: "GET", path: "/x", policy: PUBLIC, summary: "", handle: () => undefined } as const;
    const bad: Route[][] = [
      [{ ...route(fine), policy: undefined as never }],
      [{ ...route(fine), policy: { kind: "open" } as never }],
      [route({ ...fine, policy: needs("everything" as never) })],
      [route({ ...fine, policy: { kind: "camera", right: "live", param: "id" } })],
      [route(fine), route(fine)],
    ];
    for (const routes of bad) {
      assert.throws(
        () => routeMiddleware(routes, undefined as never),
        (error) => error instanceof NightjarError && error.code === "NJ_ROUTE_WITHOUT_POLICY",
      );
    }
  });

  it("gives each role exactly what its rights say, on every route", async (t) => {
    const { app, ask, clock, tokenOf } = await httpFixture(t);
    const roles: [Role, "admin" | "operator" | "viewer"][] = [
      ["administrator", "admin"],
      ["operator", "operator"],
      ["viewer", "viewer"],
    ];
    for (const [role, account] of roles) {
      let token: string | undefined;
      for (const each of app.routes) {
        const { policy } = each;
        if (policy.kind === "public" || policy.kind === "signed-in") continue;
        // The oldest sessions go when there are too many.
        clock.turn(1_000);
        token ??= await tokenOf(account);
        const answer = await ask(pathOf(each), { method: each.method, token, ...changeOptions(each) });
        const label = `${account}: ${each.method} ${each.path}`;
        if (roleHolds(role, policy.right)) assert.ok(![401, 403].includes(answer.status), label);
        else assert.equal(answer.json["code"], "NJ_PERMISSION_DENIED", label);
        // A new session after each that changes something, because some routes end the account's own.
        if (each.method !== "GET" && answer.status < 300) token = undefined;
      }
    }
  });

  it("says the same of a camera that is not there and of one that the account may not see", async (t) => {
    const { app, ask, tokenOf, calls } = await httpFixture(t);
    const token = await tokenOf("yard-viewer");
    for (const each of app.routes) {
      if (each.policy.kind !== "camera" || !roleHolds("viewer", each.policy.right)) continue;
      const options = { method: each.method, token, ...changeOptions(each) };
      const forbidden = await ask(pathOf(each, "gate"), options);
      const missing = await ask(pathOf(each, "nowhere"), options);
      assert.equal(forbidden.status, 404, `${each.method} ${each.path}`);
      assert.equal(forbidden.text, missing.text);
    }
    assert.deepEqual(calls, []);
  });

  it("shows a narrowed account its cameras only, in lists, timelines, events and tickets", async (t) => {
    const { ask, tokenOf, calls } = await httpFixture(t);
    const token = await tokenOf("yard-viewer");
    const { json } = await ask("/api/v1/cameras", { token });
    assert.deepEqual(
      (json["cameras"] as { id: string }[]).map((camera) => camera.id),
      ["yard"],
    );
    const range = "start=2026-01-01T00:00:00Z&end=2026-01-02T00:00:00Z";
    await ask(`/api/v1/recordings/coverage?${range}`, { token });
    await ask("/api/v1/events", { token });
    assert.deepEqual(calls, ["coverage yard", "events yard 100"]);
    for (const path of [
      `/api/v1/recordings/coverage?cameras=yard,gate&${range}`,
      "/api/v1/recordings/calendar?cameras=gate&from=2026-01-01&to=2026-01-31",
      "/api/v1/events?cameras=gate",
    ]) {
      assert.equal((await ask(path, { token })).status, 404, path);
    }
    for (const [camera, rights, status] of [
      ["yard", ["live"], 201],
      ["gate", ["live"], 404],
      ["nowhere", ["live"], 404],
      ["yard", ["live", "export"], 403],
    ] as const) {
      const ticket = await ask("/api/v1/media-tickets", { method: "POST", token, body: { camera, rights } });
      assert.equal(ticket.status, status, `${camera} ${rights}`);
    }
  });

  it("tells viewers nothing of disks and processes", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    const viewer = await ask("/api/v1/status", { token: await tokenOf("yard-viewer") });
    assert.deepEqual(viewer.json["volumes"], []);
    assert.deepEqual(viewer.json["processes"], []);
    assert.deepEqual(viewer.json["cameras"], { total: 1, online: 1, recording: 1 });
    assert.ok(!viewer.text.includes("/srv/video"));
    const operator = await ask("/api/v1/status", { token: await tokenOf("operator") });
    assert.equal((operator.json["volumes"] as unknown[]).length, 1);
  });
});
