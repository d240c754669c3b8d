import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { NightjarError } from "../../../core/errors.ts";
import { TICKET_FIRST_USE_MS, TICKET_USE_MS } from "../../../core/users/media-tickets.ts";
import { ACTOR, CLIENT, GOOD_PASSWORD, type UsersFixture, usersFixture } from "./users-fixture.ts";

const HOUR = 3_600_000;

async function withBob(t: TestContext): Promise<UsersFixture & { revoked: string[] }> {
  const fixture = await usersFixture(t);
  await fixture.users.accounts.create({ name: "ann", role: "administrator", password: GOOD_PASSWORD }, ACTOR);
  await fixture.users.accounts.create(
    { name: "bob", role: "viewer", password: GOOD_PASSWORD, cameras: ["yard"] },
    ACTOR,
  );
  const revoked: string[] = [];
  fixture.users.sessions.onRevoked("test", (ids) => revoked.push(...ids));
  return { ...fixture, revoked };
}

describe("sessions (attack list A6)", () => {
  it("end when idle, and at the latest after their full time", async (t) => {
    const { users, clock, revoked } = await withBob(t);
    const idle = await users.sessions.open("bob", CLIENT);
    const busy = await users.sessions.open("bob", CLIENT);
    for (let hours = 0; hours < 24; hours += 0.5) {
      assert.notEqual(await users.sessions.authenticate(busy.token), undefined, `after ${hours} h`);
      clock.turn(HOUR / 2);
    }
    const why = async (token: string) => {
      const error = await users.sessions.authenticate(token).catch((thrown: unknown) => thrown);
      return (error as NightjarError).context["case"];
    };
    assert.deepEqual([await why(busy.token), await why(idle.token)], ["over", "over"]);
    const unused = await users.sessions.open("bob", CLIENT);
    clock.turn(HOUR);
    assert.equal(await why(unused.token), "idle", "whoever asks with it learns why it ended");
    assert.equal(await why(unused.token), "idle", "also with what a page asks for beside it");
    assert.equal(await users.sessions.find(unused.sessionId), undefined, "and it is gone");
    await users.sessions.sweep();
    assert.deepEqual(new Set(revoked), new Set([idle.sessionId, busy.sessionId, unused.sessionId]));
  });

  it("are refused by the tokens of others, cut ones and nonsense", async (t) => {
    const { users } = await withBob(t);
    const { token } = await users.sessions.open("bob", CLIENT);
    for (const wrong of ["", token.slice(0, -1), `${token}x`, token.toUpperCase(), "nj_' or 1=1 --"]) {
      assert.equal(await users.sessions.authenticate(wrong), undefined);
    }
  });

  const acts: [string, (fixture: UsersFixture, sessionId: string) => Promise<unknown>][] = [
    ["log-out", ({ users }, sessionId) => users.sessions.end(sessionId)],
    ["a change of the role", ({ users }) => users.accounts.change("bob", { role: "operator" }, ACTOR)],
    [
      "a change of the password",
      ({ users }) => users.accounts.change("bob", { password: "another fine lantern" }, ACTOR),
    ],
    ["a change of the cameras", ({ users }) => users.accounts.change("bob", { cameras: [] }, ACTOR)],
    ["disabling the account", ({ users }) => users.accounts.change("bob", { enabled: false }, ACTOR)],
    ["removing the account", ({ users }) => users.accounts.remove("bob", ACTOR)],
  ];
  for (const [what, act] of acts) {
    it(`end at once, with their tickets, by ${what}`, async (t) => {
      const fixture = await withBob(t);
      const { users, revoked } = fixture;
      const session = await users.sessions.open("bob", CLIENT);
      const { ticket } = await users.tickets.issue({ sessionId: session.sessionId }, "yard", ["live"]);
      await act(fixture, session.sessionId);
      assert.deepEqual(revoked, [session.sessionId]);
      assert.equal(await users.sessions.authenticate(session.token), undefined);
      assert.equal(await users.tickets.redeem(ticket), undefined);
    });
  }

  it("of who changes the own password stay, the others of the account end", async (t) => {
    const { users, revoked } = await withBob(t);
    const own = await users.sessions.open("bob", CLIENT);
    const other = await users.sessions.open("bob", CLIENT);
    const actor = { userName: "bob", address: "192.0.2.1", sessionId: own.sessionId };
    await users.accounts.change("bob", { password: "another fine lantern" }, actor);
    assert.deepEqual(revoked, [other.sessionId]);
    assert.notEqual(await users.sessions.authenticate(own.token), undefined);
  });

  it("know the cameras that an account may see", async (t) => {
    const { users } = await withBob(t);
    const bob = await users.sessions.open("bob", CLIENT);
    const ann = await users.sessions.open("ann", CLIENT);
    assert.deepEqual((await users.sessions.authenticate(bob.token))?.cameras, ["yard"]);
    assert.equal((await users.sessions.authenticate(ann.token))?.cameras, "all");
  });

  it("are bounded in number for each account", async (t) => {
    const { users, clock } = await withBob(t);
    const first = await users.sessions.open("bob", CLIENT);
    for (let index = 0; index < 50; index += 1) {
      clock.turn(1);
      await users.sessions.open("bob", CLIENT);
    }
    assert.equal(await users.sessions.authenticate(first.token), undefined);
  });
});

describe("media tickets (attack list A16)", () => {
  it("open one camera for a while, if used within a minute", async (t) => {
    const { users, clock } = await withBob(t);
    const { sessionId } = await users.sessions.open("bob", CLIENT);
    const { ticket } = await users.tickets.issue({ sessionId }, "yard", ["playback"]);
    clock.turn(TICKET_FIRST_USE_MS - 1);
    const grant = await users.tickets.redeem(ticket);
    assert.deepEqual([grant?.camera, grant?.rights], ["yard", ["playback"]]);
    clock.turn(TICKET_USE_MS - 1);
    assert.notEqual(await users.tickets.redeem(ticket), undefined);
    clock.turn(1);
    assert.equal(await users.tickets.redeem(ticket), undefined);
  });

  it("are worthless a minute later if nobody used them", async (t) => {
    const { users, clock } = await withBob(t);
    const { sessionId } = await users.sessions.open("bob", CLIENT);
    const { ticket } = await users.tickets.issue({ sessionId }, "yard", ["playback"]);
    clock.turn(TICKET_FIRST_USE_MS);
    assert.equal(await users.tickets.redeem(ticket), undefined);
  });
});

describe("accounts (manual 17.1)", () => {
  const hasCode = (code: string) => (error: unknown) => error instanceof NightjarError && error.code === code;

  it("keep one enabled administrator", async (t) => {
    const { users } = await withBob(t);
    for (const change of [{ role: "viewer" }, { enabled: false }] as const) {
      await assert.rejects(users.accounts.change("ann", change, ACTOR), hasCode("NJ_LAST_ADMINISTRATOR"));
    }
    await assert.rejects(users.accounts.remove("ann", ACTOR), hasCode("NJ_LAST_ADMINISTRATOR"));
  });

  it("keep one administrator when two remove each other at the same time", async (t) => {
    const { users } = await withBob(t);
    await users.accounts.create({ name: "eve", role: "administrator", password: GOOD_PASSWORD }, ACTOR);
    const results = await Promise.allSettled([
      users.accounts.remove("ann", { ...ACTOR, userName: "eve" }),
      users.accounts.remove("eve", ACTOR),
    ]);
    assert.equal(results.filter((result) => result.status === "rejected").length, 1);
  });

  it("have names without tricks, each once whatever its case", async (t) => {
    const { users } = await withBob(t);
    const create = (name: string) =>
      users.accounts.create({ name, role: "viewer", password: GOOD_PASSWORD }, ACTOR);
    for (const name of ["", " bob", "../x", "a/b", "a\nb", "-x", "x".repeat(65), "<b>"]) {
      await assert.rejects(create(name), hasCode("NJ_USER_NAME_INVALID"), JSON.stringify(name));
    }
    await assert.rejects(create("BOB"), hasCode("NJ_USER_EXISTS"));
    await create("jürgen");
    await assert.rejects(create("JÜRGEN"), hasCode("NJ_USER_EXISTS"));
    await create("Zoë.Ångström");
  });

  it("take no weak password, neither new nor changed", async (t) => {
    const { users } = await withBob(t);
    await assert.rejects(
      users.accounts.create({ name: "kim", role: "viewer", password: "password1234" }, ACTOR),
      hasCode("NJ_PASSWORD_WEAK"),
    );
    await assert.rejects(
      users.accounts.change("bob", { password: "short" }, ACTOR),
      hasCode("NJ_PASSWORD_WEAK"),
    );
  });
});
