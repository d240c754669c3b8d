// The parser: a receipt begins with the shop's name and ends with its total. It keeps nothing between calls.
import type { PosMark, PosParser, Static } from "@nightjar/core";
import { tillConfig } from "./config.ts";

/** Makes the parser. */
export function tillParser(): PosParser {
  return {
    id: "template",
    displayName: "Template",
    configSchema: tillConfig,
    async read({ config, lines }) {
      const till = config as Static<typeof tillConfig>;
      return lines.flatMap(({ text }, line) => {
        const mark = markOf(text, till);
        return mark === undefined ? [] : [{ line, ...mark }];
      });
    },
  };
}

function markOf(text: string, till: Static<typeof tillConfig>): Omit<PosMark, "line"> | undefined {
  if (text.startsWith(till.shop)) return { begins: true };
  if (till.hideStaff && text.startsWith("SERVED BY ")) return { text: "SERVED BY ***" };
  // A pattern of one's own, without anything that could take long on a hostile line.
  const [, units, cents] = /^TOTAL (\d{1,9})\.(\d\d)$/.exec(text) ?? [];
  if (units === undefined || cents === undefined) return undefined;
  return { totalMinor: Number(units) * 100 + Number(cents), ends: true };
}
