// How often pictures of one camera are converted: one a second, after a few at once for whoever has just come. A few more
// wait for their turn in order; whoever would wait longer is sent away and told when to come back.
import type { Clock } from "../../clock.ts";
import { NightjarError } from "../../errors.ts";

/** Conversions at once after a rest. */
const AT_ONCE = 4;
const EVERY_MS = 1_000;
/** Longest wait; more would be an answer that nobody waits for. */
const WAIT_LIMIT_MS = 4_000;
/** Cameras that are remembered; those at rest are forgotten first. */
const CAMERAS_LIMIT = 4_096;

/**
 * One conversion a second of each camera, in the long run and in every stretch of time but for a burst of four: n seconds
 * see n + 4 at most. The burst is for one person's page, which shows a few moments of a camera together (a row of events,
 * the picture above the timeline); evenly paced, its last picture would come after four seconds for nothing, since a camera
 * at rest has cost nothing. Over all cameras `Conversions` bounds what runs at once, whatever the burst of each.
 */
export class PicturePace {
  readonly #clock: Clock;
  /** When each camera's last place is used up, had all been taken evenly. */
  readonly #nextMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when it is this conversion's turn: others may wait for the same one, so it is not given up. Rejects with `NJ_SNAPSHOT_BUSY`. */
  async turn(camera: string): Promise<void> {
    const nowMs = this.#clock.monotonicMs();
    const earliestMs = nowMs - (AT_ONCE - 1) * EVERY_MS;
    const mineMs = Math.max(this.#nextMs.get(camera) ?? earliestMs, earliestMs);
    const waitMs = mineMs - nowMs;
    if (waitMs > WAIT_LIMIT_MS) {
      throw new NightjarError(
        "NJ_SNAPSHOT_BUSY",
        "resource-exhausted",
        "one picture a second is made of a camera: ask again in a few seconds",
        { retryAfterSeconds: (waitMs - WAIT_LIMIT_MS) / 1_000 + 1 },
      );
    }
    this.#nextMs.delete(camera);
    this.#nextMs.set(camera, mineMs + EVERY_MS);
    this.#forgetResting(earliestMs);
    if (waitMs > 0) await new Promise<void>((resolve) => this.#clock.after(waitMs, resolve));
  }

  #forgetResting(earliestMs: number): void {
    if (this.#nextMs.size <= CAMERAS_LIMIT) return;
    for (const [camera, nextMs] of this.#nextMs) if (nextMs <= earliestMs) this.#nextMs.delete(camera);
  }
}
