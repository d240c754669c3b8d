// One subscription of the gateway to a stream: frames go out as they come, their bytes straight from the slabs.
// `media` never waits for a reader: one that is more than 2 s or 4 MB behind gets nothing until the next key frame.
import type { Clock } from "../../clock.ts";
import { TICKS_PER_SECOND } from "../../domain/time.ts";
import type { Link } from "../../link/link.ts";
import type { StreamFormat } from "../format.ts";
import { LIVE_HEADER_BYTES, writeLiveHeader } from "../live-wire.ts";
import type { GatewayMethodsForMedia } from "../protocol.ts";
import type { Slab } from "../slab.ts";
import type { PartSample } from "./part.ts";
import { wireFormat } from "./wire-formats.ts";

const PREFIX_BYTES = 4;
const BEHIND_MS = 2_000;
const BEHIND_BYTES = 4 * 1024 * 1024;
/** All subscriptions share one socket: what waits on it as a whole is bounded too. */
const LINK_BEHIND_BYTES = 64 * 1024 * 1024;

/** What a subscription needs of the stream it follows. */
export interface FollowedStream {
  readonly format: StreamFormat;
  toEpoch90k(time: number): number;
}

interface Waiting {
  readonly slab: Slab;
  readonly bytes: number;
  readonly sinceMs: number;
}

export class LiveSubscription {
  readonly number: number;
  readonly #link: Link<GatewayMethodsForMedia>;
  readonly #clock: Clock;
  readonly #stream: FollowedStream;
  readonly #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #format: StreamFormat | undefined;
  #formatId = 0;
  #videoNumber = 0;
  #audioNumber = 0;
  #lastVideoDuration = 0;
  /** Frames left out since the reader fell behind; undefined while it keeps up. */
  #leftOut: number | undefined;
  #discontinuity = false;
  #started = false;
  readonly #onWritten = (): void => {
    const done = this.#waiting.shift();
    if (done === undefined) return;
    this.#waitingBytes -= done.bytes;
    done.slab.release();
  };

  constructor(number: number, link: Link<GatewayMethodsForMedia>, stream: FollowedStream, clock: Clock) {
    this.number = number;
    this.#link = link;
    this.#stream = stream;
    this.#clock = clock;
  }

  /** Bytes that the gateway has not taken yet. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** The frames that follow do not continue those before. */
  interrupted(): void {
    this.#discontinuity = true;
    this.#started = false;
  }

  /** Sends a frame, or leaves it out when the reader is behind. The first one sent is a key frame. */
  send(sample: PartSample, track: "video" | "audio", receivedAtMs: number): void {
    const nowMs = this.#clock.monotonicMs();
    const startsHere = track === "video" && sample.keyFrame;
    if (!this.#started) {
      if (!startsHere) return;
      this.#started = true;
    }
    if (this.#isBehind(nowMs)) {
      this.#leftOut = (this.#leftOut ?? 0) + 1;
      return;
    }
    if (this.#leftOut !== undefined) {
      // Half of what may wait must be gone, or the next second would be left out again.
      if (!startsHere || this.#waitingBytes > BEHIND_BYTES / 2) {
        this.#leftOut += 1;
        return;
      }
      this.#link.notify("dropped", { subscription: this.number, frames: this.#leftOut });
      this.#leftOut = undefined;
      this.#discontinuity = true;
    }
    this.#sendFormat();
    this.#write(sample, track, receivedAtMs, nowMs);
  }

  #isBehind(nowMs: number): boolean {
    const oldest = this.#waiting[0];
    if (oldest === undefined) return false;
    return (
      nowMs - oldest.sinceMs > BEHIND_MS ||
      this.#waitingBytes > BEHIND_BYTES ||
      this.#link.waitingBytes > LINK_BEHIND_BYTES
    );
  }

  #sendFormat(): void {
    const { format } = this.#stream;
    if (format === this.#format) return;
    this.#format = format;
    const wire = wireFormat(format);
    this.#formatId = wire.formatId;
    this.#link.notify("format", { subscription: this.number, format: wire });
  }

  #write(sample: PartSample, track: "video" | "audio", receivedAtMs: number, nowMs: number): void {
    const isVideo = track === "video";
    const scale = isVideo ? 1 : TICKS_PER_SECOND / (this.#format?.audio?.sampleRate ?? TICKS_PER_SECOND);
    const header = Buffer.allocUnsafe(PREFIX_BYTES + LIVE_HEADER_BYTES);
    header.writeUInt32BE(this.number, 0);
    writeLiveHeader(header, PREFIX_BYTES, {
      formatId: this.#formatId,
      track,
      keyFrame: sample.keyFrame,
      damaged: sample.damaged,
      discontinuity: this.#discontinuity,
      time90k: this.#stream.toEpoch90k(sample.time * scale),
      compositionOffset90k: isVideo ? sample.compositionOffset : 0,
      duration90k: isVideo ? sample.duration || this.#lastVideoDuration : Math.round(sample.duration * scale),
      frameNumber: isVideo ? this.#videoNumber++ : this.#audioNumber++,
      ageUs: (nowMs - receivedAtMs) * 1_000,
    });
    if (isVideo) this.#lastVideoDuration = sample.duration;
    this.#discontinuity = false;
    sample.slab.retain();
    this.#waiting.push({ slab: sample.slab, bytes: sample.length, sinceMs: nowMs });
    this.#waitingBytes += sample.length;
    const bytes = sample.slab.data.subarray(sample.offset, sample.offset + sample.length);
    this.#link.sendBinary([header, bytes], this.#onWritten);
  }
}
