// Which accounts are told of an event: those that may see it at that moment, and nobody who may not any more.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { accountsSeeing } from "../../../core/users/event-viewers.ts";
import { ACTOR, CLIENT, GOOD_PASSWORD, usersFixture } from "./users-fixture.ts";

const password = GOOD_PASSWORD;

describe("accounts that may see an event", () => {
  it("are those whose role and cameras include it; the recorder's own are for who runs all of it", async (t) => {
    const { users, clock } = await usersFixture(t);
    const make = (name: string, role: "administrator" | "operator" | "viewer", cameras?: string[]) =>
      users.accounts.create({ name, role, password, ...(cameras ? { cameras } : {}) }, ACTOR);
    await make("ann", "administrator");
    await make("bob", "operator", ["yard"]);
    await make("eve", "viewer", ["gate"]);
    await make("ola", "operator");
    await make("vic", "viewer");
    const told = async (camera: string | undefined) =>
      (await accountsSeeing(users, camera)).map(
        ({ name, mayAcknowledge }) => `${name}${mayAcknowledge ? "+" : ""}`,
      );
    assert.deepEqual(await told("yard"), ["ann+", "bob+", "ola+", "vic"]);
    assert.deepEqual(await told("gate"), ["ann+", "eve", "ola+", "vic"]);
    assert.deepEqual(await told(undefined), ["ann+", "ola+"]);
    await users.accounts.change("bob", { cameras: ["gate"] }, ACTOR);
    await users.accounts.change("ola", { enabled: false }, ACTOR);
    await users.accounts.change("vic", { role: "operator", cameras: [] }, ACTOR);
    assert.deepEqual(await told("yard"), ["ann+"]);
    assert.deepEqual(await told(undefined), ["ann+"]);
    await users.accounts.remove("eve", ACTOR);
    clock.turn(60_000);
    await make("eve", "viewer");
    const [, eve] = await accountsSeeing(users, "yard");
    assert.deepEqual(eve, { name: "eve", sinceMs: clock.wallMs(), mayAcknowledge: false });
  });

  it("one that a login provider lets in is told of nothing once it is signed out", async (t) => {
    const { users } = await usersFixture(t);
    const source = "nightjar-login-acme/acme";
    await users.accounts.takeOver({ name: "dora", role: "viewer", cameras: "all", source }, CLIENT.address);
    assert.deepEqual(await accountsSeeing(users, "yard"), []);
    const { sessionId } = await users.sessions.open("dora", CLIENT);
    assert.deepEqual(
      (await accountsSeeing(users, "yard")).map(({ name }) => name),
      ["dora"],
    );
    await users.sessions.end(sessionId);
    assert.deepEqual(await accountsSeeing(users, "yard"), []);
  });
});
