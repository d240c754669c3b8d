// Deletes on one volume what may be deleted (docs/design/storage-and-quota.md): core's list, first to go first, when space runs
// short; what is due, always; and when the list has run out while core is away, the oldest files that it knows of
// itself, in the order of writing, never a locked one. Each deletion is written down before it is done.
import { type FileHandle, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../clock.ts";
import type { SegmentId, VolumeId } from "../../domain/ids.ts";
import { systemCode } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { EvictionList, MediaReport } from "../protocol.ts";
import type { VolumeWriter } from "../store/volume-writer.ts";
import { writeFileAtomically } from "./atomic-file.ts";
import { VolumeLocks } from "./volume-locks.ts";
import type { WrittenLog } from "./written-log.ts";

/** Deletions that are begun in one go without core's list: what they free is seen before more follow. */
const OWN_CHOICE_BATCH = 64;
const BOOK_LIMIT_BYTES = 256 * 1024;

type Item = EvictionList["segments"][number];

/** What the volume looks like when the evictor is to work. */
export interface SpaceNow {
  readonly freeBytes: number;
  readonly totalBytes: number;
  readonly reserveBytes: number;
  readonly overwrite: boolean;
}

export interface EvictorOptions {
  readonly volume: VolumeId;
  /** `<data>/media`. */
  readonly folder: string;
  readonly log: Log;
  readonly written: WrittenLog;
  /** True for files that are being written. */
  isOpen(path: string): boolean;
  readonly writer: Pick<VolumeWriter, "remove" | "readText" | "writeText">;
  readonly clock: Clock;
  /** Resolves when the report would survive a crash of this process. */
  reportDurably(report: MediaReport): Promise<void>;
}

export class Evictor {
  readonly #options: EvictorOptions;
  readonly #listPath: string;
  readonly #bookPath: string;
  readonly #locks: VolumeLocks;
  #list: Item[] = [];
  #due: Item[] = [];
  #revision = 0;
  /** Paths whose deletion is written down or under way, with what it will free. */
  readonly #going = new Map<string, number>();
  /** Ids that are gone although core's list may still name them. */
  readonly #gone = new Set<SegmentId>();
  #book: FileHandle | undefined;
  #bookBytes = 0;
  #choosing = false;
  #saving: Promise<void> = Promise.resolve();

  constructor(options: EvictorOptions) {
    this.#options = options;
    this.#listPath = join(options.folder, `eviction-${options.volume}.json`);
    this.#bookPath = join(options.folder, `deletions-${options.volume}.log`);
    this.#locks = new VolumeLocks(options);
  }

  /** Revision of core's list that is in force. */
  get revision(): number {
    return this.#revision;
  }

  /** Reads the list, the locks and the deletions that a former process did not finish, and finishes these. */
  async open(): Promise<void> {
    await this.#locks.open();
    this.#take(await readList(this.#listPath));
    const { begun, finished } = await this.#openBook();
    for (const path of begun) this.#remove({ id: idOf(path), path, sizeBytes: 0 });
    // A power loss may have kept a line here and lost the report in the journal: told again.
    for (const path of finished) {
      const { volume, reportDurably } = this.#options;
      void reportDurably({ kind: "segment-deleted", id: idOf(path), volume, path });
    }
  }

  /** True for a file that is gone, or on its way. */
  isGoing(path: string): boolean {
    return this.#going.has(path) || this.#gone.has(idOf(path));
  }

  /** Replaces core's list; resolves when it would survive a restart. */
  async setList(list: EvictionList): Promise<number> {
    this.#take(list);
    const saved = this.#saving.then(() => writeFileAtomically(this.#listPath, JSON.stringify(list)));
    this.#saving = saved.catch((error: unknown) => {
      this.#options.log.warn("an eviction list cannot be kept", { reason: String(error) });
    });
    await saved;
    return list.revision;
  }

  /** Replaces the locks of the volume; resolves when they would survive a restart. */
  async setLocks(segments: readonly SegmentId[]): Promise<void> {
    await this.#locks.set(segments);
  }

  /** Begins the deletions that `space` calls for. Called about once a second. */
  work(space: SpaceNow): void {
    const batch: Item[] = this.#due.splice(0).filter((item) => this.#mayGo(item));
    let missing = space.reserveBytes - space.freeBytes;
    for (const sizeBytes of this.#going.values()) missing -= sizeBytes;
    for (const item of batch) missing -= item.sizeBytes;
    if (space.overwrite) {
      while (missing > 0) {
        const item = this.#list.shift();
        if (item === undefined) break;
        if (!this.#mayGo(item)) continue;
        batch.push(item);
        missing -= item.sizeBytes;
      }
      if (missing > 0) this.#chooseMyself(missing, space);
    }
    this.#begin(batch);
  }

  async close(): Promise<void> {
    this.#locks.close();
    await this.#saving;
    await this.#book?.close();
    this.#book = undefined;
  }

  #take(list: EvictionList | undefined): void {
    if (list === undefined) return;
    this.#revision = list.revision;
    const named = new Set([...list.segments, ...list.due].map((item) => item.id));
    for (const id of this.#gone) if (!named.has(id)) this.#gone.delete(id);
    this.#list = [...list.segments];
    this.#due = [...list.due];
  }

  #mayGo(item: Item): boolean {
    return (
      !this.#gone.has(item.id) &&
      !this.#going.has(item.path) &&
      !this.#options.isOpen(item.path) &&
      isSegmentPath(item.path)
    );
  }

  /** Core is away and its list is spent: the oldest by order of writing, as many as are likely to be enough. */
  #chooseMyself(missing: number, space: SpaceNow): void {
    if (this.#choosing) return;
    this.#choosing = true;
    const { written, isOpen, log } = this.#options;
    const average = Math.max(1, (space.totalBytes - space.freeBytes) / Math.max(1, written.live));
    const count = Math.min(OWN_CHOICE_BATCH, Math.max(1, Math.ceil(missing / average)));
    const spared = (path: string): boolean =>
      isOpen(path) || this.#going.has(path) || this.#gone.has(idOf(path)) || this.#locks.has(idOf(path));
    written
      .oldest(count, spared)
      .then((oldest) => {
        if (oldest.length > 0) {
          log.notice("core's eviction list is spent; deleting the oldest recordings by order of writing", {
            volume: this.#options.volume,
            files: oldest.length,
          });
        }
        // The size is not known: what was freed shows in the next look at the disk.
        this.#begin(oldest.map(({ path }) => ({ id: idOf(path), path, sizeBytes: 0 })));
      })
      .catch((error: unknown) => log.error("cannot choose what to delete", { reason: String(error) }))
      .finally(() => {
        this.#choosing = false;
      });
  }

  #begin(batch: readonly Item[]): void {
    if (batch.length === 0) return;
    for (const item of batch) this.#going.set(item.path, item.sizeBytes);
    this.#writeDown(batch.map((item) => `-${item.path}\n`).join("")).then(
      () => {
        for (const item of batch) this.#remove(item);
      },
      (error: unknown) => {
        // Without a book the order of durability is lost, but a full disk would lose the newest pictures.
        this.#options.log.warn("deletions cannot be written down; deleting all the same", {
          reason: String(error),
        });
        for (const item of batch) this.#remove(item);
      },
    );
  }

  #remove(item: Item): void {
    const { volume, writer, written, log } = this.#options;
    this.#going.set(item.path, item.sizeBytes);
    writer.remove(item.path, (error) => {
      this.#going.delete(item.path);
      if (error !== undefined) {
        log.warn("a recording cannot be deleted", { path: item.path, reason: error.message });
        return;
      }
      this.#gone.add(item.id);
      written.gone(item.path);
      // A deletion that is not in the journal yet is done again after a crash, so that core learns of it.
      this.#options
        .reportDurably({ kind: "segment-deleted", id: item.id, volume, path: item.path })
        .then(() => this.#writeDown(`=${item.path}\n`))
        .catch((cause: unknown) =>
          log.debug("a finished deletion could not be booked", { reason: String(cause) }),
        );
    });
  }

  async #writeDown(text: string): Promise<void> {
    const book = this.#book;
    if (book === undefined) return;
    if (this.#going.size === 0 && this.#bookBytes > BOOK_LIMIT_BYTES) {
      this.#bookBytes = 0;
      await book.truncate(0);
      return;
    }
    this.#bookBytes += text.length;
    await book.write(text);
    if (text.startsWith("-")) await book.datasync();
  }

  /** Opens the book of deletions; gives those that were begun and not finished, and those that were. */
  async #openBook(): Promise<{ begun: Iterable<string>; finished: Iterable<string> }> {
    const begun = new Set<string>();
    const finished = new Set<string>();
    this.#book = await open(this.#bookPath, "a+", 0o600);
    const text = await this.#book.readFile("utf8");
    for (const line of text.split("\n")) {
      const path = line.slice(1);
      if (!isSegmentPath(path)) continue;
      if (line.startsWith("-")) begun.add(path);
      else if (line.startsWith("=") && begun.delete(path)) finished.add(path);
    }
    this.#bookBytes = text.length;
    return { begun, finished };
  }
}

async function readList(path: string): Promise<EvictionList | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    if (typeof value !== "object" || value === null) return undefined;
    if (!("segments" in value) || !Array.isArray(value.segments)) return undefined;
    if (!("due" in value) || !Array.isArray(value.due)) return undefined;
    return value as EvictionList;
  } catch (error) {
    if (systemCode(error) === "ENOENT" || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Only files that look like ours are ever deleted, and none outside the volume. */
function isSegmentPath(path: string): boolean {
  return /^video\/[a-z0-9-]+\/[a-z]+\/\d{4}-\d{2}-\d{2}\/\d{2}\/[0-9]+-[a-z0-9-]+\.mp4$/.test(path);
}

function idOf(path: string): SegmentId {
  return path.slice(path.lastIndexOf("/") + 1, -4) as SegmentId;
}
