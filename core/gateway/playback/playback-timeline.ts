// Finds the recordings of one stream in playback order: closed ones from core's index, those that it has not yet - the one
// that is being written, one that was just closed - from media. Playback order is by run and number; wall time may overlap between runs.
import type { CameraId, StreamName, VolumeId } from "../../domain/ids.ts";
import { TICKS_PER_SECOND } from "../../domain/time.ts";
import { segmentId } from "../../media/segment.ts";
import type { CorePort } from "../core-link.ts";
import {
  inPlaybackOrder,
  type Playable,
  playableOf,
  playableOfClosed,
  playableOfOpen,
} from "../footage/playable.ts";
import type { VolumeReaders } from "../footage/volume-reader.ts";
import type { MediaPort } from "../media-link.ts";

/** How far around a moment core is asked at once. */
const WINDOW_90K = 10 * 60 * TICKS_PER_SECOND;
const SEGMENTS_LIMIT = 256;
/** A day of ten-second recordings, with room. */
const ROUNDS_LIMIT = 64;

/** The recordings of one stream of one camera. */
export class PlaybackTimeline {
  readonly #core: CorePort;
  readonly #media: MediaPort;
  readonly #readers: VolumeReaders;
  readonly camera: CameraId;
  readonly stream: StreamName;
  /** Closed recordings known from the last question, in playback order. */
  #known: Playable[] = [];

  constructor(
    parts: { readonly core: CorePort; readonly media: MediaPort; readonly readers: VolumeReaders },
    camera: CameraId,
    stream: StreamName,
  ) {
    this.#core = parts.core;
    this.#media = parts.media;
    this.#readers = parts.readers;
    this.camera = camera;
    this.stream = stream;
  }

  /** The recording that holds a moment, or else the nearest one after it (before it, backwards). */
  async at(time90k: number, backwards: boolean): Promise<Playable | undefined> {
    const holds = (one: Playable) => one.startTime90k <= time90k && one.end90k > time90k;
    const known = (await this.#closed(time90k, time90k + 1)).find(holds);
    if (known !== undefined) return known;
    const open = await this.#unindexed();
    // It may have come into the index between the two questions.
    const holding = open.find(holds) ?? (await this.#closed(time90k, time90k + 1)).find(holds);
    if (holding !== undefined) return holding;
    const { time90k: next } = await this.#core.request("nextRecorded", {
      ...this.#ids(),
      time90k,
      backwards,
    });
    if (backwards) {
      const before = open.filter((one) => one.end90k <= time90k);
      const closed = next === undefined ? [] : await this.#closed(next - TICKS_PER_SECOND, next + 1);
      const found = [...closed.filter((one) => one.startTime90k <= time90k), ...before];
      return found.reduce<Playable | undefined>(
        (a, b) => (a === undefined || b.end90k > a.end90k ? b : a),
        undefined,
      );
    }
    const after = open.filter((one) => one.startTime90k >= time90k);
    const closed = next === undefined ? [] : await this.#closed(next, next + TICKS_PER_SECOND);
    const found = [...closed.filter((one) => one.end90k > time90k), ...after];
    return found.reduce<Playable | undefined>(
      (a, b) => (a === undefined || b.startTime90k < a.startTime90k ? b : a),
      undefined,
    );
  }

  /** The recording that follows `item`; undefined at the end of what there is. */
  async after(item: Playable): Promise<Playable | undefined> {
    const follows = (one: Playable) => inPlaybackOrder(one, item) > 0;
    const remembered = this.#known.find(follows);
    // Only the direct successor is taken from memory: something between may have been indexed since.
    if (remembered?.run === item.run && remembered.sequence === item.sequence + 1) return remembered;
    // Media first: what it no longer has is in the index by then.
    const open = (await this.#unindexed()).find(follows);
    const window = await this.#closed(item.end90k - 1, item.end90k + WINDOW_90K);
    const closed = window.find((one) => follows(one) && one.end90k > item.startTime90k);
    if (closed !== undefined && (open === undefined || inPlaybackOrder(closed, open) <= 0)) return closed;
    if (open !== undefined) return open;
    const next = await this.at(item.end90k + 1, false);
    return next !== undefined && next.id !== item.id && next.startTime90k >= item.startTime90k
      ? next
      : undefined;
  }

  /** The recording before `item`; undefined at the beginning of what there is. */
  async before(item: Playable): Promise<Playable | undefined> {
    const precedes = (one: Playable) => inPlaybackOrder(one, item) < 0;
    const remembered = this.#known.findLast(precedes);
    if (remembered?.run === item.run && remembered.sequence === item.sequence - 1) return remembered;
    const open = (await this.#unindexed()).findLast(precedes);
    const window = await this.#closed(item.startTime90k - WINDOW_90K, item.startTime90k + 1);
    const closed = window.findLast(precedes);
    if (closed !== undefined && (open === undefined || inPlaybackOrder(closed, open) >= 0)) return closed;
    if (open !== undefined) return open;
    const previous = await this.at(item.startTime90k - 1, true);
    return previous !== undefined && precedes(previous) ? previous : undefined;
  }

  /** The newest state of a recording that was open: grown, or closed by now; undefined if neither knows it. */
  async refreshed(item: Playable): Promise<Playable | undefined> {
    const open = (await this.#unindexed()).find((one) => one.id === item.id);
    if (open !== undefined) return open;
    return (await this.#closed(item.startTime90k, item.startTime90k + 1)).find((one) => one.id === item.id);
  }

  /** All recordings that touch a range, in playback order. */
  async between(start90k: number, end90k: number): Promise<Playable[]> {
    const found = new Map<string, Playable>();
    // Media's first: one that is closed in between is then taken as closed, not missed.
    for (const one of await this.#unindexed()) {
      if (one.startTime90k < end90k && one.end90k > start90k) found.set(one.id, one);
    }
    let from90k = start90k;
    for (let round = 0; round < ROUNDS_LIMIT; round += 1) {
      const some = await this.#closed(from90k, end90k);
      const before = found.size;
      for (const one of some) found.set(one.id, one);
      const latest = some.reduce((end, one) => Math.max(end, one.end90k), from90k);
      if (some.length < SEGMENTS_LIMIT || (found.size === before && latest <= from90k)) break;
      from90k = latest;
    }
    return [...found.values()].sort(inPlaybackOrder);
  }

  /** True if a recording that is being written may still add to what lies before `end90k`. */
  async mayGrow(end90k: number): Promise<boolean> {
    return (await this.#unindexed()).some(
      (one) => one.isOpen && one.startTime90k < end90k && one.end90k < end90k,
    );
  }

  /** Recordings that are being written now, or were closed a moment ago; none while media is away. */
  async #unindexed(): Promise<Playable[]> {
    if (!this.#media.isUp) return [];
    try {
      const { segments, closed } = await this.#media.openSegments(this.camera, this.stream);
      const rootOf = ({ volume }: { volume: VolumeId }) => this.#readers.rootOf(volume) ?? "";
      const found = new Map<string, Playable>();
      for (const segment of segments)
        found.set(segmentId(segment.identity), playableOfOpen(segment, rootOf(segment)));
      for (const segment of closed) found.set(segment.id, playableOfClosed(segment, rootOf(segment)));
      return [...found.values()].filter((one) => one.end90k > one.startTime90k).sort(inPlaybackOrder);
    } catch {
      // Media may be restarting; what is closed plays all the same.
      return [];
    }
  }

  async #closed(start90k: number, end90k: number): Promise<Playable[]> {
    const { segments } = await this.#core.request("segments", {
      ...this.#ids(),
      start90k: Math.round(start90k),
      end90k: Math.round(end90k),
      limit: SEGMENTS_LIMIT,
    });
    const playables = segments.map(playableOf).sort(inPlaybackOrder);
    if (playables.length > 1) this.#known = playables;
    return playables;
  }

  #ids() {
    return { camera: this.camera, stream: this.stream };
  }
}
