import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { ROLES, type Role, roleHolds } from "../../../core/domain/roles.ts";
import { NightjarError } from "../../../core/errors.ts";
import type { Grant, MediaRight, RequestCredentials } from "../../../core/gateway/protocol.ts";
import { createAuthorize } from "../../../core/http/authorize.ts";
import { TICKET_USE_MS } from "../../../core/users/media-tickets.ts";
import { digestAnswer } from "../users/digest-answer.ts";
import { ACTOR, CLIENT, GOOD_PASSWORD, usersFixture } from "../users/users-fixture.ts";

const RIGHTS: readonly MediaRight[] = ["live", "playback", "export", "snapshot"];
const ANYWHERE = { remoteAddress: "192.0.2.1", host: "nvr:8443" };

async function fixture(t: TestContext) {
  const { users, clock } = await usersFixture(t);
  const authorize = createAuthorize({
    users,
    camera: (id) => (["yard", "gate"].includes(id) ? { name: id, streams: ["main"] } : undefined),
    cameras: () => [
      { id: "yard", name: "Hof – Süd" },
      { id: "gate", name: "Tor" },
    ],
  });
  const make = async (name: string, role: Role, cameras: "all" | string[] = "all") => {
    await users.accounts.create({ name, role, password: GOOD_PASSWORD, cameras }, ACTOR);
    return await users.sessions.open(name, CLIENT);
  };
  const ask = (credentials: Partial<RequestCredentials>, camera = "yard", right: MediaRight = "live") =>
    authorize({ credentials: { ...ANYWHERE, ...credentials }, camera, right }).catch(
      (error: unknown) => error,
    );
  return { users, clock, make, ask };
}

function codeOf(result: unknown): string {
  return result instanceof NightjarError ? `${result.kind} ${result.code}` : "granted";
}

describe("rights to pictures (attack list A2, A8, A16)", () => {
  it("follow role and camera, with one answer for cameras that one may not see", async (t) => {
    const { make, ask } = await fixture(t);
    for (const role of ROLES) {
      const narrowed = role === "administrator" ? "all" : ["yard"];
      const { token } = await make(role, role, narrowed);
      for (const right of RIGHTS) {
        for (const camera of ["yard", "gate", "nowhere"]) {
          const result = codeOf(await ask({ authorization: `Bearer ${token}` }, camera, right));
          const sees = camera === "yard" || (camera === "gate" && role === "administrator");
          const expected = !roleHolds(role, right)
            ? "permission-denied NJ_PERMISSION_DENIED"
            : sees
              ? "granted"
              : "not-found NJ_CAMERA_NOT_FOUND";
          assert.equal(result, expected, `${role} ${right} ${camera}`);
        }
      }
    }
  });

  it("need credentials that hold", async (t) => {
    const { users, make, ask } = await fixture(t);
    const { token, sessionId } = await make("bob", "viewer");
    const wrong: Partial<RequestCredentials>[] = [
      {},
      { authorization: `Basic ${token}` },
      { authorization: "Bearer " },
      { cookie: "nightjar=" },
      { cookie: `session=${token}` },
      { ticket: "" },
      { ticket: token },
      // A bad token is not made good by a cookie beside it.
      { authorization: "Bearer nj_x", cookie: `nightjar=${token}` },
    ];
    for (const credentials of wrong) {
      assert.equal(
        codeOf(await ask(credentials)),
        "unauthenticated NJ_UNAUTHENTICATED",
        JSON.stringify(credentials),
      );
    }
    const grant = (await ask({ cookie: `a=b; __Host-nightjar=${token}` })) as Grant;
    assert.deepEqual([grant.sessionId, grant.userName, grant.camera.id], [sessionId, "bob", "yard"]);
    await users.sessions.end(sessionId);
    assert.equal(
      codeOf(await ask({ authorization: `Bearer ${token}` })),
      "unauthenticated NJ_UNAUTHENTICATED",
    );
  });

  it("are refused to foreign pages with a visitor's cookie", async (t) => {
    const { make, ask } = await fixture(t);
    const cookie = `__Host-nightjar=${(await make("bob", "viewer")).token}`;
    for (const origin of ["https://evil.example", "null", "https://nvr:8443.evil.example", "file://", ""]) {
      assert.equal(codeOf(await ask({ cookie, origin })), "permission-denied NJ_ORIGIN_FOREIGN", origin);
    }
    assert.equal(codeOf(await ask({ cookie, origin: "https://nvr:8443" })), "granted");
  });

  it("by ticket hold for its camera, its rights and its time, and end with the session", async (t) => {
    const { users, clock, make, ask } = await fixture(t);
    const { sessionId } = await make("bob", "viewer");
    const { ticket } = await users.tickets.issue({ sessionId }, "yard", ["live", "snapshot"]);
    assert.equal(codeOf(await ask({ ticket }, "yard", "snapshot")), "granted");
    assert.equal(codeOf(await ask({ ticket }, "gate")), "not-found NJ_CAMERA_NOT_FOUND");
    assert.equal(codeOf(await ask({ ticket }, "yard", "playback")), "permission-denied NJ_PERMISSION_DENIED");
    const grant = (await ask({ ticket })) as Grant;
    assert.equal(grant.expiresAtMs, clock.nowMs + TICKET_USE_MS);
    await users.sessions.end(sessionId);
    assert.equal(codeOf(await ask({ ticket })), "unauthenticated NJ_UNAUTHENTICATED");
  });

  it("by ticket never exceed what the account may do now", async (t) => {
    const { users, make, ask } = await fixture(t);
    const { sessionId } = await make("bob", "viewer", ["yard"]);
    const { ticket } = await users.tickets.issue({ sessionId }, "gate", ["live", "export"]);
    assert.equal(codeOf(await ask({ ticket }, "gate")), "not-found NJ_CAMERA_NOT_FOUND");
    assert.equal(codeOf(await ask({ ticket }, "gate", "export")), "permission-denied NJ_PERMISSION_DENIED");
  });

  it("are judged for programs with a stream password as for their account, live and nothing else", async (t) => {
    const { users, make, ask } = await fixture(t);
    await make("bob", "viewer", ["yard"]);
    const { password } = await users.streamPasswords.create("bob", "VLC", ACTOR);
    const digest = digestAnswer("bob", password);
    for (const [camera, expected] of [
      ["yard", "granted"],
      // Its name, as addresses write it.
      ["hof-sud", "granted"],
      ["gate", "not-found NJ_CAMERA_NOT_FOUND"],
      ["tor", "not-found NJ_CAMERA_NOT_FOUND"],
      ["", "not-found NJ_CAMERA_NOT_FOUND"],
    ] as const) {
      assert.equal(codeOf(await ask({ digest }, camera)), expected, camera);
    }
    for (const right of RIGHTS.filter((each) => each !== "live")) {
      assert.equal(codeOf(await ask({ digest }, "yard", right)), "permission-denied NJ_PERMISSION_DENIED");
    }
    const wrong = digestAnswer("bob", "guess");
    assert.equal(codeOf(await ask({ digest: wrong })), "unauthenticated NJ_LOGIN_FAILED");
    assert.equal(codeOf(await ask({ digest: wrong }, "gate")), "unauthenticated NJ_LOGIN_FAILED");
  });
});
