// AAC over RTP as MP4A-LATM (RFC 6416 §6, ISO/IEC 14496-3 §1.7.3): the multiplex is taken apart, raw access units remain.
import { aacFormat, buildAacLcConfig, readAudioSpecificConfig } from "../codec/audio-specific-config.ts";
import { BitReader } from "../codec/bit-reader.ts";
import type { AudioFormat } from "../format.ts";
import type { FrameArena } from "../slab.ts";
import type { AudioOutput, Depacketiser } from "./depacketiser.ts";

export interface StreamMuxConfig {
  /** Absent where the object type is one that files of ours do not carry. */
  readonly format: AudioFormat | undefined;
  /** Access units of a layer in one element. */
  readonly subFrames: number;
  /** Samples of one access unit at the RTP clock. */
  readonly unitDuration: number;
}

const LIMIT_BYTES = 64 * 1024;

/** Reads a StreamMuxConfig of one program and one layer; undefined for what cameras do not send. */
export function readStreamMuxConfig(bits: BitReader, clockRate: number): StreamMuxConfig | undefined {
  if (bits.flag()) return undefined;
  const sameTiming = bits.flag();
  const subFrames = bits.bits(6) + 1;
  const programs = bits.bits(4);
  const layers = bits.bits(3);
  if (!sameTiming || programs !== 0 || layers !== 0) return undefined;
  const config = readAudioSpecificConfig(bits);
  if (config === undefined) return undefined;
  skipSyncExtension(bits);
  if (bits.bits(3) !== 0 || bits.overrun) return undefined;
  // What follows changes nothing for us, and GStreamer cuts it off in its descriptions.
  bits.skip(8);
  if (bits.flag()) {
    let more = true;
    while (more && !bits.overrun) {
      more = bits.flag();
      bits.skip(8);
    }
  }
  if (bits.flag()) bits.skip(8);
  const bytes = buildAacLcConfig(config.sampleRate, config.channels);
  const described =
    config.objectType === 5 || config.objectType === 29 ? { ...config, objectType: 2 } : config;
  // The configuration is written anew: in the multiplex it lies across byte borders. SBR is found in the stream itself.
  const format =
    bytes === undefined || described.objectType !== 2
      ? undefined
      : aacFormat(described, bytes, config.sampleRate);
  return {
    format,
    subFrames,
    unitDuration: Math.round((config.frameLength * clockRate) / config.sampleRate),
  };
}

/**
 * Encoders append the backward compatible announcement of SBR (ISO/IEC 14496-3 §1.6.5), GStreamer even where it
 * says that there is none. Read as the frame length type its first bits would be a reserved value.
 */
function skipSyncExtension(bits: BitReader): void {
  if (bits.peek(11) !== 0x2b7) return;
  bits.skip(11);
  if (bits.bits(5) === 5 && bits.flag() && bits.bits(4) === 15) bits.skip(24);
}

export class LatmDepacketiser implements Depacketiser {
  readonly #arena: FrameArena;
  readonly #output: AudioOutput;
  readonly #clockRate: number;
  readonly #inBand: boolean;
  #subFrames: number;
  #unitDuration: number;
  #known: boolean;
  #configKey = "";
  #element = Buffer.alloc(0);
  #length = 0;
  #timestamp = Number.NaN;
  #broken = false;

  constructor(
    arena: FrameArena,
    output: AudioOutput,
    plan: { clockRate: number; inBand: boolean; subFrames: number; unitDuration: number },
  ) {
    this.#arena = arena;
    this.#output = output;
    this.#clockRate = plan.clockRate;
    this.#inBand = plan.inBand;
    this.#subFrames = plan.subFrames;
    this.#unitDuration = plan.unitDuration;
    this.#known = !plan.inBand;
  }

  packet(data: Buffer, start: number, end: number, timestamp: number, marker: boolean): void {
    if (timestamp !== this.#timestamp) {
      this.#length = 0;
      this.#broken = false;
      this.#timestamp = timestamp;
    }
    if (this.#length + end - start > LIMIT_BYTES) this.#broken = true;
    if (!this.#broken) {
      if (this.#element.length < this.#length + end - start) {
        const larger = Buffer.alloc(Math.max(2048, 2 * (this.#length + end - start)));
        larger.set(this.#element.subarray(0, this.#length));
        this.#element = larger;
      }
      this.#element.set(data.subarray(start, end), this.#length);
      this.#length += end - start;
    }
    if (!marker) return;
    if (!this.#broken && this.#length > 0) this.#takeElement();
    this.#length = 0;
    this.#broken = false;
  }

  lost(): void {
    this.#broken = true;
  }

  close(): void {
    this.#arena.close();
  }

  #takeElement(): void {
    const bits = new BitReader(this.#element, 0, this.#length);
    if (this.#inBand) {
      const same = bits.flag();
      if (!same && !this.#takeConfig(bits)) return;
      if (!this.#known) return;
    }
    for (let unit = 0; unit < this.#subFrames; unit += 1) {
      let length = 0;
      let byte = 255;
      while (byte === 255 && !bits.overrun) {
        byte = bits.bits(8);
        length += byte;
      }
      if (bits.overrun || length * 8 > bits.bitsLeft) return;
      if (length > 0) this.#emit(bits, length, unit);
    }
  }

  #takeConfig(bits: BitReader): boolean {
    const config = readStreamMuxConfig(bits, this.#clockRate);
    if (config?.format === undefined) return false;
    this.#subFrames = config.subFrames;
    this.#unitDuration = config.unitDuration;
    const key = `${config.format.sampleRate}/${config.format.channels}`;
    if (key !== this.#configKey) {
      this.#configKey = key;
      this.#output.audioFormat(config.format);
    }
    this.#known = true;
    return true;
  }

  #emit(bits: BitReader, length: number, unit: number): void {
    this.#arena.begin();
    if ((bits.position & 7) === 0) {
      const at = bits.position >> 3;
      this.#arena.append(this.#element, at, at + length);
      bits.skip(length * 8);
    } else {
      const bytes = Buffer.alloc(length);
      for (let index = 0; index < length; index += 1) bytes[index] = bits.bits(8);
      this.#arena.append(bytes, 0, length);
    }
    const duration = this.#unitDuration;
    this.#output.audioFrame(this.#arena.finish(), this.#timestamp + unit * duration, duration);
  }
}
