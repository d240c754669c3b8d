// States that their reporter says once, and whose end it tells: a door that stands open, a camera's own motion, a lost
// picture. While one lasts it is known here, whether or not an event of it is open: an event has its longest time and its
// arming, a state has neither.
import { type EventReport, eventKey } from "../domain/alarm-event.ts";

/** More than cameras and inputs can be in; what comes beyond counts as if it were said once and no more. */
const MOST_STATES = 10_000;

export class LastingStates {
  readonly #states = new Map<string, EventReport>();

  get size(): number {
    return this.#states.size;
  }

  has(key: string): boolean {
    return this.#states.has(key);
  }

  /** Somebody reports: a state, or something else that is left alone. */
  take(report: EventReport): void {
    if (report.lasts !== true) return;
    const key = eventKey(report);
    if (this.#states.size < MOST_STATES || this.#states.has(key)) this.#states.set(key, report);
  }

  /** It is over. */
  over(key: string): void {
    this.#states.delete(key);
  }

  forgetCamera(camera: string): void {
    for (const [key, report] of this.#states) if (report.camera === camera) this.#states.delete(key);
  }

  /** Each with its key, as an event that begins with it now would report it. */
  *[Symbol.iterator](): Generator<readonly [string, EventReport]> {
    for (const [key, report] of this.#states)
      yield [key, { ...report, timeMs: undefined, pictures: undefined }];
  }
}
