// Serves a clip as a camera would: in real time, over and over, with timestamps that go on across the loops.
// Either every client begins the clip anew (tests), or all see the same moment of it (the demo camera).
import { type Clip, readClip } from "./mp4-clip.ts";
import { type Paced, Pacer } from "./pacer.ts";
import type { PlaybackListener, PlaybackOptions, ServedPlayback, ServedSource } from "./served-source.ts";

/** How a clip is played. */
export interface ClipSourceOptions {
  /** `session`: each client begins at its shift. `shared`: all stand at the same moment, as at a real camera. */
  readonly timing?: "session" | "shared";
  /** What happens after the last unit: `loop` (default) or `end`. */
  readonly atEnd?: "loop" | "end";
  /** How much faster than real time units go out; the timestamps keep real time. Default 1. */
  readonly speed?: number;
  /**
   * When sound goes out: at its own time (default), or with the picture before it, up to a picture's length early, as many
   * cameras do. That wakes whoever sends and receives half as often; timestamps stay what they are.
   */
  readonly sound?: "at-its-time" | "with-pictures";
  /** Serve only these kinds of tracks. */
  readonly only?: "video" | "audio";
  /** Send parameter sets in band ahead of key frames; default true. */
  readonly inBandParameterSets?: boolean;
}

/** A clip as a source, with what a caller may want to know of it. */
export interface ClipSource extends ServedSource {
  readonly clip: Clip;
}

const pacer = new Pacer();

/** Loads an MP4 file as a source. Throws `NJ_CLIP_INVALID` when it cannot be served. */
export async function clipSource(file: string, options: ClipSourceOptions = {}): Promise<ClipSource> {
  return sourceOfClip(await readClip(file), options);
}

/** Makes a source of a clip that is already in memory. */
export function sourceOfClip(clip: Clip, options: ClipSourceOptions = {}): ClipSource {
  const tracks = clip.tracks.filter(
    (track) => options.only === undefined || track.served.kind === options.only,
  );
  const used: Clip = { ...clip, tracks };
  const schedule = makeSchedule(used, options.sound === "with-pictures");
  const epochMs = performance.now();
  return {
    clip: used,
    tracks: tracks.map((track) => track.served),
    play: (listener, playback) => new ClipPlayback(used, schedule, options, listener, playback, epochMs),
  };
}

/** All samples of one loop in sending order. */
interface Schedule {
  readonly track: Uint8Array;
  readonly sample: Uint32Array;
  /** When to send, in milliseconds from the clip's start. */
  readonly dueMs: Float64Array;
  /** Entries at which a client can begin. */
  readonly starts: readonly number[];
}

function makeSchedule(clip: Clip, soundWithPictures: boolean): Schedule {
  const entries = clip.tracks.flatMap((track, index) => {
    const first = track.decodeTimes[0] ?? 0;
    // Video is sent at its decoding time, counted from the first; sound at its presentation time.
    const base = track.served.kind === "video" ? first : 0;
    return Array.from(track.decodeTimes, (time, sample) => ({
      track: index,
      sample,
      dueMs: ((time - base) * 1000) / track.served.clockRate,
    }));
  });
  entries.sort((a, b) => a.dueMs - b.dueMs || a.track - b.track);
  const hasVideo = clip.tracks.some((track) => track.served.kind === "video");
  if (hasVideo && soundWithPictures) {
    let pictureMs = 0;
    for (const entry of entries) {
      if (clip.tracks[entry.track]?.served.kind === "video") pictureMs = entry.dueMs;
      else entry.dueMs = pictureMs;
    }
  }
  const starts: number[] = [];
  entries.forEach((entry, index) => {
    const track = clip.tracks[entry.track];
    if (hasVideo ? track?.served.kind === "video" && track.keyFrames[entry.sample] === 1 : true)
      starts.push(index);
  });
  return {
    track: Uint8Array.from(entries, (entry) => entry.track),
    sample: Uint32Array.from(entries, (entry) => entry.sample),
    dueMs: Float64Array.from(entries, (entry) => entry.dueMs),
    starts,
  };
}

class ClipPlayback implements ServedPlayback, Paced {
  readonly #clip: Clip;
  readonly #schedule: Schedule;
  readonly #options: ClipSourceOptions;
  readonly #listener: PlaybackListener;
  readonly #speed: number;
  readonly #loopMs: number;
  /** Place in the clip at which this playback's time is zero, in milliseconds. */
  readonly #zeroMs: number;
  /** Monotonic and wall time of that zero. */
  readonly #startMs: number;
  readonly #startWallMs: number;
  /** Infinity once it is stopped: nothing is due any more. */
  #next: number;
  #loop = 0;

  constructor(
    clip: Clip,
    schedule: Schedule,
    options: ClipSourceOptions,
    listener: PlaybackListener,
    playback: PlaybackOptions,
    epochMs: number,
  ) {
    this.#clip = clip;
    this.#schedule = schedule;
    this.#options = options;
    this.#listener = listener;
    this.#speed = options.speed ?? 1;
    this.#loopMs = clip.durationSeconds * 1000;
    const now = performance.now();
    const shared = options.timing === "shared";
    const shiftMs = (playback.shiftSeconds ?? 0) * 1000;
    const place = modulo((shared ? (now - epochMs) * this.#speed : 0) + shiftMs, this.#loopMs);
    // A shared clip waits for its next key frame; a clip of one's own begins with the one before the place.
    let first = schedule.starts[0] ?? 0;
    let waitMs = 0;
    if (shared) {
      const start = schedule.starts.find((entry) => (schedule.dueMs[entry] as number) >= place);
      first = start ?? first;
      waitMs = modulo((schedule.dueMs[first] as number) - place, this.#loopMs) / this.#speed;
    } else {
      for (const entry of schedule.starts) if ((schedule.dueMs[entry] as number) <= place) first = entry;
      // The rest of the shift is spent waiting, so that key frames of shifted streams do not line up.
      waitMs = Math.max(0, place - (schedule.dueMs[first] as number)) / this.#speed;
    }
    this.#next = first;
    this.#zeroMs = schedule.dueMs[first] as number;
    this.#startMs = now + waitMs;
    this.#startWallMs = Date.now() + waitMs;
    pacer.add(this, this.#startMs);
  }

  stop(): void {
    this.#next = Number.POSITIVE_INFINITY;
    pacer.remove(this);
  }

  advance(nowMs: number): number {
    // A unit may lead to a stop: the client is gone.
    while (this.#next !== Number.POSITIVE_INFINITY) {
      if (this.#next === this.#schedule.dueMs.length) {
        if (this.#options.atEnd === "end") {
          this.#listener.ended();
          return Number.POSITIVE_INFINITY;
        }
        this.#next = 0;
        this.#loop += 1;
      }
      const placeMs = (this.#schedule.dueMs[this.#next] as number) + this.#loop * this.#loopMs - this.#zeroMs;
      const due = this.#startMs + placeMs / this.#speed;
      if (due > nowMs) return due;
      const entry = this.#next;
      this.#next += 1;
      this.#send(entry);
    }
    return Number.POSITIVE_INFINITY;
  }

  #send(entry: number): void {
    const index = this.#schedule.track[entry] as number;
    const sample = this.#schedule.sample[entry] as number;
    const track = this.#clip.tracks[index];
    if (track === undefined) return;
    const rate = track.served.clockRate;
    const offsetMs = this.#loop * this.#loopMs - this.#zeroMs;
    const time = (track.presentationTimes[sample] as number) + Math.round((offsetMs * rate) / 1000);
    const start = track.offsets[sample] as number;
    const keyFrame = track.keyFrames[sample] === 1;
    const sets =
      keyFrame && track.parameterSets.length > 0 && this.#options.inBandParameterSets !== false
        ? track.parameterSets
        : undefined;
    this.#listener.unit({
      track: index,
      data: track.data,
      start,
      end: start + (track.sizes[sample] as number),
      time,
      captureMs: this.#startWallMs + (time * 1000) / rate,
      keyFrame,
      ...(sets === undefined ? {} : { parameterSets: sets }),
    });
  }
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
