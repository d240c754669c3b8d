// Pages of strangers in the browser of somebody who is signed in (attack list A7, A8): every change of the API, every address
// of pictures, and what the answers tell browsers.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { TSchema } from "typebox";
import { EVENT_PATHS } from "../../../core/gateway/doors/routes.ts";
import type { Route } from "../../../core/http/route.ts";
import { sampleOf } from "../../support/shape-samples.ts";
import { type DoorAsk, doorsFixture } from "./doors-fixture.ts";

function pathOf(route: Route): string {
  return route.path
    .replace("/cameras/:id", "/cameras/yard")
    .replace(":segment", "1-n1-1-1")
    .replace(/:\w+/, "x");
}

function changeOf(route: Route): DoorAsk {
  if (route.fileLimitBytes !== undefined)
    return { method: route.method, body: "{}", headers: { "content-type": "application/octet-stream" } };
  return { method: route.method, body: route.body === undefined ? {} : sampleOf(route.body as TSchema) };
}

describe("a stranger's page in the browser of an administrator (attack list A7)", () => {
  it("can change nothing, whatever it sends to whatever address", async (t) => {
    const { app, knock, port, tokenOf, calls } = await doorsFixture(t);
    const changes = app.routes.filter((route) => route.method !== "GET");
    assert.ok(changes.length > 30);
    for (const route of changes) {
      const change = changeOf(route);
      const cookie = `nightjar=${await tokenOf("admin")}`;
      const own = `http://127.0.0.1:${port}`;
      for (const headers of [
        { origin: "https://evil.example" },
        { origin: "null" },
        { origin: `http://127.0.0.1:${port + 1}` },
        { origin: `https://127.0.0.1:${port}` },
        { origin: `${own}.evil.example` },
        { origin: "https://evil.example", referer: `${own}/`, "x-forwarded-host": "evil.example" },
        { origin: "http://evil.example", "x-forwarded-proto": "http", "x-nightjar-client-secure": "0" },
        // Without an Origin nothing is known of the page; a sign-in carries its own proof instead of the cookie's.
        ...(route.policy.kind === "public" ? [] : [{}, { "sec-fetch-site": "same-origin" }]),
      ]) {
        const sent = { ...change.headers, ...headers, cookie };
        const { status, code } = await knock(pathOf(route), { ...change, headers: sent });
        assert.deepEqual(
          [status, code],
          [403, "NJ_ORIGIN_FOREIGN"],
          `${route.method} ${route.path} ${JSON.stringify(headers)}`,
        );
      }
      // What forms can send, even from the recorder's own page.
      for (const type of [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
      ]) {
        const sent = { origin: own, cookie, "content-type": type };
        const { status, code } = await knock(pathOf(route), { ...change, headers: sent });
        assert.deepEqual(
          [status, code],
          [415, "NJ_CONTENT_TYPE"],
          `${route.method} ${route.path} as ${type}`,
        );
      }
    }
    assert.deepEqual(calls, []);
  });

  it("may read nothing: no answer names another origin, and none may be framed or taken for something else", async (t) => {
    const { app, knock, tokenOf } = await doorsFixture(t);
    const token = await tokenOf("admin");
    const paths = [
      ...app.routes.filter((route) => route.method === "GET" && !route.path.endsWith("/changes")).map(pathOf),
      "/",
      "/ca.crt",
      "/assets/none.js",
      "/api/v1/cameras/yard/snapshot.jpg",
      "/api/v1/cameras/yard/clip.mp4?start=2026-01-01T00:00:00Z&end=2026-01-01T00:01:00Z",
    ];
    for (const path of paths) {
      for (const asked of [{ token }, {}]) {
        const { headers } = await knock(path, { ...asked, headers: { origin: "https://evil.example" } });
        assert.equal(headers["access-control-allow-origin"], undefined, path);
        assert.equal(headers["x-content-type-options"], "nosniff", path);
        assert.equal(headers["referrer-policy"], "no-referrer", path);
        const policy = String(headers["content-security-policy"]);
        assert.match(policy, /frame-ancestors 'none'|^sandbox/, path);
        assert.ok(!/unsafe-eval|script-src[^;]*unsafe-inline|\*/.test(policy), `${path}: ${policy}`);
      }
    }
    const preflight = await knock("/api/v1/cameras", {
      method: "OPTIONS",
      headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
    });
    assert.ok(preflight.status >= 400);
    assert.equal(preflight.headers["access-control-allow-methods"], undefined);
  });

  it("gets no WebSocket with its visitor's cookie, and no pictures (attack list A8)", async (t) => {
    const { knock, port, tokenOf } = await doorsFixture(t);
    const cookie = `nightjar=${await tokenOf("admin")}`;
    for (const origin of [
      "https://evil.example",
      "null",
      `https://127.0.0.1:${port}`,
      `http://127.0.0.1:${port + 1}`,
    ]) {
      for (const media of ["live", "playback"]) {
        const answer = await knock(`/api/v1/cameras/yard/${media}`, {
          upgrade: true,
          headers: { cookie, origin },
        });
        assert.equal(answer.status, 403, `${media} from ${origin}`);
      }
      for (const path of EVENT_PATHS) {
        const answer = await knock(path, { upgrade: true, headers: { cookie, origin } });
        assert.equal(answer.status, 403, `${path} from ${origin}`);
      }
      // Of the own address on another scheme a page could load pictures, and read none: no answer names its origin.
      if (origin.startsWith("https://127.")) continue;
      const picture = await knock("/api/v1/cameras/yard/snapshot.jpg", { headers: { cookie, origin } });
      assert.equal(picture.status, 403, `a picture from ${origin}`);
    }
    for (const path of EVENT_PATHS) assert.equal((await knock(path, { upgrade: true })).status, 401, path);
    const origin = `http://127.0.0.1:${port}`;
    const own = await knock("/api/v1/cameras/yard/live", { upgrade: true, headers: { cookie, origin } });
    assert.equal(own.status, 101);
  });
});
