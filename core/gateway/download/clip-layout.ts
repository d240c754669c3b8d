// A virtual MP4 over closed recordings of one codec configuration: moov first, then the samples where they lie in the
// files. The same recordings and range always give the same bytes, so that Range requests fit together.
// Begins at the key frame before the wanted start; an edit list hides the lead-in (data plane, section 8).
import { TICKS_PER_SECOND } from "../../domain/time.ts";
import { NightjarError } from "../../errors.ts";
import {
  BoxWriter,
  type Edit,
  type MovieTrack,
  SampleList,
  writeFileType,
  writeMovieBox,
} from "../../media/mp4/index.ts";
import { audioFrom, keyFrameBefore, type Playable, presentationAt } from "../footage/playable.ts";
import type { SegmentIndex, SegmentPlace, TrackIndex } from "../footage/reader-messages.ts";

/** A stretch of a recording's bytes and where it stands in the clip. */
export interface ClipPiece {
  readonly place: SegmentPlace;
  readonly sourceOffset: number;
  readonly sizeBytes: number;
  readonly clipOffset: number;
}

export interface ClipLayout {
  /** ftyp, moov and the header of mdat. */
  readonly head: Buffer;
  readonly pieces: readonly ClipPiece[];
  readonly sizeBytes: number;
}

export interface ClipSource {
  readonly item: Playable;
  readonly index: SegmentIndex;
}

/** Offsets are counted from here until the length of the moov is known; more than any moov is long. */
const PROVISIONAL_BASE = 64 * 1024 * 1024;
const MDAT_HEADER_BYTES = 16;

/** Adds up recordings, one after the other, then makes the layout. */
export class ClipBuilder {
  readonly #start90k: number;
  readonly #end90k: number;
  readonly #video = new SampleList(4096);
  readonly #audio = new SampleList(4096);
  readonly #pieces: ClipPiece[] = [];
  #first: ClipSource | undefined;
  #dataBytes = 0;
  /** Clip time of what is taken off the wall clock: gaps are left out. */
  #skipped90k = 0;
  #lastEnd90k = 0;
  /** Clip time zero of each track, in its own scale: its first sample's decoding time. */
  #videoZero = 0;
  #audioZero: number | undefined;
  #firstShown90k = 0;

  /** The range wanted, 90 kHz since the epoch. */
  constructor(start90k: number, end90k: number) {
    this.#start90k = start90k;
    this.#end90k = end90k;
  }

  /** Appends the part of a recording that lies in the range. Recordings come in order. */
  add(source: ClipSource): void {
    const { item, index } = source;
    const { video } = index;
    const isFirst = this.#first === undefined;
    if (isFirst) {
      this.#first = source;
      this.#firstShown90k = Math.max(item.startTime90k, this.#start90k);
    } else this.#skipped90k += item.startTime90k - this.#lastEnd90k;
    this.#lastEnd90k = item.end90k;
    const from = isFirst ? keyFrameBefore(index, this.#start90k - item.startTime90k) : 0;
    const to = samplesBefore(video, this.#end90k - item.startTime90k, from);
    const base90k = item.startTime90k - this.#skipped90k;
    if (isFirst) this.#videoZero = base90k + (video.decodeTimes[from] as number);
    const audio = index.audio;
    const key90k = presentationAt(video, from);
    const audioRange =
      audio === undefined
        ? { from: 0, to: 0 }
        : {
            from: isFirst ? audioFrom(audio, key90k) : 0,
            to: samplesBefore(
              audio,
              ((this.#end90k - item.startTime90k) * audio.timeScale) / TICKS_PER_SECOND,
              0,
            ),
          };
    this.#place(source, base90k, { from, to }, audioRange);
  }

  /** The finished layout. Throws `NJ_NOTHING_RECORDED` when there is no picture in the range. */
  finish(): ClipLayout {
    const first = this.#first;
    if (first === undefined || this.#video.count === 0) {
      throw new NightjarError("NJ_NOTHING_RECORDED", "not-found", "nothing is recorded in this range");
    }
    const lead90k = this.#firstShown90k - this.#videoZero;
    const end90k = Math.min(this.#lastEnd90k, this.#end90k) - this.#skipped90k;
    const shown90k = Math.max(
      1,
      Math.min(end90k - this.#firstShown90k, this.#video.presentationEnd - lead90k),
    );
    const tracks: MovieTrack[] = [
      {
        kind: "video",
        format: first.index.video.format,
        samples: this.#video,
        edits: [{ duration: shown90k, mediaTime: Math.max(0, lead90k) }],
      },
    ];
    const audio = first.index.audio;
    if (audio !== undefined && this.#audio.count > 0) {
      tracks.push({
        kind: "audio",
        format: audio.format,
        samples: this.#audio,
        edits: this.#audioEdits(audio.timeScale, shown90k),
      });
    }
    const writer = new BoxWriter(64 * 1024);
    writeFileType(writer);
    const moovAt = writer.length;
    writeMovieBox(writer, {
      tracks,
      fragmented: false,
      createdAtSeconds: this.#firstShown90k / TICKS_PER_SECOND,
    });
    const base = writer.length + MDAT_HEADER_BYTES;
    const bytes = writer.toBytes();
    moveChunks(new DataView(bytes.buffer, bytes.byteOffset), moovAt, bytes.length, base - PROVISIONAL_BASE);
    const head = Buffer.alloc(base);
    head.set(bytes);
    head.writeUInt32BE(1, bytes.length);
    head.write("mdat", bytes.length + 4, "latin1");
    head.writeBigUInt64BE(BigInt(this.#dataBytes + MDAT_HEADER_BYTES), bytes.length + 8);
    const pieces = this.#pieces.map((piece) => ({ ...piece, clipOffset: piece.clipOffset + base }));
    return { head, pieces, sizeBytes: base + this.#dataBytes };
  }

  /** Takes the samples in the order of the file, so that each part of it is one stretch. */
  #place(
    source: ClipSource,
    base90k: number,
    videoRange: { from: number; to: number },
    audioRange: { from: number; to: number },
  ): void {
    const { video, audio } = source.index;
    let nextVideo = videoRange.from;
    let nextAudio = audioRange.from;
    const audioScale = (audio?.timeScale ?? 0) / TICKS_PER_SECOND;
    const audioBase = Math.round(base90k * audioScale);
    while (nextVideo < videoRange.to || nextAudio < audioRange.to) {
      const videoOffset =
        nextVideo < videoRange.to ? (video.offsets[nextVideo] as number) : Number.POSITIVE_INFINITY;
      const audioOffset =
        audio !== undefined && nextAudio < audioRange.to
          ? (audio.offsets[nextAudio] as number)
          : Number.POSITIVE_INFINITY;
      if (videoOffset < audioOffset) {
        addSample(
          this.#video,
          video,
          nextVideo,
          base90k - this.#videoZero,
          PROVISIONAL_BASE + this.#dataBytes,
        );
        this.#append(source.item.place, videoOffset, video.sizes[nextVideo] as number);
        nextVideo += 1;
      } else if (audio !== undefined) {
        this.#audioZero ??= audioBase + (audio.decodeTimes[nextAudio] as number);
        addSample(
          this.#audio,
          audio,
          nextAudio,
          audioBase - this.#audioZero,
          PROVISIONAL_BASE + this.#dataBytes,
        );
        this.#append(source.item.place, audioOffset, audio.sizes[nextAudio] as number);
        nextAudio += 1;
      }
    }
  }

  #append(place: SegmentPlace, sourceOffset: number, sizeBytes: number): void {
    const last = this.#pieces.at(-1);
    if (last?.place === place && last.sourceOffset + last.sizeBytes === sourceOffset) {
      this.#pieces[this.#pieces.length - 1] = { ...last, sizeBytes: last.sizeBytes + sizeBytes };
    } else {
      this.#pieces.push({ place, sourceOffset, sizeBytes, clipOffset: this.#dataBytes });
    }
    this.#dataBytes += sizeBytes;
  }

  #audioEdits(timeScale: number, shown90k: number): Edit[] {
    const zero90k = ((this.#audioZero ?? 0) * TICKS_PER_SECOND) / timeScale;
    const late90k = Math.round(zero90k - this.#firstShown90k);
    if (late90k > 0) {
      const rest = Math.max(1, shown90k - late90k);
      return [
        { duration: Math.min(late90k, shown90k), mediaTime: -1 },
        { duration: rest, mediaTime: 0 },
      ];
    }
    return [{ duration: shown90k, mediaTime: Math.round((-late90k * timeScale) / TICKS_PER_SECOND) }];
  }
}

/** True if two recordings can share one sample entry per track. */
export function sameFormat(a: SegmentIndex, b: SegmentIndex): boolean {
  const videoA = a.video.format;
  const videoB = b.video.format;
  return (
    videoA.codecString === videoB.codecString &&
    videoA.width === videoB.width &&
    videoA.height === videoB.height &&
    Buffer.from(videoA.decoderConfig).equals(videoB.decoderConfig) &&
    sameSound(a, b)
  );
}

/** True if the sound of two recordings is of one kind. */
export function sameSound(a: SegmentIndex, b: SegmentIndex): boolean {
  const soundA = a.audio?.format;
  const soundB = b.audio?.format;
  if (soundA === undefined || soundB === undefined) return soundA === soundB;
  return (
    soundA.codecString === soundB.codecString &&
    soundA.sampleRate === soundB.sampleRate &&
    soundA.channels === soundB.channels &&
    Buffer.from(soundA.decoderConfig ?? []).equals(soundB.decoderConfig ?? new Uint8Array())
  );
}

/** End of the samples needed for what is shown before `time` (track's scale, from the recording's start). */
export function samplesBefore(track: TrackIndex<unknown>, time: number, from: number): number {
  for (let sample = track.count - 1; sample >= from; sample -= 1) {
    if (presentationAt(track, sample) < time) return sample + 1;
  }
  return from;
}

function addSample(
  list: SampleList,
  track: TrackIndex<unknown>,
  sample: number,
  shift: number,
  offset: number,
): void {
  const decodeTime = (track.decodeTimes[sample] as number) + shift;
  const previous = list.count === 0 ? decodeTime : (list.decodeTimes[list.count - 1] as number);
  // Where recordings meet, decoding time must not go back; what is shown when stays as it is.
  const decoded = Math.max(decodeTime, previous);
  const offsetFromDecode = (track.compositionOffsets[sample] as number) + decodeTime - decoded;
  const duration =
    sample + 1 < track.count
      ? (track.decodeTimes[sample + 1] as number) - (track.decodeTimes[sample] as number)
      : track.lastDuration;
  list.add(
    offset,
    track.sizes[sample] as number,
    decoded,
    offsetFromDecode,
    duration,
    track.flags[sample] as number,
  );
}

/** Moves the chunk offsets (stco, co64) of all tracks. */
function moveChunks(view: DataView, start: number, end: number, by: number): void {
  let at = start;
  while (at + 8 <= end) {
    const size = view.getUint32(at);
    const type = view.getUint32(at + 4);
    if (size < 8) return;
    if (CONTAINERS.has(type)) moveChunks(view, at + 8, at + size, by);
    else if (type === 0x7374636f || type === 0x636f3634) {
      const count = view.getUint32(at + 12);
      for (let index = 0; index < count; index += 1) {
        if (type === 0x7374636f) {
          const place = at + 16 + 4 * index;
          view.setUint32(place, view.getUint32(place) + by);
        } else {
          const place = at + 16 + 8 * index;
          view.setBigUint64(place, view.getBigUint64(place) + BigInt(by));
        }
      }
    }
    at += size;
  }
}

/** moov, trak, mdia, minf, stbl. */
const CONTAINERS = new Set([0x6d6f6f76, 0x7472616b, 0x6d646961, 0x6d696e66, 0x7374626c]);
