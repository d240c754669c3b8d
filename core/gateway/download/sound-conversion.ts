// Decides what becomes of a clip's sound and starts its conversion: G.711 becomes AAC where there is an ffmpeg, and stays
// as it was recorded where there is none, where ffmpeg fails, or where the client wants it so.
import { Turns } from "../../domain/turns.ts";
import { NightjarError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { AacEncoder, aacFormatOf, isG711 } from "../../media/ffmpeg/aac-encoder.ts";
import type { FfmpegTool, FindFfmpeg } from "../../media/ffmpeg/ffmpeg-tool.ts";
import type { AudioFormat } from "../../media/format.ts";
import type { VolumeReaders } from "../footage/volume-reader.ts";
import type { ClipWish } from "./clip-request.ts";
import { type ClipSound, encodeClipSound } from "./clip-sound.ts";
import { type ClipSource, StretchCutter } from "./clip-stretch.ts";
import { SoundLine } from "./sound-line.ts";

/** Sounds that are converted at once for virtual files, and that wait. */
const AT_ONCE = 2;
const WAITING = 16;

export interface ConversionParts {
  readonly readers: VolumeReaders;
  readonly findFfmpeg: FindFfmpeg;
  /** For what is worth keeping for a while and may be lost. */
  readonly cacheFolder: string;
  readonly log: Log;
}

/** Converted by this ffmpeg, or not, for the reason that an error code names. */
type Plan = { readonly ffmpeg: FfmpegTool; readonly format: AudioFormat } | { readonly why: string };

/** What came of it; `note` is for the client, undefined where there was nothing to convert. */
export interface Converted<T> {
  readonly sound: T | undefined;
  readonly note: string | undefined;
}

/** Converts the sound of clips. */
export class SoundConversion {
  readonly #parts: ConversionParts;
  readonly #turns = new Turns(
    AT_ONCE,
    WAITING,
    () => new NightjarError("NJ_CLIP_BUSY", "resource-exhausted", "too many clips are being prepared"),
  );

  constructor(parts: ConversionParts) {
    this.#parts = parts;
  }

  /** For a virtual file: all of it, before the first byte can go out. */
  async whole(
    sources: readonly ClipSource[],
    wish: ClipWish,
    signal: AbortSignal,
  ): Promise<Converted<ClipSound>> {
    const plan = await this.#plan(sources[0]?.index.audio?.format, wish);
    if (plan === undefined) return { sound: undefined, note: undefined };
    if ("why" in plan) return this.#asRecorded(plan.why);
    const cutter = new StretchCutter(wish.start90k, wish.end90k);
    const stretches = sources.map((source) => cutter.cut(source));
    const { readers, cacheFolder: folder } = this.#parts;
    const { ffmpeg, format } = plan;
    try {
      const sound = await this.#turns.run(() =>
        encodeClipSound({ readers, ffmpeg, folder }, format, stretches, signal),
      );
      return { sound, note: sound === undefined ? undefined : "aac" };
    } catch (error) {
      const isFfmpegs = error instanceof NightjarError && /^NJ_(FFMPEG|ADTS)_/.test(error.code);
      if (signal.aborted || !isFfmpegs) throw error;
      return this.#asRecorded(error.code);
    }
  }

  /** For a stream of fragments: as it goes. The caller stops the line's encoder. */
  async streamed(
    format: AudioFormat | undefined,
    wish: ClipWish,
    signal: AbortSignal,
  ): Promise<Converted<SoundLine>> {
    const plan = await this.#plan(format, wish);
    if (plan === undefined) return { sound: undefined, note: undefined };
    if ("why" in plan) return this.#asRecorded(plan.why);
    const encoder = new AacEncoder({ ffmpeg: plan.ffmpeg, source: plan.format, signal });
    return { sound: new SoundLine(encoder, plan.format), note: "aac" };
  }

  /** Undefined where the sound is to stay as it was recorded anyway. */
  async #plan(format: AudioFormat | undefined, wish: ClipWish): Promise<Plan | undefined> {
    if (wish.originalSound || !isG711(format)) return undefined;
    if (aacFormatOf(format) === undefined) return { why: "NJ_SOUND_UNSUPPORTED" };
    try {
      return { ffmpeg: await this.#parts.findFfmpeg(), format };
    } catch (error) {
      return { why: error instanceof NightjarError ? error.code : "NJ_INTERNAL" };
    }
  }

  #asRecorded(why: string): { sound: undefined; note: string } {
    this.#parts.log.warn("a clip keeps its G.711 sound, which many players cannot play", { reason: why });
    return { sound: undefined, note: `original; ${why}` };
  }
}
