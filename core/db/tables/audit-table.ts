// Queries on the table `audit`: acts that matter to security, chained by hashes so that a change shows.
import { createHash } from "node:crypto";
import type { Db, SqlReader, SqlValue } from "../db.ts";

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

export interface AuditTable {
  /** Adds an entry at the end of the chain. */
  append(entry: AuditEntry): Promise<void>;
  /** Newest first. */
  list(query: AuditQuery): Promise<AuditRow[]>;
  /** Walks the chain; answers the number of the first row that does not fit, or undefined if all do. */
  verify(): Promise<number | undefined>;
}

const FIRST_HASH = "0".repeat(64);
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
    after <= 0
      ? undefined
      : db.get<{ atMs: number }>("select at_ms as atMs from audit where number > ? order by number limit 1", [
          after,
        ]),
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
  return { acts, sinceMs: rows.length > limit ? acts[0]?.atMs : first?.atMs };
}

export function auditTable(db: Db): AuditTable {
  return {
    async append(entry) {
      const detail = JSON.stringify(entry.detail);
      const camera = entry.camera ?? null;
      await db.transaction(async (writer) => {
        const last = await writer.get<{ hash: string }>(
          "select hash from audit order by number desc limit 1",
        );
        const previousHash = last?.hash ?? FIRST_HASH;
        const hash = chainHash({ ...entry, camera, detail, previousHash });
        await writer.run(
          `insert into audit (at_ms, user_name, remote_address, action, camera, detail, previous_hash, hash)
           values (?, ?, ?, ?, ?, ?, ?, ?)`,
          [entry.atMs, entry.userName, entry.remoteAddress, entry.action, camera, detail, previousHash, hash],
        );
      });
    },
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
    async verify() {
      let previousHash = FIRST_HASH;
      let after = 0;
      for (;;) {
        const rows = await db.all<StoredEntry>(
          `select ${COLUMNS} from audit where number > ? order by number limit 1000`,
          [after],
        );
        if (rows.length === 0) return undefined;
        for (const row of rows) {
          if (row.previousHash !== previousHash || chainHash(row) !== row.hash) return row.number;
          previousHash = row.hash;
          after = row.number;
        }
      }
    },
  };
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
