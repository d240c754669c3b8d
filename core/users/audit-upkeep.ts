// What is done with the audit log as a whole, one thing at a time: its oldest entries go once they are older than the owner
// keeps them or too many, and its chain is checked, in the background, because a long one takes minutes.
import type { Clock, Timer } from "../clock.ts";
import type { AuditTable } from "../db/tables/audit-table.ts";
import type { Log } from "../log.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Most entries that are kept: some 400 MB of database, which no household fills in the longest time of keeping. */
const MOST_ROWS = 1_000_000;
/** Bounds what one transaction takes, and what a clock that is wrong for an hour can cost. */
const REMOVED_AT_ONCE = 20_000;

/** Where a check of the chain stands, or how the last one ended. */
export interface AuditCheck {
  /** Undefined while it goes on. */
  readonly intact?: boolean;
  /** Number of the first entry that does not fit. */
  readonly firstBroken?: number;
  readonly checked: number;
  readonly total: number;
}

interface Walk {
  readonly done: Promise<AuditCheck>;
  checked: number;
  total: number;
}

export class AuditUpkeep {
  readonly #table: AuditTable;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #keepDays: () => number;
  readonly #agesMs: () => number;
  readonly #mostRows: number;
  readonly #timer: Timer;
  readonly #end = new AbortController();
  #pruning: Promise<number> | undefined;
  #walk: Walk | undefined;
  #lastCheck: AuditCheck = { checked: 0, total: 0 };

  constructor(options: {
    readonly table: AuditTable;
    readonly clock: Clock;
    readonly log: Log;
    /** Read each time, so that a changed setting applies at once. */
    readonly keepDays: () => number;
    /** The moment from which ages are counted; absent: what the clock says. */
    readonly agesMs?: () => number;
    /** Called each hour. */
    readonly onHour: () => void;
    readonly mostRows?: number;
  }) {
    this.#table = options.table;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#keepDays = options.keepDays;
    this.#agesMs = options.agesMs ?? (() => options.clock.wallMs());
    this.#mostRows = options.mostRows ?? MOST_ROWS;
    this.#timer = options.clock.every(HOUR_MS, () => {
      options.onHour();
      this.prune().catch((error: unknown) => {
        this.#log.warn("the oldest entries of the audit log could not be removed", { reason: String(error) });
      });
    });
  }

  /** Removes the oldest entries beyond what is kept, at most so many; gives how many. None while the chain is checked. */
  async prune(): Promise<number> {
    if (this.#walk !== undefined) return 0;
    this.#pruning ??= this.#pruneOnce().finally(() => {
      this.#pruning = undefined;
    });
    return this.#pruning;
  }

  /** Begins a check of the chain, or joins the one that goes on; resolves when it has ended. */
  check(): Promise<AuditCheck> {
    this.#walk ??= this.#newWalk();
    return this.#walk.done;
  }

  /** Where the check stands that goes on; how the last one ended; nothing checked of nothing if there was none. */
  checkState(): AuditCheck {
    const walk = this.#walk;
    return walk === undefined ? this.#lastCheck : { checked: walk.checked, total: walk.total };
  }

  /** Ends what goes on. */
  async close(): Promise<void> {
    this.#timer.cancel();
    this.#end.abort();
    await Promise.allSettled([this.#pruning, this.#walk?.done]);
  }

  async #pruneOnce(): Promise<number> {
    const now = this.#clock.wallMs();
    const oldest = await this.#table.oldest();
    const beforeMs = Math.max(0, this.#agesMs() - this.#keepDays() * DAY_MS);
    // A day's entries at once, or each hour would leave an entry of its own that says so.
    const isOld = oldest !== undefined && oldest.atMs < beforeMs - DAY_MS;
    const isLong = oldest !== undefined && oldest.newest - oldest.number >= this.#mostRows;
    if (!isOld && !isLong) return 0;
    return this.#table.prune({
      beforeMs,
      mostRows: isLong ? Math.ceil(this.#mostRows * 0.99) : this.#mostRows,
      mostRemoved: REMOVED_AT_ONCE,
      atMs: now,
    });
  }

  #newWalk(): Walk {
    const ended = Promise.withResolvers<AuditCheck>();
    const walk = { done: ended.promise, checked: 0, total: 0 };
    // Whoever waits hears of a failure; where nobody does, it is no fault of the process.
    walk.done.catch(() => undefined);
    this.#walkOf(walk).then(
      (check) => {
        this.#lastCheck = check;
        this.#walk = undefined;
        ended.resolve(check);
      },
      (error: unknown) => {
        this.#walk = undefined;
        ended.reject(error);
      },
    );
    return walk;
  }

  async #walkOf(walk: { checked: number; total: number }): Promise<AuditCheck> {
    await this.#pruning?.catch(() => undefined);
    walk.total = await this.#table.count();
    const firstBroken = await this.#table.verify({
      signal: this.#end.signal,
      onWalked: (rows) => {
        walk.checked = rows;
        walk.total = Math.max(walk.total, rows);
      },
    });
    const { checked, total } = walk;
    return firstBroken === undefined
      ? { intact: true, checked, total }
      : { intact: false, firstBroken, checked, total };
  }
}
