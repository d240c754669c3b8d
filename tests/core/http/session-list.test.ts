import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CLIENT } from "../users/users-fixture.ts";
import { httpFixture } from "./http-fixture.ts";

const SESSIONS = "/api/v1/sessions";
const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

interface Listed {
  readonly id: string;
  readonly current: boolean;
  readonly program: string;
  readonly system?: string;
  readonly address: string;
}

describe("the list of sessions", () => {
  it("shows each with address and browser, and which one asks", async (t) => {
    const { ask, tokenOf, users, clock } = await httpFixture(t);
    const mine = await tokenOf("viewer");
    await tokenOf("operator");
    clock.turn(60_000);
    await users.sessions.open("viewer", { ...CLIENT, address: "198.51.100.7", userAgent: FIREFOX });
    clock.turn(60_000);
    const { json, text } = await ask(SESSIONS, { token: mine });
    assert.deepEqual(
      (json["sessions"] as Listed[]).map(({ current, program, system, address }) => [
        current,
        program,
        system,
        address,
      ]),
      [
        [true, "test", undefined, "192.0.2.1"],
        [false, "Firefox 128", "Linux", "198.51.100.7"],
      ],
    );
    assert.ok(!text.includes(mine));
  });

  it("ends one, or all but the one that asks, and tells those that ended", async (t) => {
    const { ask, tokenOf, users } = await httpFixture(t);
    const mine = await tokenOf("viewer");
    const others = [await tokenOf("viewer"), await tokenOf("viewer"), await tokenOf("viewer")];
    const told: string[] = [];
    users.sessions.onRevoked("test", (ids) => told.push(...ids));
    const list = async () => (await ask(SESSIONS, { token: mine })).json["sessions"] as Listed[];
    const other = (await list()).find(({ current }) => !current);
    assert.equal((await ask(`${SESSIONS}/${other?.id}`, { method: "DELETE", token: mine })).status, 204);
    assert.deepEqual(told, [other?.id]);
    assert.equal(
      (await ask(`${SESSIONS}/${other?.id}`, { method: "DELETE", token: mine })).json["code"],
      "NJ_SESSION_NOT_FOUND",
    );
    assert.deepEqual((await ask(SESSIONS, { method: "DELETE", token: mine })).json, { ended: 2 });
    assert.deepEqual(
      (await list()).map(({ current }) => current),
      [true],
    );
    for (const token of others) assert.equal((await ask("/api/v1/session", { token })).status, 401);
  });

  it("of another account is an administrator's alone", async (t) => {
    const { ask, tokenOf, users } = await httpFixture(t);
    const [admin, viewer, operator] = [
      await tokenOf("admin"),
      await tokenOf("viewer"),
      await tokenOf("operator"),
    ];
    const mine = (await ask(SESSIONS, { token: operator })).json["sessions"] as Listed[];
    const id = mine[0]?.id ?? "";
    assert.equal((await ask(`${SESSIONS}/${id}`, { method: "DELETE", token: viewer })).status, 404);
    assert.equal((await ask(`${SESSIONS}/${id}`, { method: "DELETE", token: admin })).status, 404);
    assert.equal((await ask("/api/v1/users/operator/sessions", { token: viewer })).status, 403);
    const listed = await ask("/api/v1/users/OPERATOR/sessions", { token: admin });
    assert.deepEqual(
      (listed.json["sessions"] as Listed[]).map((one) => [one.id, one.current]),
      [[id, false]],
    );
    assert.equal((await ask("/api/v1/users/nobody/sessions", { token: admin })).status, 404);
    assert.equal(
      (await ask(`/api/v1/users/viewer/sessions/${id}`, { method: "DELETE", token: admin })).status,
      404,
    );
    assert.equal(
      (await ask(`/api/v1/users/operator/sessions/${id}`, { method: "DELETE", token: admin })).status,
      204,
    );
    assert.equal((await ask("/api/v1/session", { token: operator })).status, 401);
    // An administrator who clears the own account stays signed in.
    await tokenOf("admin");
    assert.deepEqual((await ask("/api/v1/users/admin/sessions", { method: "DELETE", token: admin })).json, {
      ended: 1,
    });
    assert.equal((await ask("/api/v1/session", { token: admin })).status, 200);
    await users.audit.settled();
    const acts = (await users.audit.list({ limit: 2 })).map(
      ({ action, userName }) => `${action} ${userName}`,
    );
    assert.deepEqual(acts, ["sessions-ended admin", "session-ended admin"]);
  });
});

describe("idle sessions", () => {
  it("end although their page asks by itself, and live while somebody uses it", async (t) => {
    const { ask, tokenOf, clock } = await httpFixture(t);
    const token = await tokenOf("viewer");
    const asks = (headers: Record<string, string> = {}) => ask("/api/v1/status", { token, headers });
    for (let minutes = 0; minutes < 59; minutes += 10) {
      assert.equal((await asks({ "x-nightjar-background": "1" })).status, 200);
      clock.turn(600_000);
    }
    const refused = await asks({ "x-nightjar-background": "1" });
    assert.equal(refused.status, 401);
    assert.equal(
      (refused.json["context"] as { case?: string } | undefined)?.case,
      "idle",
      "its page tells why by this answer",
    );
    const used = await tokenOf("viewer");
    for (let minutes = 0; minutes < 120; minutes += 10) {
      assert.equal((await ask("/api/v1/status", { token: used })).status, 200);
      clock.turn(600_000);
    }
  });

  it("tell their page that nobody was there", async (t) => {
    const { ask, tokenOf, clock, users, services } = await httpFixture(t);
    const token = await tokenOf("viewer");
    const changes = ask("/api/v1/changes", { token });
    const deadline = performance.now() + 10_000;
    while (services.changes.listeners === 0 && performance.now() < deadline) await new Promise(setImmediate);
    clock.turn(3_600_000);
    await users.sessions.sweep();
    assert.match((await changes).text, /event: session-ended\ndata: \{"reason":"idle"\}/);
  });
});
