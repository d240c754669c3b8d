// Queries on the table `last_reports`: the newest state of each stream and volume.
import type { SqlReader, SqlWriter } from "../db.ts";

/** Keeps a report in place of the one before with its key. */
export async function putLastReport(db: SqlWriter, key: string, report: unknown): Promise<void> {
  await db.run(
    `insert into last_reports (key, report) values (?, ?)
     on conflict (key) do update set report = excluded.report`,
    [key, JSON.stringify(report)],
  );
}

/** All kept reports, whose shape the caller vouches for: only this program writes them. */
export async function listLastReports<Report>(db: SqlReader): Promise<Report[]> {
  const rows = await db.all<{ report: string }>("select report from last_reports order by key");
  return rows.map((row) => JSON.parse(row.report) as Report);
}

/** Forgets all reports. */
export async function clearLastReports(db: SqlWriter): Promise<void> {
  await db.run("delete from last_reports");
}

/** Forgets the reports of a camera's streams. */
export async function deleteLastReports(db: SqlWriter, camera: string): Promise<void> {
  await db.run(
    "delete from last_reports where json_extract(report, '$.camera') = ?1 or json_extract(report, '$.identity.camera') = ?1",
    [camera],
  );
}
