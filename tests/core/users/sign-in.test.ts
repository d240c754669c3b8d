import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { NightjarError } from "../../../core/errors.ts";
import { silentLog } from "../../../core/log.ts";
import { LOCK_WINDOW_MS } from "../../../core/users/login-guard.ts";
import { PASSWORD_COST, type PasswordCost } from "../../../core/users/password-hash.ts";
import { openUsers } from "../../../core/users/users.ts";
import { digestAnswer } from "./digest-answer.ts";
import { ACTOR, CLIENT, GOOD_PASSWORD, type UsersFixture, usersFixture } from "./users-fixture.ts";

function hasCode(code: string) {
  return (error: unknown) => error instanceof NightjarError && error.code === code;
}

async function withAnn(t: TestContext, databaseFile?: string, cost?: PasswordCost): Promise<UsersFixture> {
  const fixture = await usersFixture(t, databaseFile, cost);
  await fixture.users.accounts.create({ name: "ann", role: "administrator", password: GOOD_PASSWORD }, ACTOR);
  return fixture;
}

function from(address: string) {
  return { ...CLIENT, address };
}

describe("signing in", () => {
  it("opens a session with a token that is new each time", async (t) => {
    const { users } = await withAnn(t);
    const first = await users.signIn.signIn("ann", GOOD_PASSWORD, CLIENT);
    const second = await users.signIn.signIn("ANN", GOOD_PASSWORD, CLIENT);
    assert.notEqual(first.token, second.token);
    const principal = await users.sessions.authenticate(first.token);
    assert.equal(principal?.userName, "ann");
    assert.equal(principal?.role, "administrator");
  });

  it("stores neither password nor token", async (t) => {
    const { users, db } = await withAnn(t, undefined, PASSWORD_COST);
    const { token } = await users.signIn.signIn("ann", GOOD_PASSWORD, CLIENT);
    await users.audit.settled();
    const rows: unknown[] = [];
    for (const table of ["users", "sessions", "audit", "login_attempts", "key_values"]) {
      rows.push(await db.all(`select * from ${table}`));
    }
    const text = JSON.stringify(rows);
    assert.ok(!text.includes(token) && !text.includes(GOOD_PASSWORD));
    assert.ok(text.includes("$argon2id$v=19$m=19456,t=2,p=1$"));
  });

  it("answers the same for a wrong password, a missing account and a disabled one", async (t) => {
    const { users } = await withAnn(t);
    await users.accounts.create({ name: "bob", role: "viewer", password: GOOD_PASSWORD }, ACTOR);
    await users.accounts.change("bob", { enabled: false }, ACTOR);
    const messages = await Promise.all(
      (
        [
          ["ann", "wrong password!"],
          ["nobody", GOOD_PASSWORD],
          ["bob", GOOD_PASSWORD],
        ] as const
      ).map(([name, password]) =>
        users.signIn.signIn(name, password, CLIENT).then(
          () => "signed in",
          (error: unknown) => String(error),
        ),
      ),
    );
    assert.equal(new Set(messages).size, 1);
    assert.match(messages[0] ?? "", /user name or password is wrong/);
  });

  it("locks an address out of an account after five failures, for a quarter of an hour", async (t) => {
    const { users, clock } = await withAnn(t);
    for (let index = 0; index < 5; index += 1) {
      await assert.rejects(
        users.signIn.signIn("ann", "wrong", from("192.0.2.66")),
        hasCode("NJ_LOGIN_FAILED"),
      );
    }
    await assert.rejects(
      users.signIn.signIn("ann", GOOD_PASSWORD, from("192.0.2.66")),
      hasCode("NJ_LOGIN_LOCKED"),
    );
    await users.signIn.signIn("ann", GOOD_PASSWORD, from("192.0.2.1"));
    clock.turn(LOCK_WINDOW_MS + 1);
    await users.signIn.signIn("ann", GOOD_PASSWORD, from("192.0.2.66"));
  });

  it("evaluates only a few of many parallel guesses", async (t) => {
    const { users } = await withAnn(t);
    const codes = await Promise.all(
      Array.from({ length: 200 }, () =>
        users.signIn.signIn("ann", "wrong", CLIENT).then(
          () => "signed in",
          (error: unknown) => (error instanceof NightjarError ? error.code : String(error)),
        ),
      ),
    );
    const judged = codes.filter((code) => code === "NJ_LOGIN_FAILED").length;
    assert.ok(judged >= 1 && judged <= 5, `${judged} were judged`);
    assert.equal(codes.filter((code) => code === "NJ_LOGIN_LOCKED").length, 200 - judged);
  });

  it("does not let strangers lock out an administrator who has a session", async (t) => {
    const { users, clock } = await withAnn(t);
    const session = await users.signIn.signIn("ann", GOOD_PASSWORD, from("192.0.2.1"));
    clock.turn(1);
    for (let index = 0; index < 20; index += 1) {
      await assert.rejects(users.signIn.signIn("ann", "wrong", from(`198.51.100.${index}`)));
    }
    await assert.rejects(
      users.signIn.signIn("ann", GOOD_PASSWORD, from("203.0.113.9")),
      hasCode("NJ_LOGIN_LOCKED"),
    );
    assert.equal((await users.sessions.authenticate(session.token))?.userName, "ann");
    await users.signIn.signIn("ann", GOOD_PASSWORD, from("192.0.2.1"));
  });

  it("remembers a lock over a restart", async (t) => {
    const { users, db, secrets, clock, dataDir } = await withAnn(t, "nightjar.db");
    for (let index = 0; index < 5; index += 1) {
      await users.signIn.signIn("ann", "wrong", CLIENT).catch(() => undefined);
    }
    await users.close();
    const again = await openUsers({
      db,
      secrets,
      dataDir,
      clock,
      log: silentLog,
      sessionLimits: () => ({ idleMs: 1_000, absoluteMs: 1_000 }),
    });
    t.after(() => again.close());
    await assert.rejects(again.signIn.signIn("ann", GOOD_PASSWORD, CLIENT), hasCode("NJ_LOGIN_LOCKED"));
  });

  it("writes a password that was typed as the user name nowhere, and knows the same one again (attack list A17)", async (t) => {
    const { users, db } = await withAnn(t);
    const typed = "lantern heron 7 mistyped";
    await assert.rejects(users.signIn.signIn(typed, "ann", CLIENT));
    await assert.rejects(users.signIn.signIn(typed.toUpperCase(), "ann", CLIENT));
    await assert.rejects(users.signIn.signIn("somebody else", "ann", from("192.0.2.7")));
    await assert.rejects(users.streamSignIn.authenticate(digestAnswer(typed, "wrong"), CLIENT.address));
    for (let index = 0; index < 5; index += 1)
      await users.signIn.signIn(typed, "ann", CLIENT).catch(() => undefined);
    await users.audit.settled();
    const rows = await Promise.all(
      ["audit", "login_attempts"].map((table) => db.all(`select * from ${table}`)),
    );
    assert.ok(!/lantern|heron|mistyped/i.test(JSON.stringify(rows)));
    const acts = (await users.audit.list({ limit: 20 })).filter(({ action }) => action.includes("sign-in-"));
    assert.deepEqual([...new Set(acts.map(({ userName }) => userName))], [""]);
    const marks = acts.map(({ detail }) => String(detail["unknownName"]));
    assert.equal(new Set(marks).size, 2);
    for (const mark of marks) assert.match(mark, /^[0-9a-f]{8}$/);
    assert.ok(acts.some(({ action }) => action === "sign-in-refused"));
  });

  it("writes down few of the refusals of a network, whatever names it tries (attack list A25)", async (t) => {
    const { users } = await withAnn(t);
    for (let at = 0; at < 250; at += 1)
      await users.signIn.signIn(`somebody-${at}`, "wrong", CLIENT).catch(() => undefined);
    await users.audit.settled();
    const acts = (await users.audit.list({ limit: 1_000 })).map(({ action }) => action);
    assert.equal(acts.filter((action) => action === "sign-in-failed").length, 50);
    assert.equal(acts.filter((action) => action === "sign-in-refused").length, 20);
  });

  it("writes who signed in and who failed to the audit log, in a chain that shows tampering (attack list A26)", async (t) => {
    const { users, db } = await withAnn(t);
    await users.signIn.signIn("ann", GOOD_PASSWORD, CLIENT);
    await users.signIn.signIn("ann", "wrong", from("192.0.2.66")).catch(() => undefined);
    await users.audit.settled();
    const acts = (await users.audit.list({ limit: 10 })).map((row) => `${row.action} ${row.remoteAddress}`);
    assert.deepEqual(acts, [
      "sign-in-failed 192.0.2.66",
      "session-opened 192.0.2.1",
      "user-created 192.0.2.1",
    ]);
    const [created] = (await users.audit.list({ limit: 10 })).filter(
      ({ action }) => action === "user-created",
    );
    assert.equal(created?.detail["cameras"], "all");
    assert.equal(await users.audit.verify(), undefined);
    await db.run("update audit set remote_address = '192.0.2.99' where action = 'sign-in-failed'");
    assert.equal(await users.audit.verify(), 3);
  });
});
