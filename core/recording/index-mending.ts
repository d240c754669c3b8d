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
  #running: Promise<void> | undefined;

  constructor(options: IndexMendingOptions) {
    this.#options = options;
    this.#rescue = options.rescue;
    this.#isInterrupted = options.wasInterrupted;
    options.retention.isHeld = this.#isRescuing;
  }

  /** For people; undefined if there is nothing to tell. */
  notice(): { readonly message: string; readonly isOver: boolean } | undefined {
    const rescue = this.#rescue;
    if (rescue === undefined) return undefined;
    const isOver = rescue.rebuilt !== undefined;
    if (isOver && this.#options.clock.wallMs() - rescue.atMs > TOLD_MS) return undefined;
    return { message: rescueSentence(rescue, { files: this.#files }), isOver };
  }

  /** To be called before `media` is given the locks of the database. */
  async restoreLocks(volumes: readonly VolumeId[]): Promise<void> {
    if (!this.#isRescuing) return;
    for (const volume of volumes) {
      if (this.#locksRestored.has(volume)) continue;
      const restored = await restoreLocks(this.#rebuild, volume);
      this.#locksRestored.add(volume);
      if (restored > 0) this.#options.log.notice("locks were taken from their mirror", { volume, restored });
    }
  }

  /** Goes to work if there is any, and nobody is at it. */
  begin(volumes: readonly VolumeId[]): void {
    if (this.#running !== undefined || volumes.length === 0 || this.#stop.signal.aborted) return;
    if (!this.#isRescuing && !this.#isInterrupted) return;
    this.#running = (this.#isRescuing ? this.#complete(volumes) : this.#catchUp(volumes))
      .catch((error: unknown) => {
        if (this.#stop.signal.aborted) return;
        const { log, clock } = this.#options;
        log.warn("the index is not complete yet; trying again", { reason: String(error) });
        clock.after(RETRY_MS, () => this.begin(volumes));
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

  async #complete(volumes: readonly VolumeId[]): Promise<void> {
    const { db, media, clock, log, retention } = this.#options;
    // What the lost database knew of them, `media` had no reason to tell again.
    await media.request("retellStates", {});
    let added = 0;
    let before = 0;
    this.#files = 0;
    for (const volume of volumes) {
      const result = await rebuildIndex(this.#rebuild, volume, {
        signal: this.#stop.signal,
        onPage: ({ files }) => {
          this.#files = before + files;
        },
      });
      before += result.files;
      added += result.added;
    }
    const rescue = { ...(this.#rescue as Rescue), rebuilt: { added, atMs: Math.round(clock.wallMs()) } };
    await storeRescue(db, rescue);
    this.#rescue = rescue;
    this.#isInterrupted = false;
    retention.isHeld = false;
    retention.renewSoon();
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
