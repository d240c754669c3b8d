// What waits to be sent together: for each receiver the events of a digest, some of them line by line and all of them counted.
// Kept in a file, so that a restart of the recorder loses none.
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

const MOST_RECEIVERS = 1_000;
const MOST_LINES = 100;
const LINE_LIMIT = 400;
const FILE = "digests.json";
const FILE_LIMIT = 64_000_000;

/** What one receiver is to get. */
export interface Digest {
  readonly receiver: string;
  /** The first events of it. */
  readonly lines: readonly string[];
  /** How many events it is about. */
  readonly count: number;
  /** Of the first one. */
  readonly sinceMs: number;
  readonly dueMs: number;
  /** Because of the limits: then whatever comes for him waits with it, and nobody overtakes. */
  readonly isOverflow: boolean;
  /** How often it could not be sent. */
  readonly tries: number;
  readonly recorderName: string;
}

export class Digests {
  readonly #file: string;
  readonly #digests = new Map<string, Digest>();
  #isSaved = true;

  constructor(folder: string) {
    this.#file = join(folder, FILE);
  }

  /** Whether what comes for a receiver has to wait with what waits already. */
  isFull(receiver: string): boolean {
    return this.#digests.get(receiver)?.isOverflow === true;
  }

  get size(): number {
    return this.#digests.size;
  }

  /** Adds an event. False: too many receivers wait. */
  add(
    receiver: string,
    line: string,
    {
      nowMs,
      dueMs,
      isOverflow,
      recorderName,
    }: Pick<Digest, "dueMs" | "isOverflow" | "recorderName"> & { readonly nowMs: number },
  ): boolean {
    const known = this.#digests.get(receiver);
    if (known === undefined && this.#digests.size >= MOST_RECEIVERS) return false;
    this.#put({
      receiver,
      lines: [...(known?.lines ?? []), line.slice(0, LINE_LIMIT)].slice(0, MOST_LINES),
      count: (known?.count ?? 0) + 1,
      sinceMs: known?.sinceMs ?? nowMs,
      dueMs: Math.min(known?.dueMs ?? dueMs, dueMs),
      isOverflow: isOverflow || known?.isOverflow === true,
      tries: known?.tries ?? 0,
      recorderName,
    });
    return true;
  }

  /**
   * Takes out one that is to be sent by now, also one of a time that has not come: the clock was set back. What could not
   * be sent is put back.
   */
  takeDue(nowMs: number): Digest | undefined {
    const due = this.#digests.values().find(({ dueMs, sinceMs }) => dueMs <= nowMs || sinceMs > nowMs);
    if (due === undefined) return undefined;
    this.#digests.delete(due.receiver);
    this.#isSaved = false;
    return due;
  }

  /** Puts one back, before what has come for the receiver meanwhile. */
  putBack(digest: Digest): void {
    const since = this.#digests.get(digest.receiver);
    this.#put({
      ...digest,
      lines: [...digest.lines, ...(since?.lines ?? [])].slice(0, MOST_LINES),
      count: digest.count + (since?.count ?? 0),
      isOverflow: digest.isOverflow || since?.isOverflow === true,
    });
  }

  /** Reads what a former life has left. A file that is none of ours is passed over. */
  async load(): Promise<void> {
    try {
      const text = await readFile(this.#file, "utf8");
      const kept: unknown = text.length > FILE_LIMIT ? undefined : JSON.parse(text);
      for (const digest of (Array.isArray(kept) ? kept : []).filter(isDigest).slice(0, MOST_RECEIVERS))
        this.#digests.set(digest.receiver, digest);
    } catch {
      // There is none, or it was cut short: mails that wait are no reason not to start.
    }
  }

  /** Keeps what waits, where it has changed. */
  async save(): Promise<void> {
    if (this.#isSaved) return;
    this.#isSaved = true;
    const fresh = `${this.#file}.new`;
    try {
      await writeFile(fresh, JSON.stringify([...this.#digests.values()]), { mode: 0o600 });
      await rename(fresh, this.#file);
    } catch (error) {
      this.#isSaved = false;
      throw error;
    }
  }

  #put(digest: Digest): void {
    this.#digests.set(digest.receiver, digest);
    this.#isSaved = false;
  }
}

function isDigest(value: unknown): value is Digest {
  if (typeof value !== "object" || value === null) return false;
  const { receiver, lines, count, sinceMs, dueMs, tries, recorderName } = value as Partial<Digest>;
  return (
    typeof receiver === "string" &&
    typeof recorderName === "string" &&
    Array.isArray(lines) &&
    lines.length <= MOST_LINES &&
    lines.every((line) => typeof line === "string") &&
    [count, sinceMs, dueMs, tries].every((number) => Number.isFinite(number))
  );
}
