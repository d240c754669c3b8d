// A list as a file that is downloaded: CSV for spreadsheets, or a JSON object a line. One answer for all such lists.
import { Readable } from "node:stream";
import { type Static, Type } from "typebox";
import { answer } from "./route.ts";

const FORMATS = ["csv", "jsonl"] as const;

/** The wanted format, of a query. */
export const ListFormatSchema = Type.Enum(FORMATS, { default: "csv" });
export type ListFormat = Static<typeof ListFormatSchema>;

/** Answers with a file called after the list, sent as it is read; `pieces` are of the format. */
export function listFile(list: string, format: ListFormat, pieces: AsyncIterable<string>) {
  return answer(200, Readable.from(pieces), {
    "content-type": format === "csv" ? "text/csv; charset=utf-8" : "application/jsonl; charset=utf-8",
    "content-disposition": `attachment; filename="nightjar-${list}.${format}"`,
    "cache-control": "no-store",
  });
}
