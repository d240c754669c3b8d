import assert from "node:assert/strict";
import { it } from "node:test";
import { auditTable } from "../../../../core/db/tables/audit-table.ts";
import { keyValuesTable } from "../../../../core/db/tables/key-values-table.ts";
import { loginAttemptsTable } from "../../../../core/db/tables/login-attempts-table.ts";
import { mediaTicketsTable } from "../../../../core/db/tables/media-tickets-table.ts";
import { secondFactorsTable } from "../../../../core/db/tables/second-factors-table.ts";
import { sessionsTable } from "../../../../core/db/tables/sessions-table.ts";
import { type UserRow, usersTable } from "../../../../core/db/tables/users-table.ts";
import { onBothDrivers } from "../on-both-drivers.ts";

const ANNA: UserRow = {
  name: "anna",
  role: "administrator",
  passwordHash: "$argon2id$x",
  enabled: true,
  createdAtMs: 1_000,
  passwordChangedAtMs: 1_000,
};
const BERT: UserRow = { ...ANNA, name: "Bert", role: "viewer" };

function session(id: string, userName: string) {
  return {
    id,
    tokenHash: `hash-${id}`,
    userName,
    createdAtMs: 1_000,
    lastSeenAtMs: 1_000,
    expiresAtMs: 5_000,
    remoteAddress: "192.0.2.1",
    userAgent: "test",
  };
}

onBothDrivers("accounts, sessions and audit", ({ fresh }) => {
  it("finds accounts without regard to case and lists them by name", async () => {
    const users = usersTable(await fresh());
    await users.insert(BERT);
    await users.insert(ANNA);
    assert.deepEqual(await users.find("ANNA"), ANNA);
    assert.equal(await users.find("carla"), undefined);
    assert.deepEqual(
      (await users.list()).map((user) => user.name),
      ["anna", "Bert"],
    );
    await assert.rejects(users.insert({ ...ANNA, name: "Anna" }), { code: "NJ_DB_CONSTRAINT" });
  });

  it("takes a step and a recovery code of a second factor once, and forgets all of it with the account", async () => {
    const db = await fresh();
    const users = usersTable(db);
    const factors = secondFactorsTable(db);
    await users.insert(ANNA);
    const row = { userName: "anna", secretName: "second-factor/x", sinceMs: 2_000, lastStep: 100 };
    await factors.insert(row, ["hash-a", "hash-b"]);
    assert.deepEqual(await factors.find("ANNA"), row);
    assert.deepEqual(await factors.names(), ["anna"]);
    await assert.rejects(factors.insert({ ...row, secretName: "y" }, []), { code: "NJ_DB_CONSTRAINT" });
    await assert.rejects(factors.insert({ ...row, userName: "nobody", secretName: "y" }, []), {
      code: "NJ_DB_CONSTRAINT",
    });
    const steps = await Promise.all([102, 102, 101, 100].map((step) => factors.takeStep("anna", step)));
    assert.deepEqual(steps, [true, false, false, false]);
    assert.equal(await factors.takeStep("Anna", 103), true);
    const codes = await Promise.all(
      ["a", "a", "c"].map((c) => factors.takeRecoveryCode("anna", `hash-${c}`)),
    );
    assert.deepEqual(codes, [true, false, false]);
    assert.equal(await factors.countRecoveryCodes("anna"), 1);
    await users.remove("anna");
    assert.equal(await factors.find("anna"), undefined);
    assert.equal(await factors.countRecoveryCodes("anna"), 0);
    assert.equal(await factors.remove("anna"), false);
  });

  it("lets only the first of two activations make the first account", async () => {
    const users = usersTable(await fresh());
    const made = await Promise.all([users.insertFirst(ANNA), users.insertFirst(BERT)]);
    assert.deepEqual(made, [true, false]);
    assert.equal((await users.list()).length, 1);
  });

  it("changes only what is named in a change", async () => {
    const users = usersTable(await fresh());
    await users.insert(ANNA);
    assert.equal(await users.update("anna", { enabled: false }), true);
    assert.deepEqual(await users.find("anna"), { ...ANNA, enabled: false });
    assert.equal(await users.countEnabledAdministrators(), 0);
    assert.equal(await users.update("nobody", { enabled: false }), false);
  });

  it("finds a session by its token's hash until it expires or its account is disabled", async () => {
    const db = await fresh();
    const users = usersTable(db);
    const sessions = sessionsTable(db);
    await users.insert(ANNA);
    await sessions.insert(session("s1", "anna"));
    const found = await sessions.findByTokenHash("hash-s1", 4_999);
    assert.equal(found?.role, "administrator");
    assert.equal(await sessions.findByTokenHash("hash-s1", 5_000), undefined);
    await sessions.touch("s1", 4_000, 9_000);
    assert.equal((await sessions.findById("s1", 8_000))?.lastSeenAtMs, 4_000);
    await users.update("anna", { enabled: false });
    assert.equal(await sessions.findByTokenHash("hash-s1", 1_000), undefined);
  });

  it("ends the other sessions of a user and says which", async () => {
    const db = await fresh();
    const sessions = sessionsTable(db);
    await usersTable(db).insert(ANNA);
    await usersTable(db).insert(BERT);
    for (const [id, user] of [
      ["s1", "anna"],
      ["s2", "anna"],
      ["s3", "Bert"],
    ] as const) {
      await sessions.insert(session(id, user));
    }
    assert.deepEqual(await sessions.removeByUser("Anna", "s1"), ["s2"]);
    assert.deepEqual(new Set(await sessions.removeExpired(5_000)), new Set(["s1", "s3"]));
  });

  it("removes sessions and tickets with their account", async () => {
    const db = await fresh();
    await usersTable(db).insert(ANNA);
    await sessionsTable(db).insert(session("s1", "anna"));
    const tickets = mediaTicketsTable(db);
    await tickets.insert({
      ticketHash: "t",
      sessionId: "s1",
      camera: "yard",
      rights: ["live"],
      expiresAtMs: 9,
    });
    await usersTable(db).remove("anna");
    assert.equal(await sessionsTable(db).findById("s1", 0), undefined);
    assert.equal(await tickets.find("t"), undefined);
  });

  it("lets a ticket be used for the first time once", async () => {
    const db = await fresh();
    await usersTable(db).insert(ANNA);
    await sessionsTable(db).insert(session("s1", "anna"));
    const tickets = mediaTicketsTable(db);
    const ticket = {
      ticketHash: "t",
      sessionId: "s1",
      camera: "yard",
      rights: ["live", "snapshot"],
      expiresAtMs: 60,
    };
    await tickets.insert(ticket);
    assert.deepEqual(await tickets.find("t"), { ...ticket, firstUsedAtMs: undefined });
    assert.equal(await tickets.use("t", 30, 600), true);
    assert.equal(await tickets.use("t", 31, 601), false);
    assert.deepEqual(await tickets.find("t"), { ...ticket, expiresAtMs: 600, firstUsedAtMs: 30 });
    await tickets.removeExpired(600);
    assert.equal(await tickets.find("t"), undefined);
  });

  it("counts failed sign-ins by account, address and both, and forgets them at a success", async () => {
    const attempts = loginAttemptsTable(await fresh());
    const from = (remoteAddress: string, atMs: number, succeeded = false) =>
      attempts.record({ userName: "anna", remoteAddress, atMs, succeeded });
    await from("192.0.2.1", 10);
    await from("192.0.2.1", 20);
    await from("192.0.2.2", 30);
    assert.equal(await attempts.failuresOfUser("ANNA", 0), 3);
    assert.equal(await attempts.failuresOfUser("anna", 15), 2);
    assert.equal(await attempts.failuresOfUser("anna", 0, "192.0.2.1"), 2);
    assert.equal(await attempts.failuresOfAddress("192.0.2.2", 0), 1);
    await from("192.0.2.1", 40, true);
    assert.equal(await attempts.failuresOfUser("anna", 0, "192.0.2.1"), 0);
    assert.equal(await attempts.failuresOfUser("anna", 0, "192.0.2.2"), 1);
    await attempts.prune(100);
    assert.equal(await attempts.failuresOfAddress("192.0.2.2", 0), 0);
  });

  it("chains audit entries, so that a changed, removed or inserted one is found", async () => {
    const db = await fresh();
    const audit = auditTable(db);
    const entry = (action: string, atMs: number) => ({
      atMs,
      userName: "anna",
      remoteAddress: "192.0.2.1",
      action,
      detail: { n: atMs },
    });
    await Promise.all([1, 2, 3, 4].map((n) => audit.append(entry(`act-${n}`, n))));
    await audit.append({ ...entry("camera-removed", 5), camera: "yard" });
    assert.equal(await audit.verify(), undefined);
    const [newest] = await audit.list({ limit: 1 });
    assert.equal(newest?.action, "camera-removed");
    assert.equal(newest?.camera, "yard");
    assert.deepEqual(newest?.detail, { n: 5 });
    assert.deepEqual(
      (await audit.list({ before: 4, userName: "ANNA", limit: 10 })).map((row) => row.number),
      [],
    );
    assert.deepEqual(
      (await audit.list({ before: 4, userName: "anna", limit: 10 })).map((row) => row.number),
      [3, 2, 1],
    );
    await db.run("update audit set detail = '{}' where number = 3");
    assert.equal(await audit.verify(), 3);
    await db.run("delete from audit where number = 3");
    assert.equal(await audit.verify(), 4);
  });

  it("keeps small facts as JSON", async () => {
    const values = keyValuesTable(await fresh());
    assert.equal(await values.get("recording.revision"), undefined);
    await values.set("recording.revision", { n: 1 });
    await values.set("recording.revision", { n: 2 });
    assert.deepEqual(await values.get("recording.revision"), { n: 2 });
    await values.remove("recording.revision");
    assert.equal(await values.get("recording.revision"), undefined);
  });
});
