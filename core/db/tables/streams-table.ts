// Queries on the table `streams`: short numbers for the streams that were ever recorded, and which of them are
// to be deleted with their camera.
import type { SqlReader, SqlWriter } from "../db.ts";

/** What is to become of a stream's footage: `through` bounds it to what was indexed when the camera came back. */
export type Removal =
  | { readonly kind: "none" | "all" }
  | { readonly kind: "through"; readonly number: number };

export interface StreamRow {
  readonly number: number;
  readonly camera: string;
  readonly stream: string;
  readonly removal: Removal;
}

export interface StreamsTable {
  list(): Promise<StreamRow[]>;
  /** The number of a stream, which is made if it is new. */
  numberOf(camera: string, stream: string): Promise<number>;
  /** Marks all footage of a camera for deletion. */
  removeFootage(camera: string): Promise<void>;
  /** The camera is there again: what is indexed until now still goes, what comes later stays. */
  keepNewFootage(camera: string): Promise<void>;
}

interface StoredStream {
  readonly number: number;
  readonly camera: string;
  readonly stream: string;
  readonly removal: number;
  readonly removeThrough: number | null;
}

/** All streams, for callers that only read. */
export async function listStreams(db: SqlReader): Promise<StreamRow[]> {
  const rows = await db.all<StoredStream>(
    "select number, camera, stream, removal, remove_through as removeThrough from streams order by number",
  );
  return rows.map(({ removal, removeThrough, ...row }) => ({
    ...row,
    removal:
      removal === 2
        ? { kind: "through", number: removeThrough ?? 0 }
        : { kind: removal === 1 ? "all" : "none" },
  }));
}

/** `db`: the database, or the writer of a transaction. */
export function streamsTable(db: SqlWriter): StreamsTable {
  return {
    list: () => listStreams(db),
    async numberOf(camera, stream) {
      await db.run(
        "insert into streams (camera, stream) values (?, ?) on conflict (camera, stream) do nothing",
        [camera, stream],
      );
      const row = await db.get<{ number: number }>(
        "select number from streams where camera = ? and stream = ?",
        [camera, stream],
      );
      return row?.number ?? 0;
    },
    async removeFootage(camera) {
      await db.run("update streams set removal = 1, remove_through = null where camera = ?", [camera]);
    },
    async keepNewFootage(camera) {
      await db.run(
        `update streams set removal = 2, remove_through = (select coalesce(max(number), 0) from segments)
         where camera = ? and removal = 1`,
        [camera],
      );
    },
  };
}
