// Recordings that somebody started by hand: kept in the database, so that they outlive a restart of `core`, and
// passed to `media` at once as triggers.
import type { Clock } from "../clock.ts";
import type { Db } from "../db/db.ts";
import { type RecordTriggerRow, recordTriggersTable } from "../db/tables/record-triggers-table.ts";
import { type CameraId, STREAM_NAMES } from "../domain/ids.ts";
import { reasonBits, reasonsOf } from "../domain/record-reasons.ts";
import { time90kFromMs } from "../domain/time.ts";
import { NightjarError } from "../errors.ts";
import type { RecordTrigger } from "../media/protocol.ts";
import type { MediaClient } from "./media-client.ts";
import { recordsStream } from "./planner.ts";
import type { RecordedCamera } from "./recorded-camera.ts";

/** A camera has at most one: starting it again changes its end. */
const MANUAL_ID = "manual";

export interface ManualRecording {
  readonly camera: CameraId;
  readonly start90k: number;
  /** Null: until it is stopped. */
  readonly until90k: number | null;
}

export interface ManualStarted {
  /** False while `media` is away: it starts when that is back. */
  readonly started: boolean;
  /** True if the pre-record memory did not reach back as far as it should. */
  readonly preRecordShort: boolean;
}

export class ManualRecordings {
  readonly #db: Db;
  readonly #media: MediaClient;
  readonly #clock: Clock;
  #rows: readonly RecordTriggerRow[] = [];

  constructor(options: { db: Db; media: MediaClient; clock: Clock }) {
    this.#db = options.db;
    this.#media = options.media;
    this.#clock = options.clock;
  }

  async load(): Promise<void> {
    const table = recordTriggersTable(this.#db);
    await table.prune(time90kFromMs(this.#clock.wallMs()));
    this.#rows = await table.list();
  }

  /** Those that go on. */
  list(): ManualRecording[] {
    return this.#current().map((row) => ({
      camera: row.camera as CameraId,
      start90k: row.event90k,
      until90k: row.until90k,
    }));
  }

  /** For the desired state. */
  triggers(): (RecordTrigger & { camera: CameraId })[] {
    return this.#current().map((row) => ({ camera: row.camera as CameraId, ...toTrigger(row) }));
  }

  /** Starts one, or moves the end of the one that goes on. Throws `NJ_RECORDING_OFF` for a camera that never records. */
  async start(camera: RecordedCamera, untilMs: number | undefined): Promise<ManualStarted> {
    const streams = STREAM_NAMES.filter((stream) => recordsStream(camera, stream));
    if (!camera.enabled || streams.length === 0) {
      throw new NightjarError(
        "NJ_RECORDING_OFF",
        "failed-precondition",
        `the camera ${camera.id} is disabled or its recording is switched off: switch it on first`,
        { camera: camera.id },
      );
    }
    const now90k = time90kFromMs(this.#clock.wallMs());
    const until90k = untilMs === undefined ? null : time90kFromMs(untilMs);
    if (until90k !== null && until90k <= now90k) {
      throw new NightjarError("NJ_RECORDING_UNTIL_PAST", "invalid-argument", "the end lies in the past");
    }
    const running = this.#current().find((row) => row.camera === camera.id);
    const row: RecordTriggerRow = {
      camera: camera.id,
      id: MANUAL_ID,
      event90k: running?.event90k ?? now90k,
      until90k,
      reasons: reasonBits(["manual"]),
    };
    const table = recordTriggersTable(this.#db);
    if (running === undefined) await table.remove(camera.id, MANUAL_ID);
    await table.put(row);
    this.#rows = [...this.#rows.filter((other) => other.camera !== camera.id), row];
    const answers = await Promise.allSettled(
      streams.map((stream) =>
        this.#media.request("trigger", { camera: camera.id, stream, trigger: toTrigger(row) }),
      ),
    );
    const started = answers.filter((answer) => answer.status === "fulfilled");
    return {
      started: started.length > 0,
      preRecordShort: started.some((answer) => answer.value.preRecordShort),
    };
  }

  /** Ends the one of a camera. False if none went on. */
  async stop(camera: RecordedCamera): Promise<boolean> {
    const until90k = time90kFromMs(this.#clock.wallMs());
    const wasRunning = this.#current().some((row) => row.camera === camera.id);
    this.#rows = this.#rows.filter((row) => row.camera !== camera.id);
    await recordTriggersTable(this.#db).remove(camera.id, MANUAL_ID);
    await Promise.allSettled(
      STREAM_NAMES.filter((stream) => camera.streams[stream] !== undefined).map((stream) =>
        this.#media.request("endTrigger", { camera: camera.id, stream, id: MANUAL_ID, until90k }),
      ),
    );
    return wasRunning;
  }

  #current(): RecordTriggerRow[] {
    const now90k = time90kFromMs(this.#clock.wallMs());
    return this.#rows.filter((row) => row.until90k === null || row.until90k > now90k);
  }
}

function toTrigger(row: RecordTriggerRow): RecordTrigger {
  return {
    id: row.id,
    eventTime90k: row.event90k,
    until90k: row.until90k,
    reasons: reasonsOf(row.reasons),
  };
}
