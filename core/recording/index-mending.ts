// Completes an index that lost something: after a rescue all of it, after an end without notice the last hours. Decides
// when and how far, and tells people; index-rebuild.ts does it.
import type { Clock } from "../clock.ts";
import type { Db } from "../db/db.ts";
import type { VolumeId } from "../domain/ids.ts";
import { NightjarError } from "../errors.ts";
import type { Log } from "../log.ts";
import { type Rescue, rescueSentence, storeRescue } from "./database-rescue.ts";
import { rebuildIndex, restoreLocks } from "./index-rebuild.ts";
import type { MediaClient } from "./media-client.ts";
import type { Retention } from "./retention.ts";

const HOUR_MS = 3_600_000;
const RETRY_MS = 30_000;
/** How long people are told of a rescue that is over. */
const TOLD_MS = 7 * 86_400_000;

export interface IndexMendingOptions {
  readonly db: Db;
  readonly media: MediaClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly retention: Pick<Retention, "isHeld" | "renewSoon">;
  readonly rescue: Rescue | undefined;
  readonly wasInterrupted: boolean;
}

export class IndexMending {
  readonly #options: IndexMendingOptions;
  readonly #stop = new AbortController();
  readonly #locksRestored = new Set<VolumeId>();
  #rescue: Rescue | undefined;
  #isInterrupted: boolean;
  #files = 0;
  #added = 0;
  #running: Promise<void> | undefined;
  /** Volumes to look at, those that are complete, and whether there are no others. */
  #volumes: readonly VolumeId[] = [];
  readonly #complete = new Set<VolumeId>();
  #areAll = false;

  constructor(options: IndexMendingOptions) {
    this.#options = options;
    this.#rescue = options.rescue;
    this.#isInterrupted = options.wasInterrupted;
    options.retention.isHeld = (volume) => this.#isRescuing && !this.#complete.has(volume);
  }

  /** For people; undefined if there is nothing to tell. */
  notice(): { readonly message: string; readonly isOver: boolean } | undefined {
    const rescue = this.#rescue;
    if (rescue === undefined) return undefined;
    const isOver = rescue.rebuilt !== undefined;
    if (isOver && this.#options.clock.wallMs() - rescue.atMs > TOLD_MS) return undefined;
    return { message: rescueSentence(rescue, { files: this.#files }), isOver };
  }

  /**
   * To be called before `media` is given the locks of the database. Answers the volumes whose locks are whole: the
   * mirror of one whose disk is away must not be replaced by less than it holds.
   */
  async restoreLocks(volumes: readonly VolumeId[]): Promise<VolumeId[]> {
    if (!this.#isRescuing) return [...volumes];
    const { log } = this.#options;
    for (const volume of volumes) {
      if (this.#locksRestored.has(volume)) continue;
      try {
        const restored = await restoreLocks(this.#rebuild, volume);
        this.#locksRestored.add(volume);
        if (restored > 0) log.notice("locks were taken from their mirror", { volume, restored });
      } catch (error) {
        log.debug("a volume cannot be asked for its locks yet", { volume, reason: String(error) });
      }
    }
    return volumes.filter((volume) => this.#locksRestored.has(volume));
  }

  /** Goes to work on these volumes, if there is any; `areAll`: when they are complete, so is the index. */
  begin(volumes: readonly VolumeId[], areAll: boolean): void {
    this.#volumes = volumes;
    this.#areAll = areAll;
    if (this.#running !== undefined || volumes.length === 0 || this.#stop.signal.aborted) return;
    if (!this.#isRescuing && !this.#isInterrupted) return;
    this.#running = (this.#isRescuing ? this.#rebuildAll() : this.#catchUp(volumes))
      .catch((error: unknown) => {
        if (this.#stop.signal.aborted) return;
        const { log, clock } = this.#options;
        log.warn("the index is not complete yet; trying again", { reason: String(error) });
        clock.after(RETRY_MS, () => this.begin(this.#volumes, this.#areAll));
      })
      .finally(() => {
        this.#running = undefined;
      });
  }

  async stop(): Promise<void> {
    this.#stop.abort(new NightjarError("NJ_LINK_CLOSED", "unavailable", "the process stops"));
    await this.#running;
  }

  get #isRescuing(): boolean {
    return this.#rescue !== undefined && this.#rescue.rebuilt === undefined;
  }

  get #rebuild() {
    const { db, media, log, clock } = this.#options;
    return { db, media, log, nowMs: () => Math.round(clock.wallMs()) };
  }

  async #rebuildAll(): Promise<void> {
    const { db, media, clock, log, retention } = this.#options;
    // What the lost database knew of them, `media` had no reason to tell again.
    await media.request("retellStates", {});
    for (;;) {
      const volume = this.#volumes.find((one) => !this.#complete.has(one));
      if (volume === undefined) break;
      const before = this.#files;
      const result = await rebuildIndex(this.#rebuild, volume, {
        signal: this.#stop.signal,
        onPage: ({ files }) => {
          this.#files = before + files;
        },
      });
      this.#added += result.added;
      this.#complete.add(volume);
      retention.renewSoon();
    }
    if (!this.#areAll) return;
    const rebuilt = { added: this.#added, atMs: Math.round(clock.wallMs()) };
    const rescue = { ...(this.#rescue as Rescue), rebuilt };
    await storeRescue(db, rescue);
    this.#rescue = rescue;
    this.#isInterrupted = false;
    log.notice(rescueSentence(rescue));
  }

  /** What a damaged journal may have cost: all since the newest row. */
  async #catchUp(volumes: readonly VolumeId[]): Promise<void> {
    const { db, log } = this.#options;
    const newest = await db.get<{ end90k: number | null }>("select max(end_90k) as end90k from coverage");
    const sinceMs = Math.max(0, (newest?.end90k ?? 0) / 90 - HOUR_MS);
    for (const volume of volumes) {
      const { added } = await rebuildIndex(this.#rebuild, volume, { sinceMs, signal: this.#stop.signal });
      if (added > 0) log.notice("recordings that the index had lost were added", { volume, added });
    }
    this.#isInterrupted = false;
  }
}
