// From the bytes of one connection to lines of text: printer commands out, letters decoded, control characters out, lines cut
// where they are too long. Whatever comes, what is kept of an unfinished line is bounded.
import type { TillCharset } from "../config/till-config.ts";
import { type LetterDecoder, letterDecoder } from "./charsets.ts";
import { PrinterCommands } from "./printer-commands.ts";

/** A longer one is several. */
export const LINE_LIMIT = 500;
// Marks that turn the direction of writing could make a line look like another one.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\ufffd]/gu;

export class TillLines {
  readonly #decoder: LetterDecoder;
  readonly #commands = new PrinterCommands();
  #begun = "";

  constructor(charset: TillCharset) {
    this.#decoder = letterDecoder(charset);
  }

  /** True if a line was begun and is not over. */
  get isBegun(): boolean {
    return this.#begun !== "";
  }

  /** The lines that are over with these bytes; empty ones are left out. */
  take(bytes: Uint8Array): string[] {
    const text = this.#begun + this.#decoder.decode(this.#commands.textOf(bytes));
    const parts = text.split(/[\r\n\f]+/);
    this.#begun = parts.pop() ?? "";
    const lines = parts.flatMap(shortLines);
    if (this.#begun.length > LINE_LIMIT) {
      lines.push(...shortLines(this.#begun));
      this.#begun = "";
    }
    return lines;
  }

  /** Nothing has come for a while, or nothing will: what was begun is a line. */
  flush(): string[] {
    const lines = shortLines(this.#begun);
    this.#begun = "";
    return lines;
  }
}

function shortLines(line: string): string[] {
  const letters = [...line.replaceAll("\t", " ").replace(UNSEEN, "").trimEnd()];
  const lines: string[] = [];
  for (let at = 0; at < letters.length; ) {
    let end = at;
    let length = 0;
    while (end < letters.length && length + (letters[end]?.length ?? 0) <= LINE_LIMIT) {
      length += letters[end]?.length ?? 0;
      end += 1;
    }
    lines.push(letters.slice(at, end).join(""));
    at = end;
  }
  return lines;
}
