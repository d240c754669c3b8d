// A virtual MP4 over closed recordings of one codec configuration: moov first, then the samples where they lie in the
// files. The same recordings and range always give the same bytes, so that Range requests fit together.
// Begins at the key frame before the wanted start; an edit list hides the lead-in.
import { TICKS_PER_SECOND } from "../../domain/time.ts";
import { NightjarError } from "../../errors.ts";
import { AAC_FRAME_SAMPLES } from "../../media/ffmpeg/aac-encoder.ts";
import {
  BoxWriter,
  type Edit,
  type MovieTrack,
  SAMPLE_FLAG,
  SampleList,
  writeFileType,
  writeMovieBox,
} from "../../media/mp4/index.ts";
import { isKeyFrame } from "../footage/playable.ts";
import type { SegmentPlace, TrackIndex } from "../footage/reader-messages.ts";
import type { ClipSound } from "./clip-sound.ts";
import { type ClipSource, type SampleSpan, type Stretch, StretchCutter } from "./clip-stretch.ts";

/** A stretch of a recording's bytes, or of the converted sound's, and where it stands in the clip. */
export interface ClipPiece {
  readonly place: SegmentPlace | "sound";
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

/** Offsets are counted from here until the length of the moov is known; more than any moov is long. */
const PROVISIONAL_BASE = 64 * 1024 * 1024;
const MDAT_HEADER_BYTES = 16;
/** Converted sound stands beside its pictures, about a second at a time. */
const SOUND_CHUNK_90K = TICKS_PER_SECOND;

/** Adds up recordings, one after the other, then makes the layout. */
export class ClipBuilder {
  readonly #start90k: number;
  readonly #end90k: number;
  readonly #cutter: StretchCutter;
  readonly #sound: ClipSound | undefined;
  readonly #video = new SampleList(4096);
  readonly #audio = new SampleList(4096);
  readonly #pieces: ClipPiece[] = [];
  #first: ClipSource | undefined;
  #dataBytes = 0;
  /** Access units of the converted sound that are laid out, their bytes, and how far the pictures were then. */
  #soundFrames = 0;
  #soundBytes = 0;
  #soundAt90k = Number.NEGATIVE_INFINITY;
  /** Clip time zero of each track, in its own scale: its first sample's decoding time. */
  #videoZero = 0;
  #audioZero: number | undefined;
  #firstShown90k = 0;

  /** The range wanted, 90 kHz since the epoch. `sound`, where given, takes the place of what was recorded. */
  constructor(start90k: number, end90k: number, sound?: ClipSound) {
    this.#start90k = start90k;
    this.#end90k = end90k;
    this.#cutter = new StretchCutter(start90k, end90k);
    this.#sound = sound;
  }

  /** Appends the part of a recording that lies in the range. Recordings come in order. */
  add(source: ClipSource): void {
    const stretch = this.#cutter.cut(source);
    const { base90k, video } = stretch;
    if (this.#first === undefined) {
      this.#first = source;
      this.#firstShown90k = Math.max(source.item.startTime90k, this.#start90k);
      this.#videoZero = base90k + (source.index.video.decodeTimes[video.from] as number);
    }
    if (this.#sound === undefined) this.#place(stretch, stretch.audio);
    else this.#place(stretch, { from: 0, to: 0 });
  }

  /** The finished layout. Throws `NJ_NOTHING_RECORDED` when there is no picture in the range. */
  finish(): ClipLayout {
    const first = this.#first;
    if (first === undefined || this.#video.count === 0) {
      throw new NightjarError("NJ_NOTHING_RECORDED", "not-found", "nothing is recorded in this range");
    }
    const lead90k = this.#firstShown90k - this.#videoZero;
    const end90k = Math.min(this.#cutter.lastEnd90k, this.#end90k) - this.#cutter.skipped90k;
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
    this.#appendSound(Number.POSITIVE_INFINITY);
    const format = this.#sound?.format ?? first.index.audio?.format;
    if (format !== undefined && this.#audio.count > 0) {
      tracks.push({
        kind: "audio",
        format,
        samples: this.#audio,
        edits: this.#audioEdits(format.sampleRate, shown90k),
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
  #place({ source, base90k, video: videoRange }: Stretch, audioRange: SampleSpan): void {
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
        if (isKeyFrame(video, nextVideo)) {
          this.#appendSound(base90k + (video.decodeTimes[nextVideo] as number));
        }
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

  /** Lays out the converted sound up to a moment of clip time, unless that is less than a chunk. */
  #appendSound(until90k: number): void {
    const sound = this.#sound;
    if (sound === undefined || until90k - this.#soundAt90k < SOUND_CHUNK_90K) return;
    this.#soundAt90k = until90k;
    const frames = ((until90k - sound.zero90k) * sound.format.sampleRate) / TICKS_PER_SECOND;
    const last = Math.min(sound.sizes.length, Math.ceil((frames + sound.priming) / AAC_FRAME_SAMPLES));
    for (; this.#soundFrames < last; this.#soundFrames += 1) {
      const size = sound.sizes[this.#soundFrames] as number;
      const time = this.#soundFrames * AAC_FRAME_SAMPLES;
      const offset = PROVISIONAL_BASE + this.#dataBytes;
      this.#audio.add(offset, size, time, 0, AAC_FRAME_SAMPLES, SAMPLE_FLAG.key);
      this.#append("sound", this.#soundBytes, size);
      this.#soundBytes += size;
    }
  }

  #append(place: ClipPiece["place"], sourceOffset: number, sizeBytes: number): void {
    const last = this.#pieces.at(-1);
    if (last?.place === place && last.sourceOffset + last.sizeBytes === sourceOffset) {
      this.#pieces[this.#pieces.length - 1] = { ...last, sizeBytes: last.sizeBytes + sizeBytes };
    } else {
      this.#pieces.push({ place, sourceOffset, sizeBytes, clipOffset: this.#dataBytes });
    }
    this.#dataBytes += sizeBytes;
  }

  #audioEdits(timeScale: number, shown90k: number): Edit[] {
    const zero90k = this.#sound?.zero90k ?? ((this.#audioZero ?? 0) * TICKS_PER_SECOND) / timeScale;
    const priming = this.#sound?.priming ?? 0;
    const late90k = Math.round(zero90k - this.#firstShown90k);
    if (late90k > 0) {
      const rest = Math.max(1, shown90k - late90k);
      return [
        { duration: Math.min(late90k, shown90k), mediaTime: -1 },
        { duration: rest, mediaTime: priming },
      ];
    }
    const mediaTime = priming + Math.round((-late90k * timeScale) / TICKS_PER_SECOND);
    return [{ duration: shown90k, mediaTime }];
  }
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
