// Stream passwords: made once, checked by digest, and gone at once with what they stand on.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { digestAnswer } from "./digest-answer.ts";
import { ACTOR, GOOD_PASSWORD, type UsersFixture, usersFixture } from "./users-fixture.ts";

const ADDRESS = "192.0.2.9";

async function withBert(t: TestContext, file?: string): Promise<UsersFixture> {
  const fixture = await usersFixture(t, file);
  const { accounts } = fixture.users;
  await accounts.create({ name: "ann", role: "administrator", password: GOOD_PASSWORD }, ACTOR);
  await accounts.create({ name: "Bert", role: "viewer", password: GOOD_PASSWORD, cameras: ["yard"] }, ACTOR);
  return fixture;
}

const failed = { code: "NJ_LOGIN_FAILED" };

describe("stream passwords", () => {
  it("lets their account in by either hash, with its role and cameras as they are now", async (t) => {
    const { users } = await withBert(t);
    const made = await users.streamPasswords.create("Bert", "VLC", ACTOR);
    assert.match(made.password, /^[2-9A-HJ-NP-Za-km-z]{24}$/);
    for (const algorithm of ["MD5", "SHA-256"] as const) {
      const principal = await users.streamSignIn.authenticate(
        digestAnswer("Bert", made.password, algorithm),
        ADDRESS,
      );
      assert.deepEqual([principal.userName, principal.role, principal.cameras], ["Bert", "viewer", ["yard"]]);
    }
    await users.accounts.change("Bert", { cameras: ["gate"] }, ACTOR);
    const now = await users.streamSignIn.authenticate(digestAnswer("Bert", made.password), ADDRESS);
    assert.deepEqual(now.cameras, ["gate"]);
  });

  it("refuses all else with one and the same error", async (t) => {
    const { users } = await withBert(t);
    const made = await users.streamPasswords.create("Bert", "VLC", ACTOR);
    for (const answer of [
      digestAnswer("Bert", "guess"),
      // The account's own password is no stream password.
      digestAnswer("Bert", GOOD_PASSWORD),
      digestAnswer("ann", made.password),
      digestAnswer("nobody", made.password),
      { ...digestAnswer("Bert", made.password), middle: "other" },
      { ...digestAnswer("Bert", made.password), response: "" },
      { ...digestAnswer("Bert", made.password), algorithm: "SHA-256" as const },
    ]) {
      await assert.rejects(users.streamSignIn.authenticate(answer, ADDRESS), failed);
    }
  });

  it("shows a password once, and keeps nothing that could be used without the recorder's key", async (t) => {
    const { users, db, dataDir } = await withBert(t, "test.db");
    const { id, password } = await users.streamPasswords.create("Bert", "VLC", ACTOR);
    const [listed] = await users.streamPasswords.list("bert");
    assert.deepEqual(
      { ...listed },
      { id, label: "VLC", createdAtMs: listed?.createdAtMs, lastUsedAtMs: undefined },
    );
    await users.audit.settled();
    const rows =
      JSON.stringify(await db.all("select * from stream_passwords")) +
      JSON.stringify(await users.audit.list({ limit: 100 }));
    const kept = rows + (await readFile(join(dataDir, "test.db"), "latin1"));
    const hashes = ["md5", "sha256"].map((algorithm) =>
      createHash(algorithm).update(`Bert:Nightjar:${password}`).digest("hex"),
    );
    for (const secret of [password, ...hashes]) assert.ok(!kept.includes(secret));
  });

  it("cannot lend its hashes to another account", async (t) => {
    const { users, db } = await withBert(t);
    const { password } = await users.streamPasswords.create("Bert", "VLC", ACTOR);
    await db.run("update stream_passwords set user_name = 'ann'");
    await assert.rejects(users.streamSignIn.authenticate(digestAnswer("Bert", password), ADDRESS), failed);
    await assert.rejects(users.streamSignIn.authenticate(digestAnswer("ann", password), ADDRESS), {
      code: "NJ_SECRETS_UNREADABLE",
    });
  });

  it("ends what is watched with it when it is revoked, when its account loses rights, and when that goes", async (t) => {
    const { users } = await withBert(t);
    const ended: string[] = [];
    users.sessions.onRevoked("test", (ids) => ended.push(...ids));
    const make = async () => {
      const { id, password } = await users.streamPasswords.create("Bert", "VLC", ACTOR);
      const { sessionId } = await users.streamSignIn.authenticate(digestAnswer("Bert", password), ADDRESS);
      return { id, password, sessionId };
    };
    const one = await make();
    const two = await make();
    await users.streamPasswords.revoke("bert", one.id, ACTOR);
    assert.deepEqual(ended, [one.sessionId]);
    await assert.rejects(
      users.streamSignIn.authenticate(digestAnswer("Bert", one.password), ADDRESS),
      failed,
    );
    for (const change of [{ cameras: [] }, { role: "operator" }, { enabled: false }] as const) {
      ended.length = 0;
      await users.accounts.change("Bert", change, ACTOR);
      assert.deepEqual(ended, [two.sessionId]);
    }
    await assert.rejects(
      users.streamSignIn.authenticate(digestAnswer("Bert", two.password), ADDRESS),
      failed,
    );
    ended.length = 0;
    await users.accounts.remove("Bert", ACTOR);
    assert.deepEqual(ended, [two.sessionId]);
    await users.accounts.create({ name: "Bert", role: "viewer", password: GOOD_PASSWORD }, ACTOR);
    await assert.rejects(
      users.streamSignIn.authenticate(digestAnswer("Bert", two.password), ADDRESS),
      failed,
    );
  });

  it("goes on when the account's own password changes", async (t) => {
    const { users } = await withBert(t);
    const { password } = await users.streamPasswords.create("Bert", "VLC", ACTOR);
    const ended: string[] = [];
    users.sessions.onRevoked("test", (ids) => ended.push(...ids));
    await users.accounts.change("Bert", { password: "another long phrase" }, ACTOR);
    assert.deepEqual(ended, []);
    assert.equal(
      (await users.streamSignIn.authenticate(digestAnswer("Bert", password), ADDRESS)).userName,
      "Bert",
    );
  });

  it("is revoked by nobody through another account, and limited in number", async (t) => {
    const { users } = await withBert(t);
    const { id } = await users.streamPasswords.create("Bert", "VLC", ACTOR);
    await assert.rejects(users.streamPasswords.revoke("ann", id, ACTOR), {
      code: "NJ_STREAM_PASSWORD_NOT_FOUND",
    });
    const many = Array.from({ length: 12 }, () => users.streamPasswords.create("Bert", "more", ACTOR));
    const results = await Promise.allSettled(many);
    assert.equal(results.filter(({ status }) => status === "fulfilled").length, 9);
    assert.equal((await users.streamPasswords.list("Bert")).length, 10);
  });

  it("counts wrong answers by address, and never locks the right one or the sign-in out", async (t) => {
    const { users } = await withBert(t);
    const { password } = await users.streamPasswords.create("Bert", "VLC", ACTOR);
    const codes: string[] = [];
    for (let attempt = 0; attempt < 55; attempt += 1) {
      await users.streamSignIn
        .authenticate(digestAnswer("Bert", "guess"), ADDRESS)
        .catch((error: unknown) => codes.push((error as { code: string }).code));
    }
    assert.equal(codes.filter((code) => code === "NJ_LOGIN_FAILED").length, 50);
    assert.equal(codes.at(-1), "NJ_LOGIN_LOCKED");
    assert.equal(
      (await users.streamSignIn.authenticate(digestAnswer("Bert", password), ADDRESS)).userName,
      "Bert",
    );
    const client = { address: ADDRESS, secure: true, userAgent: "test" };
    assert.ok((await users.signIn.signIn("Bert", GOOD_PASSWORD, client)).token);
    await users.audit.settled();
    const noted = await users.audit.list({ limit: 200 });
    assert.equal(noted.filter(({ action }) => action === "stream-sign-in-failed").length, 50);
  });
});
