// Sound whose packets are frames as they are: G.711 and Opus (RFC 3551, RFC 7587), and G.726, decoded to µ-law.
import type { G726Decoder } from "../codec/g726.ts";
import { opusSamples } from "../codec/opus.ts";
import type { FrameArena } from "../slab.ts";
import type { AudioOutput, Depacketiser } from "./depacketiser.ts";

/** G.711: every byte is a sample of one channel. */
export class G711Depacketiser implements Depacketiser {
  readonly #arena: FrameArena;
  readonly #output: AudioOutput;
  readonly #channels: number;

  constructor(arena: FrameArena, output: AudioOutput, channels: number) {
    this.#arena = arena;
    this.#output = output;
    this.#channels = channels;
  }

  packet(data: Buffer, start: number, end: number, timestamp: number): void {
    const samples = Math.floor((end - start) / this.#channels);
    if (samples === 0) return;
    this.#arena.begin();
    this.#arena.append(data, start, start + samples * this.#channels);
    this.#output.audioFrame(this.#arena.finish(), timestamp, samples);
  }

  lost(): void {
    this.#arena.drop();
  }

  close(): void {
    this.#arena.close();
  }
}

/** Opus: one packet, one frame; its table of contents tells the duration. */
export class OpusDepacketiser implements Depacketiser {
  readonly #arena: FrameArena;
  readonly #output: AudioOutput;

  constructor(arena: FrameArena, output: AudioOutput) {
    this.#arena = arena;
    this.#output = output;
  }

  packet(data: Buffer, start: number, end: number, timestamp: number): void {
    const samples = opusSamples(data, start, end);
    if (samples === 0) return;
    this.#arena.begin();
    this.#arena.append(data, start, end);
    this.#output.audioFrame(this.#arena.finish(), timestamp, samples);
  }

  lost(): void {
    this.#arena.drop();
  }

  close(): void {
    this.#arena.close();
  }
}

/** G.726, decoded on arrival: nothing that plays files knows it. */
export class G726Depacketiser implements Depacketiser {
  readonly #arena: FrameArena;
  readonly #output: AudioOutput;
  readonly #decoder: G726Decoder;
  #samples = Buffer.alloc(0);

  constructor(arena: FrameArena, output: AudioOutput, decoder: G726Decoder) {
    this.#arena = arena;
    this.#output = output;
    this.#decoder = decoder;
  }

  packet(data: Buffer, start: number, end: number, timestamp: number): void {
    const wanted = this.#decoder.samplesIn(end - start);
    if (wanted === 0) return;
    if (this.#samples.length < wanted) this.#samples = Buffer.alloc(wanted);
    const samples = this.#decoder.decodeToUlaw(data, start, end, this.#samples);
    this.#arena.begin();
    this.#arena.append(this.#samples, 0, samples);
    this.#output.audioFrame(this.#arena.finish(), timestamp, samples);
  }

  lost(): void {
    this.#arena.drop();
  }

  close(): void {
    this.#arena.close();
  }
}
