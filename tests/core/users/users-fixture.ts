// What tests of accounts and of the API share: a clock that is turned by hand, and user management over a database
// in memory.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Clock } from "../../../core/clock.ts";
import { SecretStore } from "../../../core/config/secret-store.ts";
import type { Db } from "../../../core/db/db.ts";
import { openDb } from "../../../core/db/open-db.ts";
import { silentLog } from "../../../core/log.ts";
import type { PasswordCost } from "../../../core/users/password-hash.ts";
import { openUsers, type Users } from "../../../core/users/users.ts";

/** A clock that stands still until it is turned. Its timers are never run: tests call what they would call. */
export class HandClock implements Clock {
  nowMs = Date.UTC(2026, 0, 1);
  readonly #startMs = this.nowMs;

  wallMs = () => this.nowMs;
  monotonicMs = () => this.nowMs - this.#startMs;
  after = () => ({ cancel: () => undefined });
  every = () => ({ cancel: () => undefined });

  turn(ms: number): void {
    this.nowMs += ms;
  }
}

export const CLIENT = { address: "192.0.2.1", secure: true, userAgent: "test" };
export const ACTOR = { userName: "ann", address: "192.0.2.1" };
export const GOOD_PASSWORD = "heron lantern quarry";

export interface UsersFixture {
  readonly users: Users;
  readonly clock: HandClock;
  readonly db: Db;
  readonly secrets: SecretStore;
  readonly dataDir: string;
}

/** Nobody guesses these passwords, and hashes by the hundred would take most of a test's time. */
export const CHEAP: PasswordCost = { memoryKib: 64, passes: 1 };

/** Opens user management in a new folder; everything goes when the test ends. */
export async function usersFixture(
  t: TestContext,
  databaseFile = ":memory:",
  passwordCost = CHEAP,
): Promise<UsersFixture> {
  const dataDir = await mkdtemp(join(tmpdir(), "nightjar-users-"));
  const clock = new HandClock();
  const db = await openDb(databaseFile === ":memory:" ? databaseFile : join(dataDir, databaseFile), {
    log: silentLog,
  });
  const secrets = await SecretStore.open({ dataDir });
  const users = await openUsers({
    db,
    secrets,
    dataDir,
    clock,
    log: silentLog,
    sessionLimits: () => ({ idleMs: 3_600_000, absoluteMs: 86_400_000 }),
    passwordCost,
  });
  t.after(async () => {
    await users.close();
    await db.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  return { users, clock, db, secrets, dataDir };
}
