// All live streams that somebody watches: one subscription to `media` per stream however many viewers there are, kept
// some seconds after the last one left, made again when `media` comes back.
import type { Clock, Timer } from "../../clock.ts";
import type { CameraId, StreamName } from "../../domain/ids.ts";
import { NightjarError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { StreamState } from "../../media/source.ts";
import type { MediaPort, Subscription } from "../media-link.ts";
import { LiveStream } from "./live-stream.ts";
import type { LiveSink } from "./live-viewer.ts";

export const VIEWERS_PER_STREAM = 500;
/** How long a stream without viewers stays subscribed: a page that is reloaded finds it warm. */
const LINGER_MS = 5_000;
const RETRY_MS = 1_000;

/** A stream that is held; `leave` gives it back. */
export interface LiveSeat {
  readonly stream: LiveStream;
  leave(): void;
}

interface Held {
  readonly stream: LiveStream;
  seats: number;
  subscription: Subscription | undefined;
  subscribing: boolean;
  linger: Timer | undefined;
  retry: Timer | undefined;
}

/** Subscribes, shares and lets go. */
export class LiveHub {
  readonly #media: MediaPort;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #held = new Map<string, Held>();

  constructor(media: MediaPort, clock: Clock, log: Log) {
    this.#media = media;
    this.#clock = clock;
    this.#log = log;
  }

  /** Viewers and transcoders on all streams. */
  get seatCount(): number {
    let count = 0;
    for (const held of this.#held.values()) count += held.seats;
    return count;
  }

  /** Streams that are subscribed now. */
  get streamCount(): number {
    return this.#held.size;
  }

  /** Takes a seat on a stream for `viewer`. Throws `NJ_TOO_MANY_VIEWERS`. */
  watch(camera: CameraId, stream: StreamName, viewer: LiveSink): LiveSeat {
    const key = `${camera}/${stream}`;
    let held = this.#held.get(key);
    if (held === undefined) {
      held = {
        stream: new LiveStream(camera, stream),
        seats: 0,
        subscription: undefined,
        subscribing: false,
        linger: undefined,
        retry: undefined,
      };
      this.#held.set(key, held);
      if (!this.#media.isUp) held.stream.state(awayState(this.#clock));
    }
    if (held.seats >= VIEWERS_PER_STREAM) {
      throw new NightjarError(
        "NJ_TOO_MANY_VIEWERS",
        "resource-exhausted",
        `${held.seats} viewers watch this stream already`,
        { camera, stream },
      );
    }
    held.linger?.cancel();
    held.linger = undefined;
    held.seats += 1;
    held.stream.add(viewer);
    void this.#subscribe(key, held);
    const taken = held;
    let left = false;
    return {
      stream: held.stream,
      leave: () => {
        if (left) return;
        left = true;
        taken.stream.remove(viewer);
        viewer.close();
        taken.seats -= 1;
        if (taken.seats === 0) {
          taken.linger = this.#clock.after(LINGER_MS, () => this.#letGo(key, taken));
        }
      },
    };
  }

  /** `media` is there (again): every stream that is watched is subscribed anew. */
  mediaUp(): void {
    for (const [key, held] of this.#held) void this.#subscribe(key, held);
  }

  /** `media` went away: viewers are told and keep their sockets. */
  mediaDown(): void {
    for (const held of this.#held.values()) {
      held.subscription = undefined;
      held.stream.interrupted();
      held.stream.state(awayState(this.#clock));
    }
  }

  streamState(camera: CameraId, stream: StreamName, state: StreamState): void {
    this.#held.get(`${camera}/${stream}`)?.stream.state(state);
  }

  close(): void {
    for (const [key, held] of [...this.#held]) this.#letGo(key, held);
  }

  async #subscribe(key: string, held: Held): Promise<void> {
    if (held.subscription !== undefined || held.subscribing || !this.#media.isUp) return;
    held.subscribing = true;
    held.retry?.cancel();
    held.retry = undefined;
    const { camera, stream } = held.stream;
    try {
      const subscription = await this.#media.subscribe(camera, stream, held.stream);
      // The last viewer may have left, or media gone again, while the answer was on its way.
      if (this.#held.get(key) !== held) subscription.close();
      else {
        held.subscription = subscription;
        held.stream.state(subscription.state);
      }
    } catch (error) {
      this.#log.debug("live stream not subscribed", { camera, stream, reason: String(error) });
      if (this.#held.get(key) === held) {
        held.stream.state(refusedState(error, this.#clock));
        held.retry = this.#clock.after(RETRY_MS, () => void this.#subscribe(key, held));
      }
    } finally {
      held.subscribing = false;
    }
  }

  #letGo(key: string, held: Held): void {
    held.linger?.cancel();
    held.retry?.cancel();
    if (this.#held.get(key) === held) this.#held.delete(key);
    held.subscription?.close();
    held.subscription = undefined;
  }
}

function awayState(clock: Clock): StreamState {
  return {
    status: "offline",
    sinceMs: clock.wallMs(),
    fault: { code: "server-error", message: "the recorder's media process is being restarted" },
  };
}

function refusedState(error: unknown, clock: Clock): StreamState {
  const message = error instanceof NightjarError ? error.message : "the stream could not be opened";
  return { status: "offline", sinceMs: clock.wallMs(), fault: { code: "server-error", message } };
}
