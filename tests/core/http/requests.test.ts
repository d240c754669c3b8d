import assert from "node:assert/strict";
import { once } from "node:events";
import { stat, writeFile } from "node:fs/promises";
import { Agent, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, it } from "node:test";
import { createHttpApp } from "../../../core/http/app.ts";
import { createMetrics } from "../../../core/http/metrics.ts";
import { GOOD_PASSWORD } from "../users/users-fixture.ts";
import { HOST, httpFixture, ORIGIN } from "./http-fixture.ts";

const JSON_TYPE = { "content-type": "application/json" };
const NEW_CAMERA = { name: "Door", driver: "rtsp", config: { url: "rtsp://192.0.2.9/" } };

function cookieOf(header: string | string[] | undefined): string {
  return (Array.isArray(header) ? (header[0] ?? "") : (header ?? "")).split(";")[0] ?? "";
}

describe("changes by cookie (attack list A7)", () => {
  const refused: [string, Record<string, string>, string][] = [
    ["without an Origin", JSON_TYPE, "NJ_ORIGIN_FOREIGN"],
    ["from another site", { ...JSON_TYPE, origin: "https://evil.example" }, "NJ_ORIGIN_FOREIGN"],
    ["from another port", { ...JSON_TYPE, origin: "https://nvr.example" }, "NJ_ORIGIN_FOREIGN"],
    ["from plain HTTP", { ...JSON_TYPE, origin: `http://${HOST}` }, "NJ_ORIGIN_FOREIGN"],
    ["from a sandboxed page", { ...JSON_TYPE, origin: "null" }, "NJ_ORIGIN_FOREIGN"],
    [
      "from a host that only begins like ours",
      { ...JSON_TYPE, origin: `${ORIGIN}.evil.example` },
      "NJ_ORIGIN_FOREIGN",
    ],
    ["as a form", { "content-type": "application/x-www-form-urlencoded", origin: ORIGIN }, "NJ_CONTENT_TYPE"],
    ["as plain text", { "content-type": "text/plain", origin: ORIGIN }, "NJ_CONTENT_TYPE"],
    ["as almost JSON", { "content-type": "application/jsonp", origin: ORIGIN }, "NJ_CONTENT_TYPE"],
  ];
  for (const [what, headers, code] of refused) {
    it(`are refused ${what}`, async (t) => {
      const { ask, tokenOf, calls } = await httpFixture(t);
      const cookie = `__Host-nightjar=${await tokenOf("admin")}`;
      const answer = await ask("/api/v1/cameras", { method: "POST", cookie, headers, body: NEW_CAMERA });
      assert.equal(answer.json["code"], code);
      const deletion = await ask("/api/v1/cameras/yard", { method: "DELETE", cookie, headers });
      assert.equal(deletion.json["code"], code);
      assert.deepEqual(calls, []);
    });
  }

  it("are taken from our own page, and by token from anywhere", async (t) => {
    const { ask, tokenOf, calls } = await httpFixture(t);
    const token = await tokenOf("admin");
    const headers = { ...JSON_TYPE, origin: ORIGIN };
    const cookie = `other=1; __Host-nightjar=${token}`;
    const byCookie = await ask("/api/v1/cameras", { method: "POST", cookie, headers, body: NEW_CAMERA });
    assert.equal(byCookie.status, 201);
    const byToken = await ask("/api/v1/cameras", { method: "POST", token, body: NEW_CAMERA });
    assert.equal(byToken.status, 201);
    assert.equal(calls.length, 2);
  });

  it("cannot be made with the other scheme's cookie", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    const token = await tokenOf("admin");
    assert.equal((await ask("/api/v1/session", { cookie: `nightjar=${token}` })).status, 401);
    const headers = { "x-nightjar-client-secure": "0" };
    assert.equal((await ask("/api/v1/session", { cookie: `nightjar=${token}`, headers })).status, 200);
    assert.equal((await ask("/api/v1/session", { cookie: `__Host-nightjar=${token}`, headers })).status, 401);
  });
});

describe("the way in", () => {
  it("leads from the code on the console to a session", async (t) => {
    const { ask, users } = await httpFixture(t);
    const before = await ask("/api/v1/setup");
    assert.deepEqual(before.json, {
      activated: false,
      product: "Nightjar",
      version: "0.0.0",
      timeZone: before.json["timeZone"],
      demo: false,
    });
    const code = await users.activation.renew();
    const body = { code: code?.code, username: "ann", password: GOOD_PASSWORD };
    const activated = await ask("/api/v1/activate", { method: "POST", body });
    assert.equal(activated.status, 201);
    assert.match(
      String(activated.headers["set-cookie"]?.[0]),
      /^__Host-nightjar=nj_[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict; Secure$/,
    );
    const session = await ask("/api/v1/session", { cookie: cookieOf(activated.headers["set-cookie"]) });
    assert.deepEqual(session.json["user"], { name: "ann", role: "administrator" });
    assert.ok((session.json["rights"] as string[]).includes("users.manage"));
    assert.equal(
      (await ask("/api/v1/activate", { method: "POST", body })).json["code"],
      "NJ_ALREADY_ACTIVATED",
    );
    assert.equal((await ask("/api/v1/setup")).json["activated"], true);
  });

  it("gives a plain cookie on plain HTTP, without Secure", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    await tokenOf("admin");
    const signedIn = await ask("/api/v1/session", {
      method: "POST",
      headers: { "x-nightjar-client-secure": "0" },
      body: { username: "admin", password: GOOD_PASSWORD },
    });
    assert.match(
      String(signedIn.headers["set-cookie"]?.[0]),
      /^nightjar=nj_[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/,
    );
  });

  it("lets no foreign page sign somebody in", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    await tokenOf("admin");
    const body = { username: "admin", password: GOOD_PASSWORD };
    const headers = { origin: "https://evil.example" };
    const answer = await ask("/api/v1/session", { method: "POST", headers, body });
    assert.equal(answer.json["code"], "NJ_ORIGIN_FOREIGN");
  });

  it("opens with a stale cookie too, and leaves no old session behind", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    const old = await tokenOf("admin");
    const body = { username: "admin", password: GOOD_PASSWORD };
    const headers = { origin: ORIGIN };
    const again = await ask("/api/v1/session", {
      method: "POST",
      headers,
      cookie: `__Host-nightjar=${old}`,
      body,
    });
    assert.equal(again.status, 200);
    assert.equal((await ask("/api/v1/session", { token: old })).status, 401);
    const stale = await ask("/api/v1/session", {
      method: "POST",
      headers,
      cookie: `__Host-nightjar=${old}`,
      body,
    });
    assert.equal(stale.status, 200);
  });

  it("closes with the session: token dead, cookie taken away", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    const token = await tokenOf("viewer");
    const out = await ask("/api/v1/session", { method: "DELETE", token });
    assert.equal(out.status, 204);
    assert.match(String(out.headers["set-cookie"]), /^__Host-nightjar=; Path=\/; Max-Age=0;/);
    assert.equal((await ask("/api/v1/session", { token })).status, 401);
  });

  it("answers wrong passwords with 401 and locks with 429 and a time to wait", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    await tokenOf("admin");
    const body = { username: "admin", password: "wrong" };
    for (let index = 0; index < 5; index += 1) {
      assert.equal((await ask("/api/v1/session", { method: "POST", body })).status, 401);
    }
    const locked = await ask("/api/v1/session", { method: "POST", body });
    assert.equal(locked.status, 429);
    assert.equal(locked.headers["retry-after"], "900");
  });

  it("lets everybody change the own password, and ends the other sessions", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    const token = await tokenOf("viewer");
    const other = await tokenOf("viewer");
    const change = (current: string) =>
      ask("/api/v1/session/password", {
        method: "PUT",
        token,
        body: { current, password: "another fine lantern" },
      });
    assert.equal((await change("wrong")).json["code"], "NJ_PASSWORD_WRONG");
    assert.equal((await change(GOOD_PASSWORD)).status, 204);
    assert.equal((await ask("/api/v1/session", { token })).status, 200);
    assert.equal((await ask("/api/v1/session", { token: other })).status, 401);
  });
});

describe("requests that are not as they should be", () => {
  it("are answered with a problem that names the place", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    const token = await tokenOf("admin");
    const cases: [string, string, unknown, string[]][] = [
      ["POST", "/api/v1/cameras", { ...NEW_CAMERA, colour: "red" }, ["/colour"]],
      ["POST", "/api/v1/cameras", { ...NEW_CAMERA, record: { mode: "x" } }, ["/record/mode"]],
      ["POST", "/api/v1/cameras", { name: "Door", driver: "rtsp" }, ["/config"]],
      ["POST", "/api/v1/cameras", { ...NEW_CAMERA, id: "../../etc" }, ["/id"]],
      ["POST", "/api/v1/users", { name: "x", role: "root", password: "y" }, ["/role"]],
      ["PATCH", "/api/v1/settings", { ffmpeg: { path: "/bin/sh" } }, ["/ffmpeg"]],
      ["PATCH", "/api/v1/settings", { network: { http: { port: 70000 } } }, ["/network/http/port"]],
      ["PATCH", "/api/v1/settings", { timeZone: "Moon/Base" }, ["/timeZone"]],
      ["PUT", "/api/v1/cameras/yard/manual-recording", { until: "tomorrow" }, ["/until"]],
      ["GET", "/api/v1/cameras/yard/recordings?start=x&end=y", undefined, ["/start", "/end"]],
      [
        "GET",
        "/api/v1/cameras/yard/recordings?start=2026-01-02T00:00:00Z&end=2026-01-01T00:00:00Z",
        undefined,
        ["/end"],
      ],
      ["GET", "/api/v1/events?limit=100000", undefined, ["/limit"]],
      ["GET", "/api/v1/events?limit=1&limit=2", undefined, ["/limit"]],
      ["GET", "/api/v1/events?colour=red", undefined, ["/colour"]],
      ["GET", "/api/v1/recordings/calendar?from=2026-02-30&to=2020-01-01", undefined, ["/to"]],
    ];
    for (const [method, path, body, places] of cases) {
      const answer = await ask(path, { method, token, ...(body === undefined ? {} : { body }) });
      assert.equal(answer.status, 422, `${path} ${answer.text}`);
      assert.equal(answer.headers["content-type"], "application/problem+json");
      const errors = answer.json["errors"] as { path: string; message: string }[];
      assert.deepEqual(
        errors.map((error) => error.path),
        places,
        path,
      );
      assert.equal(answer.json["type"], `urn:nightjar:error:${answer.json["code"]}`);
    }
  });

  it("cannot reach prototypes", async (t) => {
    const { ask, tokenOf, calls } = await httpFixture(t);
    const token = await tokenOf("admin");
    for (const key of ["__proto__", "constructor", "prototype"]) {
      const rawBody = `{"name":"x","driver":"rtsp","config":{"${key}":{"polluted":1}}}`;
      const answer = await ask("/api/v1/cameras", { method: "POST", token, rawBody });
      assert.ok([400, 422].includes(answer.status), key);
    }
    assert.deepEqual(calls, []);
    assert.equal(Reflect.get({}, "polluted"), undefined);
  });

  it("are bounded in size, and broken JSON is not repeated", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    const token = await tokenOf("admin");
    const large = await ask("/api/v1/cameras", {
      method: "POST",
      token,
      rawBody: `"${"x".repeat(1_100_000)}"`,
    });
    assert.equal(large.status, 413);
    const broken = await ask("/api/v1/cameras", {
      method: "POST",
      token,
      rawBody: '{"password":"canary-4711',
    });
    assert.equal(broken.status, 400);
    assert.ok(!broken.text.includes("canary-4711"));
  });

  it("for unknown resources and methods get 404 and 405", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    const token = await tokenOf("admin");
    assert.equal((await ask("/api/v1/nothing", { token })).json["code"], "NJ_ROUTE_UNKNOWN");
    assert.equal((await ask("/", { token })).status, 404);
    assert.equal((await ask("/api/v1/status", { method: "POST", token, body: {} })).status, 405);
    for (const path of ["/api/v1/cameras/..%2f..%2fetc", "/api/v1/cameras/%00", "/api/v1/cameras/%zz"]) {
      assert.ok([400, 404].includes((await ask(path, { token })).status), path);
    }
  });

  it("carry security headers on every answer", async (t) => {
    const { ask } = await httpFixture(t);
    for (const path of ["/api/v1/setup", "/api/v1/cameras", "/nowhere"]) {
      const { headers } = await ask(path);
      const policy = String(headers["content-security-policy"]);
      assert.ok(policy.includes("frame-ancestors 'none'") && !policy.includes("unsafe"));
      assert.equal(headers["x-content-type-options"], "nosniff");
      assert.equal(headers["cache-control"], "no-store");
      assert.equal(headers["access-control-allow-origin"], undefined);
      assert.equal(headers["x-powered-by"], undefined);
    }
  });
});

describe("what the API passes on", () => {
  it("keeps ranges, cursors and moments as they were asked for", async (t) => {
    const { ask, tokenOf, calls } = await httpFixture(t);
    const token = await tokenOf("operator");
    await ask("/api/v1/cameras/yard/recordings?start=2026-01-01T00:00:00Z&end=2026-01-01T02:00:00%2B01:00", {
      token,
    });
    await ask(
      "/api/v1/recordings/coverage?cameras=yard,gate&start=2026-01-01T00:00:00Z&end=2026-01-02T00:00:00Z",
      { token },
    );
    await ask("/api/v1/cameras/yard/manual-recording", {
      method: "PUT",
      token,
      body: { until: "2026-01-01T00:00:01Z" },
    });
    await ask("/api/v1/cameras/yard/manual-recording", { method: "DELETE", token });
    await ask("/api/v1/cameras/yard/recordings/5-n1-2-3/lock", { method: "PUT", token });
    const range = "start=2026-01-01T00:00:00Z&end=2026-01-01T00:01:00Z";
    const lock = "/api/v1/cameras/yard/recordings/lock";
    const kept = await ask(`${lock}?${range}&stream=sub`, { method: "PUT", token });
    assert.equal(kept.json["files"], 1);
    await ask(`${lock}?${range}`, { method: "DELETE", token });
    const long = "start=2026-01-01T00:00:00Z&end=2026-01-03T00:00:00Z";
    assert.equal((await ask(`${lock}?${long}`, { method: "PUT", token })).status, 422);
    await ask("/api/v1/events?limit=7&cameras=gate", { token });
    assert.deepEqual(calls, [
      "list yard 1767225600000 1767229200000",
      "coverage yard,gate",
      "start yard 1767225601000",
      "stop yard",
      "lock yard 5-n1-2-3 true by operator",
      "lock yard sub 1767225600000 1767225660000 true by operator",
      "lock yard main 1767225600000 1767225660000 false by operator",
      "events gate 7",
    ]);
  });

  it("changes settings and says so in the audit log", async (t) => {
    const { ask, tokenOf, config, users } = await httpFixture(t);
    const token = await tokenOf("admin");
    const body = { timeZone: "Asia/Tokyo", network: { http: { port: 8490 } } };
    const answer = await ask("/api/v1/settings", { method: "PATCH", token, body });
    assert.equal(answer.json["timeZone"], "Asia/Tokyo");
    assert.equal(config.get().network.http.port, 8490);
    assert.equal(config.get().network.http.host, "127.0.0.1");
    await users.audit.settled();
    const audit = await ask("/api/v1/audit?limit=1", { token });
    const [entry] = audit.json["entries"] as Record<string, unknown>[];
    assert.equal(entry?.["action"], "settings-changed");
    assert.equal(entry?.["userName"], "admin");
    const check = await ask("/api/v1/audit/verify", { method: "POST", token });
    const total = entry?.["number"];
    assert.deepEqual(check.json, { intact: true, checked: total, total });
    assert.deepEqual((await ask("/api/v1/audit/verify", { token })).json, check.json);
  });

  it("describes every route in the OpenAPI document", async (t) => {
    const { app, ask, tokenOf } = await httpFixture(t);
    const { json } = await ask("/api/v1/openapi.json", { token: await tokenOf("viewer") });
    assert.equal(json["openapi"], "3.1.0");
    const paths = json["paths"] as Record<string, Record<string, Record<string, unknown>>>;
    const ids = new Set<unknown>();
    for (const each of app.routes) {
      const operation = paths[each.path.replace(/:(\w+)/g, "{$1}")]?.[each.method.toLowerCase()];
      assert.ok(operation !== undefined, each.path);
      ids.add(operation["operationId"]);
    }
    assert.equal(ids.size, app.routes.length, "operation ids must differ");
  });

  it("gives figures to Prometheus", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    const token = await tokenOf("admin");
    await ask("/api/v1/cameras/yard", { token });
    const { text, headers } = await ask("/metrics", { token });
    assert.match(String(headers["content-type"]), /^text\/plain/);
    assert.match(text, /^nightjar_stream_bitrate_bits_per_second\{camera="yard",stream="main"\} 4000000$/m);
    assert.match(text, /^nightjar_cameras\{status="online"\} 2$/m);
    assert.match(text, /^nightjar_volume_free_bytes\{volume="v1"\} 5$/m);
    assert.match(text, /^nightjar_volume_sync_seconds\{volume="v1"\} 4.2$/m);
    assert.match(
      text,
      /^nightjar_http_requests_total\{method="GET",path="\/api\/v1\/cameras\/:id",status="200"\} 1$/m,
    );
  });

  it("gives what looking at cameras takes of the machine, and what is left out for it", async (t) => {
    const { services } = await httpFixture(t);
    const text = await createMetrics(services).text();
    for (const line of ["cpu_cores 0.25", "cpu_budget_cores 1", "load_step 1"])
      assert.match(text, new RegExp(`^nightjar_detection_${line}$`, "m"));
  });

  it("gives the figures of each plugin, and forgets those of one that is gone or was refused", async (t) => {
    const { services } = await httpFixture(t);
    const plugin = {
      name: "nightjar-camera-far",
      displayName: "Far",
      version: "1.0.0",
      kind: "camera",
      status: "running",
      errors: 5,
      calls: 7,
      callMs: 1_500,
      loopHoldMs: 40,
      health: { rssBytes: 1_000, cpuSeconds: 2.5, eventLoopP99Ms: 12, restarts: 0 },
    };
    let plugins: object[] = [plugin, { ...plugin, name: 'nightjar-x"} 1', status: "refused" }];
    const core = { name: "core", status: "ready", restarts: 0, rssBytes: 120_000_000, loopDelayMs: 15 };
    const metrics = createMetrics({
      ...services,
      status: {
        ...services.status,
        status: async () => ({ ...(await services.status.status()), processes: [core] }),
      },
      plugins: {
        ...services.plugins,
        list: () => plugins as unknown as ReturnType<typeof services.plugins.list>,
      },
    });
    const ofPlugins = async () =>
      (await metrics.text()).split("\n").filter((line) => line.startsWith("nightjar_plugin_"));
    const ofCore = (await metrics.text()).split("\n").filter((line) => line.includes('{process="core"}'));
    assert.ok(ofCore.includes('nightjar_process_memory_bytes{process="core"} 120000000'), ofCore.join());
    assert.ok(ofCore.includes('nightjar_process_event_loop_delay_seconds{process="core"} 0.015'));
    const name = '{plugin="nightjar-camera-far"}';
    assert.deepEqual((await ofPlugins()).toSorted(), [
      `nightjar_plugin_call_seconds${name} 1.5`,
      `nightjar_plugin_calls${name} 7`,
      `nightjar_plugin_cpu_seconds${name} 2.5`,
      `nightjar_plugin_errors${name} 5`,
      `nightjar_plugin_event_loop_hold_seconds${name} 0.04`,
      `nightjar_plugin_event_loop_p99_seconds${name} 0.012`,
      `nightjar_plugin_resident_memory_bytes${name} 1000`,
      `nightjar_plugin_running${name} 1`,
    ]);
    const unmeasured = { health: undefined, calls: undefined, callMs: undefined, loopHoldMs: undefined };
    plugins = [{ ...plugin, ...unmeasured, status: "quarantined" }];
    assert.deepEqual((await ofPlugins()).toSorted(), [
      `nightjar_plugin_errors${name} 5`,
      `nightjar_plugin_running${name} 0`,
    ]);
    plugins = [];
    assert.deepEqual(await ofPlugins(), []);
  });

  it("serves on a Unix socket that only its owner may open, and replaces a stale one", async (t) => {
    const { services, dataDir } = await httpFixture(t);
    const path = join(dataDir, "core-http.sock");
    await writeFile(path, "left behind");
    const app = createHttpApp(services);
    t.after(() => app.close());
    await app.listen(path);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    const [answer] = (await once(get({ socketPath: path, path: "/api/v1/setup" }), "response")) as [
      IncomingMessage,
    ];
    answer.resume();
    assert.equal(answer.statusCode, 200);
  });
});

describe("connections of the gateway", () => {
  it("stay open for its next request: one that core ended just then would cost that request its answer", async (t) => {
    const { server } = await httpFixture(t);
    const agent = new Agent({ keepAlive: true });
    t.after(() => agent.destroy());
    const { port } = server.address() as AddressInfo;
    const asked = get({ host: "127.0.0.1", port, path: "/api/v1/setup", agent });
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    answer.resume();
    await once(answer, "end");
    assert.equal(answer.headers.connection, "keep-alive");
    assert.equal(answer.headers["keep-alive"], undefined, "no time after which core ends it");
  });
});
