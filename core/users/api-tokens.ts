// API tokens: what programs act with in the name of an account. Each has a name, an end, rights and cameras of its own,
// which only ever narrow what the account may do at that moment; the secret is shown once and stored as a hash. Whatever
// ends or narrows them is told at once by the way that sessions take, so that open sockets close (A6).
import type { Clock } from "../clock.ts";
import type { ApiTokenRow, ApiTokensTable, ApiTokenWithUser } from "../db/tables/api-tokens-table.ts";
import type { UsersTable } from "../db/tables/users-table.ts";
import {
  type CameraScope,
  isRight,
  type Right,
  type Role,
  roleHolds,
  scopeIncludes,
  scopeWithin,
} from "../domain/roles.ts";
import { NightjarError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { AuditLog } from "./audit-log.ts";
import type { CameraScopes } from "./camera-scopes.ts";
import { requireOwn } from "./outside-accounts.ts";
import type { Actor, Principal } from "./principal.ts";
import type { Sessions } from "./sessions.ts";
import { newApiSecret, newPublicId, tokenHash } from "./tokens.ts";

export const API_TOKEN_LIMIT = 50;
export const LONGEST_LIFE_MS = 10 * 366 * 86_400_000;
/** How long a token that has run out is still shown, so that its owner sees why a program stopped. */
export const EXPIRED_SHOWN_MS = 30 * 86_400_000;
/** A use is written down at most this often. */
const TOUCH_EVERY_MS = 60_000;
const SWEEP_EVERY_MS = 15_000;
/** What is open under a token is judged anew this often. */
const JUDGED_FOR_MS = 3_600_000;
/** What people write on a label: no control characters, no line breaks. */
const NAME = /^[^\p{C}\p{Zl}\p{Zp}]{1,64}$/u;

/** A token as its owner sees it. The secret is not part of it. */
export interface ApiToken {
  readonly id: string;
  readonly userName: string;
  readonly name: string;
  readonly rights: readonly string[];
  readonly cameras: "all" | readonly string[];
  readonly createdAtMs: number;
  /** Undefined: never. */
  readonly expiresAtMs: number | undefined;
  readonly lastUsedAtMs: number | undefined;
  readonly lastAddress: string | undefined;
}

export interface NewApiToken {
  readonly name: string;
  readonly rights: readonly Right[];
  /** `all`: whatever the account sees at the moment of a request. With each as much as the account may then. */
  readonly cameras: "all" | readonly string[];
  /** Undefined: never. */
  readonly expiresAtMs: number | undefined;
}

/** Whose token it will be, and what that account may do now. */
export interface TokenOwner {
  readonly userName: string;
  readonly role: Role;
  readonly cameras: CameraScope;
}

export class ApiTokens {
  readonly #table: ApiTokensTable;
  readonly #users: Pick<UsersTable, "find">;
  readonly #scopes: CameraScopes;
  readonly #sessions: Sessions;
  readonly #audit: AuditLog;
  readonly #clock: Clock;
  readonly #sweeper: { cancel(): void };
  #sweptAtMs: number;

  constructor(options: {
    readonly table: ApiTokensTable;
    readonly users: Pick<UsersTable, "find">;
    readonly scopes: CameraScopes;
    readonly sessions: Sessions;
    readonly audit: AuditLog;
    readonly clock: Clock;
    readonly log: Log;
  }) {
    this.#table = options.table;
    this.#users = options.users;
    this.#scopes = options.scopes;
    this.#sessions = options.sessions;
    this.#audit = options.audit;
    this.#clock = options.clock;
    this.#sweptAtMs = options.clock.wallMs();
    this.#sweeper = options.clock.every(SWEEP_EVERY_MS, () => {
      this.sweep().catch((error: unknown) => {
        options.log.warn("expired API tokens could not be ended", { reason: String(error) });
      });
    });
  }

  /**
   * Makes a token; `secret` is given out this once. The caller has checked who asks. Throws `NJ_TOKEN_NAME`,
   * `NJ_TOKEN_EXPIRY`, `NJ_TOKEN_RIGHTS`, `NJ_TOKEN_LIMIT`, `NJ_TOKEN_EXISTS`, `NJ_USER_FROM_PROVIDER`.
   */
  async create(
    wanted: NewApiToken,
    owner: TokenOwner,
    actor: Actor,
  ): Promise<{ readonly secret: string; readonly token: ApiToken }> {
    const now = this.#clock.wallMs();
    const name = wanted.name.normalize("NFC").trim();
    checkWishes({ ...wanted, name }, owner, now);
    const user = await this.#users.find(owner.userName);
    if (user !== undefined) requireOwn(user);
    const own = await this.#table.listByUser(owner.userName);
    if (own.filter(({ expiresAtMs }) => isAlive(expiresAtMs, now)).length >= API_TOKEN_LIMIT) {
      throw new NightjarError(
        "NJ_TOKEN_LIMIT",
        "resource-exhausted",
        `the account has ${API_TOKEN_LIMIT} API tokens already: revoke those that nothing uses`,
      );
    }
    if (own.some((token) => token.name === name)) throw nameTaken(name);
    const secret = newApiSecret();
    const row = {
      id: newPublicId(),
      tokenHash: tokenHash(secret),
      userName: owner.userName,
      name,
      rights: [...new Set(wanted.rights)],
      cameras: wanted.cameras === "all" ? undefined : [...new Set(wanted.cameras)],
      createdAtMs: now,
      expiresAtMs: wanted.expiresAtMs,
    };
    await this.#table.insert(row).catch((error: unknown) => {
      throw error instanceof NightjarError && error.code === "NJ_DB_CONSTRAINT" ? nameTaken(name) : error;
    });
    // A disabling that came between check and making has not seen this token.
    if ((await this.#table.findById(row.id, now)) === undefined) {
      await this.#table.remove(row.id, row.userName);
      throw new NightjarError("NJ_UNAUTHENTICATED", "unauthenticated", "the account was changed meanwhile");
    }
    this.#record("token-created", row.userName, row, actor, {
      rights: row.rights,
      cameras: row.cameras ?? "all",
      expires: row.expiresAtMs === undefined ? "never" : new Date(row.expiresAtMs).toISOString(),
    });
    return { secret, token: factsOf({ ...row, lastUsedAtMs: undefined, lastAddress: undefined }) };
  }

  /** Who a secret stands for, or undefined. The use is written down, at most once a minute. */
  async authenticate(secret: string, address: string): Promise<Principal | undefined> {
    const now = this.#clock.wallMs();
    const found = await this.#table.findByTokenHash(tokenHash(secret), now);
    if (found === undefined) return undefined;
    if (found.lastUsedAtMs === undefined || Math.abs(now - found.lastUsedAtMs) >= TOUCH_EVERY_MS) {
      await this.#table.touch(found.id, now, address);
    }
    return this.#principal(found, now);
  }

  /** Who a token stands for, by its public id, if it is still alive. */
  async find(id: string): Promise<Principal | undefined> {
    const now = this.#clock.wallMs();
    const found = await this.#table.findById(id, now);
    return found === undefined ? undefined : this.#principal(found, now);
  }

  /** Those of an account, or of all; also those that have run out of late. Newest first within an account. */
  async list(userName?: string): Promise<ApiToken[]> {
    const rows = await (userName === undefined ? this.#table.list() : this.#table.listByUser(userName));
    return rows.map(factsOf);
  }

  /** Ends a token of that account. Throws `NJ_TOKEN_NOT_FOUND`. */
  async revoke(id: string, userName: string, actor: Actor): Promise<void> {
    const removed = await this.#table.remove(id, userName);
    if (removed === undefined) {
      throw new NightjarError(
        "NJ_TOKEN_NOT_FOUND",
        "not-found",
        "the account has no such API token, or not any more",
      );
    }
    this.#sessions.haveEnded([id]);
    this.#record("token-revoked", removed.userName, removed, actor);
  }

  /** Ends all tokens of an account; gives how many. The caller writes to the audit log why. */
  async endOfUser(userName: string): Promise<number> {
    const ids = await this.#table.removeByUser(userName);
    this.#sessions.haveEnded(ids);
    return ids.length;
  }

  /** The account may do less now, or more: what its programs have open ends, and is judged anew when they come back. */
  async judgeAnew(userName: string): Promise<void> {
    const tokens = await this.#table.listByUser(userName);
    this.#sessions.haveEnded(
      tokens.map(({ id }) => id),
      "changed",
    );
  }

  /** Ends what is open under tokens that have run out since the last time. */
  async sweep(): Promise<void> {
    const now = this.#clock.wallMs();
    const from = this.#sweptAtMs;
    const ids = await this.#table.expiredBetween(from, now);
    this.#sweptAtMs = now;
    this.#sessions.haveEnded(ids, "over");
    await this.#table.removeExpired(now - EXPIRED_SHOWN_MS);
  }

  close(): void {
    this.#sweeper.cancel();
  }

  #principal(found: ApiTokenWithUser, now: number): Principal {
    const account = found.role === "administrator" ? "all" : this.#scopes.of(found.userName);
    return {
      sessionId: found.id,
      userName: found.userName,
      role: found.role,
      cameras: scopeWithin(account, found.cameras ?? "all"),
      expiresAtMs: Math.min(found.expiresAtMs ?? Number.MAX_SAFE_INTEGER, now + JUDGED_FOR_MS),
      token: {
        id: found.id,
        name: found.name,
        rights: new Set(found.rights.filter(isRight)),
        expiresAtMs: found.expiresAtMs,
      },
    };
  }

  #record(
    action: string,
    user: string,
    made: { readonly id: string; readonly name: string },
    actor: Actor,
    detail: Readonly<Record<string, unknown>> = {},
  ): void {
    this.#audit.record({
      userName: actor.userName,
      remoteAddress: actor.address,
      action,
      detail: { user, name: made.name, id: made.id, ...detail },
      token: actor.token,
    });
  }
}

function checkWishes(wanted: NewApiToken, owner: TokenOwner, now: number): void {
  if (!NAME.test(wanted.name)) {
    throw new NightjarError(
      "NJ_TOKEN_NAME",
      "invalid-argument",
      "an API token is named by 1 to 64 characters on one line: what uses it",
    );
  }
  const life = wanted.expiresAtMs === undefined ? 0 : wanted.expiresAtMs - now;
  if (wanted.expiresAtMs !== undefined && !(life > 0 && life <= LONGEST_LIFE_MS)) {
    throw new NightjarError(
      "NJ_TOKEN_EXPIRY",
      "invalid-argument",
      "an API token ends within ten years from now, or never where that is chosen on purpose",
    );
  }
  const right = wanted.rights.find((one) => !roleHolds(owner.role, one));
  const camera =
    wanted.cameras === "all" ? undefined : wanted.cameras.find((one) => !scopeIncludes(owner.cameras, one));
  if (right !== undefined || camera !== undefined || wanted.rights.length === 0) {
    throw new NightjarError(
      "NJ_TOKEN_RIGHTS",
      "permission-denied",
      right === undefined && camera === undefined
        ? "an API token has at least one right"
        : `an account gives its API tokens what it has itself, which ${right ?? `camera ${camera?.slice(0, 64)}`} is not`,
    );
  }
}

function isAlive(expiresAtMs: number | undefined, now: number): boolean {
  return expiresAtMs === undefined || expiresAtMs > now;
}

function nameTaken(name: string): NightjarError {
  return new NightjarError(
    "NJ_TOKEN_EXISTS",
    "failed-precondition",
    `the account has an API token "${name}" already: the audit log tells tokens apart by their names`,
  );
}

function factsOf({ tokenHash: _, cameras, ...row }: ApiTokenRow): ApiToken {
  return { ...row, cameras: cameras ?? "all" };
}
