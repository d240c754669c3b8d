// The streams that RTSP clients watch: one source, with one seat in the live hub, per stream.
import type { Clock } from "../../clock.ts";
import type { CameraId, StreamName } from "../../domain/ids.ts";
import type { LiveHub, LiveSeat } from "../live/live-hub.ts";
import { RestreamSource } from "./restream-source.ts";

/** A source that is held; `leave` gives it back. */
export interface SourceSeat {
  readonly source: RestreamSource;
  leave(): void;
}

interface Held {
  readonly source: RestreamSource;
  readonly seat: LiveSeat;
  users: number;
}

export class RestreamSources {
  readonly #hub: LiveHub;
  readonly #clock: Clock;
  readonly #held = new Map<string, Held>();

  constructor(hub: LiveHub, clock: Clock) {
    this.#hub = hub;
    this.#clock = clock;
  }

  /** Takes hold of a stream's source. Throws `NJ_TOO_MANY_VIEWERS`. */
  take(camera: CameraId, stream: StreamName): SourceSeat {
    const key = `${camera}/${stream}`;
    let held = this.#held.get(key);
    if (held === undefined) {
      const source = new RestreamSource(this.#clock);
      held = { source, seat: this.#hub.watch(camera, stream, source), users: 0 };
      this.#held.set(key, held);
    }
    held.users += 1;
    const taken = held;
    let left = false;
    return {
      source: held.source,
      leave: () => {
        if (left) return;
        left = true;
        taken.users -= 1;
        if (taken.users > 0) return;
        this.#held.delete(key);
        taken.seat.leave();
      },
    };
  }
}
