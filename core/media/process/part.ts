// A part: at most one second of a run's frames, from one access unit to the next one's start, never holding a
// key frame but as its first picture. Parts are what the ring keeps, the recorder writes and volumes sync
// (docs/design/recording-format.md, docs/design/storage-and-quota.md). The bytes stay in slabs; a part holds one reference on each slab it touches.
import type { Frame, StreamFormat } from "../format.ts";
import type { Slab } from "../slab.ts";

/** One frame inside a part. Times are relative to the run, in the track's time scale. */
export interface PartSample {
  readonly slab: Slab;
  readonly offset: number;
  readonly length: number;
  readonly time: number;
  readonly decodeTime: number;
  readonly compositionOffset: number;
  /** Fixed by the next frame of the track. */
  duration: number;
  readonly keyFrame: boolean;
  readonly damaged: boolean;
}

/** Packets that never came, in the run's video time. */
export interface PartHole {
  readonly start: number;
  readonly duration: number;
  readonly packets: number;
}

/** One uninterrupted sequence of frames with one mapping to wall time. */
export interface Run {
  readonly number: number;
  /** Sequence of the next segment that is opened in this run. */
  nextSequence: number;
  cameraClockOffsetMs: number | undefined;
  /** How far the node's clock was set since the run's times were fixed, in 90 kHz: it ends soon, but not at once. */
  clockSet90k: number;
}

/** A second of video and sound; reference-counted, made with one reference for its maker. */
export class Part {
  readonly run: Run;
  readonly format: StreamFormat;
  /** Rises by one with every part of a stream. */
  readonly ordinal: number;
  readonly video: PartSample[] = [];
  readonly audio: PartSample[] = [];
  holes: PartHole[] | undefined;
  /** Wall time of the first picture's presentation, 90 kHz since the epoch; set when the part is closed. */
  start90k = 0;
  /** Start of the part that follows in the run. */
  end90k = 0;
  bytes = 0;
  #slabs: Slab[] = [];
  #references = 1;

  constructor(run: Run, format: StreamFormat, ordinal: number) {
    this.run = run;
    this.format = format;
    this.ordinal = ordinal;
  }

  /** What `start90k` is by the node's clock of today, which may have been set since the run began. */
  get presentStart90k(): number {
    return this.start90k + this.run.clockSet90k;
  }

  /** The same of `end90k`. */
  get presentEnd90k(): number {
    return this.end90k + this.run.clockSet90k;
  }

  /** True if a decoder can start with this part. */
  get startsWithKeyFrame(): boolean {
    return this.video[0]?.keyFrame === true;
  }

  /** Takes a frame over, with its reference on the slab. */
  add(frame: Frame, decodeTime: number, duration: number): PartSample {
    const sample: PartSample = {
      slab: frame.slab,
      offset: frame.offset,
      length: frame.length,
      time: frame.time,
      decodeTime,
      compositionOffset: frame.time - decodeTime,
      duration,
      keyFrame: frame.keyFrame,
      damaged: frame.damaged,
    };
    this.bytes += frame.length;
    if (frame.track === "video") this.video.push(sample);
    else this.audio.push(sample);
    // Frames of a track follow each other in one slab, so looking at the last few finds nearly every repetition.
    const slabs = this.#slabs;
    const last = slabs.length - 1;
    if (slabs[last] === frame.slab || slabs[last - 1] === frame.slab) frame.slab.release();
    else slabs.push(frame.slab);
    return sample;
  }

  retain(): void {
    this.#references += 1;
  }

  release(): void {
    this.#references -= 1;
    if (this.#references > 0) return;
    for (const slab of this.#slabs) slab.release();
    this.#slabs = [];
  }
}

/** Appends the bytes of `samples` to `target`, joining neighbours into one piece. `prefix` goes before the first. */
export function appendPieces(target: Uint8Array[], samples: readonly PartSample[]): void {
  let slab: Slab | undefined;
  let start = 0;
  let end = 0;
  for (const sample of samples) {
    if (sample.slab === slab && sample.offset === end) {
      end += sample.length;
      continue;
    }
    if (slab !== undefined) target.push(slab.data.subarray(start, end));
    slab = sample.slab;
    start = sample.offset;
    end = start + sample.length;
  }
  if (slab !== undefined) target.push(slab.data.subarray(start, end));
}
