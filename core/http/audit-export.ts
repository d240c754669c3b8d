// The audit log as a file for other programs: CSV for spreadsheets, or a JSON object a line. Read page by page while
// it is sent, so that a log of any length takes the memory of one page; whoever reads slowly holds up nobody.
import type { AuditQuery, AuditRow } from "../db/tables/audit-table.ts";
import { BYTE_ORDER_MARK, csvLine } from "./csv.ts";
import type { ListFormat } from "./list-file.ts";

/** Most entries of one file; the next ones are asked for with `before`. */
export const AUDIT_EXPORT_LIMIT = 100_000;
const PAGE = 500;
const COLUMNS = ["number", "at", "userName", "remoteAddress", "action", "camera", "detail", "hash"] as const;
/** The entries that fit, newest first, as pieces of a file. */
export async function* auditFile(
  list: (query: AuditQuery) => Promise<readonly AuditRow[]>,
  wanted: Omit<AuditQuery, "limit">,
  format: ListFormat,
  mostEntries = AUDIT_EXPORT_LIMIT,
): AsyncGenerator<string> {
  if (format === "csv") yield `${BYTE_ORDER_MARK}${csvLine(COLUMNS)}`;
  let { before } = wanted;
  for (let left = mostEntries; left > 0; ) {
    const limit = Math.min(PAGE, left);
    const rows = await list({ ...wanted, ...(before === undefined ? {} : { before }), limit });
    if (rows.length > 0) yield rows.map((row) => lineOf(row, format)).join("");
    before = rows.at(-1)?.number;
    if (rows.length < limit) return;
    left -= rows.length;
  }
}

function lineOf({ atMs, ...rest }: AuditRow, format: ListFormat): string {
  const entry: Readonly<Record<string, unknown>> = { ...rest, at: new Date(atMs).toISOString() };
  const inOrder = COLUMNS.flatMap((name) => (entry[name] === undefined ? [] : [[name, entry[name]]]));
  if (format === "jsonl") return `${JSON.stringify(Object.fromEntries(inOrder))}\n`;
  return csvLine(COLUMNS.map((name) => entry[name]));
}
