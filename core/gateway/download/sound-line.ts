// The sound of a clip on its way to AAC: lays G.711 samples on one line without holes, in clip time, and feeds it to the
// encoder. Sound that is missing becomes silence, so that what follows stays with its pictures.
import { TICKS_PER_SECOND } from "../../domain/time.ts";
import { AAC_FRAME_SAMPLES, type AacEncoder } from "../../media/ffmpeg/aac-encoder.ts";
import type { AudioFormat } from "../../media/format.ts";
import type { TrackIndex } from "../footage/reader-messages.ts";
import type { SampleSpan } from "./clip-stretch.ts";

/** Less than this, in seconds, is the jitter of time stamps and no hole. */
const TOLERANCE_S = 0.02;
const SILENCE_BYTES = 64 * 1024;
/** µ-law and A-law for nothing. */
const SILENCE = { pcmu: 0xff, pcma: 0xd5 } as const;
/** Frames that stay in ffmpeg until it gets more, with room. */
const INSIDE_FRAMES = 4;
const SETTLE_MS = 500;

/** One line of sound. Bytes go in in order of time. */
export class SoundLine {
  readonly encoder: AacEncoder;
  readonly #source: AudioFormat;
  /** Of the first sample, in clip time and samples of the source. */
  #zero: number | undefined;
  /** Samples fed. */
  #fed = 0;

  constructor(encoder: AacEncoder, source: AudioFormat) {
    this.encoder = encoder;
    this.#source = source;
  }

  /** Clip time at which the sound begins, 90 kHz; undefined while there was none. */
  get zero90k(): number | undefined {
    return this.#zero === undefined ? undefined : (this.#zero * TICKS_PER_SECOND) / this.#source.sampleRate;
  }

  /**
   * Feeds samples of a recording that begins at `base90k` in clip time; `pieces` are their bytes, in order. They are
   * fed together where they follow each other without a hole.
   */
  async feed(
    track: TrackIndex<AudioFormat>,
    span: SampleSpan,
    base90k: number,
    pieces: readonly Buffer[],
  ): Promise<void> {
    const { sampleRate } = this.#source;
    const base = Math.round((base90k * sampleRate) / TICKS_PER_SECOND);
    let waiting: Buffer[] = [];
    for (let at = span.from; at < span.to; at += 1) {
      const piece = pieces[at - span.from] as Buffer;
      const time = base + (track.decodeTimes[at] as number);
      this.#zero ??= time;
      const early = this.#zero + this.#fed - time;
      const isJitter = Math.abs(early) <= TOLERANCE_S * sampleRate;
      if (!isJitter && early < 0) {
        await this.#write(waiting);
        waiting = [];
        await this.#silence(-early);
      }
      // Recordings may overlap by a moment: what was heard already is left out.
      const rest = !isJitter && early > 0 ? piece.subarray(early * this.#source.channels) : piece;
      if (rest.length === 0) continue;
      waiting.push(rest);
      this.#fed += rest.length / this.#source.channels;
    }
    await this.#write(waiting);
  }

  /** Waits until nearly all that was fed has come out, so that sound stands beside its pictures in a stream. */
  async settle(): Promise<void> {
    const { format } = this.encoder;
    const frames = Math.floor((this.#fed * format.sampleRate) / this.#source.sampleRate / AAC_FRAME_SAMPLES);
    await this.encoder.settle(frames - INSIDE_FRAMES, SETTLE_MS);
  }

  async #silence(samples: number): Promise<void> {
    const value = SILENCE[this.#source.codec as keyof typeof SILENCE];
    for (let rest = samples * this.#source.channels; rest > 0; rest -= SILENCE_BYTES) {
      await this.encoder.write(Buffer.alloc(Math.min(rest, SILENCE_BYTES), value));
    }
    this.#fed += samples;
  }

  async #write(pieces: readonly Buffer[]): Promise<void> {
    const [first] = pieces;
    if (first === undefined) return;
    await this.encoder.write(pieces.length === 1 ? first : Buffer.concat(pieces));
  }
}
