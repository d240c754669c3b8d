// Queries on the tables `events` and `event_objects`: what happened, by time for people, by rising revision for consumers.
// Rows come and change in batches, each one statement over JSON. Numbers and revisions are given by the engine, which is
// the only one that writes.
import type { AlarmEvent, EndReason, EventAction, SeenObject } from "../../domain/alarm-event.ts";
import { linkageActionName } from "../../domain/linkage-actions.ts";
import type { Db, SqlReader, SqlValue, SqlWriter } from "../db.ts";

/** Where a page of a search begins: after this event. */
export interface EventCursor {
  readonly startMs: number;
  readonly id: number;
}

export interface EventQuery {
  readonly after?: EventCursor | undefined;
  readonly types?: readonly string[] | undefined;
  /** Events of these cameras (and not of the recorder itself) only. */
  readonly cameras?: readonly string[] | undefined;
  /** Events in which one of these was seen only. */
  readonly objects?: readonly string[] | undefined;
  readonly acknowledged?: boolean | undefined;
  /** Events that began in [startMs, endMs) only. */
  readonly startMs?: number | undefined;
  readonly endMs?: number | undefined;
  readonly limit: number;
}

/** Beyond so many combinations of camera, type and object, types are looked for among the events of each camera. */
const MOST_BRANCHES = 64;
const COUNT_KEY = "events.count";
const COLUMNS = `e.number as id, e.type, e.camera, e.rule, e.source, e.subject, e.start_ms as startMs, e.end_ms as endMs,
  e.end_reason as endReason, e.last_ms as lastMs, e.score, e.objects, e.pictures, e.payload,
  e.acknowledged_at_ms as acknowledgedAtMs, e.acknowledged_by as acknowledgedBy, e.note, e.actions, e.revision`;

interface StoredEvent {
  readonly id: number;
  readonly type: string;
  readonly camera: string | null;
  readonly rule: string | null;
  readonly source: string;
  readonly subject: string | null;
  readonly startMs: number;
  readonly endMs: number | null;
  readonly endReason: string | null;
  readonly lastMs: number | null;
  readonly score: number | null;
  readonly objects: string | null;
  readonly pictures: string | null;
  readonly payload: string;
  readonly acknowledgedAtMs: number | null;
  readonly acknowledgedBy: string | null;
  readonly note: string | null;
  readonly actions: string | null;
  readonly revision: number;
}

/**
 * Newest first. Every branch runs along an index in the order that is wanted, and ends at the limit; of all of them
 * together only the rows that are answered are read whole.
 */
export async function searchEvents(db: SqlReader, query: EventQuery): Promise<AlarmEvent[]> {
  const cameras = query.cameras ?? [undefined];
  const objects = query.objects ?? [undefined];
  const types = query.types ?? [undefined];
  const byType = cameras.length * objects.length * types.length <= MOST_BRANCHES;
  const branches = cameras
    .flatMap((camera) =>
      objects.flatMap((object) =>
        byType ? types.map((type) => ({ camera, object, type })) : [{ camera, object, type: undefined }],
      ),
    )
    .map((branch) => branchOf(query, branch, byType ? undefined : query.types));
  const found: StoredEvent[] = [];
  for (let from = 0; from < branches.length; from += MOST_BRANCHES) {
    found.push(...(await searchBranches(db, branches.slice(from, from + MOST_BRANCHES), query.limit)));
  }
  const unique = new Map(found.map((row) => [row.id, row]));
  return [...unique.values()]
    .sort((a, b) => b.startMs - a.startMs || b.id - a.id)
    .slice(0, query.limit)
    .map(eventOf);
}

interface SearchBranch {
  /** Selects number and beginning of events along an index. */
  readonly sql: string;
  readonly params: readonly SqlValue[];
}

/** One statement for all of them, which merges their rows by time. An event of several branches is found once. */
function searchBranches(
  db: SqlReader,
  branches: readonly SearchBranch[],
  limit: number,
): Promise<StoredEvent[]> {
  if (branches.length === 0) return Promise.resolve([]);
  const table = branches.map(({ sql }) => sql).join(" union ");
  const order = "startMs desc, number desc";
  return db.all<StoredEvent>(
    `select ${COLUMNS} from (select number from (${table} order by ${order} limit ?)) as found
     cross join events as e on e.number = found.number`,
    [...branches.flatMap(({ params }) => params), limit],
  );
}

function branchOf(
  { after, acknowledged, startMs, endMs }: EventQuery,
  { camera, object, type }: Readonly<Record<"camera" | "object" | "type", string | undefined>>,
  types: readonly string[] | undefined,
): SearchBranch {
  const conditions: string[] = [];
  const params: SqlValue[] = [];
  const also = (condition: string, ...values: SqlValue[]): void => {
    conditions.push(condition);
    params.push(...values);
  };
  const place = object === undefined ? "e" : "o";
  // The indexes of objects hold camera and time too; types are looked up one by one there.
  if (object !== undefined) also("o.class = ?", object);
  if (camera !== undefined) also(`${place}.camera = ?`, camera);
  if (type !== undefined) also("e.type = ?", type);
  if (types !== undefined) also("+e.type in (select value from json_each(?))", JSON.stringify(types));
  if (acknowledged === true) also("e.acknowledged_at_ms is not null");
  if (acknowledged === false) also("e.acknowledged_at_ms is null");
  also(`${place}.start_ms >= ?`, startMs ?? Number.MIN_SAFE_INTEGER);
  also(`${place}.start_ms < ?`, endMs ?? Number.MAX_SAFE_INTEGER);
  if (after !== undefined) {
    also(`${place}.start_ms <= ?`, after.startMs);
    also(`(${place}.start_ms < ? or ${place}.number < ?)`, after.startMs, after.id);
  }
  const plain = acknowledged === true && camera === undefined && type === undefined;
  const table =
    object !== undefined
      ? "event_objects as o cross join events as e on e.number = o.number"
      : plain
        ? "events as e indexed by events_acknowledged"
        : "events as e";
  const columns = `${place}.number as number, ${place}.start_ms as startMs`;
  const where = conditions.join(" and ");
  return { sql: `select ${columns} from ${table} where ${where}`, params };
}

export async function findEvent(db: SqlReader, id: number): Promise<AlarmEvent | undefined> {
  const row = await db.get<StoredEvent>(`select ${COLUMNS} from events as e where e.number = ?`, [id]);
  return row === undefined ? undefined : eventOf(row);
}

/** Events that go on. */
export async function openEvents(db: SqlReader): Promise<AlarmEvent[]> {
  const rows = await db.all<StoredEvent>(
    `select ${COLUMNS} from events as e where e.end_ms is null order by e.number`,
  );
  return rows.map(eventOf);
}

/** How often events of a kind have begun, and when one last did. */
export interface KindFigures {
  readonly type: string;
  /** Undefined: none is known. */
  readonly lastMs: number | undefined;
  /** Since the moment that was asked for. */
  readonly count: number;
}

/**
 * Figures of kinds, each along its index. `cameras`: of these only; `recorder`: also of what has no camera.
 */
export async function kindFigures(
  db: SqlReader,
  query: {
    readonly types: readonly string[];
    readonly sinceMs: number;
    readonly cameras: readonly string[] | undefined;
    readonly recorder: boolean;
  },
): Promise<KindFigures[]> {
  const condition =
    query.cameras === undefined
      ? "true"
      : `(e.camera in (select value from json_each(?))${query.recorder ? " or e.camera is null" : ""})`;
  const cameras = query.cameras === undefined ? [] : [JSON.stringify(query.cameras)];
  const rows = await db.all<{ type: string; lastMs: number | null; count: number }>(
    `select kind.value as type,
       (select e.start_ms from events as e where e.type = kind.value and ${condition}
        order by e.start_ms desc limit 1) as lastMs,
       (select count(*) from events as e where e.type = kind.value and e.start_ms >= ? and ${condition}) as count
     from json_each(?) as kind`,
    [...cameras, query.sinceMs, ...cameras, JSON.stringify(query.types)],
  );
  return rows.map(({ lastMs, ...row }) => ({ ...row, lastMs: lastMs ?? undefined }));
}

/** What changed after a revision, in order: for consumers that hold the last one that they have seen. */
export async function eventsAfter(db: SqlReader, revision: number, limit: number): Promise<AlarmEvent[]> {
  const rows = await db.all<StoredEvent>(
    `select ${COLUMNS} from events as e where e.revision > ? order by e.revision limit ?`,
    [revision, limit],
  );
  return rows.map(eventOf);
}

/** The highest number that an event ever had, and the highest revision of those that there are. */
export async function lastEventNumbers(db: SqlReader): Promise<{ id: number; revision: number }> {
  const used = await db.get<{ seq: number }>("select seq from sqlite_sequence where name = 'events'");
  const last = await db.get<{ revision: number }>(
    "select revision from events order by revision desc limit 1",
  );
  return { id: used?.seq ?? 0, revision: last?.revision ?? 0 };
}

/** Writes new events and the present state of known ones. `added`: how many of them are new. One transaction. */
export async function putEvents(db: Db, events: readonly AlarmEvent[], added: number): Promise<void> {
  const json = JSON.stringify(
    events.map(({ objects, pictures, acknowledged: _, actions: _also, detail, ...rest }) => ({
      ...rest,
      detail,
      ...(objects.length === 0 ? {} : { objects, classes: [...new Set(objects.map((one) => one.class))] }),
      ...(pictures.length === 0 ? {} : { pictures }),
    })),
  );
  await db.transaction(async (writer) => {
    await writer.run(
      `insert into events (number, type, camera, rule, source, subject, start_ms, end_ms, end_reason, last_ms, score,
         objects, pictures, payload, revision)
       select value->>'id', value->>'type', value->>'camera', value->>'rule', value->>'source', value->>'subject',
         value->>'startMs', value->>'endMs', value->>'endReason', value->>'lastMs', value->>'score', value->'objects',
         value->'pictures', value->'detail', value->>'revision' from json_each(?) where true
       on conflict (number) do update set end_ms = excluded.end_ms, end_reason = excluded.end_reason,
         last_ms = excluded.last_ms, score = excluded.score, objects = excluded.objects, pictures = excluded.pictures,
         payload = excluded.payload, revision = excluded.revision`,
      [json],
    );
    await writer.run(
      `insert into event_objects (number, class, camera, start_ms)
       select e.value->>'id', c.value, e.value->>'camera', e.value->>'startMs'
       from json_each(?) as e, json_each(e.value, '$.classes') as c where true on conflict do nothing`,
      [json],
    );
    if (added > 0) await addToCount(writer, added);
  });
}

/** False if there is no such event. What was said of it before is replaced. */
export async function acknowledgeEvent(
  db: SqlWriter,
  id: number,
  { atMs, by, note }: { readonly atMs: number; readonly by: string; readonly note: string },
  revision: number,
): Promise<boolean> {
  const { changes } = await db.run(
    "update events set acknowledged_at_ms = ?, acknowledged_by = ?, note = ?, revision = ? where number = ?",
    [atMs, by, note, revision, id],
  );
  return changes === 1;
}

/** Adds what was done because of events, each with its new revision. Those that are forgotten meanwhile are passed over. */
export async function addEventActions(
  db: Db,
  added: readonly {
    readonly id: number;
    readonly revision: number;
    readonly actions: readonly EventAction[];
  }[],
  most: number,
): Promise<void> {
  await db.transaction(async (writer) => {
    for (const { id, revision, actions } of added) {
      const row = await writer.get<{ actions: string | null }>(
        "select actions from events where number = ?",
        [id],
      );
      if (row === undefined) continue;
      const before = row.actions === null ? [] : (JSON.parse(row.actions) as EventAction[]);
      await writer.run("update events set actions = ?, revision = ? where number = ?", [
        JSON.stringify([...before, ...actions].slice(0, most)),
        revision,
        id,
      ]);
    }
  });
}

/** Forgets the oldest beyond a count, and what began before a moment; at most `limit` of them. Answers how many. */
export function forgetEvents(
  db: Db,
  keep: { readonly fromMs: number; readonly count: number },
  limit: number,
): Promise<number> {
  return db.transaction(async (writer) => {
    const excess = Math.min(limit, Math.max(0, (await countEvents(writer)) - keep.count));
    const { changes } = await writer.run(
      `delete from events where number in (
         select number from (select number from events order by start_ms limit ?)
         union select number from (select number from events where start_ms < ? order by start_ms limit ?))`,
      [excess, keep.fromMs, limit],
    );
    if (changes > 0) await addToCount(writer, -changes);
    return changes;
  });
}

/** When the oldest of all began; undefined if there is none. */
export async function oldestEventMs(db: SqlReader): Promise<number | undefined> {
  const row = await db.get<{ startMs: number }>(
    "select start_ms as startMs from events order by start_ms limit 1",
  );
  return row?.startMs;
}

/** How many there are, as counted along: without looking at them. */
export async function countEvents(db: SqlReader): Promise<number> {
  const row = await db.get<{ count: number }>(
    "select cast(value as integer) as count from key_values where key = ?",
    [COUNT_KEY],
  );
  return row?.count ?? 0;
}

async function addToCount(writer: SqlWriter, by: number): Promise<void> {
  await writer.run(
    `insert into key_values (key, value) values (?, ?) on conflict (key)
     do update set value = cast(cast(value as integer) + ? as text)`,
    [COUNT_KEY, String(Math.max(0, by)), by],
  );
}

/** Older rows call actions by longer names. */
function named(done: EventAction): EventAction {
  return { ...done, action: linkageActionName(done.action) };
}

function eventOf(row: StoredEvent): AlarmEvent {
  return {
    id: row.id,
    type: row.type,
    ...(row.camera === null ? {} : { camera: row.camera }),
    ...(row.rule === null ? {} : { rule: row.rule }),
    source: row.source,
    ...(row.subject === null ? {} : { subject: row.subject }),
    startMs: row.startMs,
    ...(row.endMs === null ? {} : { endMs: row.endMs }),
    ...(row.endReason === null ? {} : { endReason: row.endReason as EndReason }),
    lastMs: row.lastMs ?? row.endMs ?? row.startMs,
    ...(row.score === null ? {} : { score: row.score }),
    objects: row.objects === null ? [] : (JSON.parse(row.objects) as SeenObject[]),
    pictures: row.pictures === null ? [] : (JSON.parse(row.pictures) as number[]),
    detail: JSON.parse(row.payload) as Record<string, unknown>,
    ...(row.acknowledgedAtMs === null
      ? {}
      : {
          acknowledged: { atMs: row.acknowledgedAtMs, by: row.acknowledgedBy ?? "", note: row.note ?? "" },
        }),
    ...(row.actions === null ? {} : { actions: (JSON.parse(row.actions) as EventAction[]).map(named) }),
    revision: row.revision,
  };
}
