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

  /** Those of the streams that were ever recorded, by number. Asks the database once at most, however many there are. */
  async numbersOf(
    cameras: readonly CameraId[],
    streams: readonly StreamName[],
  ): Promise<Map<number, { camera: CameraId; stream: StreamName }>> {
    const wanted = cameras.flatMap((camera) => streams.map((stream) => ({ camera, stream })));
    // Many cameras have a sub-stream that is never recorded: one question each would make every calendar wait for dozens.
    if (wanted.some(({ camera, stream }) => !this.#known.has(`${camera}/${stream}`))) await this.#readAll();
    const numbers = new Map<number, { camera: CameraId; stream: StreamName }>();
    for (const { camera, stream } of wanted) {
      const number = this.#known.get(`${camera}/${stream}`);
      if (number !== undefined) numbers.set(number, { camera, stream });
    }
    return numbers;
  }

  async #readAll(): Promise<void> {
    const rows = await this.#db.all<{ number: number; camera: string; stream: string }>(
      "select number, camera, stream from streams",
    );
    for (const { number, camera, stream } of rows) this.#known.set(`${camera}/${stream}`, number);
  }
}
