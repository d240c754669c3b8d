import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { openDb } from "../../../core/db/open-db.ts";
import { loginAttemptsTable } from "../../../core/db/tables/login-attempts-table.ts";
import { NightjarError } from "../../../core/errors.ts";
import { silentLog } from "../../../core/log.ts";
import { type AdmittedAttempt, LOCK_WINDOW_MS, LoginGuard } from "../../../core/users/login-guard.ts";
import { HandClock } from "./users-fixture.ts";

async function fixture(t: TestContext, known = false) {
  const db = await openDb(":memory:", { log: silentLog });
  t.after(() => db.close());
  const clock = new HandClock();
  const guard = new LoginGuard(
    loginAttemptsTable(db),
    clock,
    async () => known,
    (name) => name.toLowerCase(),
  );
  return { guard, clock };
}

/** How many of a thousand guesses, made at once, are judged. */
async function judged(guard: LoginGuard, guess: (index: number) => [string, string]): Promise<number> {
  let count = 0;
  await Promise.all(
    Array.from({ length: 1_000 }, async (_, index) => {
      let attempt: AdmittedAttempt;
      try {
        attempt = await guard.admit(...guess(index));
      } catch (error) {
        assert.ok(error instanceof NightjarError && error.code === "NJ_LOGIN_LOCKED");
        return;
      }
      count += 1;
      await attempt.finish(false);
    }),
  );
  return count;
}

describe("the brake on guessing (attack list A5)", () => {
  it("judges at most 20 of 1000 parallel guesses at one account from everywhere", async (t) => {
    const { guard } = await fixture(t);
    const count = await judged(guard, (index) => ["ann", `198.51.100.${index % 250}`]);
    assert.ok(count >= 1 && count <= 20, String(count));
  });

  it("judges at most 5 of 1000 from one address at one account, whatever the case of its name", async (t) => {
    const { guard } = await fixture(t);
    const count = await judged(guard, (index) => [index % 2 === 0 ? "ann" : "ANN", "192.0.2.66"]);
    assert.ok(count >= 1 && count <= 5, String(count));
  });

  it("judges at most 50 of 1000 from one address at as many accounts (spraying)", async (t) => {
    const { guard } = await fixture(t);
    const count = await judged(guard, (index) => [`user${index}`, "192.0.2.66"]);
    assert.ok(count >= 1 && count <= 50, String(count));
  });

  it("counts nothing that was not judged, and forgets after a quarter of an hour", async (t) => {
    const { guard, clock } = await fixture(t);
    for (let index = 0; index < 100; index += 1) (await guard.admit("ann", "192.0.2.1")).abandon();
    for (let index = 0; index < 5; index += 1) await (await guard.admit("ann", "192.0.2.1")).finish(false);
    await assert.rejects(guard.admit("ann", "192.0.2.1"), /too many wrong passwords/);
    clock.turn(LOCK_WINDOW_MS + 1);
    await (await guard.admit("ann", "192.0.2.1")).finish(true);
  });

  it("begins anew after a right password", async (t) => {
    const { guard, clock } = await fixture(t);
    for (let round = 0; round < 3; round += 1) {
      for (let index = 0; index < 4; index += 1) await (await guard.admit("ann", "192.0.2.1")).finish(false);
      clock.turn(1);
      await (await guard.admit("ann", "192.0.2.1")).finish(true);
      clock.turn(1);
    }
  });

  it("counts what cannot be guessed by network too, whatever address of it asks", async (t) => {
    const { guard } = await fixture(t);
    const counted: boolean[] = [];
    for (let at = 1; at <= 60; at += 1)
      counted.push(await guard.countUnguessable("vera", `2001:db8::${at.toString(16)}`));
    assert.equal(counted.filter(Boolean).length, 50);
  });
});
