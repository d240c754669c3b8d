// CSV (RFC 4180) for spreadsheets: nothing in a cell ends it, or its line, or is taken for a formula.

/** Begins a file: without it spreadsheets take UTF-8 for something else. */
export const BYTE_ORDER_MARK = "\uFEFF";
/** Spreadsheets take what begins like this for a formula (OWASP, "CSV Injection"). */
const FORMULA = /^[=+\-@\t\r\n]/;

/** One line with its end. Undefined is an empty cell, what is no text or number is JSON. */
export function csvLine(values: readonly unknown[]): string {
  return `${values.map(csvCell).join(",")}\r\n`;
}

function csvCell(value: unknown): string {
  if (value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n']/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
