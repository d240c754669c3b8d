// When a picture of a camera's last event is taken: as the event begins, at most every five seconds for a camera and two at once
// over all, because each is a decoder of its own. Of events that come closer the last one counts.
import type { Clock, Timer } from "../clock.ts";
import { OLDEST_REPORT_MS } from "../domain/alarm-event.ts";
import { Turns } from "../domain/turns.ts";
import { NightjarError } from "../errors.ts";
import type { EventView } from "../http/event-schemas.ts";
import type { Log } from "../log.ts";

/** Between two pictures of a camera. */
export const EVENT_PICTURE_EVERY_MS = 5_000;
/**
 * What is told of an event that began longer ago is no begin. A camera whose clock lags has its events begin as long ago as a
 * report may be of, and some seconds pass until an event is asked about and written.
 */
const BEGINS_MS = OLDEST_REPORT_MS + 5_000;
/** Taken so long after its event was told of, as in a storm of many cameras, a picture shows something else; as in linkage. */
export const LATE_PICTURE_MS = 60_000;
const AT_ONCE = 2;
const MOST_WAITING = 256;

interface Watched {
  /** The last event of which a picture was taken, or is to be. */
  event: number;
  /** When its begin was told (monotonic). */
  toldAtMs: number;
  takenAtMs: number;
  isRunning: boolean;
  isWanted: boolean;
  timer: Timer | undefined;
}

export class EventPictures {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #make: (camera: string) => Promise<unknown>;
  readonly #cameras = new Map<string, Watched>();
  readonly #turns = new Turns(
    AT_ONCE,
    MOST_WAITING,
    () =>
      new NightjarError("NJ_MQTT_BUSY", "resource-exhausted", "too many pictures of events are waited for"),
  );

  /** `make` takes the picture and publishes it. */
  constructor(clock: Clock, log: Log, make: (camera: string) => Promise<unknown>) {
    this.#clock = clock;
    this.#log = log;
    this.#make = make;
  }

  /** An event was written down: its begin, or any change of it. */
  take({ id, camera, group, start }: EventView): void {
    if (camera === undefined || group === "exception") return;
    if (this.#clock.wallMs() - Date.parse(start) > BEGINS_MS) return;
    const watched = this.#cameras.get(camera) ?? {
      ...{ event: 0, toldAtMs: 0, takenAtMs: Number.NEGATIVE_INFINITY, isRunning: false, isWanted: false },
      timer: undefined,
    };
    if (id <= watched.event) return;
    this.#cameras.set(camera, watched);
    watched.event = id;
    watched.toldAtMs = this.#clock.monotonicMs();
    watched.isWanted = true;
    this.#next(camera, watched);
  }

  forget(camera: string): void {
    this.#cameras.get(camera)?.timer?.cancel();
    this.#cameras.delete(camera);
  }

  close(): void {
    for (const camera of [...this.#cameras.keys()]) this.forget(camera);
  }

  #next(camera: string, watched: Watched): void {
    if (!watched.isWanted || watched.isRunning || watched.timer !== undefined) return;
    const restMs = watched.takenAtMs + EVENT_PICTURE_EVERY_MS - this.#clock.monotonicMs();
    if (restMs > 0) {
      watched.timer = this.#clock.after(restMs, () => {
        watched.timer = undefined;
        this.#next(camera, watched);
      });
      return;
    }
    watched.isRunning = true;
    watched.takenAtMs = this.#clock.monotonicMs();
    this.#turns
      .run(async () => {
        watched.isWanted = false;
        const isLate = this.#clock.monotonicMs() - watched.toldAtMs > LATE_PICTURE_MS;
        if (!isLate && this.#cameras.get(camera) === watched) await this.#make(camera);
      })
      .catch((error: unknown) =>
        this.#log.debug("an event has no picture over MQTT", { camera, reason: String(error) }),
      )
      .finally(() => {
        watched.isRunning = false;
        if (this.#cameras.get(camera) === watched) this.#next(camera, watched);
      });
  }
}
