// The end of the link to `media` of those that watch (the gateway, analysis): one subscription per stream, its frames copied
// once out of the link's buffer and handed to whoever subscribed. The peer may be away or restart at any time.
import { join } from "node:path";
import type { CameraId, StreamName } from "../domain/ids.ts";
import { NightjarError } from "../errors.ts";
import { LINK_VERSION } from "../link/link.ts";
import { LinkClient } from "../link/link-client.ts";
import type { Log } from "../log.ts";
import type { WireFormat } from "../media/live-wire.ts";
import { type GatewayMethodsForMedia, MEDIA_SOCKET, type MediaMethodsForGateway } from "../media/protocol.ts";
import type { StreamState } from "../media/source.ts";

/** Receives one subscription's formats and frames, in order. */
export interface FeedSink {
  format(format: WireFormat): void;
  /** A live frame as `live-wire.ts` lays it out; the receiver owns the buffer. */
  frame(message: Buffer): void;
  /** Frames were left out because the gateway was too slow. */
  dropped(frames: number): void;
}

export type UnindexedSegments = ReturnType<MediaMethodsForGateway["openSegments"]>;

/** What the live hub, snapshots and playback need of `media`. */
export interface MediaPort {
  readonly isUp: boolean;
  subscribe(camera: CameraId, stream: StreamName, sink: FeedSink): Promise<Subscription>;
  /** What core's index need not have yet: files that are being written, and files that were just closed. */
  openSegments(camera: CameraId, stream: StreamName): Promise<UnindexedSegments>;
  latestKeyFrame(
    camera: CameraId,
    stream: StreamName,
  ): Promise<{ format: WireFormat; keyFrame: string; time90k: number }>;
  requestKeyFrame(camera: CameraId, stream: StreamName): void;
}

export interface Subscription {
  readonly state: StreamState;
  close(): void;
}

/** What the link tells its owner. */
export interface MediaLinkEvents {
  up(): void;
  down(): void;
  streamState(camera: CameraId, stream: StreamName, state: StreamState): void;
}

type FeedEvent = { format: WireFormat } | { frame: Buffer } | { dropped: number };
/** Frames of a subscription whose number is not known yet: media may send before its answer is read. */
const EARLY_LIMIT_BYTES = 64 * 1024 * 1024;

/** The link, kept up until `close`. */
export class MediaLink implements MediaPort {
  readonly #client: LinkClient<MediaMethodsForGateway>;
  #sinks = new Map<number, FeedSink>();
  #early = new Map<number, FeedEvent[]>();
  #earlyBytes = 0;
  #subscribing = 0;
  #epoch = 0;

  constructor(
    runFolder: string,
    instance: string,
    log: Log,
    events: MediaLinkEvents,
    role: "gateway" | "analysis" = "gateway",
  ) {
    const handlers: { [M in keyof GatewayMethodsForMedia]: GatewayMethodsForMedia[M] } = {
      format: ({ subscription, format }) => this.#deliver(subscription, { format }, 0),
      dropped: ({ subscription, frames }) => this.#deliver(subscription, { dropped: frames }, 0),
      streamState: ({ camera, stream, state }) => events.streamState(camera, stream, state),
    };
    this.#client = new LinkClient<MediaMethodsForGateway>(join(runFolder, MEDIA_SOCKET), {
      hello: { role, version: LINK_VERSION, instance },
      handlers,
      log: log.child({ link: "media" }),
      onBinary: (payload) => this.#receive(payload),
      onUp: () => events.up(),
      onDown: () => {
        this.#epoch += 1;
        this.#sinks = new Map();
        this.#forgetEarly();
        events.down();
      },
    });
  }

  get isUp(): boolean {
    return this.#client.link !== undefined;
  }

  async subscribe(camera: CameraId, stream: StreamName, sink: FeedSink): Promise<Subscription> {
    this.#subscribing += 1;
    const epoch = this.#epoch;
    try {
      const { subscription, state } = await this.#client.request("subscribe", { camera, stream });
      if (epoch !== this.#epoch) {
        throw new NightjarError("NJ_LINK_CLOSED", "unavailable", "the media process is being restarted");
      }
      this.#sinks.set(subscription, sink);
      for (const event of this.#early.get(subscription) ?? []) hand(sink, event);
      this.#early.delete(subscription);
      return {
        state,
        close: () => {
          if (epoch !== this.#epoch || !this.#sinks.delete(subscription)) return;
          this.#client.notify("unsubscribe", { subscription });
        },
      };
    } finally {
      this.#subscribing -= 1;
      if (this.#subscribing === 0) this.#forgetEarly();
    }
  }

  openSegments(camera: CameraId, stream: StreamName): Promise<UnindexedSegments> {
    return this.#client.request("openSegments", { camera, stream }, 3_000);
  }

  latestKeyFrame(camera: CameraId, stream: StreamName) {
    return this.#client.request("latestKeyFrame", { camera, stream }, 3_000);
  }

  requestKeyFrame(camera: CameraId, stream: StreamName): void {
    this.#client.notify("requestKeyFrame", { camera, stream });
  }

  close(): void {
    this.#client.close();
  }

  #receive(payload: Buffer): void {
    if (payload.length < 4) return;
    const subscription = payload.readUInt32BE(0);
    if (!this.#sinks.has(subscription) && this.#subscribing === 0) return;
    // The link's buffer is not ours beyond this call; this is the only copy on the way out.
    const frame = Buffer.allocUnsafeSlow(payload.length - 4);
    payload.copy(frame, 0, 4);
    // Notices reach their handlers one microtask after they were read: frames must not overtake the format before them.
    queueMicrotask(() => this.#deliver(subscription, { frame }, frame.length));
  }

  #deliver(subscription: number, event: FeedEvent, bytes: number): void {
    const sink = this.#sinks.get(subscription);
    if (sink !== undefined) hand(sink, event);
    else if (this.#subscribing > 0 && this.#earlyBytes + bytes <= EARLY_LIMIT_BYTES) {
      this.#earlyBytes += bytes;
      const events = this.#early.get(subscription);
      if (events === undefined) this.#early.set(subscription, [event]);
      else events.push(event);
    }
  }

  #forgetEarly(): void {
    this.#early = new Map();
    this.#earlyBytes = 0;
  }
}

function hand(sink: FeedSink, event: FeedEvent): void {
  if ("frame" in event) sink.frame(event.frame);
  else if ("format" in event) sink.format(event.format);
  else sink.dropped(event.dropped);
}
