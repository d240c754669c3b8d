// Sound of one stream in the worker: G.711 by table, AAC and Opus by AudioDecoder; hands planes of samples to the page,
// which alone may own an AudioContext.
import type { LiveFrameHeader, WireFormat } from "@nightjar/core/wire";
import { decodeG711 } from "./g711.ts";
import { bytesOfBase64 } from "./wire-text.ts";

export type PcmSink = (
  planes: Float32Array<ArrayBuffer>[],
  sampleRate: number,
  /** Presentation time of the first sample, 90 kHz since the epoch. */
  time90k: number,
) => void;

type AudioFormat = NonNullable<WireFormat["audio"]>;

/** What can be done with a codec here: by table, by AudioDecoder, or nothing. */
export function soundWay(codec: string): "table" | "decoder" | undefined {
  if (codec === "ulaw" || codec === "alaw") return "table";
  return typeof AudioDecoder === "undefined" ? undefined : "decoder";
}

/** Decodes the sound of one stream while it is wanted. */
export class SoundPipe {
  readonly #sink: PcmSink;
  #format: AudioFormat | undefined;
  #decoder: AudioDecoder | undefined;

  constructor(sink: PcmSink) {
    this.#sink = sink;
  }

  configure(format: AudioFormat | undefined): void {
    this.#format = format;
    this.reset();
  }

  /** Forgets what is underway (after a seek). */
  reset(): void {
    if (this.#decoder !== undefined && this.#decoder.state !== "closed") this.#decoder.close();
    this.#decoder = undefined;
    const format = this.#format;
    if (format === undefined || soundWay(format.codec) !== "decoder") return;
    const decoder: AudioDecoder = new AudioDecoder({
      output: (data) => {
        if (decoder === this.#decoder) this.#give(data);
        data.close();
      },
      // Sound that fails never costs the picture: this stream stays silent until its format changes.
      error: () => {
        if (decoder === this.#decoder) this.#decoder = undefined;
      },
    });
    try {
      const description = bytesOfBase64(format.description);
      decoder.configure({
        codec: format.codec,
        sampleRate: format.sampleRate,
        numberOfChannels: format.channels,
        ...(format.codec.startsWith("mp4a") && description.length > 0 ? { description } : {}),
      });
      this.#decoder = decoder;
    } catch {
      decoder.close();
    }
  }

  feed(header: LiveFrameHeader, bytes: Uint8Array<ArrayBuffer>): void {
    const format = this.#format;
    if (format === undefined) return;
    if (format.codec === "ulaw" || format.codec === "alaw") {
      this.#sink(decodeG711(format.codec, bytes, format.channels), format.sampleRate, header.time90k);
    } else if (this.#decoder?.state === "configured") {
      const timestamp = Math.round((header.time90k * 100) / 9);
      this.#decoder.decode(new EncodedAudioChunk({ type: "key", timestamp, data: bytes }));
    }
  }

  close(): void {
    this.configure(undefined);
  }

  #give(data: AudioData): void {
    const planes = Array.from({ length: data.numberOfChannels }, (_, planeIndex) => {
      const plane = new Float32Array(data.numberOfFrames);
      data.copyTo(plane, { planeIndex, format: "f32-planar" });
      return plane;
    });
    this.#sink(planes, data.sampleRate, Math.round((data.timestamp * 9) / 100));
  }
}
