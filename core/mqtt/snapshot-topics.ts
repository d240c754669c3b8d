// Pictures of cameras as retained messages: each is published when somebody asks for it, bounded in size, and one at a time for a
// camera, however many ask.
import type { OutgoingMessage } from "./broker.ts";
import { pictureTooLarge } from "./camera-commands.ts";
import type { RequestsOptions } from "./request-parts.ts";
import { TOPICS, topicOf } from "./topics.ts";

/** With its topic it stays below 256 KiB. */
export const PUBLISHED_PICTURE_BYTES = 250_000;

interface SnapshotTopicsOptions {
  readonly base: () => string;
  readonly snapshot: RequestsOptions["snapshot"];
  readonly publish: (message: OutgoingMessage) => Promise<void>;
}

type Published = Awaited<ReturnType<RequestsOptions["publishSnapshot"]>>;

export class SnapshotTopics {
  readonly #options: SnapshotTopicsOptions;
  readonly #running = new Map<string, { readonly width: number; readonly done: Promise<Published> }>();

  constructor(options: SnapshotTopicsOptions) {
    this.#options = options;
  }

  /** Publishes a picture of now. Throws `NJ_MQTT_PICTURE_SIZE`, and what taking it throws. */
  async publish(camera: string, width: number): Promise<Published> {
    for (let other = this.#running.get(camera); other !== undefined; other = this.#running.get(camera)) {
      if (other.width === width) return await other.done;
      await other.done.catch(() => undefined);
    }
    const done = this.#take(camera, width);
    const running = { width, done };
    this.#running.set(camera, running);
    try {
      return await done;
    } finally {
      if (this.#running.get(camera) === running) this.#running.delete(camera);
    }
  }

  async #take(camera: string, width: number): Promise<Published> {
    const { base, snapshot, publish } = this.#options;
    const { jpeg, timeMs } = await snapshot(camera, width);
    if (jpeg.length > PUBLISHED_PICTURE_BYTES) throw pictureTooLarge();
    const { qos, retained: retain } = TOPICS.cameraSnapshot;
    await publish({ topic: topicOf(base(), "cameraSnapshot", { camera }), payload: jpeg, qos, retain });
    return { timeMs, sizeBytes: jpeg.length };
  }
}
