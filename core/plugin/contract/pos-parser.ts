// What a till plugin registers: a parser that says of the lines of a till where a receipt begins and ends, what it comes to,
// and what of it must not be shown. It opens no connection: lines come from the recorder, receipts are kept by it.
import type { TObject } from "typebox";

/** A line of a till: text without control characters, at most 500 letters. More fields may come. */
export interface PosLine {
  readonly text: string;
  /** When it came. */
  readonly timeMs: number;
}

/** Lines of one till, in order, each once; 1 to 200 of them. */
export interface PosRequest {
  /** The till's id in config.json. */
  readonly till: string;
  /** What config.json says of the till for the parser, checked by its schema, defaults filled in. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly lines: readonly PosLine[];
}

/** What there is to say of a line. A line of which nothing is said belongs to the receipt that is open, or begins one. */
export interface PosMark {
  /** Which line: its place in `lines`. */
  readonly line: number;
  /** A receipt begins with it; one that was open is over. */
  readonly begins?: boolean;
  /** It is the last line of its receipt. */
  readonly ends?: boolean;
  /** It is none of a receipt: left out. */
  readonly ignored?: boolean;
  /** What is kept in its place, where the line itself must not be. */
  readonly text?: string;
  /** What the receipt comes to, in the currency's smallest unit: 1250 are 12.50 euros. */
  readonly totalMinor?: number;
  /** The receipt's number, as the till writes it. */
  readonly receipt?: string;
}

/**
 * A way of reading tills. One parser answers for each till of config.json that names it. It must stand in
 * `nightjar.provides` of package.json, as `pos-parser:<id>`. Plain data in, plain data out, five seconds; it keeps nothing of
 * a till between calls. While it fails or is away, lines are kept as they came, and a pause ends a receipt.
 */
export interface PosParser {
  /** `text`, `acme` … In config.json it is named together with its package. */
  readonly id: string;
  readonly displayName: string;
  /** TypeBox schema of what config.json says of a till. No secrets: they belong to the plugin's own settings. */
  readonly configSchema: TObject;
  /** Says what there is to say of the lines, in their order. Throws with a message for people. */
  read(request: PosRequest, context: { readonly signal: AbortSignal }): Promise<readonly PosMark[]>;
}
