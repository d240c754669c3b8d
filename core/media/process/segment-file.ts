// One recording file while it is written: parts go in, become moof + mdat at once, and stay in memory until the
// volume has synced them, so that they can be written again elsewhere when it fails (docs/design/recording-format.md, docs/design/storage-and-quota.md).
import type { AudioFormat, VideoFormat } from "../format.ts";
import { IDENTITY_OFFSET, identityBox } from "../mp4/identity-box.ts";
import { SegmentMuxer } from "../mp4/segment-muxer.ts";
import type { OpenSegment } from "../protocol.ts";
import {
  type Hole,
  provisionalPath,
  type ReasonSpan,
  type SegmentIdentity,
  type SegmentRecord,
  segmentPath,
} from "../segment.ts";
import { inBandSets } from "./parameter-sets.ts";
import { appendPieces, type Part, type PartSample } from "./part.ts";
import { sameAudio } from "./same-format.ts";
import type { SegmentVolume, VolumeFile, VolumeFileEvents } from "./segment-volume.ts";

/** A part with the reasons for which it is recorded. */
export interface WrittenPart {
  readonly part: Part;
  readonly bits: number;
}

/** How a file's life ends, told to the recorder once. */
export interface SegmentFileEvents {
  opened(file: SegmentFile): void;
  closed(file: SegmentFile, record: SegmentRecord): void;
  /** The volume could not write or sync it. `takeUnsynced` gives what is not safely on disk. */
  failed(file: SegmentFile, error: Error): void;
}

export class SegmentFile {
  readonly identity: SegmentIdentity;
  #path: string;
  readonly volume: SegmentVolume;
  readonly writeSequence: number;
  readonly video: VideoFormat;
  readonly audio: AudioFormat | undefined;
  readonly inBand: boolean;
  readonly #muxer: SegmentMuxer;
  readonly #file: VolumeFile;
  #events: SegmentFileEvents;
  #isProvisional: boolean;
  readonly #cameraClockOffsetMs: number | undefined;
  #unsynced: (WrittenPart & { readonly endOffset: number })[] = [];
  #unsyncedBytes = 0;
  readonly #holes: Hole[] = [];
  readonly #reasons: { offset90k: number; duration90k: number; bits: number }[] = [];
  #start90k = 0;
  #end90k = 0;
  #startDecodeTime = 0;
  #readableBytes = 0;
  #readable90k = 0;
  #syncedBytes = 0;
  #isSealed = false;
  #finished = false;
  #over = false;

  constructor(
    options: {
      readonly identity: SegmentIdentity;
      readonly volume: SegmentVolume;
      readonly video: VideoFormat;
      readonly audio: AudioFormat | undefined;
      readonly inBand: boolean;
      readonly bits: number;
      readonly cameraClockOffsetMs: number | undefined;
      /** It may never be kept: see `claim` and `discard`. */
      readonly isProvisional?: boolean;
    },
    events: SegmentFileEvents,
  ) {
    this.identity = options.identity;
    this.#isProvisional = options.isProvisional === true;
    this.#path = this.#isProvisional ? provisionalPath(options.identity) : segmentPath(options.identity);
    this.volume = options.volume;
    this.video = options.video;
    this.audio = options.audio;
    this.inBand = options.inBand;
    this.#events = events;
    this.#cameraClockOffsetMs = options.cameraClockOffsetMs;
    this.writeSequence = options.volume.takeWriteSequence(this.path);
    this.#start90k = options.identity.startTime90k;
    this.#end90k = this.#start90k;
    const hasChecksum = options.volume.wantsChecksums;
    this.#muxer = new SegmentMuxer({
      identity: options.identity,
      video: options.video,
      audio: options.audio,
      inBandParameterSets: options.inBand,
      writeSequence: this.writeSequence,
      reasonBits: options.bits,
      hasChecksum,
    });
    const told: VolumeFileEvents = {
      synced: (bytes) => this.#synced(bytes),
      failed: (error) => this.#fail(error),
    };
    const header = this.#muxer.header();
    this.#file = options.volume.create(this.path, this.writeSequence, header, told, hasChecksum);
  }

  /** Below the volume's root. */
  get path(): string {
    return this.#path;
  }

  get start90k(): number {
    return this.#start90k;
  }

  get end90k(): number {
    return this.#end90k;
  }

  get reasonBits(): number {
    return this.#reasons.at(-1)?.bits ?? 0;
  }

  /** Bytes that are in memory on behalf of this file. */
  get unsyncedBytes(): number {
    return this.#unsyncedBytes;
  }

  /** Length so far. */
  get writtenBytes(): number {
    return this.#muxer.bytes;
  }

  get videoSamples(): number {
    return this.#muxer.videoSamples;
  }

  /** What readers may see of it, or undefined while nothing is on disk. */
  get open(): OpenSegment | undefined {
    if (this.#readableBytes === 0 || this.#over || this.#isProvisional) return undefined;
    return {
      identity: this.identity,
      volume: this.volume.id,
      path: this.path,
      readableBytes: this.#readableBytes,
      duration90k: this.#readable90k,
      writeSequence: this.writeSequence,
    };
  }

  /** Writes a part, retaining it until it is synced. */
  append(part: Part, bits: number): void {
    const { video } = part;
    // Sound of another format waits for the next file.
    const audio = this.audio !== undefined && sameAudio(part.format.audio, this.audio) ? part.audio : [];
    if (this.#muxer.parts === 0) this.#startDecodeTime = (video[0] as PartSample).decodeTime;
    const sets = this.inBand && part.startsWithKeyFrame ? inBandSets(part.format.video) : undefined;
    const first = video[0] as PartSample;
    const header = this.#muxer.part(
      sets === undefined ? video : [{ ...first, length: first.length + sets.length }, ...video.slice(1)],
      audio,
    );
    const pieces: Uint8Array[] = [header];
    if (sets !== undefined) pieces.push(sets);
    appendPieces(pieces, video);
    appendPieces(pieces, audio);
    this.#noteReasons(part, bits);
    for (const hole of part.holes ?? []) {
      this.#holes.push({
        offset90k: Math.max(0, hole.start - this.#startDecodeTime),
        duration90k: hole.duration,
        packets: hole.packets,
      });
    }
    this.#end90k = part.end90k;
    const endOffset = this.#muxer.bytes;
    const { duration90k } = this.#muxer;
    part.retain();
    this.#unsynced.push({ part, bits, endOffset });
    this.#unsyncedBytes += part.bytes;
    this.#file.append(pieces, () => {
      const isFirst = this.#readableBytes === 0;
      this.#readableBytes = endOffset;
      this.#readable90k = duration90k;
      if (isFirst && !this.#over && !this.#isProvisional) this.#events.opened(this);
    });
  }

  /** A provisional file is wanted after all, and for these reasons: from here on it is one like any other. */
  claim(bits: number, events: SegmentFileEvents): void {
    this.#events = events;
    for (const span of this.#reasons) span.bits = bits;
    this.#unsynced = this.#unsynced.map((entry) => ({ ...entry, bits }));
    this.#path = segmentPath(this.identity);
    const { identity, writeSequence } = this;
    const opening = identityBox({ identity, writeSequence, reasonBits: bits });
    this.#file.claim(this.#path, { bytes: opening, offset: IDENTITY_OFFSET }, () => {
      this.#isProvisional = false;
      if (this.#readableBytes > 0 && !this.#over) this.#events.opened(this);
    });
  }

  /** Nothing more follows: what is synced need not be kept in memory for the sake of what comes after it. */
  seal(): void {
    this.#isSealed = true;
    this.#synced(this.#syncedBytes);
  }

  /** Deletes a provisional file. */
  discard(): void {
    this.#over = true;
    this.#release();
    this.#file.discard();
  }

  /** Closes the file: an ordinary MP4 afterwards. Reported by `closed`, or `failed`. */
  finish(endsRun: boolean): void {
    if (this.#finished || this.#over) return;
    this.#finished = true;
    const end = this.#muxer.finish({
      holes: this.#holes,
      reasons: this.#reasons satisfies ReasonSpan[],
      cameraClockOffsetMs: this.#cameraClockOffsetMs,
      endsRun,
      duration90k: this.#end90k - this.#start90k,
    });
    this.#file.finish(end, (sha256) => {
      if (this.#over) return;
      this.#over = true;
      this.#release();
      this.#events.closed(this, {
        ...end.summary,
        volume: this.volume.id,
        path: this.path,
        writeSequence: this.writeSequence,
        ...(sha256 === undefined ? {} : { sha256 }),
      });
    });
  }

  /**
   * Gives the file up and hands over the parts that are not safely on disk, from the key frame on that they need,
   * each with the reference that the file held. They may be empty.
   */
  takeUnsynced(): WrittenPart[] {
    this.#over = true;
    this.#file.abandon();
    const parts = this.#unsynced;
    this.#unsynced = [];
    this.#unsyncedBytes = 0;
    return parts;
  }

  #synced(bytes: number): void {
    this.#syncedBytes = bytes;
    let safe = this.#unsynced.findIndex((entry) => entry.endOffset > bytes);
    if (safe === -1)
      safe =
        this.#finished || this.#isSealed ? this.#unsynced.length : Math.max(0, this.#unsynced.length - 1);
    // What follows can be written again only together with the key frame that it hangs on.
    while (safe > 0 && safe < this.#unsynced.length && !this.#unsynced[safe]?.part.startsWithKeyFrame)
      safe -= 1;
    for (const { part } of this.#unsynced.splice(0, safe)) {
      this.#unsyncedBytes -= part.bytes;
      part.release();
    }
  }

  #fail(error: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#events.failed(this, error);
  }

  #release(): void {
    for (const { part } of this.#unsynced) part.release();
    this.#unsynced = [];
    this.#unsyncedBytes = 0;
  }

  #noteReasons(part: Part, bits: number): void {
    const last = this.#reasons.at(-1);
    const duration90k = part.end90k - part.start90k;
    if (last !== undefined && last.bits === bits) last.duration90k += duration90k;
    else this.#reasons.push({ offset90k: part.start90k - this.#start90k, duration90k, bits });
  }
}
