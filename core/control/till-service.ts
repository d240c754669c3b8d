// Puts tills into the recorder: what they are told by, whom they tell, and the face that the API asks.
import type { ConfigStore } from "../config/config-store.ts";
import type { TillConfig } from "../config/till-config.ts";
import type { Db } from "../db/db.ts";
import { findReceipt, type StoredReceipt, searchReceipts } from "../db/tables/receipts-table.ts";
import { NightjarError, toPlainError } from "../errors.ts";
import type { TillService as TillFace } from "../http/services.ts";
import type { ReceiptView } from "../http/till-schemas.ts";
import { parserSettings, readLines } from "../pos/till-parser.ts";
import { Tills, type TillsOptions } from "../pos/tills.ts";

export interface TillServiceOptions extends Omit<TillsOptions, "config"> {
  readonly db: Db;
  readonly config: ConfigStore;
}

export class TillService implements TillFace {
  readonly #options: TillServiceOptions;
  readonly #tills: Tills;
  #stopFollowing: () => void = () => undefined;

  constructor(options: TillServiceOptions) {
    this.#options = options;
    this.#tills = new Tills({ ...options, config: () => options.config.get() });
  }

  async start(): Promise<void> {
    await this.#tills.start();
    this.#stopFollowing = this.#options.config.onChange("tills", (next, previous) => {
      if (JSON.stringify(next.tills) !== JSON.stringify(previous.tills)) void this.#tills.settingsChanged();
    });
  }

  async stop(): Promise<void> {
    this.#stopFollowing();
    await this.#tills.stop();
  }

  list(): ReturnType<TillFace["list"]> {
    return this.#options.config.get().tills.map(({ id, name, enabled, cameras }) => {
      const state = this.#tills.stateOf(id);
      return {
        ...{
          id,
          name,
          enabled,
          cameras: [...cameras],
          status: state?.status ?? "off",
          lostLines: state?.lostLines ?? 0,
        },
        ...(state?.reason === undefined ? {} : { reason: state.reason }),
        ...(state?.port === undefined ? {} : { port: state.port }),
        ...(state?.lastLineMs === undefined ? {} : { lastLine: new Date(state.lastLineMs).toISOString() }),
        ...(state?.parserReason === undefined ? {} : { parserReason: state.parserReason }),
      };
    });
  }

  /** TCP ports that tills connect to. */
  doors(): { readonly port: number }[] {
    return this.#options.config.get().tills.flatMap(({ id, input }) => {
      const port = input.kind === "tcp-listen" ? this.#tills.stateOf(id)?.port : undefined;
      return port === undefined ? [] : [{ port }];
    });
  }

  settings(): TillConfig[] {
    return structuredClone(this.#options.config.get().tills) as TillConfig[];
  }

  parsers(): ReturnType<TillFace["parsers"]> {
    return this.#options.parsers().map(({ entry, plugin }) => ({
      source: `${plugin}/${entry.id}`,
      displayName: entry.displayName,
      configSchema: structuredClone(entry.configSchema) as unknown as Record<string, unknown>,
    }));
  }

  async change(tills: readonly TillConfig[]): Promise<void> {
    for (const till of tills) await this.#check(till);
    await this.#options.config.update((draft) => {
      draft.tills = structuredClone(tills) as TillConfig[];
    });
    await this.#tills.settingsChanged();
  }

  async search({ cursor, ...query }: Parameters<TillFace["search"]>[0]): ReturnType<TillFace["search"]> {
    const found = await searchReceipts(this.#options.db, { ...query, after: readCursor(cursor) });
    const last = found.at(-1);
    return {
      receipts: found.map((receipt) => this.#view(receipt)),
      ...(found.length < query.limit || last === undefined ? {} : { next: `${last.startMs}.${last.number}` }),
    };
  }

  async find(number: number): Promise<ReceiptView | undefined> {
    const found = await findReceipt(this.#options.db, number);
    return found === undefined ? undefined : this.#view(found);
  }

  /** A parser that is there must take its settings; one that is away may come back. */
  async #check({ parser, id, name }: TillConfig): Promise<void> {
    const found = this.#options
      .parsers()
      .find(({ entry, plugin }) => `${plugin}/${entry.id}` === parser?.source);
    if (parser === undefined || found === undefined) return;
    try {
      const config = parserSettings(found.entry, parser.config);
      const lines = [{ text: "0", timeMs: this.#options.clock.wallMs() }];
      await readLines(found.entry, { till: id, config, lines }, AbortSignal.timeout(5_000));
    } catch (error) {
      const { message } = toPlainError(error);
      throw new NightjarError(
        "NJ_TILL_PARSER",
        "invalid-argument",
        `the parser of the till "${name}": ${message}`,
      );
    }
  }

  #view({ number, startMs, lastMs, endedBy, totalMinor, receipt, lines, till }: StoredReceipt): ReceiptView {
    const known = this.#options.config.get().tills.find(({ id }) => id === till);
    return {
      ...{ id: number, till, name: known?.name ?? till, cameras: [...(known?.cameras ?? [])] },
      decimals: decimalsOf(known?.parser?.config["decimals"]),
      start: new Date(startMs).toISOString(),
      end: new Date(lastMs).toISOString(),
      ...(endedBy === undefined ? {} : { endedBy: endedBy as NonNullable<ReceiptView["endedBy"]> }),
      ...(totalMinor === undefined ? {} : { totalMinor }),
      ...(receipt === undefined ? {} : { number: receipt }),
      lines: lines.map(({ timeMs, text }) => ({ time: new Date(timeMs).toISOString(), text })),
    };
  }
}

/** Cents, unless the parser's settings say otherwise. */
function decimalsOf(setting: unknown): number {
  return typeof setting === "number" && [0, 1, 2, 3].includes(setting) ? setting : 2;
}

/** One that this recorder has not given begins at the newest, as none does. */
function readCursor(
  cursor: string | undefined,
): { readonly startMs: number; readonly number: number } | undefined {
  const [, startMs, number] = /^(-?\d{1,15})\.(\d{1,15})$/.exec(cursor ?? "") ?? [];
  return startMs === undefined || number === undefined
    ? undefined
    : { startMs: Number(startMs), number: Number(number) };
}
