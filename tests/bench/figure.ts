// What a benchmark says: figures with their limits and their rival's, as JSON for machines and as a table for people.

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Not to be exceeded. */
  readonly limit?: number;
  /** Who else did the same in the same run, and what it took. */
  readonly rival?: string;
  readonly rivalValue?: number;
  /** value ÷ rivalValue. */
  readonly ratio?: number;
  /** The ratio is not to exceed this. */
  readonly ratioLimit?: number;
  /** False when the limit, or the limit of the ratio, is exceeded. Left out where nothing is promised. */
  readonly ok?: boolean;
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMb: number;
  readonly kernel: string;
  readonly node: string;
  readonly ffmpeg: string | undefined;
  /** Processor time that others used just before the suite, in percent of all cores. */
  readonly busyPercent: number;
}

export interface BenchResult {
  readonly suite: string;
  readonly machine: Machine;
  readonly figures: readonly Figure[];
}

/** What suites are given. */
export interface BenchContext {
  /** A shorter run: fewer cases, shorter windows. */
  readonly quick: boolean;
  /** Cases asked for, as numbers of cameras; empty: the suite's own. */
  readonly counts: readonly number[];
  /** Tells people what is going on; silent with --json. */
  progress(text: string): void;
  /** Figures that cannot be had here, and why: those of an earlier run stay on the page. */
  leaveOut(what: string, why: string): void;
}

export type Suite = (context: BenchContext) => Promise<readonly Figure[]>;

/** Makes a figure and judges it. `ratioLimit`: the most that value ÷ rivalValue may be. */
export function figure(
  name: string,
  value: number,
  unit: string,
  against: { limit?: number; rival?: string; rivalValue?: number | undefined; ratioLimit?: number } = {},
): Figure {
  const { limit, rival, rivalValue, ratioLimit } = against;
  const ratio = rivalValue === undefined || rivalValue === 0 ? undefined : value / rivalValue;
  const isJudged = limit !== undefined || (ratioLimit !== undefined && ratio !== undefined);
  const ok =
    (limit === undefined || value <= limit) && (ratioLimit === undefined || (ratio ?? 0) <= ratioLimit);
  return {
    name,
    value: round(value),
    unit,
    ...(limit === undefined ? {} : { limit }),
    ...(rival === undefined || rivalValue === undefined ? {} : { rival, rivalValue: round(rivalValue) }),
    ...(ratio === undefined ? {} : { ratio: round(ratio) }),
    ...(ratio === undefined || ratioLimit === undefined ? {} : { ratioLimit }),
    ...(isJudged ? { ok } : {}),
  };
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}

/** The figures as lines of a table. */
export function tableOf(result: BenchResult): string {
  const { machine } = result;
  const head = ["figure", "value", "unit", "limit", "rival", "rival's", "ratio", ""];
  const rows = result.figures.map((one) => [
    one.name,
    String(one.value),
    one.unit,
    one.limit === undefined ? "" : `≤ ${one.limit}`,
    one.rival ?? "",
    one.rivalValue === undefined ? "" : String(one.rivalValue),
    one.ratio === undefined
      ? ""
      : `${one.ratio}${one.ratioLimit === undefined ? "" : ` (≤ ${one.ratioLimit})`}`,
    one.ok === undefined ? "" : one.ok ? "ok" : "TOO MUCH",
  ]);
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => (row[column] ?? "").length)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd();
  const about = `${result.suite}: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryMb} MB, Linux ${machine.kernel}, Node ${machine.node}, ffmpeg ${machine.ffmpeg ?? "none"}, ${machine.busyPercent} % busy before`;
  return [about, line(head), ...rows.map(line)].join("\n");
}
