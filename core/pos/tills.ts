// All tills: begins and ends them as config.json says, tells of receipts as events, finds and forgets them.
import { isDeepStrictEqual } from "node:util";
import type { Clock, Timer } from "../clock.ts";
import type { FrozenConfig } from "../config/config-store.ts";
import type { TillConfig } from "../config/till-config.ts";
import type { Db } from "../db/db.ts";
import { endOpenReceipts, forgetReceipts, tillsWithReceipts } from "../db/tables/receipts-table.ts";
import type { EventReport } from "../domain/alarm-event.ts";
import type { Log } from "../log.ts";
import type { PosParser } from "../plugin/contract/pos-parser.ts";
import type { Receipt } from "./receipts.ts";
import { type ReceiptChange, Till, type TillState } from "./till.ts";

const FORGET_MS = 60 * 60_000;
const FORGET_PORTION = 500;
const DAY_MS = 86_400_000;
/** Of tills that are not in config.json any more. */
const KEEP_GONE_DAYS = 3_650;

export interface TillsOptions {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  config(): FrozenConfig;
  /** The moment from which ages of receipts are counted. */
  agesMs(): number;
  /** All till parsers that plugins bring. */
  parsers(): readonly { readonly entry: PosParser; readonly plugin: string }[];
  /** A receipt of a till is over: others may change what is kept of it. Never rejects. */
  closing?(till: TillConfig, receipt: Receipt): Promise<void>;
  /** Who is told of receipts as events. */
  readonly events: { report(report: EventReport): void; end(report: EventReport): void };
}

export class Tills {
  readonly #options: TillsOptions;
  readonly #running = new Map<string, { readonly config: TillConfig; readonly till: Till }>();
  #turn: Promise<void> = Promise.resolve();
  #timer: Timer | undefined;

  constructor(options: TillsOptions) {
    this.#options = options;
  }

  /** Ends what an earlier process left open, and begins. */
  async start(): Promise<void> {
    const { db, clock, log } = this.#options;
    const open = await endOpenReceipts(db, "restarted");
    if (open > 0) log.notice("receipts of the process before were ended", { receipts: open });
    this.#timer = clock.every(FORGET_MS, () => {
      this.forgetOld().catch((error: unknown) =>
        log.warn("old receipts were not forgotten", { reason: String(error) }),
      );
    });
    await this.settingsChanged();
  }

  /** Begins, ends and begins anew the tills whose settings have changed, and only those. */
  settingsChanged(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#apply());
    return this.#turn;
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    await this.#turn;
    await Promise.all([...this.#running.values()].map(({ till }) => till.close("restarted")));
    this.#running.clear();
  }

  /** How a till is; undefined: it is off, or there is none. */
  stateOf(id: string): TillState | undefined {
    return this.#running.get(id)?.till.state;
  }

  /** Forgets what is older than each till keeps. */
  async forgetOld(): Promise<void> {
    const { db, config } = this.#options;
    const keep = new Map(config().tills.map(({ id, keepDays }) => [id, keepDays]));
    for (const till of await tillsWithReceipts(db)) {
      const beforeMs = this.#options.agesMs() - (keep.get(till) ?? KEEP_GONE_DAYS) * DAY_MS;
      while ((await forgetReceipts(db, till, beforeMs, FORGET_PORTION)) === FORGET_PORTION);
    }
  }

  async #apply(): Promise<void> {
    const wanted = new Map(
      this.#options
        .config()
        .tills.filter(({ enabled }) => enabled)
        .map((till) => [till.id, structuredClone(till) as TillConfig]),
    );
    for (const [id, { config, till }] of this.#running) {
      if (isDeepStrictEqual(config, wanted.get(id))) continue;
      this.#running.delete(id);
      await till.close("switched-off");
    }
    for (const [id, config] of wanted) {
      if (this.#running.has(id)) continue;
      const { db, clock, log } = this.#options;
      const till = new Till({
        ...{ till: config, db, clock, log },
        parser: () => this.#parserOf(config),
        closing: async (receipt) => this.#options.closing?.(config, receipt),
        told: (number, receipt, change) => this.#tell(config, number, receipt, change),
      });
      this.#running.set(id, { config, till });
      till.start();
    }
  }

  #parserOf({ parser }: TillConfig): PosParser | undefined {
    return this.#options.parsers().find(({ entry, plugin }) => `${plugin}/${entry.id}` === parser?.source)
      ?.entry;
  }

  /** One event for each camera of the till; of the recorder where it has none. */
  #tell(till: TillConfig, number: number, receipt: Receipt, change: ReceiptChange): void {
    const { report, end } = this.#eventsOf();
    const cameras = till.cameras.length === 0 ? [undefined] : till.cameras;
    for (const camera of cameras) {
      const event: EventReport = {
        ...{ type: "pos", camera, source: "till", subject: `${till.id}/${number}` },
        timeMs: receipt.lastMs,
        detail: {
          ...{ till: till.id, name: till.name, receipt: number, lines: receipt.lines.length },
          ...(receipt.totalMinor === undefined ? {} : { totalMinor: receipt.totalMinor }),
          ...(receipt.receipt === undefined ? {} : { number: receipt.receipt }),
        },
      };
      report(change === "begun" ? { ...event, timeMs: receipt.startMs } : event);
      if (change === "over") end(event);
    }
  }

  #eventsOf(): TillsOptions["events"] {
    const { events } = this.#options;
    return { report: (report) => events.report(report), end: (report) => events.end(report) };
  }
}
