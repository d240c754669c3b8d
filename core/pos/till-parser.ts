// How the recorder asks a till parser: with checked settings, and never trusting the answer.
import { withTimeLimit } from "../plugin/calls/time-limit.ts";
import type { PosMark, PosParser, PosRequest } from "../plugin/contract/pos-parser.ts";
import { withDefaults } from "../plugin/host/settings-problems.ts";
import { checkSettings } from "../plugin/schemas/settings-check.ts";
import { checkedMarks } from "./receipts.ts";

const READ_LIMIT_MS = 5_000;

/** What config.json says of a till, with the schema's defaults. Throws `NJ_CONFIG_INVALID`, naming the first wrong place. */
export function parserSettings(
  parser: PosParser,
  config: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const schema = parser.configSchema as unknown as Record<string, unknown>;
  const settings = withDefaults(schema, structuredClone(config)) as Readonly<Record<string, unknown>>;
  checkSettings(parser.configSchema, settings);
  return settings;
}

/** Has lines read. Throws what the parser throws, `NJ_PLUGIN_TIMEOUT`, and `NJ_PLUGIN_DATA` for an answer that is none. */
export async function readLines(
  parser: PosParser,
  request: PosRequest,
  signal: AbortSignal,
): Promise<readonly PosMark[]> {
  const answer = parser.read(request, { signal });
  return checkedMarks(await withTimeLimit(answer, READ_LIMIT_MS, "a till parser"), request.lines.length);
}
