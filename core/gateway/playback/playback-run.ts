// One request of a playback connection: finds the moment, then sends frames forwards, backwards or key frames only, as
// far ahead as the client's flow window allows, over gaps and up to the part that was written a second ago.
import type { Clock } from "../../clock.ts";
import { TICKS_PER_SECOND } from "../../domain/time.ts";
import type { NightjarError } from "../../errors.ts";
import {
  audioFrom,
  keyFrameBefore,
  keyFrameFor,
  type Playable,
  presentationAt,
  shownAt,
} from "../footage/playable.ts";
import type { VolumeReaders } from "../footage/volume-reader.ts";
import { FlowWindow } from "./flow-window.ts";
import type { FrameSender, ReadyFrame, SampleRange } from "./frame-sender.ts";
import { PlaceFinder } from "./place-finder.ts";
import type { PlaybackTimeline } from "./playback-timeline.ts";
import {
  byBytes,
  chunk,
  gopLength90k,
  keyFrames,
  type Place,
  range,
  shownOrder,
  timeAt,
} from "./sample-ranges.ts";

/** Seconds of media that may be on their way, times the speed. */
const AHEAD_SECONDS = 3;
/** Above this speed only key frames are sent. */
export const KEY_FRAMES_ABOVE = 4;
/** Distances between recordings that are no gap to anybody. */
const GAP_90K = TICKS_PER_SECOND / 2;

/** Where frames and messages of a request go. */
export interface PlaybackOutput {
  text(message: object): void;
  /** Sends frames; resolves when the client has taken most of them. */
  frames(frames: readonly ReadyFrame[], signal: AbortSignal): Promise<void>;
  /** A recording could not be read; playback goes on behind it. */
  unreadable(item: Playable, error: NightjarError): void;
}

export interface PlaybackRequest {
  readonly request: number;
  readonly time90k: number;
  readonly speed: number;
  readonly signal: AbortSignal;
}

/** Runs one request until its end, or until its signal aborts. */
export class PlaybackRun {
  readonly #timeline: PlaybackTimeline;
  readonly #finder: PlaceFinder;
  readonly #sender: FrameSender;
  readonly #output: PlaybackOutput;
  readonly #request: PlaybackRequest;
  readonly window: FlowWindow;
  readonly #backwards: boolean;
  readonly #keyFramesOnly: boolean;
  #isPaused: boolean = false;
  sendsAudio: boolean = true;

  constructor(
    parts: {
      readonly timeline: PlaybackTimeline;
      readonly readers: VolumeReaders;
      readonly sender: FrameSender;
      readonly output: PlaybackOutput;
      readonly clock: Clock;
    },
    request: PlaybackRequest,
  ) {
    this.#timeline = parts.timeline;
    this.#sender = parts.sender;
    this.#output = parts.output;
    this.#request = request;
    this.#backwards = request.speed < 0;
    this.#keyFramesOnly = Math.abs(request.speed) > KEY_FRAMES_ABOVE;
    this.#finder = new PlaceFinder(parts, request.signal, this.#backwards, (item, error) =>
      this.#output.unreadable(item, error),
    );
    this.window = new FlowWindow(this.#backwards);
    request.signal.addEventListener("abort", () => this.window.wake(), { once: true });
  }

  set isPaused(paused: boolean) {
    this.#isPaused = paused;
    this.window.wake();
  }

  /** Plays. Rejects when core, or the volume, does not answer. */
  async play(): Promise<void> {
    const { request, time90k } = this.#request;
    this.#sender.discontinuity = true;
    const place = await this.#finder.open(await this.#timeline.at(time90k, this.#backwards));
    if (this.#request.signal.aborted) return;
    if (place === undefined) {
      this.#output.text({ type: "seeked", request, time90k });
      this.#output.text({ type: "end", request, time90k });
      return;
    }
    const { startTime90k, end90k } = place.item;
    const from90k = this.#backwards
      ? Math.min(time90k, Math.max(startTime90k, end90k - 1))
      : Math.max(time90k, startTime90k);
    this.#output.text({ type: "seeked", request, time90k: from90k });
    if (Math.abs(from90k - time90k) > GAP_90K) {
      this.#output.text({
        type: "gap",
        start90k: Math.min(time90k, from90k),
        end90k: Math.max(time90k, from90k),
      });
    }
    if (this.#backwards) await this.#playBackwards(place, from90k);
    else await this.#playForwards(place, keyFrameBefore(place.index, from90k - startTime90k), from90k);
  }

  /** Sends the frame `frames` steps from the one shown at the request's time, with what decoding it needs. */
  async step(frames: number): Promise<void> {
    const { request, time90k } = this.#request;
    this.#sender.discontinuity = true;
    let place = await this.#finder.open(await this.#timeline.at(time90k, frames < 0));
    if (place === undefined) {
      this.#output.text({ type: "end", request, time90k });
      return;
    }
    let order = shownOrder(place.index);
    let at = order.indexOf(shownAt(place.index, time90k - place.item.startTime90k)) + frames;
    while (at < 0 || at >= order.length) {
      const next = await this.#finder.open(
        at < 0 ? await this.#timeline.before(place.item) : await this.#timeline.after(place.item),
      );
      if (next === undefined) {
        at = Math.min(order.length - 1, Math.max(0, at));
        break;
      }
      const passed = order.length;
      place = next;
      order = shownOrder(place.index);
      at = at < 0 ? at + order.length : at - passed;
    }
    if (this.#request.signal.aborted) return;
    const sample = order[at] ?? 0;
    const wanted90k = place.item.startTime90k + presentationAt(place.index.video, sample);
    this.#output.text({ type: "seeked", request, time90k: wanted90k });
    this.#isPaused = true;
    await this.#send(place, range(keyFrameFor(place.index, sample), sample + 1));
    await this.#playForwards(place, sample + 1, wanted90k);
  }

  async #playForwards(start: Place, firstSample: number, from90k: number): Promise<void> {
    const { signal, request } = this.#request;
    let place = start;
    let sample = firstSample;
    let audio = this.#audioStart(place, from90k);
    while (!signal.aborted) {
      if (sample >= place.index.video.count) {
        const grown = place.item.isOpen ? await this.#finder.grown(place) : undefined;
        if (signal.aborted) return;
        if (grown !== undefined) {
          place = grown;
          continue;
        }
        const next = await this.#finder.next(place.item);
        if (signal.aborted) return;
        if (next === undefined) {
          this.#output.text({ type: "end", request, time90k: place.item.end90k });
          return;
        }
        this.#crossed(place.item, next.item);
        place = next;
        sample = 0;
        audio = this.#audioStart(place, place.item.startTime90k);
        continue;
      }
      const video = this.#keyFramesOnly ? keyFrames(place.index, sample) : chunk(place.index, sample);
      const end = video.end;
      const end90k = timeAt(place, end);
      await this.#room(gopLength90k(place, sample));
      if (signal.aborted) return;
      const audioTo = this.#audioEnd(place, audio, end90k);
      await this.#send(place, { video: video.samples, audio: { from: audio, to: audioTo } });
      this.window.sent(timeAt(place, sample), end90k);
      sample = end;
      audio = audioTo;
    }
  }

  async #playBackwards(start: Place, from90k: number): Promise<void> {
    const { signal, request } = this.#request;
    let place = start;
    let end = shownAt(place.index, from90k - place.item.startTime90k) + 1;
    let end90k = from90k;
    while (!signal.aborted) {
      if (end <= 0) {
        const before = await this.#finder.open(await this.#timeline.before(place.item));
        if (signal.aborted) return;
        if (before === undefined) {
          this.#output.text({ type: "end", request, time90k: place.item.startTime90k });
          return;
        }
        this.#crossed(before.item, place.item);
        place = before;
        end = place.index.video.count;
        end90k = place.item.end90k;
        continue;
      }
      const key = keyFrameFor(place.index, end - 1);
      const start90k = timeAt(place, key);
      await this.#room(Math.max(0, end90k - start90k));
      if (signal.aborted) return;
      const samples = this.#keyFramesOnly ? [key] : range(key, end).video;
      for (const part of byBytes(place.index, samples)) {
        await this.#send(place, { video: part, audio: { from: 0, to: 0 } });
      }
      this.window.sent(start90k, end90k);
      end = key;
      end90k = start90k;
    }
  }

  async #send(place: Place, samples: SampleRange): Promise<void> {
    const { signal } = this.#request;
    const frames = await this.#sender.frames(place.item, place.index, samples, signal);
    if (!signal.aborted) await this.#output.frames(frames, signal);
  }

  /** Waits until the client has shown enough of what is on its way. */
  async #room(gop90k: number): Promise<void> {
    const { signal, speed } = this.#request;
    const limit90k = Math.max(AHEAD_SECONDS * TICKS_PER_SECOND * Math.abs(speed), 2 * gop90k);
    while (!signal.aborted && (this.#isPaused || this.window.ahead90k >= limit90k))
      await this.window.changed();
  }

  /** Tells of what lies between two recordings; `earlier` and `later` on the time line. */
  #crossed(earlier: Playable, later: Playable): void {
    if (later.run !== earlier.run) this.#sender.discontinuity = true;
    if (later.startTime90k - earlier.end90k <= GAP_90K) return;
    this.#sender.discontinuity = true;
    this.#output.text({ type: "gap", start90k: earlier.end90k, end90k: later.startTime90k });
  }

  #audioStart(place: Place, from90k: number): number {
    const { audio } = place.index;
    return audio === undefined ? 0 : audioFrom(audio, from90k - place.item.startTime90k);
  }

  #audioEnd(place: Place, from: number, end90k: number): number {
    const { audio } = place.index;
    if (audio === undefined || this.#request.speed !== 1 || !this.sendsAudio) return from;
    // The tail of the sound that outlasts the last picture goes with it.
    if (end90k >= place.item.end90k && !place.item.isOpen) return audio.count;
    return Math.max(from, audioFrom(audio, end90k - place.item.startTime90k));
  }
}
