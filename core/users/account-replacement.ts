// Puts another set of accounts in the place of all that are there, in one transaction: what an import of settings, and
// taking it back, do. Whoever does it stays signed in. Knows nothing of files.
import type { Db } from "../db/db.ts";
import { apiTokensTable } from "../db/tables/api-tokens-table.ts";
import { keyValuesTable } from "../db/tables/key-values-table.ts";
import { insertSecondFactor } from "../db/tables/second-factors-table.ts";
import { sessionsTable } from "../db/tables/sessions-table.ts";
import { streamPasswordsTable } from "../db/tables/stream-passwords-table.ts";
import { type UserRow, usersTable } from "../db/tables/users-table.ts";
import type { CameraScope } from "../domain/roles.ts";
import { NightjarError } from "../errors.ts";
import type { CameraScopes } from "./camera-scopes.ts";
import type { SecondFactors, StoredSecondFactor } from "./second-factors.ts";
import type { Sessions } from "./sessions.ts";
import { streamSessionId } from "./stream-passwords.ts";

/** An account as it is stored, with the hash of its password. */
export interface StoredAccount extends UserRow {
  readonly cameras: CameraScope;
  readonly secondFactor?: StoredSecondFactor | undefined;
}

/** What accounts are made of. */
export interface AccountStores {
  readonly db: Db;
  readonly scopes: CameraScopes;
  readonly sessions: Sessions;
  readonly secondFactors: SecondFactors;
}

/** All accounts as they are stored. Throws `NJ_SECRETS_UNREADABLE` if the secret of a second factor cannot be opened. */
export async function storedAccounts({ db, scopes, secondFactors }: AccountStores): Promise<StoredAccount[]> {
  const users = await usersTable(db).list();
  return Promise.all(
    users.map(async (user) => {
      const secondFactor = await secondFactors.stored(user.name);
      return {
        ...user,
        cameras: scopes.of(user.name),
        ...(secondFactor === undefined ? {} : { secondFactor }),
      };
    }),
  );
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

/** True for who can administer the recorder whatever becomes of plugins: one of them must remain. */
export function isOwnAdministrator({ role, enabled, source }: StoredAccount): boolean {
  return role === "administrator" && enabled && source === undefined;
}

/** True if both are the same to whoever looks after an account. */
export function isSameAccount(one: StoredAccount, other: StoredAccount): boolean {
  return changedFields(one, other).length === 0;
}

/** Which fields differ. */
export function changedFields(one: StoredAccount, other: StoredAccount): (keyof StoredAccount)[] {
  const fields = ["name", "role", "enabled", "passwordHash", "cameras", "secondFactor", "source"] as const;
  return fields.filter((field) => factsOf(one, field) !== factsOf(other, field));
}

function factsOf(account: StoredAccount, field: keyof StoredAccount): string | undefined {
  if (field !== "secondFactor") return JSON.stringify(account[field]);
  // Each sign-in uses up a step: that is no other second factor.
  const { secret, recoveryCodes = [] } = account.secondFactor ?? {};
  return JSON.stringify([secret, [...recoveryCodes].sort()]);
}

/** See {@link Accounts.replaceAll}, whose queue this runs in. */
export async function replaceAccounts(
  stores: AccountStores,
  next: readonly StoredAccount[],
  kept: string | undefined,
  nowMs: number,
): Promise<void> {
  const { db, scopes, sessions, secondFactors } = stores;
  const present = await storedAccounts(stores);
  const target = accountsAfter(present, next, kept);
  // None at all is a recorder that waits for its activation.
  if (target.length > 0 && !target.some(isOwnAdministrator)) throw nobodyLeft();
  const staying = new Set(
    present
      .filter((account) =>
        target.some((one) => isSame(one.name, account.name) && isSameAccount(one, account)),
      )
      .map(({ name }) => name),
  );
  const going = present.filter(({ name }) => !staying.has(name));
  const coming = target.filter(({ name }) => !staying.has(name));
  const factors = coming.flatMap(({ name, secondFactor }) =>
    secondFactor === undefined ? [] : [{ userName: name, ...secondFactor }],
  );
  const oldSecrets = await Promise.all(going.map(({ name }) => secondFactors.secretName(name)));
  // Sealed before the rows that name them: a crash between leaves a secret that nobody uses, never a row without one.
  const newSecrets = await secondFactors.keepSecrets(factors.map(({ secret }) => secret));
  const { adopt, ended } = await db
    .transaction(async (writer) => {
      const gone: string[] = [];
      for (const { name } of going) {
        gone.push(...(await sessionsTable(writer).removeByUser(name)));
        gone.push(...(await apiTokensTable(writer).removeByUser(name)));
        const streams = await streamPasswordsTable(writer).list(name);
        gone.push(...streams.map(({ id }) => streamSessionId(id)));
        await usersTable(writer).remove(name);
      }
      // Made now: what is kept elsewhere for an account of this name, as the devices that it is told at, is not its own.
      for (const account of coming) await usersTable(writer).insert({ ...account, createdAtMs: nowMs });
      for (const [index, { userName, sinceMs, lastStep, recoveryCodes }] of factors.entries()) {
        const secretName = newSecrets[index] ?? "";
        await insertSecondFactor(writer, { userName, secretName, sinceMs, lastStep }, recoveryCodes);
      }
      const all = new Map(target.map(({ name, cameras }) => [name, cameras]));
      return { adopt: await scopes.replaceAll(all, keyValuesTable(writer)), ended: gone };
    })
    .catch(async (error: unknown) => {
      await secondFactors.forgetSecrets(newSecrets).catch(() => undefined);
      throw error;
    });
  adopt();
  sessions.haveEnded(ended);
  // What is left of them opens nothing any more.
  await secondFactors.forgetSecrets(oldSecrets.filter((name) => name !== undefined)).catch(() => undefined);
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
