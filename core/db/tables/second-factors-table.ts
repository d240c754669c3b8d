// Queries on the tables `second_factors` and `recovery_codes`. Each code is taken in one statement, so that of two who
// bring the same one only the first is let in.
import type { Db, SqlWriter } from "../db.ts";

export interface SecondFactorRow {
  readonly userName: string;
  /** Name of the sealed secret in the secret store. */
  readonly secretName: string;
  readonly sinceMs: number;
  /** The newest step whose code was taken; that one and all before are used up. */
  readonly lastStep: number;
}

export interface SecondFactorsTable {
  find(userName: string): Promise<SecondFactorRow | undefined>;
  /** Names of the accounts that have one. */
  names(): Promise<string[]>;
  /** Rejects with `NJ_DB_CONSTRAINT` if the account has one already, or is gone. */
  insert(row: SecondFactorRow, recoveryCodeHashes: readonly string[]): Promise<void>;
  /** True if the step is newer than all that were taken before. */
  takeStep(userName: string, step: number): Promise<boolean>;
  /** True if there was such a code; it is gone now. */
  takeRecoveryCode(userName: string, codeHash: string): Promise<boolean>;
  /** In one transaction: no moment has both. Rejects with `NJ_DB_CONSTRAINT` if the second factor is gone. */
  replaceRecoveryCodes(userName: string, codeHashes: readonly string[]): Promise<void>;
  countRecoveryCodes(userName: string): Promise<number>;
  /** In alphabetical order. */
  recoveryCodeHashes(userName: string): Promise<string[]>;
  /** Recovery codes go too. False if there was none. */
  remove(userName: string): Promise<boolean>;
}

const COLUMNS =
  "user_name as userName, secret_name as secretName, since_ms as sinceMs, last_step as lastStep";

export function secondFactorsTable(db: Db): SecondFactorsTable {
  return {
    find(userName) {
      return db.get<SecondFactorRow>(`select ${COLUMNS} from second_factors where user_name = ?`, [userName]);
    },
    async names() {
      const rows = await db.all<{ name: string }>("select user_name as name from second_factors");
      return rows.map(({ name }) => name);
    },
    async insert(row, recoveryCodeHashes) {
      await db.transaction((writer) => insertSecondFactor(writer, row, recoveryCodeHashes));
    },
    async takeStep(userName, step) {
      const { changes } = await db.run(
        "update second_factors set last_step = ?2 where user_name = ?1 and last_step < ?2",
        [userName, step],
      );
      return changes === 1;
    },
    async recoveryCodeHashes(userName) {
      const rows = await db.all<{ hash: string }>(
        "select code_hash as hash from recovery_codes where user_name = ? order by code_hash",
        [userName],
      );
      return rows.map(({ hash }) => hash);
    },
    async takeRecoveryCode(userName, codeHash) {
      const { changes } = await db.run("delete from recovery_codes where user_name = ? and code_hash = ?", [
        userName,
        codeHash,
      ]);
      return changes === 1;
    },
    async replaceRecoveryCodes(userName, codeHashes) {
      await db.transaction(async (writer) => {
        await writer.run("delete from recovery_codes where user_name = ?", [userName]);
        await insertCodes(writer, userName, codeHashes);
      });
    },
    async countRecoveryCodes(userName) {
      const row = await db.get<{ count: number }>(
        "select count(*) as count from recovery_codes where user_name = ?",
        [userName],
      );
      return row?.count ?? 0;
    },
    async remove(userName) {
      return (await db.run("delete from second_factors where user_name = ?", [userName])).changes === 1;
    },
  };
}

/** Adds one with its recovery codes, in a transaction of the caller's. */
export async function insertSecondFactor(
  writer: SqlWriter,
  row: SecondFactorRow,
  recoveryCodeHashes: readonly string[],
): Promise<void> {
  await writer.run(
    "insert into second_factors (user_name, secret_name, since_ms, last_step) values (?, ?, ?, ?)",
    [row.userName, row.secretName, row.sinceMs, row.lastStep],
  );
  await insertCodes(writer, row.userName, recoveryCodeHashes);
}

async function insertCodes(
  writer: SqlWriter,
  userName: string,
  codeHashes: readonly string[],
): Promise<void> {
  for (const hash of codeHashes) {
    await writer.run("insert into recovery_codes (user_name, code_hash) values (?, ?)", [userName, hash]);
  }
}
