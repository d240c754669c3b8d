// The list of events as a file for other programs: CSV for spreadsheets, or a JSON object a line, as the API gives one event.
// Read page by page while it is sent, so that a list of any length takes the memory of one page.
import { BYTE_ORDER_MARK, csvLine } from "./csv.ts";
import type { EventView } from "./event-schemas.ts";
import type { ListFormat } from "./list-file.ts";
import type { EventService } from "./services.ts";

/** Most events of one file; the older ones are asked for with `end`. */
export const EVENT_EXPORT_LIMIT = 100_000;
const PAGE = 500;

type EventQuery = Parameters<EventService["search"]>[0];

/** What spreadsheets get of an event, by column. */
const COLUMNS: Readonly<Record<string, (event: EventView) => unknown>> = {
  id: ({ id }) => id,
  start: ({ start }) => start,
  end: ({ end }) => end,
  type: ({ type }) => type,
  severity: ({ severity }) => severity,
  camera: ({ camera }) => camera,
  rule: ({ rule }) => rule,
  source: ({ source }) => source,
  subject: ({ subject }) => subject,
  score: ({ score }) => score,
  objects: ({ objects }) => listed(objects.map((one) => `${one.class} ${one.score.toFixed(2)}`)),
  endReason: ({ endReason }) => endReason,
  acknowledgedAt: ({ acknowledged }) => acknowledged?.at,
  acknowledgedBy: ({ acknowledged }) => acknowledged?.by,
  note: ({ acknowledged }) => acknowledged?.note,
  actions: ({ actions = [] }) => listed(actions.map(({ action, status }) => `${action} ${status}`)),
  detail: ({ detail }) => (Object.keys(detail).length === 0 ? undefined : detail),
};

/** The events that fit, newest first, as pieces of a file. */
export async function* eventFile(
  search: EventService["search"],
  wanted: Omit<EventQuery, "limit" | "cursor">,
  format: ListFormat,
  mostEvents = EVENT_EXPORT_LIMIT,
): AsyncGenerator<string> {
  if (format === "csv") yield `${BYTE_ORDER_MARK}${csvLine(Object.keys(COLUMNS))}`;
  let cursor: string | undefined;
  for (let left = mostEvents; left > 0; ) {
    const { events, next } = await search({ ...wanted, cursor, limit: Math.min(PAGE, left) });
    if (events.length > 0) yield events.map((event) => lineOf(event, format)).join("");
    if (next === undefined) return;
    cursor = next;
    left -= events.length;
  }
}

function lineOf(event: EventView, format: ListFormat): string {
  if (format === "jsonl") return `${JSON.stringify(event)}\n`;
  return csvLine(Object.values(COLUMNS).map((cellOf) => cellOf(event)));
}

function listed(words: readonly string[]): string | undefined {
  return words.length === 0 ? undefined : words.join("; ");
}
