// Queries on the table `volumes`: the volumes that were ever written to.
import type { SqlReader, SqlWriter } from "../db.ts";

export interface VolumeRow {
  readonly number: number;
  /** UUID in `nightjar-volume.json`. */
  readonly id: string;
  /** Absolute path where it was last mounted; empty: not known, or another volume took its place. */
  readonly path: string;
  readonly addedAtMs: number;
}

export interface VolumesTable {
  list(): Promise<VolumeRow[]>;
  /** Notes a volume and where it is mounted now, which no other is then; answers its number. */
  put(id: string, path: string, nowMs: number): Promise<number>;
  /** The number of a volume; one that was never seen gets a row with an unknown path. */
  numberOf(id: string, nowMs: number): Promise<number>;
}

/** Numbers by id, for callers that only read. */
export async function volumeNumbers(db: SqlReader): Promise<ReadonlyMap<string, number>> {
  const rows = await db.all<{ id: string; number: number }>("select id, number from volumes");
  return new Map(rows.map(({ id, number }) => [id, number]));
}

/** `db`: the database, or the writer of a transaction. */
export function volumesTable(db: SqlWriter): VolumesTable {
  return {
    list: () =>
      db.all<VolumeRow>("select number, id, path, added_at_ms as addedAtMs from volumes order by number"),
    async put(id, path, nowMs) {
      await db.run(
        `insert into volumes (id, path, added_at_ms) values (?, ?, ?)
         on conflict (id) do update set path = excluded.path where path is not excluded.path`,
        [id, path, nowMs],
      );
      await db.run("update volumes set path = '' where path = ? and id <> ?", [path, id]);
      return numberOf(id);
    },
    async numberOf(id, nowMs) {
      await db.run(
        "insert into volumes (id, path, added_at_ms) values (?, '', ?) on conflict (id) do nothing",
        [id, nowMs],
      );
      return numberOf(id);
    },
  };

  async function numberOf(id: string): Promise<number> {
    return (await db.get<{ number: number }>("select number from volumes where id = ?", [id]))?.number ?? 0;
  }
}
