// Queries on the table `api_tokens`: what programs act with in the name of an account. Secrets are stored as hashes only.
import type { SqlWriter } from "../db.ts";
import type { UserRole } from "./users-table.ts";

export interface ApiTokenRow {
  /** Public id, for logs and revocation. */
  readonly id: string;
  /** SHA-256 of the secret, hex. */
  readonly tokenHash: string;
  readonly userName: string;
  readonly name: string;
  readonly rights: readonly string[];
  /** Camera ids; undefined: all that the account sees. */
  readonly cameras: readonly string[] | undefined;
  readonly createdAtMs: number;
  /** Undefined: never. */
  readonly expiresAtMs: number | undefined;
  /** To the minute; undefined: not yet. */
  readonly lastUsedAtMs: number | undefined;
  readonly lastAddress: string | undefined;
}

/** A token with what decides over its rights now. */
export interface ApiTokenWithUser extends ApiTokenRow {
  readonly role: UserRole;
}

export interface ApiTokensTable {
  /** Rejects with `NJ_DB_CONSTRAINT` if the account has one of that name, or is gone. */
  insert(token: Omit<ApiTokenRow, "lastUsedAtMs" | "lastAddress">): Promise<void>;
  /** The token of a secret that has not expired at `nowMs`, and whose account is enabled. */
  findByTokenHash(tokenHash: string, nowMs: number): Promise<ApiTokenWithUser | undefined>;
  findById(id: string, nowMs: number): Promise<ApiTokenWithUser | undefined>;
  /** Also those that have expired; newest first. */
  listByUser(userName: string): Promise<ApiTokenRow[]>;
  list(): Promise<ApiTokenRow[]>;
  /** Notes a use. */
  touch(id: string, atMs: number, address: string): Promise<void>;
  /** The token that was removed, if it was that account's. */
  remove(id: string, userName: string): Promise<ApiTokenRow | undefined>;
  /** Removes all of an account, and answers the ids. */
  removeByUser(userName: string): Promise<string[]>;
  /** Ids of those that expired after `fromMs`, up to and including `toMs`. */
  expiredBetween(fromMs: number, toMs: number): Promise<string[]>;
  /** Forgets those that expired before `beforeMs`. */
  removeExpired(beforeMs: number): Promise<void>;
}

const COLUMNS = `a.id, a.token_hash as tokenHash, a.user_name as userName, a.name, a.rights, a.cameras,
  a.created_at_ms as createdAtMs, a.expires_at_ms as expiresAtMs, a.last_used_at_ms as lastUsedAtMs,
  a.last_address as lastAddress`;

interface StoredToken {
  readonly id: string;
  readonly tokenHash: string;
  readonly userName: string;
  readonly name: string;
  readonly rights: string;
  readonly cameras: string | null;
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
  readonly lastUsedAtMs: number | null;
  readonly lastAddress: string | null;
}

/** `db`: the database, or the writer of a transaction. */
export function apiTokensTable(db: SqlWriter): ApiTokensTable {
  return {
    async insert(token) {
      await db.run(
        `insert into api_tokens (id, token_hash, user_name, name, rights, cameras, created_at_ms, expires_at_ms)
         values (?, ?, ?, ?, ?, ?, ?, ?)`,
        [
          token.id,
          token.tokenHash,
          token.userName,
          token.name,
          JSON.stringify(token.rights),
          token.cameras === undefined ? null : JSON.stringify(token.cameras),
          token.createdAtMs,
          token.expiresAtMs ?? null,
        ],
      );
    },
    findByTokenHash: (tokenHash, nowMs) => findLive("a.token_hash", tokenHash, nowMs),
    findById: (id, nowMs) => findLive("a.id", id, nowMs),
    listByUser: (userName) => rows("where a.user_name = ?", [userName]),
    list: () => rows("", []),
    async touch(id, atMs, address) {
      await db.run("update api_tokens set last_used_at_ms = ?, last_address = ? where id = ?", [
        atMs,
        address,
        id,
      ]);
    },
    async remove(id, userName) {
      const [found] = await rows("where a.id = ? and a.user_name = ?", [id, userName]);
      if (found === undefined) return undefined;
      const { changes } = await db.run("delete from api_tokens where id = ?", [id]);
      return changes === 1 ? found : undefined;
    },
    async removeByUser(userName) {
      const ids: string[] = [];
      for (const { id } of await rows("where a.user_name = ?", [userName])) {
        if ((await db.run("delete from api_tokens where id = ?", [id])).changes === 1) ids.push(id);
      }
      return ids;
    },
    async expiredBetween(fromMs, toMs) {
      const found = await db.all<{ id: string }>(
        "select id from api_tokens where expires_at_ms > ? and expires_at_ms <= ?",
        [fromMs, toMs],
      );
      return found.map(({ id }) => id);
    },
    async removeExpired(beforeMs) {
      await db.run("delete from api_tokens where expires_at_ms < ?", [beforeMs]);
    },
  };

  async function rows(condition: string, params: (string | number)[]): Promise<ApiTokenRow[]> {
    const found = await db.all<StoredToken>(
      `select ${COLUMNS} from api_tokens a ${condition} order by a.user_name, a.created_at_ms desc, a.name`,
      params,
    );
    return found.map(toRow);
  }

  async function findLive(
    column: "a.token_hash" | "a.id",
    value: string,
    nowMs: number,
  ): Promise<ApiTokenWithUser | undefined> {
    const row = await db.get<StoredToken & { readonly role: UserRole }>(
      `select ${COLUMNS}, u.role from api_tokens a join users u on u.name = a.user_name
       where ${column} = ? and (a.expires_at_ms is null or a.expires_at_ms > ?) and u.enabled = 1`,
      [value, nowMs],
    );
    return row === undefined ? undefined : { ...toRow(row), role: row.role };
  }
}

function toRow(stored: StoredToken): ApiTokenRow {
  return {
    id: stored.id,
    tokenHash: stored.tokenHash,
    userName: stored.userName,
    name: stored.name,
    rights: texts(stored.rights),
    cameras: stored.cameras === null ? undefined : texts(stored.cameras),
    createdAtMs: stored.createdAtMs,
    expiresAtMs: stored.expiresAtMs ?? undefined,
    lastUsedAtMs: stored.lastUsedAtMs ?? undefined,
    lastAddress: stored.lastAddress ?? undefined,
  };
}

/** A value of another shape is taken for "none": never more than was granted. */
function texts(json: string): string[] {
  const value: unknown = JSON.parse(json);
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}
