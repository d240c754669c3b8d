// Numbers the formats of one playback connection: the same format has the same number as long as the connection lives.
import type { WireFormat } from "../../media/live-wire.ts";

/** The numbers given so far. */
export class FormatBook {
  readonly #ids = new Map<string, number>();

  /** The format with its number in place of the one it has. */
  numbered(format: WireFormat): WireFormat {
    const key = JSON.stringify({ ...format, formatId: 0 });
    let formatId = this.#ids.get(key);
    if (formatId === undefined) {
      formatId = this.#ids.size + 1;
      this.#ids.set(key, formatId);
    }
    return { ...format, formatId };
  }
}
