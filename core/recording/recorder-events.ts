// Turns what happens to cameras and volumes into events: an outage is one event with a begin and an end.
// Short ones are left out: a camera that reconnects within seconds is no news.
import type { Clock, Timer } from "../clock.ts";
import type { Db } from "../db/db.ts";
import { eventsTable } from "../db/tables/events-table.ts";
import type { CameraId, VolumeId } from "../domain/ids.ts";
import type { Log } from "../log.ts";
import type { VolumeState } from "../media/protocol.ts";
import type { LiveCamera } from "./camera-states.ts";

/** Ids of the catalogue of event types (exceptions). */
export const CAMERA_OFFLINE = "exception-camera-offline";
export const VOLUME_FULL = "exception-volume-full";
export const VOLUME_ERROR = "exception-volume-error";

const OFFLINE_AFTER_MS = 10_000;

export class RecorderEvents {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #onEvent: () => void;
  /** Cameras whose outage has an open event, or (a timer) may get one. */
  readonly #offline = new Map<CameraId, Timer | "open">();
  readonly #volumes = new Map<VolumeId, string>();
  #tail: Promise<void> = Promise.resolve();

  constructor(options: { db: Db; clock: Clock; log: Log; onEvent: () => void }) {
    this.#db = options.db;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#onEvent = options.onEvent;
  }

  /** Takes up the outages that an earlier process left open. */
  async load(): Promise<void> {
    const events = eventsTable(this.#db);
    for (const event of await events.listOpen(CAMERA_OFFLINE)) {
      if (event.camera !== undefined) this.#offline.set(event.camera as CameraId, "open");
    }
    for (const type of [VOLUME_FULL, VOLUME_ERROR]) {
      for (const event of await events.listOpen(type)) {
        const volume = event.payload["volume"];
        if (typeof volume === "string") this.#volumes.set(volume as VolumeId, type);
      }
    }
  }

  /** Waits for what is being written. */
  async close(): Promise<void> {
    for (const timer of this.#offline.values()) if (timer !== "open") timer.cancel();
    await this.#tail;
  }

  takeCamera(camera: LiveCamera): void {
    const { status, sinceMs, reason, code } = camera.state;
    const known = this.#offline.get(camera.camera);
    if (status === "offline" || status === "connecting") {
      // A camera that is being tried again is still away: only the begin of an outage counts.
      if (known !== undefined || status === "connecting") return;
      const timer = this.#clock.after(OFFLINE_AFTER_MS, () => {
        this.#offline.set(camera.camera, "open");
        this.#write((events) =>
          events.insert({
            type: CAMERA_OFFLINE,
            camera: camera.camera,
            startMs: Math.round(sinceMs),
            payload: { reason: reason ?? "", code: code ?? "" },
          }),
        );
      });
      this.#offline.set(camera.camera, timer);
      return;
    }
    if (known === undefined) return;
    this.#offline.delete(camera.camera);
    if (known === "open") this.#end(CAMERA_OFFLINE, camera.camera);
    else known.cancel();
  }

  /** A camera was removed or disabled: its outage is over. */
  forgetCamera(camera: CameraId): void {
    const known = this.#offline.get(camera);
    this.#offline.delete(camera);
    if (known === "open") this.#end(CAMERA_OFFLINE, camera);
    else known?.cancel();
  }

  takeVolume(state: VolumeState, path: string): void {
    const before = this.#volumes.get(state.volume);
    const type = state.status === "normal" ? undefined : state.status === "full" ? VOLUME_FULL : VOLUME_ERROR;
    if (type === before) return;
    if (type === undefined) this.#volumes.delete(state.volume);
    else this.#volumes.set(state.volume, type);
    const nowMs = this.#clock.wallMs();
    this.#write(async (events) => {
      if (before !== undefined) {
        await this.#db.run(
          `update events set end_ms = max(start_ms, ?)
           where end_ms is null and type = ? and json_extract(payload, '$.volume') = ?`,
          [nowMs, before, state.volume],
        );
      }
      if (type !== undefined) {
        await events.insert({
          type,
          startMs: Math.round(state.sinceMs),
          payload: { volume: state.volume, path, status: state.status, message: state.message ?? "" },
        });
      }
    });
  }

  #end(type: string, camera: CameraId): void {
    const nowMs = this.#clock.wallMs();
    this.#write((events) => events.endOpen(type, camera, nowMs));
  }

  #write(work: (events: ReturnType<typeof eventsTable>) => Promise<unknown>): void {
    this.#tail = this.#tail
      .then(() => work(eventsTable(this.#db)))
      .then(
        () => this.#onEvent(),
        (error: unknown) => {
          this.#log.warn("an event could not be written down", { reason: String(error) });
        },
      );
  }
}
