// Puts another set of accounts in the place of all that are there, in one transaction: what an import of settings, and
// taking it back, do. Whoever does it stays signed in. Knows nothing of files.
import type { Db } from "../db/db.ts";
import { keyValuesTable } from "../db/tables/key-values-table.ts";
import { sessionsTable } from "../db/tables/sessions-table.ts";
import { type UserRow, usersTable } from "../db/tables/users-table.ts";
import type { CameraScope } from "../domain/roles.ts";
import { NightjarError } from "../errors.ts";
import type { CameraScopes } from "./camera-scopes.ts";
import type { Sessions } from "./sessions.ts";

/** An account as it is stored, with the hash of its password. */
export interface StoredAccount extends UserRow {
  readonly cameras: CameraScope;
}

/** What the accounts will be: `next`, but for the one `kept`, which stays as it is now. */
export function accountsAfter(
  present: readonly StoredAccount[],
  next: readonly StoredAccount[],
  kept: string | undefined,
): StoredAccount[] {
  const own = kept === undefined ? undefined : present.find(({ name }) => isSame(name, kept));
  if (own === undefined) return [...next];
  return [...next.filter(({ name }) => !isSame(name, own.name)), own];
}

/** True if both are the same to whoever looks after an account. */
export function isSameAccount(one: StoredAccount, other: StoredAccount): boolean {
  return changedFields(one, other).length === 0;
}

/** Which fields differ. */
export function changedFields(one: StoredAccount, other: StoredAccount): (keyof StoredAccount)[] {
  const fields = ["name", "role", "enabled", "passwordHash", "cameras"] as const;
  return fields.filter((field) => JSON.stringify(one[field]) !== JSON.stringify(other[field]));
}

/** See {@link Accounts.replaceAll}, whose queue this runs in. */
export async function replaceAccounts(
  db: Db,
  scopes: CameraScopes,
  sessions: Sessions,
  next: readonly StoredAccount[],
  kept: string | undefined,
): Promise<void> {
  const { adopt, ended } = await db.transaction(async (writer) => {
    const users = usersTable(writer);
    const present = (await users.list()).map((user) => ({ ...user, cameras: scopes.of(user.name) }));
    const target = accountsAfter(present, next, kept);
    // None at all is a recorder that waits for its activation.
    if (target.length > 0 && !target.some(({ role, enabled }) => role === "administrator" && enabled))
      throw nobodyLeft();
    const gone: string[] = [];
    for (const account of present) {
      const after = target.find(({ name }) => isSame(name, account.name));
      if (after !== undefined && isSameAccount(account, after)) continue;
      gone.push(...(await sessionsTable(writer).removeByUser(account.name)));
      await users.remove(account.name);
    }
    for (const account of target) {
      if ((await users.find(account.name)) === undefined) await users.insert(account);
    }
    const all = new Map(target.map(({ name, cameras }) => [name, cameras]));
    return { adopt: await scopes.replaceAll(all, keyValuesTable(writer)), ended: gone };
  });
  adopt();
  sessions.haveEnded(ended);
}

/** The name as the database compares it: without regard to the case of A to Z. */
export function accountKey(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function isSame(one: string, other: string): boolean {
  return accountKey(one) === accountKey(other);
}

function nobodyLeft(): NightjarError {
  return new NightjarError(
    "NJ_LAST_ADMINISTRATOR",
    "failed-precondition",
    "the settings hold no enabled administrator: nobody could administer the recorder any more",
  );
}
