// One VideoDecoder with the habits that live and playback share: configured from a wire format, fed in decoding order,
// waits for a key frame after a fault, and gives pictures with their 90 kHz times in presentation order.
import type { LiveFrameHeader, WireFormat } from "@nightjar/core/wire";
import { bytesOfBase64 } from "./wire-text.ts";

export interface VideoPipeSink {
  /** The sink owns the picture and closes it. */
  picture(picture: VideoFrame, time90k: number): void;
  /** The decoder gave up; it starts again at the next key frame. */
  fault(message: string): void;
}

/** Microseconds, as VideoFrame timestamps are; exact enough to come back to the tick. */
function microseconds(time90k: number): number {
  return Math.round((time90k * 100) / 9);
}

/** The configuration for VideoDecoder. */
export function decoderConfig(format: WireFormat): VideoDecoderConfig | undefined {
  if (format.video === undefined) return undefined;
  return {
    codec: format.video.codec,
    codedWidth: format.video.width,
    codedHeight: format.video.height,
    description: bytesOfBase64(format.video.description),
    optimizeForLatency: true,
  };
}

/** True if this browser decodes the format by WebCodecs. */
export async function decodes(format: WireFormat): Promise<boolean> {
  const config = decoderConfig(format);
  if (config === undefined || typeof VideoDecoder === "undefined") return false;
  try {
    return (await VideoDecoder.isConfigSupported(config)).supported === true;
  } catch {
    return false;
  }
}

/** Decodes one stream. */
export class VideoPipe {
  readonly #sink: VideoPipeSink;
  #decoder: VideoDecoder | undefined;
  #config: VideoDecoderConfig | undefined;
  #needKey = true;

  constructor(sink: VideoPipeSink) {
    this.#sink = sink;
  }

  /** Chunks given and not yet decoded. */
  get waiting(): number {
    return this.#decoder?.decodeQueueSize ?? 0;
  }

  configure(format: WireFormat): void {
    this.#config = decoderConfig(format);
    this.reset();
  }

  /** Forgets everything underway; the next frame must be a key frame. */
  reset(): void {
    const config = this.#config;
    this.#needKey = true;
    if (config === undefined) return;
    if (this.#decoder !== undefined && this.#decoder.state !== "closed") this.#decoder.close();
    const decoder: VideoDecoder = new VideoDecoder({
      output: (picture) => {
        if (decoder !== this.#decoder) picture.close();
        else this.#sink.picture(picture, Math.round((picture.timestamp * 9) / 100));
      },
      error: (error) => {
        if (decoder !== this.#decoder) return;
        this.#sink.fault(error.message);
        this.reset();
      },
    });
    this.#decoder = decoder;
    decoder.configure(config);
  }

  /** Feeds one access unit. False: left out, because a key frame must come first. */
  feed(header: LiveFrameHeader, bytes: Uint8Array<ArrayBuffer>): boolean {
    const decoder = this.#decoder;
    if (decoder === undefined || decoder.state !== "configured") return false;
    if (header.keyFrame) this.#needKey = false;
    else if (header.damaged || header.discontinuity) this.#needKey = true;
    if (this.#needKey) return false;
    decoder.decode(
      new EncodedVideoChunk({
        type: header.keyFrame ? "key" : "delta",
        timestamp: microseconds(header.time90k),
        data: bytes,
      }),
    );
    return true;
  }

  /** Leaves frames out until the next key frame. */
  waitForKeyFrame(): void {
    this.#needKey = true;
  }

  /** Resolves when all that was fed has come out. A key frame must follow. */
  async flush(): Promise<void> {
    const decoder = this.#decoder;
    if (decoder === undefined || decoder.state !== "configured") return;
    this.#needKey = true;
    // A reset or a fault while flushing rejects it; both are told elsewhere.
    await decoder.flush().catch(() => undefined);
  }

  close(): void {
    const decoder = this.#decoder;
    this.#decoder = undefined;
    if (decoder !== undefined && decoder.state !== "closed") decoder.close();
  }
}
