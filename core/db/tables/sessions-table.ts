// Queries on the table `sessions`. Tokens are stored as SHA-256 hashes only.
import type { SqlWriter } from "../db.ts";
import type { UserRole } from "./users-table.ts";

export interface SessionRow {
  /** Public id, for logs and revocation. */
  readonly id: string;
  /** SHA-256 of the token, hex. */
  readonly tokenHash: string;
  readonly userName: string;
  readonly createdAtMs: number;
  readonly lastSeenAtMs: number;
  readonly expiresAtMs: number;
  readonly remoteAddress: string;
  readonly userAgent: string;
}

/** A session with what decides over its rights now. */
export interface SessionWithUser extends SessionRow {
  readonly role: UserRole;
  readonly userEnabled: boolean;
}

export interface SessionsTable {
  insert(session: SessionRow): Promise<void>;
  /** The session of a token that has not expired at `nowMs`, and whose account is enabled. */
  findByTokenHash(tokenHash: string, nowMs: number): Promise<SessionWithUser | undefined>;
  findById(id: string, nowMs: number): Promise<SessionWithUser | undefined>;
  listByUser(userName: string): Promise<SessionRow[]>;
  /** Notes a use, and moves the expiry. */
  touch(id: string, lastSeenAtMs: number, expiresAtMs: number): Promise<void>;
  /** False if there was none. */
  remove(id: string): Promise<boolean>;
  /** Removes the sessions of a user, but for `exceptId`, and answers the ids of those removed. */
  removeByUser(userName: string, exceptId?: string): Promise<string[]>;
  /** Removes what expired before `nowMs`, or was last seen at `seenBeforeMs` or before, and answers the ids. */
  removeExpired(nowMs: number, seenBeforeMs?: number): Promise<string[]>;
  /** Removes what was opened at `beforeMs` or before, and answers the ids. */
  removeOpenedBefore(beforeMs: number): Promise<string[]>;
}

const COLUMNS = `s.id, s.token_hash as tokenHash, s.user_name as userName, s.created_at_ms as createdAtMs,
  s.last_seen_at_ms as lastSeenAtMs, s.expires_at_ms as expiresAtMs, s.remote_address as remoteAddress,
  s.user_agent as userAgent`;
const WITH_USER = `select ${COLUMNS}, u.role, u.enabled as userEnabled
  from sessions s join users u on u.name = s.user_name`;

type StoredSession = Omit<SessionWithUser, "userEnabled"> & { readonly userEnabled: number };

/** `db`: the database, or the writer of a transaction. */
export function sessionsTable(db: SqlWriter): SessionsTable {
  return {
    async insert(session) {
      await db.run(
        `insert into sessions (id, token_hash, user_name, created_at_ms, last_seen_at_ms, expires_at_ms,
           remote_address, user_agent) values (?, ?, ?, ?, ?, ?, ?, ?)`,
        [
          session.id,
          session.tokenHash,
          session.userName,
          session.createdAtMs,
          session.lastSeenAtMs,
          session.expiresAtMs,
          session.remoteAddress,
          session.userAgent.slice(0, 500),
        ],
      );
    },
    findByTokenHash: (tokenHash, nowMs) => findLive("s.token_hash", tokenHash, nowMs),
    findById: (id, nowMs) => findLive("s.id", id, nowMs),
    listByUser(userName) {
      return db.all<SessionRow>(
        `select ${COLUMNS} from sessions s where s.user_name = ? order by s.last_seen_at_ms desc`,
        [userName],
      );
    },
    async touch(id, lastSeenAtMs, expiresAtMs) {
      await db.run("update sessions set last_seen_at_ms = ?, expires_at_ms = ? where id = ?", [
        lastSeenAtMs,
        expiresAtMs,
        id,
      ]);
    },
    async remove(id) {
      return (await db.run("delete from sessions where id = ?", [id])).changes === 1;
    },
    removeByUser: (userName, exceptId) => {
      return removed("user_name = ? and id is not ?", [userName, exceptId ?? null]);
    },
    removeExpired: (nowMs, seenBeforeMs) =>
      seenBeforeMs === undefined
        ? removed("expires_at_ms <= ?", [nowMs])
        : removed("expires_at_ms <= ? or last_seen_at_ms <= ?", [nowMs, seenBeforeMs]),
    removeOpenedBefore: (beforeMs) => removed("created_at_ms <= ?", [beforeMs]),
  };

  async function findLive(
    column: "s.token_hash" | "s.id",
    value: string,
    nowMs: number,
  ): Promise<SessionWithUser | undefined> {
    const row = await db.get<StoredSession>(
      `${WITH_USER} where ${column} = ? and s.expires_at_ms > ? and u.enabled = 1`,
      [value, nowMs],
    );
    return row === undefined ? undefined : { ...row, userEnabled: row.userEnabled === 1 };
  }

  async function removed(condition: string, params: (string | number | null)[]): Promise<string[]> {
    // Two statements, because `returning` needs the writing connection, which `db.all` outside of a transaction is not.
    const rows = await db.all<{ id: string }>(`select id from sessions where ${condition}`, params);
    const ids: string[] = [];
    for (const { id } of rows) {
      if ((await db.run("delete from sessions where id = ?", [id])).changes === 1) ids.push(id);
    }
    return ids;
  }
}
