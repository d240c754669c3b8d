// What `media` itself knows of the segments on a volume, in the order of writing: an append-only list in
// `<data>/media/`. With it overwriting goes on when `core` is away and its eviction list has run out, and files that
// a crash left unfinished are found without walking the disk (docs/design/storage-and-quota.md).
// Lines: `+<write sequence> <path>` opened, `=<path>` closed, `-<path>` gone; after compaction `*<sequence> <path>`
// for opened and closed. It may be lost: then a scan of the volume takes its place.
import { appendFile, type FileHandle, open, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../clock.ts";
import type { VolumeId } from "../../domain/ids.ts";
import { systemCode } from "../../errors.ts";
import type { Log } from "../../log.ts";

/** Lines that say nothing any more are tolerated up to this many, or an eighth of the segments if that is more. */
const SLACK_LINES = 8_192;
/** Holds every file that can still be open, at four new ones a second. */
const TAIL_BYTES = 1024 * 1024;
const TYPICAL_LINE_BYTES = 180;

/** What the newest lines of the list tell. */
export interface WrittenTail {
  /** Segments that were opened and never closed. */
  readonly unfinished: readonly WrittenSegment[];
  /** Paths of the newest segments. */
  readonly known: ReadonlySet<string>;
  /** The list was not there. */
  readonly isMissing: boolean;
}

export interface WrittenSegment {
  readonly writeSequence: number;
  readonly path: string;
}

export class WrittenLog {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #log: Log;
  #live = 0;
  #dead = 0;
  #next = 1;
  #unwritten = "";
  #writing: Promise<void> = Promise.resolve();

  /** `folder` is `<data>/media`. */
  constructor(folder: string, volume: VolumeId, clock: Clock, log: Log) {
    this.#clock = clock;
    this.#path = join(folder, `written-${volume}.log`);
    this.#log = log;
  }

  /** Segments that are not gone, as far as the list knows. */
  get live(): number {
    return this.#live;
  }

  /** Reads the newest lines: goes on numbering above them; gives the segments that were never closed. */
  async open(): Promise<WrittenTail> {
    const { text, sizeBytes } = await readTail(this.#path, TAIL_BYTES);
    let highest = 0;
    const unfinished = new Map<string, WrittenSegment>();
    const known = new Set<string>();
    for (const line of text.split("\n")) {
      const segment = parseOpened(line);
      if (segment !== undefined) {
        highest = Math.max(highest, segment.writeSequence);
        known.add(segment.path);
        if (line.startsWith("+")) unfinished.set(segment.path, segment);
      } else {
        unfinished.delete(line.slice(1));
      }
    }
    // Without a list, a hundred numbers a second since the epoch lie above all that were given before.
    this.#next = highest === 0 ? Math.max(1, Math.floor(this.#clock.wallMs() / 10)) : highest + 1;
    this.#live = Math.ceil(sizeBytes / TYPICAL_LINE_BYTES);
    return { unfinished: [...unfinished.values()], known, isMissing: highest === 0 };
  }

  /** The next place in the order of writing. */
  take(): number {
    const writeSequence = this.#next;
    this.#next += 1;
    return writeSequence;
  }

  /** Notes a segment that is being opened; gives its write sequence. */
  opened(path: string, writeSequence = this.take()): number {
    this.#live += 1;
    this.#append(`+${writeSequence} ${path}\n`);
    return writeSequence;
  }

  /** Notes a segment that was closed. */
  closed(path: string): void {
    this.#dead += 1;
    this.#append(`=${path}\n`);
  }

  /**
   * Puts segments that were found on the volume before all others: the list had been lost. The unfinished ones stay
   * so until `closed`, lest a crash on the way leaves them for ever.
   */
  prepend(closed: readonly WrittenSegment[], unfinished: readonly WrittenSegment[]): void {
    const isOpen = new Set(unfinished);
    const inOrder = [...closed, ...unfinished].sort(
      (left, right) => left.writeSequence - right.writeSequence,
    );
    this.#live += inOrder.length;
    // Where the clock is wrong as well as the list lost, they may lie above what was given since.
    this.#next = Math.max(this.#next, (inOrder.at(-1)?.writeSequence ?? 0) + 1);
    this.#queue(async () => {
      await this.#writeAppended();
      const temporary = `${this.#path}.tmp`;
      const file = await open(temporary, "w", 0o600);
      try {
        for (const segment of inOrder) {
          const mark = isOpen.has(segment) ? "+" : "*";
          await file.appendFile(`${mark}${segment.writeSequence} ${segment.path}\n`);
        }
        for await (const line of this.#lines()) await file.appendFile(`${line}\n`);
        await file.datasync();
      } finally {
        await file.close();
      }
      await rename(temporary, this.#path);
    });
  }

  /** Notes a segment that is gone. */
  gone(path: string): void {
    this.#live = Math.max(0, this.#live - 1);
    this.#dead += 2;
    this.#append(`-${path}\n`);
    if (this.#dead > Math.max(SLACK_LINES, this.#live / 8)) this.#compact();
  }

  /** The oldest segments that are not gone, in the order of writing, at most `limit`, sparing what `spared` names. */
  async oldest(limit: number, spared: (path: string) => boolean): Promise<readonly WrittenSegment[]> {
    await this.flush();
    const gone = await this.#linesWith("-");
    const found: WrittenSegment[] = [];
    for await (const line of this.#lines()) {
      const segment = parseOpened(line);
      if (segment === undefined || gone.has(segment.path) || spared(segment.path)) continue;
      found.push(segment);
      if (found.length === limit) break;
    }
    return found;
  }

  /** Resolves when all that was noted is on disk. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  #append(text: string): void {
    const idle = this.#unwritten === "";
    this.#unwritten += text;
    if (idle) this.#queue(() => this.#writeAppended());
  }

  async #writeAppended(): Promise<void> {
    const text = this.#unwritten;
    this.#unwritten = "";
    if (text !== "") await appendFile(this.#path, text, { mode: 0o600 });
  }

  #compact(): void {
    this.#dead = 0;
    this.#queue(async () => {
      await this.#writeAppended();
      const gone = await this.#linesWith("-");
      const closed = await this.#linesWith("=");
      const temporary = `${this.#path}.tmp`;
      const file = await open(temporary, "w", 0o600);
      let kept = 0;
      try {
        let block = "";
        for await (const line of this.#lines()) {
          const segment = parseOpened(line);
          if (segment === undefined || gone.has(segment.path)) continue;
          kept += 1;
          const mark = line.startsWith("*") || closed.has(segment.path) ? "*" : "+";
          block += `${mark}${segment.writeSequence} ${segment.path}\n`;
          if (block.length > 65_536) {
            await file.write(block);
            block = "";
          }
        }
        await file.write(block);
        await file.datasync();
      } finally {
        await file.close();
      }
      await rename(temporary, this.#path);
      this.#live = kept;
    });
  }

  #queue(work: () => Promise<void>): void {
    this.#writing = this.#writing.then(work).catch((error: unknown) => {
      this.#log.warn("the list of written segments cannot be kept", { reason: String(error) });
    });
  }

  async #linesWith(mark: string): Promise<Set<string>> {
    const paths = new Set<string>();
    for await (const line of this.#lines()) if (line.startsWith(mark)) paths.add(line.slice(1));
    return paths;
  }

  async *#lines(): AsyncGenerator<string> {
    let file: FileHandle;
    try {
      file = await open(this.#path, "r");
    } catch (error) {
      if (systemCode(error) === "ENOENT") return;
      throw error;
    }
    try {
      yield* file.readLines();
    } finally {
      await file.close();
    }
  }
}

function parseOpened(line: string): WrittenSegment | undefined {
  if (!line.startsWith("+") && !line.startsWith("*")) return undefined;
  const space = line.indexOf(" ");
  const writeSequence = Number(line.slice(1, space));
  const path = line.slice(space + 1);
  if (space < 2 || !Number.isSafeInteger(writeSequence) || !path.startsWith("video/")) return undefined;
  return { writeSequence, path };
}

/** The end of a file, from the first whole line on; nothing if there is no file. */
async function readTail(path: string, limit: number): Promise<{ text: string; sizeBytes: number }> {
  let file: FileHandle;
  try {
    file = await open(path, "r");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return { text: "", sizeBytes: 0 };
    throw error;
  }
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - limit);
    const bytes = Buffer.alloc(size - start);
    await file.read(bytes, 0, bytes.length, start);
    const text = bytes.toString("utf8");
    return { text: start === 0 ? text : text.slice(text.indexOf("\n") + 1), sizeBytes: size };
  } finally {
    await file.close();
  }
}
