// Where something moves, as detectors tell: what moves now, for whoever sets a detector, and minutes for the search of
// recordings, written together and seldom. A stop writes what there is; a crash loses a minute at most.
import type { Clock, Timer } from "../clock.ts";
import type { Db } from "../db/db.ts";
import { putMotion, type StoredMinute } from "../db/tables/motion-table.ts";
import { MotionMinute, SECONDS } from "../domain/motion-minute.ts";
import type { Log } from "../log.ts";
import type { DetectorActivity } from "../plugin/contract/detector.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = SECONDS * SECOND_MS;
const WRITE_MS = 10_000;
/** A minute is whole when no detector is still at a picture of it. */
const LATE_MS = 5_000;
/** What is dated otherwise than now is not believed. */
const MOST_BEHIND_MS = 30_000;
const MOST_AHEAD_MS = 2_000;
/** What moved so long ago does not move now. */
const NOW_MS = 1_500;
/** Minutes that wait for a database that does not take them; beyond this the oldest are lost, and that is said. */
const MOST_WAITING = 1_024;

interface Collected {
  minute: number;
  cells: MotionMinute;
  newest: DetectorActivity;
  heardMs: number;
}

export interface MotionLogOptions {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
}

export class MotionLog {
  readonly #options: MotionLogOptions;
  readonly #cameras = new Map<string, Collected>();
  readonly #timer: Timer;
  #waiting: (StoredMinute & { readonly camera: string })[] = [];
  /** Never rejects. */
  #writing: Promise<void> = Promise.resolve();
  #isTold = false;

  constructor(options: MotionLogOptions) {
    this.#options = options;
    this.#timer = options.clock.every(WRITE_MS, () => void this.#write(options.clock.wallMs() - LATE_MS));
  }

  /** Takes where something moved at a camera. */
  take(camera: string, activity: DetectorActivity): void {
    const nowMs = this.#options.clock.wallMs();
    const { timeMs } = activity;
    if (timeMs < nowMs - MOST_BEHIND_MS || timeMs > nowMs + MOST_AHEAD_MS) return;
    const minute = Math.floor(timeMs / MINUTE_MS);
    const known = this.#cameras.get(camera);
    const collected = known ?? {
      ...{ minute, cells: new MotionMinute(activity), newest: activity, heardMs: nowMs },
    };
    if (known === undefined) this.#cameras.set(camera, collected);
    // A word that comes after its minute was put away counts as said in the next one's first second. One that lies further back
    // than late words do comes from a clock that was set back.
    if (minute > collected.minute || minute < collected.minute - 1) this.#putAway(camera, collected, minute);
    const isSame = collected.cells.columns === activity.columns && collected.cells.rows === activity.rows;
    if (!isSame && collected.cells.isEmpty) collected.cells = new MotionMinute(activity);
    else if (!isSame) return;
    const second = minute < collected.minute ? 0 : Math.floor(timeMs / SECOND_MS) % SECONDS;
    collected.cells.add(second, activity.cells);
    collected.newest = activity;
    collected.heardMs = nowMs;
  }

  /** What moves at a camera now; undefined: nothing. */
  now(camera: string): DetectorActivity | undefined {
    const found = this.#cameras.get(camera);
    return found === undefined || this.#options.clock.wallMs() - found.heardMs > NOW_MS
      ? undefined
      : found.newest;
  }

  /** Resolves when what was told so far, of one camera or of all, can be searched. */
  async settled(camera?: string): Promise<void> {
    await this.#write(Number.MAX_SAFE_INTEGER, camera);
  }

  async close(): Promise<void> {
    this.#timer.cancel();
    await this.settled();
  }

  #putAway(camera: string, collected: Collected, next: number): void {
    if (!collected.cells.isEmpty) {
      this.#waiting.push({ camera, minute: collected.minute, cells: collected.cells.bytes() });
      collected.cells.clear();
    }
    collected.minute = next;
    const tooMany = this.#waiting.length - MOST_WAITING;
    if (tooMany > 0) this.#waiting = this.#waiting.slice(tooMany);
  }

  /** Writes the minutes that were over at a moment, once what is being written is. */
  #write(overMs: number, only?: string): Promise<void> {
    this.#writing = this.#writing.then(() => {
      const present = Math.floor(this.#options.clock.wallMs() / MINUTE_MS);
      for (const [camera, collected] of this.#cameras) {
        if (only !== undefined && camera !== only) continue;
        const endMs = (collected.minute + 1) * MINUTE_MS;
        // A minute that goes on is put together in its row.
        if (!collected.cells.isEmpty && endMs <= overMs)
          this.#putAway(camera, collected, Math.max(collected.minute, present));
      }
      return this.#waiting.length === 0 ? undefined : this.#writeWaiting();
    });
    return this.#writing;
  }

  async #writeWaiting(): Promise<void> {
    const batch = this.#waiting;
    this.#waiting = [];
    try {
      await putMotion(this.#options.db, batch);
      this.#isTold = false;
    } catch (error) {
      this.#waiting = [...batch, ...this.#waiting].slice(-MOST_WAITING);
      if (this.#isTold) return;
      this.#isTold = true;
      this.#options.log.warn("where something moved could not be written down and waits", {
        minutes: this.#waiting.length,
        reason: String(error),
      });
    }
  }
}
