// Opens the recordings that a playback request needs, one after the other: passes over those that cannot be read, and
// follows the one that is being written.
import type { Clock } from "../../clock.ts";
import { NightjarError } from "../../errors.ts";
import type { Playable } from "../footage/playable.ts";
import type { VolumeReaders } from "../footage/volume-reader.ts";
import type { PlaybackTimeline } from "./playback-timeline.ts";
import type { Place } from "./sample-ranges.ts";

const EDGE_POLL_MS = 300;
/** How long a recording that was being written may be unknown: media may be starting again. */
const INDEX_PATIENCE_MS = 6_000;

/** Finds and opens recordings for one request. */
export class PlaceFinder {
  readonly #timeline: PlaybackTimeline;
  readonly #readers: VolumeReaders;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #backwards: boolean;
  readonly #onUnreadable: (item: Playable, error: NightjarError) => void;

  constructor(
    parts: { readonly timeline: PlaybackTimeline; readonly readers: VolumeReaders; readonly clock: Clock },
    signal: AbortSignal,
    backwards: boolean,
    onUnreadable: (item: Playable, error: NightjarError) => void,
  ) {
    this.#timeline = parts.timeline;
    this.#readers = parts.readers;
    this.#clock = parts.clock;
    this.#signal = signal;
    this.#backwards = backwards;
    this.#onUnreadable = onUnreadable;
  }

  /** Opens a recording; one that cannot be read is reported and passed over. */
  async open(item: Playable | undefined): Promise<Place | undefined> {
    let current = item;
    while (current !== undefined && !this.#signal.aborted) {
      try {
        const index = await this.#readers.index(current.place, this.#signal);
        if (index.video.count > 0) return { item: current, index };
      } catch (error) {
        if (!(error instanceof NightjarError) || error.code !== "NJ_RECORDING_UNREADABLE") throw error;
        this.#onUnreadable(current, error);
      }
      current = this.#backwards ? await this.#timeline.before(current) : await this.#timeline.after(current);
    }
    return undefined;
  }

  /** At the edge of a recording that is being written: its next state with more samples; undefined when it ended. */
  async grown(place: Place): Promise<Place | undefined> {
    const signal = this.#signal;
    let unknownSinceMs: number | undefined;
    while (!signal.aborted) {
      const item = await this.#timeline.refreshed(place.item);
      if (item !== undefined && item.sizeBytes !== place.item.sizeBytes) {
        const index = await this.#readers.index(item.place, signal);
        if (index.video.count > place.index.video.count) return { item, index };
      }
      if (item?.isOpen === false) return undefined;
      const nowMs = this.#clock.monotonicMs();
      if (item !== undefined) unknownSinceMs = undefined;
      else {
        unknownSinceMs ??= nowMs;
        if (nowMs - unknownSinceMs > INDEX_PATIENCE_MS) return undefined;
      }
      await this.#pause(EDGE_POLL_MS);
    }
    return undefined;
  }

  /** The recording after `item`. */
  async next(item: Playable): Promise<Place | undefined> {
    return this.open(await this.#timeline.after(item));
  }

  #pause(ms: number): Promise<void> {
    const signal = this.#signal;
    return new Promise((resolve) => {
      const done = () => {
        timer.cancel();
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = this.#clock.after(ms, done);
      signal.addEventListener("abort", done);
    });
  }
}
