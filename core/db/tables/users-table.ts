// Queries on the table `users`. Names are compared without regard to case.
import type { SqlWriter } from "../db.ts";

export const USER_ROLES = ["administrator", "operator", "viewer"] as const;
export type UserRole = (typeof USER_ROLES)[number];

export interface UserRow {
  readonly name: string;
  readonly role: UserRole;
  /** PHC string. */
  readonly passwordHash: string;
  readonly enabled: boolean;
  readonly createdAtMs: number;
  readonly passwordChangedAtMs: number;
  /** Login provider that knows it, `<package>/<id>`; absent: it has a password of the recorder's own. */
  readonly source?: string | undefined;
}

/** What may be changed of an account. */
export type UserChange = Partial<Pick<UserRow, "role" | "passwordHash" | "enabled" | "passwordChangedAtMs">>;

export interface UsersTable {
  find(name: string): Promise<UserRow | undefined>;
  /** In alphabetical order. */
  list(): Promise<UserRow[]>;
  /** How many administrators may sign in by a password of the recorder's own: the last one must not go. */
  countEnabledAdministrators(): Promise<number>;
  /** Rejects with `NJ_DB_CONSTRAINT` if the name is taken. */
  insert(user: UserRow): Promise<void>;
  /** Inserts only if there is no account at all, so that two activations cannot both win. */
  insertFirst(user: UserRow): Promise<boolean>;
  /** False if there is no such account. */
  update(name: string, change: UserChange): Promise<boolean>;
  /** Its sessions and tickets go too. False if there was none. */
  remove(name: string): Promise<boolean>;
}

const COLUMNS = `name, role, password_hash as passwordHash, enabled,
  created_at_ms as createdAtMs, password_changed_at_ms as passwordChangedAtMs, source`;

/** `db`: the database, or the writer of a transaction. */
export function usersTable(db: SqlWriter): UsersTable {
  return {
    async find(name) {
      const row = await db.get<StoredUser>(`select ${COLUMNS} from users where name = ?`, [name]);
      return row === undefined ? undefined : toUser(row);
    },
    async list() {
      const rows = await db.all<StoredUser>(`select ${COLUMNS} from users order by name`);
      return rows.map(toUser);
    },
    async countEnabledAdministrators() {
      const row = await db.get<{ count: number }>(
        "select count(*) as count from users where role = 'administrator' and enabled = 1 and source is null",
      );
      return row?.count ?? 0;
    },
    async insert(user) {
      await db.run(`${INSERT} values (?, ?, ?, ?, ?, ?, ?)`, insertParams(user));
    },
    async insertFirst(user) {
      const { changes } = await db.run(
        `${INSERT} select ?, ?, ?, ?, ?, ?, ? where not exists (select 1 from users)`,
        insertParams(user),
      );
      return changes === 1;
    },
    async update(name, change) {
      const { changes } = await db.run(
        `update users set role = coalesce(?, role), password_hash = coalesce(?, password_hash),
           enabled = coalesce(?, enabled), password_changed_at_ms = coalesce(?, password_changed_at_ms)
         where name = ?`,
        [
          change.role ?? null,
          change.passwordHash ?? null,
          change.enabled === undefined ? null : Number(change.enabled),
          change.passwordChangedAtMs ?? null,
          name,
        ],
      );
      return changes === 1;
    },
    async remove(name) {
      return (await db.run("delete from users where name = ?", [name])).changes === 1;
    },
  };
}

const INSERT =
  "insert into users (name, role, password_hash, enabled, created_at_ms, password_changed_at_ms, source)";

type StoredUser = Omit<UserRow, "enabled" | "source"> & {
  readonly enabled: number;
  readonly source: string | null;
};

function toUser({ source, ...row }: StoredUser): UserRow {
  return { ...row, enabled: row.enabled === 1, ...(source === null ? {} : { source }) };
}

function insertParams(user: UserRow): (string | number | null)[] {
  return [
    user.name,
    user.role,
    user.passwordHash,
    Number(user.enabled),
    user.createdAtMs,
    user.passwordChangedAtMs,
    user.source ?? null,
  ];
}
