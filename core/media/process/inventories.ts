// Lists the closed recordings of a volume, page by page, for an index that has lost them. A page is read when it is
// asked for; a listing that nobody goes on with is forgotten.
import type { Clock, Timer } from "../../clock.ts";
import type { VolumeId } from "../../domain/ids.ts";
import { NightjarError } from "../../errors.ts";
import type { InventoryPage } from "../protocol.ts";
import type { SegmentRecord } from "../segment.ts";
import { type ScannedFile, scanVolume } from "../store/scan-volume.ts";

/** A link message of about 100 kB. */
const PAGE_SEGMENTS = 64;
const IDLE_MS = 60_000;
const OPEN_LIMIT = 16;

interface Listing {
  readonly volume: VolumeId;
  readonly files: AsyncGenerator<ScannedFile>;
  readonly stop: AbortController;
  idle: Timer;
}

export class Inventories {
  readonly #clock: Clock;
  readonly #open = new Map<number, Listing>();
  #next = 1;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Begins a listing of a volume: only hour folders that end after `sinceMs` where that is given. */
  begin(volume: VolumeId, path: string, sinceMs: number | undefined): number {
    // Whoever begins so many has forgotten the first.
    const [oldest] = this.#open.keys();
    if (this.#open.size >= OPEN_LIMIT && oldest !== undefined) this.#forget(oldest);
    const stop = new AbortController();
    const number = this.#next++;
    const files = scanVolume(path, {
      inspect: "structure",
      signal: stop.signal,
      ...(sinceMs === undefined ? {} : { sinceMs }),
    });
    this.#open.set(number, { volume, files, stop, idle: this.#idle(number) });
    return number;
  }

  /** The next page; `done` with the last. Throws `NJ_INVENTORY_UNKNOWN`. */
  async next(number: number): Promise<InventoryPage> {
    const listing = this.#open.get(number);
    if (listing === undefined) {
      throw new NightjarError(
        "NJ_INVENTORY_UNKNOWN",
        "not-found",
        `there is no listing ${number}: begin anew`,
      );
    }
    listing.idle.cancel();
    const segments: SegmentRecord[] = [];
    let files = 0;
    try {
      while (files < PAGE_SEGMENTS) {
        const { value, done } = await listing.files.next();
        if (done === true) {
          this.#forget(number);
          return { segments, done: true };
        }
        files += 1;
        const record = recordOf(value, listing.volume);
        if (record !== undefined) segments.push(record);
      }
    } catch (error) {
      this.#forget(number);
      throw error;
    }
    if (this.#open.has(number)) listing.idle = this.#idle(number);
    return { segments, done: false };
  }

  close(): void {
    for (const number of [...this.#open.keys()]) this.#forget(number);
  }

  #idle(number: number): Timer {
    return this.#clock.after(IDLE_MS, () => this.#forget(number));
  }

  #forget(number: number): void {
    const listing = this.#open.get(number);
    this.#open.delete(number);
    listing?.idle.cancel();
    listing?.stop.abort(new NightjarError("NJ_INVENTORY_UNKNOWN", "not-found", "the listing was ended"));
    // A generator that waits between pages notices nothing by itself.
    listing?.files.return(undefined).catch(() => undefined);
  }
}

/** What a closed file tells of itself; undefined for all others, which recovery and fsck look after. */
function recordOf(file: ScannedFile, volume: VolumeId): SegmentRecord | undefined {
  const { name, inspection } = file;
  if (inspection?.state !== "closed" || inspection.facts === undefined) return undefined;
  const { facts } = inspection;
  // A file under another name than its own would be found twice, or not at all.
  if (facts.id !== name?.id || facts.camera !== name.camera || facts.stream !== name.stream) return undefined;
  return { ...facts, volume, path: file.path, writeSequence: inspection.writeSequence };
}
