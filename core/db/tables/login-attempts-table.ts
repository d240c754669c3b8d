// Queries on the table `login_attempts`, by which guessing passwords is braked.
import type { SqlWriter } from "../db.ts";

export interface LoginAttempt {
  /** What stands for the name that was typed. */
  readonly userName: string;
  readonly remoteAddress: string;
  readonly atMs: number;
  readonly succeeded: boolean;
}

export interface LoginAttemptsTable {
  record(attempt: LoginAttempt): Promise<void>;
  /**
   * Failures for an account since `sinceMs`. From one address where it is given, then only since its last success from
   * there; of all together no success wipes anything out, or a guesser would begin anew whenever the owner signs in.
   */
  failuresOfUser(userName: string, sinceMs: number, remoteAddress?: string): Promise<number>;
  failuresOfAddress(remoteAddress: string, sinceMs: number): Promise<number>;
  /** Forgets what is older than `beforeMs`. */
  prune(beforeMs: number): Promise<void>;
}

/** `db`: the database, or the writer of a transaction. */
export function loginAttemptsTable(db: SqlWriter): LoginAttemptsTable {
  return {
    async record(attempt) {
      await db.run(
        "insert into login_attempts (user_name, remote_address, at_ms, succeeded) values (?, ?, ?, ?)",
        [attempt.userName.slice(0, 128), attempt.remoteAddress, attempt.atMs, Number(attempt.succeeded)],
      );
    },
    failuresOfUser(userName, sinceMs, remoteAddress) {
      const name = userName.slice(0, 128);
      if (remoteAddress === undefined) {
        return count(
          "select count(*) as count from login_attempts where user_name = ?1 and succeeded = 0 and at_ms >= ?2",
          [name, sinceMs],
        );
      }
      return count(
        `select count(*) as count from login_attempts where user_name = ?1 and succeeded = 0 and at_ms >= ?2
           and remote_address = ?3
           and at_ms > coalesce((select max(at_ms) from login_attempts
                                 where user_name = ?1 and remote_address = ?3 and succeeded = 1), -1)`,
        [name, sinceMs, remoteAddress],
      );
    },
    failuresOfAddress(remoteAddress, sinceMs) {
      return count(
        `select count(*) as count from login_attempts
         where remote_address = ? and at_ms >= ? and succeeded = 0`,
        [remoteAddress, sinceMs],
      );
    },
    async prune(beforeMs) {
      await db.run("delete from login_attempts where at_ms < ?", [beforeMs]);
    },
  };

  async function count(sql: string, params: (string | number)[]): Promise<number> {
    return (await db.get<{ count: number }>(sql, params))?.count ?? 0;
  }
}
