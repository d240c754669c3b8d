// The rows of the index as fsck walks them: by stream and hour, the way the files lie on a volume.
import type { SqlReader } from "../db/db.ts";
import { type StoredSegment, segmentsOfStream } from "../db/tables/segments-table.ts";
import { listStreams } from "../db/tables/streams-table.ts";
import type { CameraId, StreamName } from "../domain/ids.ts";

const HOUR_90K = 3_600 * 90_000;
const PAGE = 1_000;

/** A stream's hour, counted since the epoch in UTC: a folder of files. */
export interface StreamHour {
  readonly camera: CameraId;
  readonly stream: StreamName;
  readonly hour: number;
}

/** The hours in which the index knows files on a volume, by `<camera>/<stream>/<hour>`. Walks one index, no table. */
export async function hoursWithRows(db: SqlReader, volumeNumber: number): Promise<Map<string, StreamHour>> {
  const hours = new Map<string, StreamHour>();
  for (const stream of await listStreams(db)) {
    const rows = await db.all<{ hour: number }>(
      `select distinct start_90k / ${HOUR_90K} as hour from segments
       where stream_number = ? and volume_number = ?`,
      [stream.number, volumeNumber],
    );
    for (const { hour } of rows) {
      hours.set(`${stream.camera}/${stream.stream}/${hour}`, {
        camera: stream.camera as CameraId,
        stream: stream.stream as StreamName,
        hour,
      });
    }
  }
  return hours;
}

/** The rows of a stream's hour on a volume. */
export async function rowsOfHour(
  db: SqlReader,
  volumeNumber: number,
  { camera, stream, hour }: StreamHour,
): Promise<StoredSegment[]> {
  const number = (
    await db.get<{ number: number }>("select number from streams where camera = ? and stream = ?", [
      camera,
      stream,
    ])
  )?.number;
  if (number === undefined) return [];
  const end90k = (hour + 1) * HOUR_90K;
  const found: StoredSegment[] = [];
  let after = { start90k: hour * HOUR_90K, number: -1 };
  for (;;) {
    const page = await segmentsOfStream(db, number, after, PAGE);
    for (const row of page) {
      if (row.start90k >= end90k) return found;
      if (row.volumeNumber === volumeNumber) found.push(row);
      after = { start90k: row.start90k, number: row.number };
    }
    if (page.length < PAGE) return found;
  }
}
