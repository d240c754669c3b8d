// Is the database file sound? Asked before it is opened for use, on a connection of its own, so that damage is found
// at the start and not in the middle of a day.
import { rename, rm, stat } from "node:fs/promises";
import { NightjarError, systemCode } from "../errors.ts";
import type { Log } from "../log.ts";
import type { DbDriver } from "./db.ts";
import { connectPlainly } from "./open-db.ts";

/** Files that belong to a database. */
const COMPANIONS = ["", "-wal", "-shm"] as const;

/**
 * What is wrong with the database `file`, for people; undefined if it is sound. A file that is missing or empty is
 * damaged; the caller knows whether there should be one. Reads all of it. Other failures than damage are thrown.
 */
export async function databaseDamage(
  file: string,
  options: { readonly log: Log; readonly driver?: DbDriver },
): Promise<string | undefined> {
  const sizeBytes = await sizeOf(file);
  if (sizeBytes === undefined) return "the file is missing";
  if (sizeBytes === 0) return "the file is empty";
  try {
    const connection = await connectPlainly(file, options);
    try {
      const rows = await connection.all<Record<string, unknown>>("pragma quick_check(1)", []);
      const said = String(Object.values(rows[0] ?? {})[0] ?? "nothing");
      if (said !== "ok") return said.replaceAll("\n", " ").slice(0, 300);
      const [version] = await connection.all<{ user_version: number }>("pragma user_version", []);
      return version?.user_version === 0 ? "it holds no tables of ours" : undefined;
    } finally {
      await connection.close();
    }
  } catch (error) {
    if (error instanceof NightjarError && error.code === "NJ_DB_DAMAGED") return error.message;
    throw error;
  }
}

/** The version of a sound database's schema. */
export async function databaseVersion(
  file: string,
  options: { readonly log: Log; readonly driver?: DbDriver },
): Promise<number> {
  const connection = await connectPlainly(file, options);
  try {
    const [row] = await connection.all<{ user_version: number }>("pragma user_version", []);
    return row?.user_version ?? 0;
  } finally {
    await connection.close();
  }
}

/** Renames a database with its journals, so that `sqlite3` still opens it under the new name. */
export async function renameDatabase(from: string, to: string): Promise<void> {
  for (const companion of COMPANIONS) {
    try {
      await rename(`${from}${companion}`, `${to}${companion}`);
    } catch (error) {
      if (systemCode(error) !== "ENOENT") throw error;
    }
  }
}

/** Deletes a database with its journals. */
export async function removeDatabase(file: string): Promise<void> {
  for (const companion of COMPANIONS) await rm(`${file}${companion}`, { force: true });
}

/** Size of a database file in bytes; undefined if there is none. */
export async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
