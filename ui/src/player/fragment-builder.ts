// Makes fragmented MP4 for MediaSource out of wire frames: an init segment at a key frame, then one fragment a frame.
// Times count from a zero that stays the same while the session lasts, so that a reconnect continues the line.
import { fragment, initSegment } from "@nightjar/core/mp4";
import type { LiveFrameHeader, WireFormat } from "@nightjar/core/wire";
import { bytesOfBase64 } from "./wire-text.ts";

/** Frames without a length of their own (the first of a live stream) last this long. */
const DEFAULT_DURATION_90K = 3600;

export type Piece =
  | {
      readonly kind: "init";
      readonly mime: string;
      readonly data: Uint8Array<ArrayBuffer>;
      readonly zero90k: number;
    }
  | { readonly kind: "fragment"; readonly data: Uint8Array<ArrayBuffer> };

/** The MIME type that MediaSource wants for these tracks. */
export function mimeOf(format: WireFormat, audio: boolean): string {
  const codecs = [format.video?.codec, audio ? mseSound(format) : undefined].filter(
    (codec): codec is string => codec !== undefined,
  );
  return `video/mp4; codecs="${codecs.join(", ")}"`;
}

/** The audio codec, where MediaSource takes it; G.711 it takes nowhere. */
export function mseSound(format: WireFormat): string | undefined {
  const codec = format.audio?.codec;
  return codec === undefined || codec === "ulaw" || codec === "alaw" ? undefined : codec;
}

/** Builds pieces for one MediaSource. */
export class FragmentBuilder {
  readonly #leadMs: number;
  #format: WireFormat | undefined;
  #audio = false;
  #needInit = false;
  #needKey = true;
  #zero90k: number | undefined;
  #sequence = 0;

  /** `leadMs`: how far before the first picture zero lies, for players that seek backwards. */
  constructor(leadMs = 0) {
    this.#leadMs = leadMs;
  }

  configure(format: WireFormat, audio: boolean): void {
    this.#format = format;
    this.#audio = audio && mseSound(format) !== undefined;
    this.#needInit = true;
    this.#needKey = true;
  }

  /** After a seek: nothing until a key frame. */
  waitForKeyFrame(): void {
    this.#needKey = true;
  }

  push(header: LiveFrameHeader, bytes: Uint8Array): Piece[] {
    const format = this.#format;
    if (format?.video === undefined) return [];
    if (header.track === "audio")
      return this.#audio && !this.#needInit ? this.#sound(header, bytes, format) : [];
    if (header.keyFrame) this.#needKey = false;
    else if (header.damaged || header.discontinuity) this.#needKey = true;
    if (this.#needKey) return [];
    const decode90k = header.time90k - header.compositionOffset90k;
    if (this.#zero90k === undefined || decode90k < this.#zero90k) {
      this.#zero90k = decode90k - this.#leadMs * 90;
      this.#needInit = true;
    }
    const pieces: Piece[] = [];
    if (this.#needInit) pieces.push(this.#init(format, this.#zero90k));
    this.#sequence += 1;
    const head = fragment({
      sequence: this.#sequence,
      video: {
        baseDecodeTime: decode90k - this.#zero90k,
        samples: [
          {
            length: bytes.byteLength,
            duration: header.duration90k === 0 ? DEFAULT_DURATION_90K : header.duration90k,
            compositionOffset: header.compositionOffset90k,
            keyFrame: header.keyFrame,
            damaged: header.damaged,
          },
        ],
      },
    });
    pieces.push({ kind: "fragment", data: joined(head, bytes) });
    return pieces;
  }

  #init(format: WireFormat, zero90k: number): Piece {
    this.#needInit = false;
    const { video, audio } = format;
    const data = initSegment({
      ...(video === undefined
        ? {}
        : {
            video: {
              codecString: video.codec,
              width: video.width,
              height: video.height,
              decoderConfig: bytesOfBase64(video.description),
            },
          }),
      ...(audio === undefined || !this.#audio
        ? {}
        : {
            audio: {
              codecString: audio.codec,
              sampleRate: audio.sampleRate,
              channels: audio.channels,
              ...(audio.description === undefined ? {} : { decoderConfig: bytesOfBase64(audio.description) }),
            },
          }),
    });
    return { kind: "init", mime: mimeOf(format, this.#audio), data, zero90k };
  }

  #sound(header: LiveFrameHeader, bytes: Uint8Array, format: WireFormat): Piece[] {
    const rate = format.audio?.sampleRate ?? 0;
    const since90k = header.time90k - (this.#zero90k ?? header.time90k);
    if (since90k < 0 || rate === 0) return [];
    this.#sequence += 1;
    const head = fragment({
      sequence: this.#sequence,
      audio: {
        baseDecodeTime: Math.round((since90k * rate) / 90_000),
        samples: [
          {
            length: bytes.byteLength,
            duration: Math.round((header.duration90k * rate) / 90_000),
            compositionOffset: 0,
            keyFrame: true,
            damaged: false,
          },
        ],
      },
    });
    return [{ kind: "fragment", data: joined(head, bytes) }];
  }
}

function joined(head: Uint8Array, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(head.byteLength + body.byteLength);
  whole.set(head);
  whole.set(body, head.byteLength);
  return whole;
}
