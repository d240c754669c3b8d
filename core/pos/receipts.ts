// Puts receipts together from the lines of one till and what its parser says of them. Pure: it is told the time, and tells
// what has changed. What a parser says is checked here, once, for everybody.
import { NightjarError } from "../errors.ts";
import type { PosLine, PosMark } from "../plugin/contract/pos-parser.ts";
import { Type } from "../plugin/schemas/schema-builder.ts";
import { misfitOf } from "../plugin/schemas/settings-check.ts";

/** More lines are another receipt. */
export const RECEIPT_LINES_LIMIT = 1_000;
export const TEXT_LIMIT = 500;
export const RECEIPT_NUMBER_LIMIT = 64;

export const RECEIPT_ENDS = ["end", "next", "pause", "too-long", "restarted", "switched-off"] as const;
/** By what a receipt was over: its last line, the begin of the next, a pause, its length, or the recorder. */
export type ReceiptEnd = (typeof RECEIPT_ENDS)[number];

/** A receipt while it grows and when it is over. */
export interface Receipt {
  readonly startMs: number;
  lastMs: number;
  endedBy: ReceiptEnd | undefined;
  totalMinor: number | undefined;
  receipt: string | undefined;
  lines: PosLine[];
}

const MARKS = Type.Array(
  Type.Object({
    line: Type.Integer({ minimum: 0 }),
    begins: Type.Optional(Type.Boolean()),
    ends: Type.Optional(Type.Boolean()),
    ignored: Type.Optional(Type.Boolean()),
    text: Type.Optional(Type.String({ maxLength: TEXT_LIMIT })),
    totalMinor: Type.Optional(
      Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }),
    ),
    receipt: Type.Optional(Type.String({ minLength: 1, maxLength: RECEIPT_NUMBER_LIMIT })),
  }),
  { maxItems: 1_000 },
);

/** What a parser answered, checked. Throws `NJ_PLUGIN_DATA`, naming the place. */
export function checkedMarks(answer: unknown, lines: number): readonly PosMark[] {
  const problem = misfitOf(MARKS, answer);
  const marks = answer as readonly PosMark[];
  const outside = problem === undefined ? marks.find(({ line }) => line >= lines) : undefined;
  if (problem === undefined && outside === undefined) return marks;
  throw new NightjarError(
    "NJ_PLUGIN_DATA",
    "invalid-argument",
    problem === undefined
      ? `a till parser speaks of line ${outside?.line}, and was given ${lines}`
      : `what a till parser said is wrong at ${problem.path}: ${problem.message}`,
  );
}

export class Receipts {
  #open: Receipt | undefined;

  /** The receipt that goes on. */
  get open(): Receipt | undefined {
    return this.#open;
  }

  /** Takes lines and what was said of them. Gives the receipts that they changed, each once, in order. */
  take(lines: readonly PosLine[], marks: readonly PosMark[]): Receipt[] {
    const changed = new Set<Receipt>();
    const said = new Map(marks.map((mark) => [mark.line, mark]));
    for (const [index, line] of lines.entries()) {
      const mark = said.get(index);
      if (mark?.ignored === true) continue;
      if (mark?.begins === true) this.#end("next", changed);
      if ((this.#open?.lines.length ?? 0) >= RECEIPT_LINES_LIMIT) this.#end("too-long", changed);
      const open = this.#open ?? begun(line.timeMs);
      this.#open = open;
      changed.add(open);
      open.lines.push(mark?.text === undefined ? line : { ...line, text: mark.text });
      open.lastMs = line.timeMs;
      open.totalMinor = mark?.totalMinor ?? open.totalMinor;
      open.receipt = mark?.receipt ?? open.receipt;
      if (mark?.ends === true) this.#end("end", changed);
    }
    return [...changed];
  }

  /** Ends the receipt that goes on, if there is one. */
  end(by: ReceiptEnd): Receipt | undefined {
    const open = this.#open;
    this.#end(by, new Set());
    return open;
  }

  #end(by: ReceiptEnd, changed: Set<Receipt>): void {
    if (this.#open === undefined) return;
    this.#open.endedBy = by;
    changed.add(this.#open);
    this.#open = undefined;
  }
}

function begun(startMs: number): Receipt {
  return {
    startMs,
    lastMs: startMs,
    endedBy: undefined,
    totalMinor: undefined,
    receipt: undefined,
    lines: [],
  };
}
