// Queries on the table `stream_passwords`: the passwords with which programs watch cameras in an account's name.
import type { Role } from "../../domain/roles.ts";
import type { SqlWriter } from "../db.ts";

export interface StreamPasswordRow {
  readonly id: string;
  readonly userName: string;
  /** What its owner calls it: the program that uses it. */
  readonly label: string;
  /** Its digest hashes, sealed with the recorder's key. */
  readonly sealedHashes: string;
  readonly createdAtMs: number;
  /** Null until it was used. */
  readonly lastUsedAtMs: number | null;
}

export interface StreamPasswordsTable {
  /** Of one account, oldest first. */
  list(userName: string): Promise<StreamPasswordRow[]>;
  /** Of all accounts, by account, oldest first. */
  listAll(): Promise<StreamPasswordRow[]>;
  /** Those of an account if it is enabled, with the account's role as it is now. */
  usable(userName: string): Promise<(StreamPasswordRow & { readonly role: Role })[]>;
  find(id: string): Promise<StreamPasswordRow | undefined>;
  /** False if the account has `limit` of them already. Rejects with `NJ_DB_CONSTRAINT` if the account is gone. */
  insert(row: Omit<StreamPasswordRow, "lastUsedAtMs">, limit: number): Promise<boolean>;
  use(id: string, atMs: number): Promise<void>;
  /** False if the account has no such password. */
  remove(userName: string, id: string): Promise<boolean>;
}

const COLUMNS = `p.id, p.user_name as userName, p.label, p.sealed_hashes as sealedHashes,
  p.created_at_ms as createdAtMs, p.last_used_at_ms as lastUsedAtMs`;

/** `db`: the database, or the writer of a transaction. */
export function streamPasswordsTable(db: SqlWriter): StreamPasswordsTable {
  return {
    list(userName) {
      return db.all<StreamPasswordRow>(
        `select ${COLUMNS} from stream_passwords p where p.user_name = ? order by p.created_at_ms, p.id`,
        [userName],
      );
    },
    listAll() {
      return db.all<StreamPasswordRow>(
        `select ${COLUMNS} from stream_passwords p order by p.user_name, p.created_at_ms, p.id`,
      );
    },
    usable(userName) {
      return db.all<StreamPasswordRow & { readonly role: Role }>(
        `select ${COLUMNS}, u.role from stream_passwords p join users u on u.name = p.user_name
         where p.user_name = ? and u.enabled = 1`,
        [userName],
      );
    },
    find(id) {
      return db.get<StreamPasswordRow>(`select ${COLUMNS} from stream_passwords p where p.id = ?`, [id]);
    },
    async insert(row, limit) {
      // One statement: of many at once no more than the limit come through.
      const { changes } = await db.run(
        `insert into stream_passwords (id, user_name, label, sealed_hashes, created_at_ms)
         select ?1, ?2, ?3, ?4, ?5 where (select count(*) from stream_passwords where user_name = ?2) < ?6`,
        [row.id, row.userName, row.label, row.sealedHashes, row.createdAtMs, limit],
      );
      return changes === 1;
    },
    async use(id, atMs) {
      await db.run("update stream_passwords set last_used_at_ms = ? where id = ?", [atMs, id]);
    },
    async remove(userName, id) {
      const { changes } = await db.run("delete from stream_passwords where id = ? and user_name = ?", [
        id,
        userName,
      ]);
      return changes === 1;
    },
  };
}
