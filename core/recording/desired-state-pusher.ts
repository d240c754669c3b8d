// Sends `media` the desired state whenever it differs from what was sent last, and once after each reconnect.
// The document holds the secrets of the streams: it is never logged.
import type { Clock } from "../clock.ts";
import type { CameraId, VolumeId } from "../domain/ids.ts";
import type { Log } from "../log.ts";
import type { DesiredState } from "../media/protocol.ts";
import type { EventRecordings } from "./event-recordings.ts";
import type { ManualRecordings } from "./manual-recordings.ts";
import type { MediaClient } from "./media-client.ts";
import { planStreams } from "./planner.ts";
import type { RecordedCamera } from "./recorded-camera.ts";
import type { Revisions } from "./revisions.ts";
import type { RecordingVolumes } from "./volumes.ts";

export interface DesiredStatePusherOptions {
  readonly media: MediaClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly revisions: Revisions;
  readonly node: string;
  readonly cameras: () => readonly RecordedCamera[];
  /** What is to be recorded of them, where somebody else has a say; must not take long. */
  readonly shape?: (cameras: readonly RecordedCamera[]) => Promise<readonly RecordedCamera[]>;
  /** Where the files of single cameras go, where somebody else has a say; must not take long. */
  readonly place?: (
    cameras: readonly RecordedCamera[],
    volumes: readonly VolumeId[],
  ) => Promise<ReadonlyMap<CameraId, readonly VolumeId[]>>;
  readonly volumes: RecordingVolumes;
  readonly manual: Pick<ManualRecordings, "triggers">;
  /** What events ask for. They are told to `media` at once; this is for one that starts anew. */
  readonly onEvents: Pick<EventRecordings, "triggers">;
}

export class DesiredStatePusher {
  readonly #options: DesiredStatePusherOptions;
  readonly #stopping = new AbortController();
  /** What `media` has acknowledged on this link, without its revision. */
  #sent: string | undefined;
  /** Cameras whose streams are there, by what their driver says: `media` is told once it knows where. */
  #there = new Set<CameraId>();
  #pushing: Promise<void> | undefined;
  #again = false;

  constructor(options: DesiredStatePusherOptions) {
    this.#options = options;
  }

  /** Forgets what was sent: the link is a new one. */
  forget(): void {
    this.#sent = undefined;
  }

  /** Their driver says that their streams are there: `media` need not wait with its next attempt. */
  tryAgain(cameras: readonly CameraId[]): void {
    for (const camera of cameras) this.#there.add(camera);
    this.push();
  }

  stop(): void {
    this.#stopping.abort();
  }

  /** Compiles and sends, if it differs; calls during a push are done by one more. */
  push(): void {
    if (this.#stopping.signal.aborted || !this.#options.media.isUp) return;
    if (this.#pushing !== undefined) {
      this.#again = true;
      return;
    }
    this.#pushing = this.#send()
      .catch((error: unknown) => {
        // Sent again every minute and after a reconnect; until then `media` obeys the last one.
        this.#options.log.warn("what is to be recorded could not be sent", { reason: String(error) });
      })
      .finally(() => {
        this.#pushing = undefined;
        if (!this.#again) return;
        this.#again = false;
        this.push();
      });
  }

  /** Resolves when nothing is being sent. */
  async settled(): Promise<void> {
    while (this.#pushing !== undefined) await this.#pushing;
  }

  async #send(): Promise<void> {
    const { media, revisions, log } = this.#options;
    const plan = await this.#compile();
    const text = JSON.stringify(plan);
    if (text !== this.#sent) {
      await media.request("setDesiredState", { revision: await revisions.next(), ...plan }, 20_000);
      this.#sent = text;
    }
    if (this.#there.size === 0) return;
    const cameras = [...this.#there];
    this.#there.clear();
    // One that has gone meanwhile tries all of them when it is back.
    await media
      .request("tryAgain", { cameras })
      .catch((error: unknown) => log.debug("streams were not tried again", { reason: String(error) }));
  }

  async #compile(): Promise<Omit<DesiredState, "revision">> {
    const { volumes, manual, onEvents, cameras, shape, place, clock, node } = this.#options;
    const shaped = shape === undefined ? cameras() : await shape(cameras());
    // As they are now: one may go while plugins are asked.
    const wanted = volumes.desired();
    const ids = volumes.ids();
    const places = await place?.(shaped, ids);
    return {
      node,
      volumes: wanted,
      streams: planStreams({
        cameras: shaped,
        volumes: ids,
        ...(places === undefined ? {} : { places }),
        triggers: [...manual.triggers(), ...onEvents.triggers()],
        nowMs: clock.wallMs(),
      }),
    };
  }
}
