// JPEGs that were made, for whoever asks for the same one again: the latest used stay, within a number of bytes. Those who
// ask while it is being made wait for the one that is.

const KEPT_BYTES = 32 * 1024 * 1024;
const KEPT_PICTURES = 1_000;

interface Entry {
  readonly made: Promise<Buffer>;
  bytes: number;
}

export class KeptPictures {
  readonly #limitBytes: number;
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(limitBytes: number = KEPT_BYTES) {
    this.#limitBytes = limitBytes;
  }

  /** Bytes that are kept now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The picture of this name; made by `make` if it is not there. What could not be made is tried anew next time. */
  get(name: string, make: () => Promise<Buffer>): Promise<Buffer> {
    const known = this.#entries.get(name);
    if (known !== undefined) {
      this.#entries.delete(name);
      this.#entries.set(name, known);
      return known.made;
    }
    const entry: Entry = { made: make(), bytes: 0 };
    this.#entries.set(name, entry);
    entry.made.then(
      (jpeg) => {
        if (this.#entries.get(name) !== entry) return;
        entry.bytes = jpeg.length;
        this.#bytes += jpeg.length;
        this.#trim();
      },
      () => this.#forget(name, entry),
    );
    this.#trim();
    return entry.made;
  }

  #trim(): void {
    for (const [name, entry] of this.#entries) {
      if (this.#bytes <= this.#limitBytes && this.#entries.size <= KEPT_PICTURES) return;
      this.#forget(name, entry);
    }
  }

  #forget(name: string, entry: Entry): void {
    if (this.#entries.get(name) !== entry) return;
    this.#entries.delete(name);
    this.#bytes -= entry.bytes;
  }
}
