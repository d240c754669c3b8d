// The short numbers of streams, looked up once: a stream keeps its number for ever.
import type { SqlReader } from "../db/db.ts";
import type { CameraId, StreamName } from "../domain/ids.ts";

export class StreamNumbers {
  readonly #db: SqlReader;
  readonly #known = new Map<string, number>();

  constructor(db: SqlReader) {
    this.#db = db;
  }

  /** The number of a stream; undefined if it was never recorded. */
  async numberOf(camera: CameraId, stream: StreamName): Promise<number | undefined> {
    const key = `${camera}/${stream}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const row = await this.#db.get<{ number: number }>(
      "select number from streams where camera = ? and stream = ?",
      [camera, stream],
    );
    if (row !== undefined) this.#known.set(key, row.number);
    return row?.number;
  }

  /** Those of the streams that were ever recorded, by number. */
  async numbersOf(
    cameras: readonly CameraId[],
    streams: readonly StreamName[],
  ): Promise<Map<number, { camera: CameraId; stream: StreamName }>> {
    const numbers = new Map<number, { camera: CameraId; stream: StreamName }>();
    for (const camera of cameras) {
      for (const stream of streams) {
        const number = await this.numberOf(camera, stream);
        if (number !== undefined) numbers.set(number, { camera, stream });
      }
    }
    return numbers;
  }
}
