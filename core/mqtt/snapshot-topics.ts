// Pictures of cameras as retained messages: one that somebody asks for, and, where that is wanted, one of the last event. Bounded
// in size, and one at a time for a camera, however many ask. They come again when the broker is there again.
import type { Clock } from "../clock.ts";
import { NightjarError } from "../errors.ts";
import type { EventView } from "../http/event-schemas.ts";
import type { CameraService } from "../http/services.ts";
import type { Log } from "../log.ts";
import type { OutgoingMessage } from "./broker.ts";
import { pictureTooLarge } from "./camera-commands.ts";
import { EventPictures } from "./event-pictures.ts";
import type { KeptPictures, PictureKind } from "./kept-pictures.ts";
import { PICTURE_KINDS } from "./kept-pictures.ts";
import type { RequestsOptions } from "./request-parts.ts";
import { TOPICS, topicOf } from "./topics.ts";

/** With its topic it stays below 256 KiB. */
export const PUBLISHED_PICTURE_BYTES = 250_000;
const EVENT_WIDTH = 640;
const TOPIC_OF = { snapshot: "cameraSnapshot", event: "cameraEventSnapshot" } as const;

export interface SnapshotTopicsOptions {
  readonly base: () => string;
  readonly clock: Clock;
  readonly log: Log;
  readonly cameras: Pick<CameraService, "list">;
  readonly kept: KeptPictures;
  /** A picture is published with each event. */
  readonly ofEvents: () => boolean;
  readonly isUp: () => boolean;
  readonly snapshot: RequestsOptions["snapshot"];
  readonly publish: (message: OutgoingMessage) => Promise<void>;
}

type Published = Awaited<ReturnType<RequestsOptions["publishSnapshot"]>>;

export class SnapshotTopics {
  readonly #options: SnapshotTopicsOptions;
  readonly #running = new Map<string, { readonly width: number; readonly done: Promise<Published> }>();
  readonly #events: EventPictures;

  constructor(options: SnapshotTopicsOptions) {
    this.#options = options;
    this.#events = new EventPictures(options.clock, options.log, (camera) =>
      this.#take(camera, EVENT_WIDTH, "event"),
    );
  }

  /**
   * Publishes a picture of now. Throws `NJ_MQTT_PICTURE_SIZE`, `NJ_CAMERA_NOT_FOUND` where the camera goes meanwhile, and what
   * taking it throws.
   */
  async publish(camera: string, width: number): Promise<Published> {
    for (let other = this.#running.get(camera); other !== undefined; other = this.#running.get(camera)) {
      if (other.width === width) return await other.done;
      await other.done.catch(() => undefined);
    }
    const done = this.#take(camera, width, "snapshot");
    const running = { width, done };
    this.#running.set(camera, running);
    try {
      return await done;
    } finally {
      if (this.#running.get(camera) === running) this.#running.delete(camera);
    }
  }

  /** An event was written down. */
  event(event: EventView): void {
    if (this.#options.ofEvents() && this.#options.isUp()) this.#events.take(event);
  }

  /** The broker is there (again): it gets the pictures that it may have forgotten, and loses those that are not wanted any more. */
  async all(): Promise<void> {
    const { cameras, kept, ofEvents } = this.#options;
    const present = cameras.list().map(({ id }) => id);
    await kept.keepOnly(present);
    for (const camera of present)
      for (const kind of PICTURE_KINDS) {
        const jpeg = await kept.read(camera, kind);
        if (jpeg === undefined) continue;
        const isWanted = kind !== "event" || ofEvents();
        await this.#send(camera, kind, isWanted ? jpeg : Buffer.alloc(0));
        if (!isWanted) await kept.forget(camera, [kind]);
      }
  }

  /** Forgets the pictures of a camera that has gone; its topics are cleared with its others. */
  async cameraRemoved(camera: string): Promise<void> {
    this.#events.forget(camera);
    await this.#options.kept.forget(camera);
  }

  close(): void {
    this.#events.close();
  }

  async #take(camera: string, width: number, kind: PictureKind): Promise<Published> {
    const { snapshot, kept } = this.#options;
    const { jpeg, timeMs } = await snapshot(camera, width);
    this.#assertPresent(camera);
    if (jpeg.length > PUBLISHED_PICTURE_BYTES) throw pictureTooLarge();
    await kept.keep(camera, kind, jpeg);
    // It may have gone while its picture was written, which nobody would take away.
    if (!this.#isPresent(camera)) await kept.forget(camera);
    this.#assertPresent(camera);
    await this.#send(camera, kind, jpeg);
    return { timeMs, sizeBytes: jpeg.length };
  }

  #isPresent(camera: string): boolean {
    return this.#options.cameras.list().some(({ id }) => id === camera);
  }

  /** What is retained of a camera after its topics were cleared stays there. */
  #assertPresent(camera: string): void {
    if (!this.#isPresent(camera))
      throw new NightjarError("NJ_CAMERA_NOT_FOUND", "not-found", "there is no such camera");
  }

  #send(camera: string, kind: PictureKind, payload: Buffer): Promise<void> {
    const { base, publish } = this.#options;
    const name = TOPIC_OF[kind];
    const { qos, retained: retain } = TOPICS[name];
    return publish({ topic: topicOf(base(), name, { camera }), payload, qos, retain });
  }
}
