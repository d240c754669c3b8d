// Turns what happens to cameras and volumes into reports for the event engine: an outage is one event with a begin and an
// end. Short ones are left out: a camera that reconnects within seconds is no news.
import type { Clock, Timer } from "../clock.ts";
import type { EventReport } from "../domain/alarm-event.ts";
import type { EventTypeId } from "../domain/event-types.ts";
import type { CameraId, VolumeId } from "../domain/ids.ts";
import type { VolumeState, VolumeStatus } from "../media/protocol.ts";
import type { LiveCamera } from "./camera-states.ts";

/** Who takes reports: the event engine. Ends of what is not open are no matter. */
export interface EventSink {
  report(report: EventReport): unknown;
  end(report: EventReport): void;
  /** Everything that is open of the camera is over. */
  forgetCamera(camera: string): void;
  /** Events that are older, or more, than are kept are forgotten. `nowMs`: a moment that can be trusted. */
  forgetOld(nowMs: number): Promise<void>;
}

const OFFLINE_AFTER_MS = 10_000;
const SOURCE = "recorder";

const TYPE_OF_STATUS: Readonly<Record<Exclude<VolumeStatus, "normal">, EventTypeId>> = {
  full: "exception-volume-full",
  offline: "exception-volume-offline",
  slow: "exception-volume-slow",
  error: "exception-volume-error",
  mismatch: "exception-volume-error",
  "read-only": "exception-volume-error",
};
const VOLUME_TYPES = [...new Set(Object.values(TYPE_OF_STATUS))];

export class RecorderEvents {
  readonly #clock: Clock;
  readonly #sink: EventSink;
  /** Cameras whose outage has an open event, or (a timer) may get one. */
  readonly #offline = new Map<CameraId, Timer | "open">();
  readonly #volumes = new Map<VolumeId, VolumeStatus>();

  constructor(options: { readonly clock: Clock; readonly sink: EventSink }) {
    this.#clock = options.clock;
    this.#sink = options.sink;
  }

  close(): void {
    for (const timer of this.#offline.values()) if (timer !== "open") timer.cancel();
  }

  takeCamera(camera: LiveCamera): void {
    const { status, sinceMs, reason, code, context } = camera.state;
    const known = this.#offline.get(camera.camera);
    const link = { type: "exception-camera-link", camera: camera.camera, source: SOURCE } as const;
    const codec = { ...link, type: "exception-codec-mismatch" } as const;
    // With what the reason names: interfaces say it in other languages.
    const detail = { reason: reason ?? "", code: code ?? "", ...(context === undefined ? {} : { context }) };
    if (code === "codec-unsupported") this.#sink.report({ ...codec, detail });
    if (status === "offline" || status === "connecting") {
      // A camera that is being tried again is still away: only the begin of an outage counts.
      if (known !== undefined || status === "connecting") return;
      const timer = this.#clock.after(OFFLINE_AFTER_MS, () => {
        this.#offline.set(camera.camera, "open");
        this.#sink.report({ ...link, timeMs: sinceMs, detail });
      });
      this.#offline.set(camera.camera, timer);
      return;
    }
    if (known !== undefined && known !== "open") known.cancel();
    this.#offline.delete(camera.camera);
    // Also where nothing is known: an earlier process may have left it open.
    this.#sink.end(link);
    if (code !== "codec-unsupported") this.#sink.end(codec);
  }

  /** A camera was removed or disabled: its outage is over. */
  forgetCamera(camera: CameraId): void {
    const known = this.#offline.get(camera);
    this.#offline.delete(camera);
    if (known !== "open") known?.cancel();
    this.#sink.forgetCamera(camera);
  }

  takeVolume({ volume, status, sinceMs, message }: VolumeState, path: string): void {
    if (this.#volumes.get(volume) === status) return;
    this.#volumes.set(volume, status);
    const about = { source: SOURCE, subject: path === "" ? volume : path };
    const now = status === "normal" ? undefined : TYPE_OF_STATUS[status];
    for (const type of VOLUME_TYPES) if (type !== now) this.#sink.end({ type, ...about });
    if (now === undefined) return;
    const detail = { volume, path, status, message: message ?? "" };
    this.#sink.report({ type: now, ...about, timeMs: sinceMs, detail });
  }
}
