// The parser: patterns of a till's owner, compiled once, tried on each line. They take linear time, and all of them together
// no more than a quarter of a second for one portion of lines.
import { setImmediate as breath } from "node:timers/promises";
import { NightjarError, type PosMark, type PosParser, type Static } from "@nightjar/core";
import { minorOf } from "./amount.ts";
import { tillConfig } from "./config.ts";
import { type LinearPattern, linearPattern } from "./linear-pattern.ts";

type TillConfig = Static<typeof tillConfig>;
const PATTERNS = ["begin", "end", "total", "receipt", "ignore"] as const;
type Patterns = Readonly<Partial<Record<(typeof PATTERNS)[number], LinearPattern>>>;

const PORTION_LIMIT_MS = 250;
const LINES_IN_A_ROW = 10;
const TILLS_LIMIT = 256;

/** Makes the parser. What it compiled is kept by what it was compiled of; nothing else is. */
export function textParser(): PosParser {
  const compiled = new Map<string, Patterns>();
  function patternsOf(config: TillConfig): Patterns {
    const key = JSON.stringify(PATTERNS.map((name) => config[name] ?? null));
    const known = compiled.get(key);
    if (known !== undefined) return known;
    const made: Partial<Record<(typeof PATTERNS)[number], LinearPattern>> = {};
    for (const name of PATTERNS) {
      const source = config[name];
      if (source !== undefined) made[name] = named(name, source);
    }
    if (compiled.size >= TILLS_LIMIT) compiled.clear();
    compiled.set(key, made);
    return made;
  }
  return {
    id: "text",
    displayName: "Lines of text",
    configSchema: tillConfig,
    async read({ config, lines }, { signal }) {
      const settings = config as TillConfig;
      const patterns = patternsOf(settings);
      const marks: PosMark[] = [];
      let spentMs = 0;
      for (const [line, { text }] of lines.entries()) {
        if (line % LINES_IN_A_ROW === 0) {
          await breath();
          signal.throwIfAborted();
        }
        // Processor time: a machine that is busy with something else makes no pattern long.
        const began = process.threadCpuUsage();
        const mark = markOf(text, patterns, settings.decimals);
        spentMs += process.threadCpuUsage(began).user / 1_000;
        if (spentMs > PORTION_LIMIT_MS) throw tooSlow();
        if (mark !== undefined) marks.push({ line, ...mark });
      }
      return marks;
    },
  };
}

function markOf(text: string, patterns: Patterns, decimals: number): Omit<PosMark, "line"> | undefined {
  if (patterns.ignore?.exec(text) !== undefined) return { ignored: true };
  const begins = patterns.begin?.exec(text) !== undefined;
  const ends = patterns.end?.exec(text) !== undefined;
  const amount = patterns.total?.exec(text);
  const totalMinor = amount === undefined ? undefined : minorOf(amount[1] ?? "", decimals);
  const number = patterns.receipt?.exec(text)?.[1]?.slice(0, 64);
  if (!begins && !ends && totalMinor === undefined && !number) return undefined;
  return {
    ...(begins ? { begins } : {}),
    ...(ends ? { ends } : {}),
    ...(totalMinor === undefined ? {} : { totalMinor }),
    ...(number ? { receipt: number } : {}),
  };
}

function named(name: (typeof PATTERNS)[number], source: string): LinearPattern {
  try {
    return linearPattern(source);
  } catch (error) {
    const why = error instanceof NightjarError ? error.message : String(error);
    throw new NightjarError("NJ_POS_PATTERN", "invalid-argument", `${name}: ${why}`);
  }
}

function tooSlow(): NightjarError {
  return new NightjarError(
    "NJ_POS_PATTERN",
    "resource-exhausted",
    "the patterns of this till take too long: make them shorter",
  );
}
