// The audit log as a file for other programs: CSV (RFC 4180) for spreadsheets, or a JSON object a line. Read page by page while
// it is sent, so that a log of any length takes the memory of one page; whoever reads slowly holds up nobody.
import type { AuditQuery, AuditRow } from "../db/tables/audit-table.ts";

export const AUDIT_FORMATS = ["csv", "jsonl"] as const;
export type AuditFormat = (typeof AUDIT_FORMATS)[number];

/** Most entries of one file; the next ones are asked for with `before`. */
export const AUDIT_EXPORT_LIMIT = 100_000;
const PAGE = 500;
const COLUMNS = ["number", "at", "userName", "remoteAddress", "action", "camera", "detail", "hash"] as const;
/** Without it spreadsheets take UTF-8 for something else. */
const BYTE_ORDER_MARK = "\uFEFF";
/** Spreadsheets take what begins like this for a formula (OWASP, "CSV Injection"). */
const FORMULA = /^[=+\-@\t\r\n]/;

/** The entries that fit, newest first, as pieces of a file. */
export async function* auditFile(
  list: (query: AuditQuery) => Promise<readonly AuditRow[]>,
  wanted: Omit<AuditQuery, "limit">,
  format: AuditFormat,
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

function lineOf({ atMs, ...rest }: AuditRow, format: AuditFormat): string {
  const entry: Readonly<Record<string, unknown>> = { ...rest, at: new Date(atMs).toISOString() };
  const inOrder = COLUMNS.flatMap((name) => (entry[name] === undefined ? [] : [[name, entry[name]]]));
  if (format === "jsonl") return `${JSON.stringify(Object.fromEntries(inOrder))}\n`;
  return csvLine(COLUMNS.map((name) => entry[name]));
}

function csvLine(values: readonly unknown[]): string {
  return `${values.map(csvCell).join(",")}\r\n`;
}

function csvCell(value: unknown): string {
  if (value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n']/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
