// Recordings that events ask for: which cameras an event records, until when, and the triggers that tell `media` so at once.
// They live in memory; the desired state repeats them for a `media` that starts anew. Who asks is not its affair.
import type { Clock } from "../clock.ts";
import { isArmable, isEventType } from "../domain/event-types.ts";
import { type CameraId, STREAM_NAMES } from "../domain/ids.ts";
import type { RecordReason } from "../domain/record-reasons.ts";
import { TICKS_PER_MS, TICKS_PER_SECOND } from "../domain/time.ts";
import type { Log } from "../log.ts";
import type { RecordTrigger } from "../media/protocol.ts";
import type { MediaClient } from "./media-client.ts";
import { recordsStream } from "./planner.ts";
import type { RecordedCamera } from "./recorded-camera.ts";

/** An event that begins, or one whose end has changed: the same number again. */
export interface RecordingCause {
  readonly eventId: number;
  readonly type: string;
  readonly camera: string | undefined;
  /** Of the picture that raised it. */
  readonly eventTime90k: number;
  readonly until90k: number;
}

/** Something with times of the wall clock, and how far that was before the one that nobody sets when they were told. */
interface Timed {
  readonly offset90k: number;
}

interface Running extends Timed {
  readonly trigger: RecordTrigger;
  readonly postRecordSeconds: number;
}

/** Events that record a camera at the same time; beyond it the newest one is extended. */
const MOST_OF_CAMERA = 64;
const DEFAULT_POST_RECORD_SECONDS = 5;
/** Events whose newest word is remembered for those who ask to be recorded a moment later. */
const MOST_REMEMBERED = 4_096;
const REASON_OF_TYPE: Readonly<Record<string, RecordReason>> = {
  motion: "motion",
  "alarm-input": "alarm",
  pos: "pos",
};

export class EventRecordings {
  readonly #media: Pick<MediaClient, "request">;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #cameras: () => readonly RecordedCamera[];
  readonly #running = new Map<CameraId, Map<string, Running>>();
  readonly #causes = new Map<number, Timed & { readonly cause: RecordingCause }>();

  constructor(options: {
    readonly media: Pick<MediaClient, "request">;
    readonly clock: Clock;
    readonly log: Log;
    readonly cameras: () => readonly RecordedCamera[];
  }) {
    this.#media = options.media;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#cameras = options.cameras;
  }

  /** An event begins, goes on or ends: every camera that it records is told to `media` at once. Waits for nobody. */
  take(cause: RecordingCause): void {
    this.#causes.delete(cause.eventId);
    this.#causes.set(cause.eventId, { cause, offset90k: this.#offset90k });
    const [oldest] = this.#causes.keys();
    if (this.#causes.size > MOST_REMEMBERED && oldest !== undefined) this.#causes.delete(oldest);
    const id = idOf(cause);
    for (const camera of this.#cameras()) {
      const asked = this.#running.get(camera.id)?.get(id)?.postRecordSeconds;
      if (asked === undefined && !isRecordedBy(camera, cause)) continue;
      this.#ask(camera, cause, asked ?? camera.record.postRecordSeconds ?? DEFAULT_POST_RECORD_SECONDS);
    }
  }

  /**
   * Records one camera for an event that has been taken, whatever its own settings say of events; it goes on as long as the
   * event. True if it records: false for one that is disabled or switched off, or if the event is long over.
   */
  record(camera: RecordedCamera, event: number | RecordingCause, postRecordSeconds: number): boolean {
    if (!camera.enabled || camera.record.mode === "off") return false;
    const cause = typeof event === "number" ? this.#causes.get(event)?.cause : event;
    if (cause === undefined) return false;
    const known = this.#running.get(camera.id)?.get(idOf(cause))?.postRecordSeconds ?? 0;
    this.#ask(camera, cause, Math.max(known, postRecordSeconds));
    return true;
  }

  /** For the desired state. */
  triggers(): (RecordTrigger & { readonly camera: CameraId })[] {
    return [...this.#running].flatMap(([camera, running]) => {
      forgetOver(running, this.#monotonic90k);
      return [...running.values()].map(({ trigger }) => ({ camera, ...trigger }));
    });
  }

  /** The clock was set: what goes on lasts as long as before. Its times are the new clock's from now on. */
  clockStepped(): void {
    const offset90k = this.#offset90k;
    const movedBy = (known: Timed): number => offset90k - known.offset90k;
    for (const running of this.#running.values())
      for (const [id, entry] of running) {
        const { eventTime90k, until90k, ...rest } = entry.trigger;
        const by90k = movedBy(entry);
        const until = until90k === null ? null : until90k + by90k;
        const trigger = { ...rest, eventTime90k: eventTime90k + by90k, until90k: until };
        running.set(id, { ...entry, trigger, offset90k });
      }
    for (const [id, { cause, ...known }] of this.#causes) {
      const by90k = movedBy(known);
      const times = { eventTime90k: cause.eventTime90k + by90k, until90k: cause.until90k + by90k };
      this.#causes.set(id, { cause: { ...cause, ...times }, offset90k });
    }
  }

  get #monotonic90k(): number {
    return this.#clock.monotonicMs() * TICKS_PER_MS;
  }

  /** The wall clock before the one that nobody sets, in ticks. */
  get #offset90k(): number {
    return Math.round((this.#clock.wallMs() - this.#clock.monotonicMs()) * TICKS_PER_MS);
  }

  #ask(camera: RecordedCamera, cause: RecordingCause, postRecordSeconds: number): void {
    const running = this.#of(camera.id);
    const trigger = triggerOf(cause, postRecordSeconds);
    const known = running.get(trigger.id)?.trigger;
    if (known === undefined) {
      forgetOver(running, this.#monotonic90k);
      if (running.size >= MOST_OF_CAMERA) {
        this.#extendNewest(camera, running, trigger);
        return;
      }
    }
    running.set(trigger.id, { trigger, postRecordSeconds, offset90k: this.#offset90k });
    const isEarlier =
      known !== undefined && (known.until90k ?? Number.POSITIVE_INFINITY) > (trigger.until90k ?? 0);
    this.#tell(camera, trigger, isEarlier);
  }

  #extendNewest(camera: RecordedCamera, running: Map<string, Running>, trigger: RecordTrigger): void {
    const newest = [...running.values()].at(-1)?.trigger;
    if (newest === undefined || (newest.until90k ?? 0) >= (trigger.until90k ?? 0)) return;
    const extended = { ...newest, until90k: trigger.until90k };
    running.set(newest.id, { trigger: extended, postRecordSeconds: 0, offset90k: this.#offset90k });
    this.#tell(camera, extended, false);
  }

  /** While `media` is away nothing is lost: the desired state that it gets first holds the trigger. */
  #tell(camera: RecordedCamera, trigger: RecordTrigger, isEarlier: boolean): void {
    for (const stream of STREAM_NAMES) {
      if (!recordsStream(camera, stream)) continue;
      const place = { camera: camera.id, stream };
      const told: Promise<unknown> =
        isEarlier && trigger.until90k !== null
          ? this.#media.request("endTrigger", { ...place, id: trigger.id, until90k: trigger.until90k })
          : this.#media.request("trigger", { ...place, trigger });
      told.catch((error: unknown) =>
        this.#log.debug("an event's recording was not passed on", { ...place, reason: String(error) }),
      );
    }
  }

  #of(camera: CameraId): Map<string, Running> {
    const known = this.#running.get(camera);
    if (known !== undefined) return known;
    const running = new Map<string, Running>();
    this.#running.set(camera, running);
    return running;
  }
}

/** Whether the camera's own settings say that the event records it. */
function isRecordedBy({ id, enabled, record }: RecordedCamera, { type, camera }: RecordingCause): boolean {
  if (!enabled || camera === undefined) return false;
  if (record.mode !== "event" && record.mode !== "continuous") return false;
  if (camera !== id && record.eventCameras?.includes(camera) !== true) return false;
  const { eventTypes = [] } = record;
  return isOfCamera(type) && (eventTypes.length === 0 || eventTypes.includes(type));
}

/** The recorder's own trouble shows in no picture. */
function isOfCamera(type: string): boolean {
  return isEventType(type) && isArmable(type);
}

function triggerOf(cause: RecordingCause, postRecordSeconds: number): RecordTrigger {
  return {
    id: idOf(cause),
    eventTime90k: cause.eventTime90k,
    until90k: cause.until90k + postRecordSeconds * TICKS_PER_SECOND,
    reasons: [REASON_OF_TYPE[cause.type] ?? "event"],
  };
}

function idOf({ eventId }: RecordingCause): string {
  return `event-${eventId}`;
}

/** By the clock that nobody sets: a step of the other ends nothing. */
function forgetOver(running: Map<string, Running>, monotonic90k: number): void {
  for (const [id, { trigger, offset90k }] of running)
    if (trigger.until90k !== null && trigger.until90k - offset90k <= monotonic90k) running.delete(id);
}
