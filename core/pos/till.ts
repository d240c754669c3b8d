// One till: hears its lines, hides what must not be kept, has them read, puts receipts together and keeps them. What comes
// faster than it can be kept is held back or lost, and counted; a parser that fails costs marks, never lines.
import type { Clock, Timer } from "../clock.ts";
import type { TillConfig } from "../config/till-config.ts";
import type { Db } from "../db/db.ts";
import { putReceipt } from "../db/tables/receipts-table.ts";
import { NightjarError, toPlainError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { PosLine, PosMark, PosParser } from "../plugin/contract/pos-parser.ts";
import { hiding } from "./hidden-words.ts";
import { type Receipt, type ReceiptEnd, Receipts } from "./receipts.ts";
import { TillInput, type TillInputState } from "./till-input.ts";
import { parserSettings, readLines } from "./till-parser.ts";

const WAITING_LIMIT = 2_000;
const PORTION = 200;
/** So many lines at once, and so many a second for long: a day of it is bounded. */
const BURST = 2_000;
const LINES_PER_SECOND = 20;
const LOOK_MS = 1_000;

/** What has become of a receipt: it is new, has grown, or is over. */
export type ReceiptChange = "begun" | "grown" | "over";

export interface TillOptions {
  readonly till: TillConfig;
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  /** The parser now; undefined: it is not there, or none is wanted. */
  parser(): PosParser | undefined;
  /** A receipt is over: others may change what is kept of it. Never rejects. */
  closing?(receipt: Receipt): Promise<void>;
  /** A receipt was written. */
  told(number: number, receipt: Receipt, change: ReceiptChange): void;
}

/** How a till is. */
export interface TillState extends TillInputState {
  /** When its last line came; undefined: none yet. */
  readonly lastLineMs: number | undefined;
  /** Lines that came too fast, since the start. */
  readonly lostLines: number;
  /** Why its lines are not read; undefined: they are, or no parser is wanted. */
  readonly parserReason: string | undefined;
}

export class Till {
  readonly #options: TillOptions;
  readonly #input: TillInput;
  readonly #receipts = new Receipts();
  readonly #numbers = new WeakMap<Receipt, number>();
  readonly #hide: (line: string) => string;
  readonly #end = new AbortController();
  readonly #waiting: PosLine[] = [];
  #pumping: Promise<void> | undefined;
  #look: Timer | undefined;
  #left = BURST;
  #atMs: number;
  #lastLineMs: number | undefined;
  #lost = 0;
  #hasWarned = false;
  #parserReason: string | undefined;

  constructor(options: TillOptions) {
    const { till, clock, log } = options;
    this.#options = options;
    this.#atMs = clock.monotonicMs();
    this.#hide = hiding(till.hide, till.hideCardNumbers);
    this.#input = new TillInput({
      till,
      clock,
      lines: (lines) => this.#take(lines),
      changed: () => undefined,
      refused: (address) => log.notice("a till was not let in", { till: till.id, address }),
    });
  }

  get state(): TillState {
    return {
      ...this.#input.state,
      lastLineMs: this.#lastLineMs,
      lostLines: this.#lost,
      parserReason: this.#parserReason,
    };
  }

  start(): void {
    this.#input.start();
    this.#look = this.#options.clock.every(LOOK_MS, () => this.#endAfterPause());
  }

  /** Keeps what has come, and ends the receipt that goes on. */
  async close(by: ReceiptEnd): Promise<void> {
    this.#look?.cancel();
    await this.#input.close();
    await this.#pumping;
    await this.#finish(by);
    this.#end.abort();
  }

  /** Takes lines as they come. False: it is too much for long. */
  #take(lines: readonly string[]): boolean {
    const timeMs = this.#options.clock.wallMs();
    for (const text of lines) {
      if (this.#waiting.length >= WAITING_LIMIT || !this.#isAllowed()) {
        this.#lose();
        continue;
      }
      this.#lastLineMs = timeMs;
      this.#waiting.push({ text: this.#hide(text), timeMs });
    }
    this.#pumping ??= this.#pump().finally(() => {
      this.#pumping = undefined;
    });
    return this.#left > 1 && this.#waiting.length < WAITING_LIMIT / 2;
  }

  #isAllowed(): boolean {
    const nowMs = this.#options.clock.monotonicMs();
    this.#left = Math.min(BURST, this.#left + ((nowMs - this.#atMs) / 1_000) * LINES_PER_SECOND);
    this.#atMs = nowMs;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }

  #lose(): void {
    this.#lost += 1;
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#options.log.warn("a till writes more than can be kept", { till: this.#options.till.id });
  }

  async #pump(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = this.#waiting.splice(0, PORTION);
      await this.#keep(this.#receipts.take(lines, await this.#marksOf(lines)));
    }
  }

  async #marksOf(lines: readonly PosLine[]): Promise<readonly PosMark[]> {
    const { till, log } = this.#options;
    if (till.parser === undefined) return [];
    try {
      const parser = this.#options.parser();
      if (parser === undefined) throw parserAway(till.parser.source);
      const config = parserSettings(parser, till.parser.config);
      const marks = await readLines(parser, { till: till.id, config, lines }, this.#end.signal);
      if (this.#parserReason !== undefined) log.notice("a till's lines are read again", { till: till.id });
      this.#parserReason = undefined;
      return marks;
    } catch (error) {
      const { message } = toPlainError(error);
      if (this.#parserReason === undefined)
        log.warn("a till's lines are not read", { till: till.id, reason: message });
      this.#parserReason = message;
      return [];
    }
  }

  async #keep(receipts: readonly Receipt[]): Promise<void> {
    for (const receipt of receipts) {
      if (receipt.endedBy !== undefined) await this.#options.closing?.(receipt);
      const known = this.#numbers.get(receipt);
      const { lines, startMs, lastMs, endedBy, totalMinor, receipt: own } = receipt;
      try {
        const stored = {
          startMs,
          lastMs,
          endedBy,
          totalMinor,
          receipt: own,
          lines,
          till: this.#options.till.id,
        };
        const number = await putReceipt(this.#options.db, known, stored);
        this.#numbers.set(receipt, number);
        if (known === undefined) this.#options.told(number, receipt, "begun");
        else if (endedBy === undefined) this.#options.told(number, receipt, "grown");
        if (endedBy !== undefined) this.#options.told(number, receipt, "over");
      } catch (error) {
        this.#options.log.error("a receipt was not written", {
          till: this.#options.till.id,
          reason: toPlainError(error).message,
        });
      }
    }
  }

  #endAfterPause(): void {
    const { clock, till } = this.#options;
    const { open } = this.#receipts;
    if (open === undefined || this.#pumping !== undefined) return;
    if (clock.wallMs() - open.lastMs < till.pauseSeconds * 1_000) return;
    this.#pumping = this.#finish("pause")
      .then(() => this.#pump())
      .finally(() => {
        this.#pumping = undefined;
      });
  }

  async #finish(by: ReceiptEnd): Promise<void> {
    const open = this.#receipts.end(by);
    if (open !== undefined) await this.#keep([open]);
  }
}

function parserAway(source: string): NightjarError {
  return new NightjarError(
    "NJ_TILL_PARSER",
    "unavailable",
    `there is no till parser ${source}: its plugin is not installed, or is switched off`,
  );
}
