// Accounts that a plugin's login provider lets in: made at the first sign-in, kept in step with the administrator's mapping at
// each, signed out when the provider goes. They have nothing that outlives a sign-in, since nobody would take it from somebody
// who has left the directory. All but `requireOwn` run in the queue of `Accounts`.
import type { UserRow, UsersTable } from "../db/tables/users-table.ts";
import type { CameraScope, Role } from "../domain/roles.ts";
import { NightjarError } from "../errors.ts";
import type { CameraScopes } from "./camera-scopes.ts";
import type { Actor } from "./principal.ts";
import type { Sessions } from "./sessions.ts";
import { isUserName } from "./user-name.ts";

/** What a login provider and the administrator's mapping make of somebody. */
export interface OutsideAccount {
  readonly name: string;
  readonly source: string;
  readonly role: Role;
  readonly cameras: CameraScope;
}

/** Which login providers may be asked about a name; `source` undefined: all of them, for it has no account. */
export type OutsideLeave =
  | { readonly may: false }
  | { readonly may: true; readonly source: string | undefined };

/** What they are made of. */
export interface OutsideStores {
  readonly table: UsersTable;
  readonly scopes: CameraScopes;
  readonly sessions: Sessions;
  /** Throws `NJ_USER_LIMIT`. */
  requireRoom(): Promise<void>;
  nowMs(): number;
  record(actor: Actor, action: string, detail: Readonly<Record<string, unknown>>): void;
}

/** The name is in small letters. Never for a name with a password here, nor before there is an administrator with one. */
export async function outsideLeave(table: UsersTable, name: string): Promise<OutsideLeave> {
  const user = await findFolded(table, name);
  if (user === undefined)
    return isUserName(name) && (await table.countEnabledAdministrators()) > 0
      ? { may: true, source: undefined }
      : { may: false };
  return user.source === undefined || !user.enabled ? { may: false } : { may: true, source: user.source };
}

/** See {@link Accounts.takeOver}. */
export async function takeOverAccount(
  stores: OutsideStores,
  { name, source, role, cameras }: OutsideAccount,
  address: string,
): Promise<UserRow | undefined> {
  const { table, scopes, sessions } = stores;
  const user = await findFolded(table, name);
  if (user !== undefined && (user.source !== source || !user.enabled)) return undefined;
  const actor = { userName: user?.name ?? name, address };
  const detail = { user: actor.userName, role, cameras, source };
  if (user === undefined) {
    await stores.requireRoom();
    const times = { createdAtMs: stores.nowMs(), passwordChangedAtMs: stores.nowMs() };
    // The scope first: an account must at no moment see more than it should.
    await scopes.set(name, cameras);
    await table.insert({ name, role, passwordHash: "", enabled: true, source, ...times });
    stores.record(actor, "user-created", detail);
    return table.find(name);
  }
  if (user.role === role && isSameScope(scopes.of(user.name), cameras)) return user;
  await scopes.set(user.name, cameras);
  await table.update(user.name, { role });
  await sessions.endOfUser(user.name);
  stores.record(actor, "user-changed", detail);
  return table.find(user.name);
}

/** See {@link Accounts.endOfSources}. */
export async function endOfSources(
  { table, sessions, record }: Pick<OutsideStores, "table" | "sessions" | "record">,
  isActive: (source: string) => boolean,
): Promise<void> {
  for (const { name, source } of await table.list()) {
    if (source === undefined || isActive(source)) continue;
    const ended = await sessions.endOfUser(name);
    if (ended > 0) record({ userName: "", address: "" }, "sessions-ended", { user: name, ended, source });
  }
}

/** Throws `NJ_USER_FROM_PROVIDER` for an account whose password is not the recorder's own. */
export function requireOwn(user: Pick<UserRow, "name" | "source">): void {
  if (user.source === undefined) return;
  throw new NightjarError(
    "NJ_USER_FROM_PROVIDER",
    "failed-precondition",
    `"${user.name}" comes from ${user.source}: its password, role and cameras are changed there and in "logins" of config.json, and it has no API tokens and stream passwords`,
  );
}

/** By its name in small letters of any script: the database folds those of ASCII alone, directories all of them. */
async function findFolded(table: UsersTable, name: string): Promise<UserRow | undefined> {
  return (await table.list()).find((user) => user.name.toLowerCase() === name);
}

function isSameScope(one: CameraScope, other: CameraScope): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
