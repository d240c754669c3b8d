// Queries on the tables `till_receipts` and `till_words`: what tills wrote, newest first, found by till, time, amount and text.
import type { Db, SqlReader, SqlValue, SqlWriter } from "../db.ts";

/** A line of a receipt. */
export interface StoredLine {
  readonly timeMs: number;
  readonly text: string;
}

export interface StoredReceipt {
  readonly number: number;
  readonly till: string;
  readonly startMs: number;
  readonly lastMs: number;
  /** By what it was over; undefined: it goes on. */
  readonly endedBy: string | undefined;
  readonly totalMinor: number | undefined;
  /** The till's own number of it. */
  readonly receipt: string | undefined;
  readonly lines: readonly StoredLine[];
}

export interface ReceiptQuery {
  /** Of these tills only. */
  readonly tills?: readonly string[] | undefined;
  /** Those that began in [startMs, endMs) only. */
  readonly startMs?: number | undefined;
  readonly endMs?: number | undefined;
  readonly leastMinor?: number | undefined;
  readonly mostMinor?: number | undefined;
  /** Words that all stand in it, in either case of letters. */
  readonly text?: string | undefined;
  readonly after?: { readonly startMs: number; readonly number: number } | undefined;
  readonly limit: number;
}

interface Row {
  readonly number: number;
  readonly till: string;
  readonly startMs: number;
  readonly lastMs: number;
  readonly endedBy: string | null;
  readonly totalMinor: number | null;
  readonly receipt: string | null;
  readonly lines: string;
}

const COLUMNS = `r.number, r.till, r.start_ms as startMs, r.last_ms as lastMs, r.ended_by as endedBy,
  r.total_minor as totalMinor, r.receipt, r.lines`;
/** The index of words is one of three letters each. */
const INDEXED_LETTERS = 3;

/** Writes a receipt: a new one where `number` is undefined, else the present state of that one. Gives its number. */
export function putReceipt(
  db: Db,
  number: number | undefined,
  { till, startMs, lastMs, endedBy, totalMinor, receipt, lines }: Omit<StoredReceipt, "number">,
): Promise<number> {
  const state: SqlValue[] = [
    lastMs,
    endedBy ?? null,
    totalMinor ?? null,
    receipt ?? null,
    JSON.stringify(lines.map(({ timeMs, text }) => [timeMs - startMs, text])),
  ];
  return db.transaction(async (writer) => {
    const key = number ?? (await insert(writer, till, startMs, state));
    if (number !== undefined) {
      await writer.run(
        `update till_receipts set last_ms = ?, ended_by = ?, total_minor = ?, receipt = ?, lines = ? where number = ?`,
        [...state, number],
      );
    }
    if (endedBy !== undefined) await index(writer, key, lines);
    return key;
  });
}

async function insert(
  writer: SqlWriter,
  till: string,
  startMs: number,
  state: readonly SqlValue[],
): Promise<number> {
  const { lastRowId } = await writer.run(
    `insert into till_receipts (till, start_ms, last_ms, ended_by, total_minor, receipt, lines)
     values (?, ?, ?, ?, ?, ?, ?)`,
    [till, startMs, ...state],
  );
  return lastRowId;
}

async function index(writer: SqlWriter, number: number, lines: readonly StoredLine[]): Promise<void> {
  await writer.run("insert into till_words (rowid, text) values (?, ?)", [
    number,
    lines.map(({ text }) => text).join("\n"),
  ]);
}

/** Ends what an earlier process left open. Gives how many there were. */
export async function endOpenReceipts(db: Db, endedBy: string): Promise<number> {
  const open = await db.all<Row>(`select ${COLUMNS} from till_receipts as r where r.ended_by is null`);
  for (const row of open) {
    const { number, ...receipt } = receiptOf(row);
    await putReceipt(db, number, { ...receipt, endedBy });
  }
  return open.length;
}

/** Newest first. */
export async function searchReceipts(db: SqlReader, query: ReceiptQuery): Promise<StoredReceipt[]> {
  const { startMs, endMs, leastMinor, mostMinor, after, limit } = query;
  const conditions = ["r.start_ms >= ?", "r.start_ms < ?"];
  const params: SqlValue[] = [startMs ?? Number.MIN_SAFE_INTEGER, endMs ?? Number.MAX_SAFE_INTEGER];
  const also = (condition: string, ...values: SqlValue[]): void => {
    conditions.push(condition);
    params.push(...values);
  };
  if (after !== undefined) {
    also("r.start_ms <= ?", after.startMs);
    also("(r.start_ms < ? or r.number < ?)", after.startMs, after.number);
  }
  if (leastMinor !== undefined) also("r.total_minor >= ?", leastMinor);
  if (mostMinor !== undefined) also("r.total_minor <= ?", mostMinor);
  const words = (query.text ?? "").split(/\s+/).filter((word) => word !== "");
  const indexed = words.filter((word) => [...word].length >= INDEXED_LETTERS);
  if (indexed.length > 0) {
    const wanted = indexed.map((word) => `"${word.replaceAll('"', '""')}"`).join(" AND ");
    also("r.number in (select rowid from till_words where till_words match ?)", wanted);
  }
  for (const word of words.filter((each) => !indexed.includes(each)))
    also("r.lines like ? escape '\\'", `%${word.replaceAll(/[\\%_]/g, "\\$&")}%`);
  const branch = (till: string | undefined): Promise<Row[]> => {
    const given = [...conditions, ...(till === undefined ? [] : ["r.till = ?"])];
    return searchBranch(db, given, [...params, ...(till === undefined ? [] : [till]), limit]);
  };
  const found = await Promise.all((query.tills ?? [undefined]).map(branch));
  return found
    .flat()
    .sort((a, b) => b.startMs - a.startMs || b.number - a.number)
    .slice(0, limit)
    .map(receiptOf);
}

function searchBranch(
  db: SqlReader,
  conditions: readonly string[],
  params: readonly SqlValue[],
): Promise<Row[]> {
  return db.all<Row>(
    `select ${COLUMNS} from till_receipts as r where ${conditions.join(" and ")}
     order by r.start_ms desc, r.number desc limit ?`,
    params,
  );
}

export async function findReceipt(db: SqlReader, number: number): Promise<StoredReceipt | undefined> {
  const row = await db.get<Row>(`select ${COLUMNS} from till_receipts as r where r.number = ?`, [number]);
  return row === undefined ? undefined : receiptOf(row);
}

/** The tills of which there are receipts. */
export async function tillsWithReceipts(db: SqlReader): Promise<string[]> {
  const tills: string[] = [];
  // From one to the next: there are few tills, and many receipts of each.
  for (let last = ""; ; ) {
    const next = await db.get<{ till: string }>(
      "select till from till_receipts where till > ? order by till limit 1",
      [last],
    );
    if (next === undefined) return tills;
    last = next.till;
    tills.push(last);
  }
}

/** Forgets receipts of a till that began before a moment; at most `limit` of them. Gives how many. */
export function forgetReceipts(db: Db, till: string, beforeMs: number, limit: number): Promise<number> {
  return db.transaction(async (writer) => {
    const old = await writer.all<{ number: number }>(
      "select number from till_receipts where till = ? and start_ms < ? order by start_ms limit ?",
      [till, beforeMs, limit],
    );
    const numbers = JSON.stringify(old.map(({ number }) => number));
    await writer.run("delete from till_words where rowid in (select value from json_each(?))", [numbers]);
    await writer.run("delete from till_receipts where number in (select value from json_each(?))", [numbers]);
    return old.length;
  });
}

function receiptOf({ endedBy, totalMinor, receipt, lines, ...row }: Row): StoredReceipt {
  return {
    ...row,
    endedBy: endedBy ?? undefined,
    totalMinor: totalMinor ?? undefined,
    receipt: receipt ?? undefined,
    lines: (JSON.parse(lines) as [number, string][]).map(([offsetMs, text]) => ({
      timeMs: row.startMs + offsetMs,
      text,
    })),
  };
}
