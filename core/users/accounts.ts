// Accounts of people and programs: made, changed and removed under the rules that keep a recorder reachable (one
// enabled administrator remains) and that end sessions which no longer hold (A6). Every change goes to the audit log.
import type { Clock } from "../clock.ts";
import type { Db } from "../db/db.ts";
import { type UserChange, type UserRow, type UsersTable, usersTable } from "../db/tables/users-table.ts";
import type { CameraScope, Role } from "../domain/roles.ts";
import { NightjarError } from "../errors.ts";
import {
  type AccountStores,
  replaceAccounts,
  type StoredAccount,
  storedAccounts,
} from "./account-replacement.ts";
import type { ApiTokens } from "./api-tokens.ts";
import type { AuditLog } from "./audit-log.ts";
import type { CameraScopes } from "./camera-scopes.ts";
import {
  endOfSources,
  type OutsideAccount,
  type OutsideLeave,
  outsideLeave,
  requireOwn,
  takeOverAccount,
} from "./outside-accounts.ts";
import { checkPassword } from "./password-check.ts";
import {
  hashPassword,
  PASSWORD_COST,
  type PasswordCost,
  verifyNothing,
  verifyPassword,
} from "./password-hash.ts";
import type { Actor } from "./principal.ts";
import type { SecondFactors } from "./second-factors.ts";
import type { Sessions } from "./sessions.ts";
import type { StreamPasswords } from "./stream-passwords.ts";
import { checkedUserName } from "./user-name.ts";

/** The role of an account, for those who only speak of accounts. */
export type UserRole = Role;

/** An account as others may see it. */
export interface Account {
  readonly name: string;
  readonly role: Role;
  readonly enabled: boolean;
  readonly cameras: CameraScope;
  /** Signs in with a one-time code besides the password. */
  readonly secondFactor: boolean;
  /** Login provider that knows it, `<package>/<id>`; absent: its password is the recorder's own. */
  readonly source?: string;
  readonly createdAtMs: number;
  readonly passwordChangedAtMs: number;
}

export interface NewAccount {
  readonly name: string;
  readonly role: Role;
  readonly password: string;
  /** All cameras unless narrowed. */
  readonly cameras?: CameraScope;
}

export interface AccountChange {
  readonly role?: Role;
  readonly enabled?: boolean;
  readonly password?: string;
  readonly cameras?: CameraScope;
  /** End the API tokens too. They end anyway when somebody else sets the password, and when the account is disabled. */
  readonly endTokens?: boolean;
}

export const ACCOUNT_LIMIT = 500;

export class Accounts {
  readonly #db: Db;
  readonly #table: UsersTable;
  readonly #sessions: Sessions;
  readonly #scopes: CameraScopes;
  readonly #apiTokens: ApiTokens;
  readonly #secondFactors: SecondFactors;
  readonly #streamPasswords: StreamPasswords;
  readonly #audit: AuditLog;
  readonly #clock: Clock;
  readonly #passwordCost: PasswordCost;
  /** Changes one after the other: two administrators must not disable each other at the same time. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: {
    readonly db: Db;
    readonly sessions: Sessions;
    readonly scopes: CameraScopes;
    readonly apiTokens: ApiTokens;
    readonly secondFactors: SecondFactors;
    readonly streamPasswords: StreamPasswords;
    readonly audit: AuditLog;
    readonly clock: Clock;
    readonly passwordCost?: PasswordCost | undefined;
  }) {
    this.#db = options.db;
    this.#table = usersTable(options.db);
    this.#sessions = options.sessions;
    this.#scopes = options.scopes;
    this.#apiTokens = options.apiTokens;
    this.#secondFactors = options.secondFactors;
    this.#streamPasswords = options.streamPasswords;
    this.#audit = options.audit;
    this.#clock = options.clock;
    this.#passwordCost = options.passwordCost ?? PASSWORD_COST;
  }

  /** True once there is an account: until then only activation works. */
  async any(): Promise<boolean> {
    return (await this.#table.list()).length > 0;
  }

  async list(): Promise<Account[]> {
    const [users, names] = await Promise.all([this.#table.list(), this.#secondFactors.names()]);
    return users.map((user) => this.#account(user, names.has(user.name)));
  }

  async find(name: string): Promise<Account | undefined> {
    const user = await this.#table.find(name);
    return user === undefined ? undefined : this.#accountWithFactor(user);
  }

  /**
   * The own name of the account that a typed one means, else what was typed. Names of a directory are kept in small letters,
   * and the database compares A to Z alone without regard to case: `JÜRGEN` means `jürgen` there.
   */
  async meantName(typed: string): Promise<string> {
    // Both, whatever the first says: no time tells which names there are.
    const [exact, small] = await Promise.all([
      this.#table.find(typed),
      this.#table.find(typed.toLowerCase()),
    ]);
    if (exact !== undefined) return exact.name;
    return small?.source === undefined ? typed : small.name;
  }

  /** The same where there must be one. Throws `NJ_USER_NOT_FOUND`. */
  async existing(name: string): Promise<Account> {
    return this.#accountWithFactor(await this.#existing(name));
  }

  /** All accounts with hashes and second factors, for a sealed settings file and nothing else. */
  stored(): Promise<StoredAccount[]> {
    return storedAccounts(this.#stores());
  }

  /**
   * Replaces all accounts in one transaction; sessions of those that go or change end. The account `kept` stays as it is,
   * with its sessions. Throws `NJ_LAST_ADMINISTRATOR` if nobody could administer the recorder any more.
   */
  replaceAll(next: readonly StoredAccount[], kept: string | undefined): Promise<void> {
    return this.#inTurn(() => replaceAccounts(this.#stores(), next, kept, this.#clock.wallMs()));
  }

  /** Makes an account. Throws `NJ_USER_EXISTS`, `NJ_USER_NAME_INVALID`, `NJ_PASSWORD_WEAK`. */
  create(account: NewAccount, actor: Actor): Promise<Account> {
    return this.#inTurn(async () => {
      const user = await this.#newUser(account);
      await this.#requireRoom();
      // In any script: what is kept beside the table, as camera scopes, goes by the name in small letters.
      const folded = user.name.toLowerCase();
      if ((await this.#table.list()).some(({ name }) => name.toLowerCase() === folded)) {
        throw new NightjarError(
          "NJ_USER_EXISTS",
          "failed-precondition",
          `there is an account "${user.name}" already`,
        );
      }
      // The scope first: an account must at no moment see more than it should.
      await this.#scopes.set(user.name, account.cameras ?? "all");
      await this.#table.insert(user);
      this.#record(actor, "user-created", {
        ...{ user: user.name, role: user.role, cameras: account.cameras ?? "all" },
      });
      return this.#account(user, false);
    });
  }

  /** Makes the first administrator; false if somebody else was faster. */
  async createFirst(account: Omit<NewAccount, "role" | "cameras">, actor: Actor): Promise<boolean> {
    const user = await this.#newUser({ ...account, role: "administrator" });
    const made = await this.#table.insertFirst(user);
    if (made) this.#record(actor, "activated", { user: user.name });
    return made;
  }

  /**
   * Changes an account; ends its sessions where its rights or its password change. API tokens live on with what the account
   * may do then, but for those of an account that is disabled or whose password somebody else sets: they end. Throws `NJ_USER_NOT_FOUND`,
   * `NJ_LAST_ADMINISTRATOR`, `NJ_USER_FROM_PROVIDER`.
   */
  change(name: string, change: AccountChange, actor: Actor): Promise<Account> {
    return this.#inTurn(async () => {
      const user = await this.#existing(name);
      if (change.role !== undefined || change.cameras !== undefined || change.password !== undefined)
        requireOwn(user);
      const loses =
        change.enabled === false || (change.role !== undefined && change.role !== "administrator");
      if (loses) await this.#keepAnAdministrator(user);
      const fields: UserChange = {
        ...(change.role === undefined ? {} : { role: change.role }),
        ...(change.enabled === undefined ? {} : { enabled: change.enabled }),
        ...(change.password === undefined ? {} : await this.#newPassword(change.password, user.name)),
      };
      if (change.cameras !== undefined) await this.#scopes.set(user.name, change.cameras);
      await this.#table.update(user.name, fields);
      const onlyOwnPassword =
        change.role === undefined && change.enabled === undefined && change.cameras === undefined;
      const own = actor.userName.toLowerCase() === user.name.toLowerCase();
      await this.#sessions.endOfUser(user.name, own && onlyOwnPassword ? actor.sessionId : undefined);
      const tokensEnd =
        change.endTokens === true || change.enabled === false || (change.password !== undefined && !own);
      const tokensEnded = tokensEnd ? await this.#apiTokens.endOfUser(user.name) : 0;
      if (!tokensEnd) await this.#apiTokens.judgeAnew(user.name);
      // A new password says nothing of the programs that watch with passwords of their own.
      if (!onlyOwnPassword) await this.#streamPasswords.endStreams(user.name);
      this.#record(actor, "user-changed", {
        user: user.name,
        ...(change.role === undefined ? {} : { role: change.role }),
        ...(change.enabled === undefined ? {} : { enabled: change.enabled }),
        ...(change.cameras === undefined ? {} : { cameras: change.cameras }),
        ...(change.password === undefined ? {} : { passwordChanged: true }),
        ...(tokensEnded === 0 ? {} : { tokensEnded }),
      });
      return this.#accountWithFactor(await this.#existing(name));
    });
  }

  /** Removes an account; its sessions and API tokens end. Throws `NJ_USER_NOT_FOUND`, `NJ_LAST_ADMINISTRATOR`. */
  remove(name: string, actor: Actor): Promise<void> {
    return this.#inTurn(async () => {
      const user = await this.#existing(name);
      await this.#keepAnAdministrator(user);
      // Disabled first, so that no session can be opened between the two steps that follow.
      await this.#table.update(user.name, { enabled: false });
      await this.#sessions.endOfUser(user.name);
      await this.#apiTokens.endOfUser(user.name);
      await this.#streamPasswords.endStreams(user.name);
      await this.#secondFactors.remove(user.name);
      await this.#table.remove(user.name);
      await this.#scopes.set(user.name, "all");
      this.#record(actor, "user-removed", { user: user.name });
    });
  }

  /** The stored account if the password is right and it is enabled. Takes the same time if there is none. */
  async verify(name: string, password: string): Promise<UserRow | undefined> {
    const user = await this.#table.find(name);
    if (user === undefined || user.source !== undefined) {
      await verifyNothing(password, this.#passwordCost);
      return undefined;
    }
    return (await verifyPassword(password, user.passwordHash)) && user.enabled ? user : undefined;
  }

  /** True if the account still stands as it was when its password was checked. */
  async isUnchanged(user: UserRow): Promise<boolean> {
    const now = await this.#table.find(user.name);
    return (
      now?.enabled === true &&
      now.passwordHash === user.passwordHash &&
      now.role === user.role &&
      now.source === user.source
    );
  }

  /** Which login providers may be asked about a name. */
  outsideLeave(name: string): Promise<OutsideLeave> {
    return outsideLeave(this.#table, name);
  }

  /**
   * Takes over what a login provider and the mapping say of somebody who has just proved who that is: makes the account, or
   * brings role and cameras up to date, which ends the sessions of before. Undefined where the name is another's meanwhile.
   * Throws `NJ_USER_LIMIT`.
   */
  takeOver(account: OutsideAccount, address: string): Promise<UserRow | undefined> {
    return this.#inTurn(() => takeOverAccount(this.#outsideStores(), account, address));
  }

  /** Ends the sessions of all accounts whose login provider is not there any more. They stay on the list, signed out. */
  endOfSources(isActive: (source: string) => boolean): Promise<void> {
    return this.#inTurn(() => endOfSources(this.#outsideStores(), isActive));
  }

  async #requireRoom(): Promise<void> {
    if ((await this.#table.list()).length < ACCOUNT_LIMIT) return;
    throw new NightjarError(
      "NJ_USER_LIMIT",
      "resource-exhausted",
      `there are ${ACCOUNT_LIMIT} accounts already`,
    );
  }

  async #newUser(account: NewAccount): Promise<UserRow> {
    const name = checkedUserName(account.name);
    const password = await this.#newPassword(account.password, name);
    return { name, role: account.role, enabled: true, createdAtMs: this.#clock.wallMs(), ...password };
  }

  async #newPassword(
    password: string,
    userName: string,
  ): Promise<Pick<UserRow, "passwordHash" | "passwordChangedAtMs">> {
    await checkPassword(password, userName);
    return {
      passwordHash: await hashPassword(password, this.#passwordCost),
      passwordChangedAtMs: this.#clock.wallMs(),
    };
  }

  async #existing(name: string): Promise<UserRow> {
    const user = await this.#table.find(name);
    if (user === undefined) {
      throw new NightjarError("NJ_USER_NOT_FOUND", "not-found", `there is no account "${name.slice(0, 64)}"`);
    }
    return user;
  }

  async #keepAnAdministrator(user: UserRow): Promise<void> {
    // One whom a plugin lets in is none to rely on.
    if (user.role !== "administrator" || !user.enabled || user.source !== undefined) return;
    if ((await this.#table.countEnabledAdministrators()) <= 1) {
      throw new NightjarError(
        "NJ_LAST_ADMINISTRATOR",
        "failed-precondition",
        `"${user.name}" is the last administrator: make another one first`,
      );
    }
  }

  #stores(): AccountStores {
    return {
      db: this.#db,
      scopes: this.#scopes,
      sessions: this.#sessions,
      secondFactors: this.#secondFactors,
    };
  }

  #outsideStores() {
    return {
      table: this.#table,
      scopes: this.#scopes,
      sessions: this.#sessions,
      requireRoom: () => this.#requireRoom(),
      nowMs: () => this.#clock.wallMs(),
      record: (actor: Actor, action: string, detail: Readonly<Record<string, unknown>>) =>
        this.#record(actor, action, detail),
    };
  }

  async #accountWithFactor(user: UserRow): Promise<Account> {
    return this.#account(user, await this.#secondFactors.isOn(user.name));
  }

  #account(user: UserRow, secondFactor: boolean): Account {
    return {
      name: user.name,
      role: user.role,
      enabled: user.enabled,
      cameras: user.role === "administrator" ? "all" : this.#scopes.of(user.name),
      secondFactor,
      ...(user.source === undefined ? {} : { source: user.source }),
      createdAtMs: user.createdAtMs,
      passwordChangedAtMs: user.passwordChangedAtMs,
    };
  }

  #record(actor: Actor, action: string, detail: Readonly<Record<string, unknown>>): void {
    const { userName, address, token } = actor;
    this.#audit.record({ userName, remoteAddress: address, action, detail, token });
  }

  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(action);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}
