// Queries on the table `audit`: acts that matter to security, chained by hashes so that a change shows.
import { createHash } from "node:crypto";
import type { Db, SqlReader, SqlValue, SqlWriter } from "../db.ts";

export interface AuditEntry {
  readonly atMs: number;
  /** Empty for the recorder itself, or a stranger. */
  readonly userName: string;
  readonly remoteAddress: string;
  /** Kebab-case: `session-opened`, `camera-removed` … */
  readonly action: string;
  readonly camera?: string;
  /** Plain facts, never secrets. */
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface AuditRow extends AuditEntry {
  readonly number: number;
  readonly hash: string;
}

export interface AuditQuery {
  /** Rows with smaller numbers only: the cursor. */
  readonly before?: number;
  readonly userName?: string;
  /** Only these. */
  readonly actions?: readonly string[];
  /** From this moment on. */
  readonly fromMs?: number;
  /** Before this moment. */
  readonly toMs?: number;
  readonly limit: number;
}

/** How much of the log is kept. */
export interface AuditBounds {
  /** What is older goes, from the oldest entry on. */
  readonly beforeMs: number;
  /** Most entries that stay, the newest. */
  readonly mostRows: number;
  /** Most entries that go at once. */
  readonly mostRemoved: number;
  readonly atMs: number;
}

export interface AuditTable {
  /** Adds an entry at the end of the chain. */
  append(entry: AuditEntry): Promise<void>;
  /** Newest first. */
  list(query: AuditQuery): Promise<AuditRow[]>;
  /**
   * Removes the oldest entries beyond the bounds, and in the same transaction adds one that says so: with it the chain is
   * still whole without them. Gives how many went.
   */
  prune(bounds: AuditBounds): Promise<number>;
  /**
   * Walks the chain; answers the number of the first row that does not fit, or undefined if all do. `onWalked` is told now
   * and then how many rows were walked. Nothing may be pruned meanwhile.
   */
  verify(options?: {
    readonly signal?: AbortSignal;
    readonly onWalked?: (rows: number) => void;
  }): Promise<number | undefined>;
  /** How many entries there are. */
  count(): Promise<number>;
  /** The first entry, and the number of the last one; undefined if there is none. */
  oldest(): Promise<{ readonly number: number; readonly atMs: number; readonly newest: number } | undefined>;
}

/** The act of removing the oldest entries: `through`, the last one of them, and its hash, which the next one names. */
const PRUNED = { action: "audit-pruned" } as const;
const FIRST_HASH = "0".repeat(64);
const VERIFIED_AT_ONCE = 1_000;
const COLUMNS = `number, at_ms as atMs, user_name as userName, remote_address as remoteAddress, action, camera,
  detail, previous_hash as previousHash, hash`;

interface StoredEntry {
  readonly number: number;
  readonly atMs: number;
  readonly userName: string;
  readonly remoteAddress: string;
  readonly action: string;
  readonly camera: string | null;
  readonly detail: string;
  readonly previousHash: string;
  readonly hash: string;
}

/** What was done to a camera, or to the recorder as a whole, of late. */
export interface LateActs {
  /** In order. */
  readonly acts: readonly Pick<AuditEntry, "atMs" | "action" | "detail">[];
  /** From when on all of them are known; undefined: all that there ever were. */
  readonly sinceMs: number | undefined;
}

/** Acts of these kinds among the newest `reach` rows, at most `limit`, the newest of them. */
export async function lateActs(
  db: SqlReader,
  query: {
    readonly camera: string;
    readonly actions: readonly string[];
    readonly reach: number;
    readonly limit: number;
  },
): Promise<LateActs> {
  const { camera, actions, reach, limit } = query;
  const last = await db.get<{ number: number }>("select number from audit order by number desc limit 1");
  const after = (last?.number ?? 0) - reach;
  const [first, rows] = await Promise.all([
    db.get<{ number: number; atMs: number }>(
      "select number, at_ms as atMs from audit where number > ? order by number limit 1",
      [after],
    ),
    db.all<{ atMs: number; action: string; detail: string }>(
      `select at_ms as atMs, action, detail from audit
       where number > ? and (camera is null or camera = ?) and action in (select value from json_each(?))
       order by number desc limit ?`,
      [after, camera, JSON.stringify(actions), limit + 1],
    ),
  ]);
  const acts = rows
    .slice(0, limit)
    .map((row) => ({ ...row, detail: JSON.parse(row.detail) as Record<string, unknown> }))
    .reverse();
  // Number 1 is gone once the oldest were removed.
  const reachedMs = first === undefined || first.number === 1 ? undefined : first.atMs;
  return { acts, sinceMs: rows.length > limit ? acts[0]?.atMs : reachedMs };
}

export function auditTable(db: Db): AuditTable {
  return {
    append: (entry) => db.transaction((writer) => appendTo(writer, entry)),
    async list(query) {
      const conditions = ["number < ?"];
      const params: SqlValue[] = [query.before ?? Number.MAX_SAFE_INTEGER];
      const also = (condition: string, ...values: SqlValue[]): void => {
        conditions.push(condition);
        params.push(...values);
      };
      if (query.userName !== undefined) also("user_name = ?", query.userName);
      if (query.fromMs !== undefined) also("at_ms >= ?", query.fromMs);
      if (query.toMs !== undefined) also("at_ms < ?", query.toMs);
      if (query.actions !== undefined)
        also(`action in (${query.actions.map(() => "?").join(", ")})`, ...query.actions);
      const rows = await db.all<StoredEntry>(
        `select ${COLUMNS} from audit where ${conditions.join(" and ")} order by number desc limit ?`,
        [...params, query.limit],
      );
      return rows.map(({ previousHash: _, camera, detail, ...row }) => ({
        ...row,
        ...(camera === null ? {} : { camera }),
        detail: JSON.parse(detail) as Record<string, unknown>,
      }));
    },
    prune: (bounds) => db.transaction((writer) => pruneFrom(writer, bounds)),
    async verify({ signal, onWalked } = {}) {
      let previousHash: string | undefined;
      /** The first row of all, and the hash of the one before it as the newest entry about removed ones tells. */
      let first: StoredEntry | undefined;
      let hashBefore = FIRST_HASH;
      let after = 0;
      for (let walked = 0; ; ) {
        signal?.throwIfAborted();
        const rows = await db.all<StoredEntry>(
          `select ${COLUMNS} from audit where number > ? order by number limit ${VERIFIED_AT_ONCE}`,
          [after],
        );
        for (const row of rows) {
          first ??= row;
          previousHash ??= row.previousHash;
          if (row.previousHash !== previousHash || chainHash(row) !== row.hash) return row.number;
          if (row.action === PRUNED.action) hashBefore = removedHash(row) ?? hashBefore;
          previousHash = row.hash;
          after = row.number;
        }
        walked += rows.length;
        onWalked?.(walked);
        if (rows.length < VERIFIED_AT_ONCE) break;
      }
      // What is missing before the first one was removed by the recorder itself, which has said so.
      return first === undefined || first.previousHash === hashBefore ? undefined : first.number;
    },
    async count() {
      return (await db.get<{ count: number }>("select count(*) as count from audit"))?.count ?? 0;
    },
    oldest: () =>
      db.get(
        `select number, at_ms as atMs, (select max(number) from audit) as newest
         from audit order by number limit 1`,
      ),
  };
}

async function appendTo(writer: SqlWriter, entry: AuditEntry): Promise<void> {
  const detail = JSON.stringify(entry.detail);
  const camera = entry.camera ?? null;
  const last = await writer.get<{ hash: string }>("select hash from audit order by number desc limit 1");
  const previousHash = last?.hash ?? FIRST_HASH;
  const hash = chainHash({ ...entry, camera, detail, previousHash });
  await writer.run(
    `insert into audit (at_ms, user_name, remote_address, action, camera, detail, previous_hash, hash)
     values (?, ?, ?, ?, ?, ?, ?, ?)`,
    [entry.atMs, entry.userName, entry.remoteAddress, entry.action, camera, detail, previousHash, hash],
  );
}

async function pruneFrom(writer: SqlWriter, bounds: AuditBounds): Promise<number> {
  const span = await writer.get<{ first: number | null; last: number | null }>(
    "select min(number) as first, max(number) as last from audit",
  );
  const { first, last } = span ?? {};
  if (typeof first !== "number" || typeof last !== "number") return 0;
  // In the order of the chain, whatever the clock did meanwhile: entries go from its beginning only.
  const young = await writer.get<{ number: number }>(
    "select number from audit where at_ms >= ? order by number limit 1",
    [bounds.beforeMs],
  );
  const through = Math.min(
    Math.max((young?.number ?? last + 1) - 1, last - bounds.mostRows),
    first + bounds.mostRemoved - 1,
  );
  if (through < first) return 0;
  const row = await writer.get<{ hash: string }>("select hash from audit where number = ?", [through]);
  if (row === undefined) return 0;
  // Before the others go: of an empty table nobody knows the end.
  const count = through - first + 1;
  const said = { count, through, hash: row.hash };
  const entry = { atMs: bounds.atMs, userName: "", remoteAddress: "", ...PRUNED, detail: said };
  await appendTo(writer, entry);
  await writer.run("delete from audit where number <= ?", [through]);
  return count;
}

/** The hash of the last entry that was removed, by the one that says so. */
function removedHash({ detail }: StoredEntry): string | undefined {
  const { hash } = JSON.parse(detail) as Record<string, unknown>;
  return typeof hash === "string" ? hash : undefined;
}

function chainHash(entry: Omit<StoredEntry, "number" | "hash">): string {
  const fields = [
    entry.previousHash,
    entry.atMs,
    entry.userName,
    entry.remoteAddress,
    entry.action,
    entry.camera,
    entry.detail,
  ];
  return createHash("sha256").update(JSON.stringify(fields)).digest("hex");
}
