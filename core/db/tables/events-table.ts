// Queries on the table `events`: what happened, newest first for people, by rising number for consumers.
import type { SqlParams, SqlWriter } from "../db.ts";

export interface NewEvent {
  /** Id of the catalogue of event types, kebab-case. */
  readonly type: string;
  /** Undefined: of the recorder itself. */
  readonly camera?: string;
  readonly startMs: number;
  /** Undefined: goes on, or has no duration. */
  readonly endMs?: number;
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface EventRow extends NewEvent {
  readonly number: number;
}

export interface EventQuery {
  /** Rows with smaller numbers only: the cursor. */
  readonly before?: number;
  readonly types?: readonly string[];
  /** Events of these cameras (and not of the recorder itself) only. */
  readonly cameras?: readonly string[];
  /** Events that began in [startMs, endMs) only. */
  readonly startMs?: number;
  readonly endMs?: number;
  readonly limit: number;
}

export interface EventsTable {
  /** Answers the event's number. */
  insert(event: NewEvent): Promise<number>;
  /** Ends the open events of this type and camera (of the recorder itself, if undefined). */
  endOpen(type: string, camera: string | undefined, endMs: number): Promise<void>;
  /** Open events of a type. */
  listOpen(type: string): Promise<EventRow[]>;
  /** Newest first. */
  list(query: EventQuery): Promise<EventRow[]>;
  /** By rising number, after a consumer's cursor. */
  listAfter(number: number, limit: number): Promise<EventRow[]>;
  /** Those of these numbers that have ended. */
  listEnded(numbers: readonly number[]): Promise<EventRow[]>;
  /** Forgets what began before `beforeMs`, at most 10 000 at once. */
  prune(beforeMs: number): Promise<number>;
}

const COLUMNS = "number, type, camera, start_ms as startMs, end_ms as endMs, payload";

interface StoredEvent {
  readonly number: number;
  readonly type: string;
  readonly camera: string | null;
  readonly startMs: number;
  readonly endMs: number | null;
  readonly payload: string;
}

/** `db`: the database, or the writer of a transaction. */
export function eventsTable(db: SqlWriter): EventsTable {
  return {
    async insert(event) {
      const { lastRowId } = await db.run(
        "insert into events (type, camera, start_ms, end_ms, payload) values (?, ?, ?, ?, ?)",
        [event.type, event.camera ?? null, event.startMs, event.endMs ?? null, JSON.stringify(event.payload)],
      );
      return lastRowId;
    },
    async endOpen(type, camera, endMs) {
      await db.run(
        "update events set end_ms = max(start_ms, ?) where end_ms is null and type = ? and camera is ?",
        [endMs, type, camera ?? null],
      );
    },
    listOpen: (type) => select("where end_ms is null and type = ? order by number", [type]),
    list(query) {
      const conditions = ["number < ?"];
      // The plus signs keep these from choosing the order: walking back from the newest ends at the limit, while an
      // index by type or camera would mean sorting all of theirs.
      const params: (string | number)[] = [query.before ?? Number.MAX_SAFE_INTEGER];
      if (query.types !== undefined) {
        conditions.push("+type in (select value from json_each(?))");
        params.push(JSON.stringify(query.types));
      }
      if (query.cameras !== undefined) {
        conditions.push("+camera in (select value from json_each(?))");
        params.push(JSON.stringify(query.cameras));
      }
      if (query.startMs !== undefined) {
        conditions.push("start_ms >= ?");
        params.push(query.startMs);
      }
      if (query.endMs !== undefined) {
        conditions.push("start_ms < ?");
        params.push(query.endMs);
      }
      params.push(query.limit);
      return select(`where ${conditions.join(" and ")} order by number desc limit ?`, params);
    },
    listAfter: (number, limit) => select("where number > ? order by number limit ?", [number, limit]),
    listEnded: (numbers) =>
      select("where number in (select value from json_each(?)) and end_ms is not null order by number", [
        JSON.stringify(numbers),
      ]),
    async prune(beforeMs) {
      // Numbers rise with time but for clock steps, so the oldest stand at the front: no index on the time is needed.
      const { changes } = await db.run(
        `delete from events where number in (select number from events order by number limit 10000)
           and start_ms < ?`,
        [beforeMs],
      );
      return changes;
    },
  };

  async function select(rest: string, params: SqlParams): Promise<EventRow[]> {
    const rows = await db.all<StoredEvent>(`select ${COLUMNS} from events ${rest}`, params);
    return rows.map((row) => ({
      number: row.number,
      type: row.type,
      startMs: row.startMs,
      ...(row.camera === null ? {} : { camera: row.camera }),
      ...(row.endMs === null ? {} : { endMs: row.endMs }),
      payload: JSON.parse(row.payload) as Record<string, unknown>,
    }));
  }
}
