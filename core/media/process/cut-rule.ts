// When a segment ends and the next one begins (docs/design/recording-format.md): at the first key frame past its nominal
// length, staggered over the cameras; at once when the run or the picture format changes; for want of key
// frames at five times the length.
import { TICKS_PER_SECOND } from "../../domain/time.ts";
import type { VideoFormat } from "../format.ts";
import type { Part } from "./part.ts";
import { sameAudio, sameVideo, sameVideoSize } from "./same-format.ts";
import type { SegmentFile } from "./segment-file.ts";

const MINUTE_90K = 60 * TICKS_PER_SECOND;
/** More changes of the parameter sets a minute than this, and they are written in band instead of cutting. */
const CUTS_A_MINUTE = 3;
const ASK_EVERY_90K = 5 * TICKS_PER_SECOND;

/** What the rule looks at in a file. */
export type CutFile = Pick<SegmentFile, "identity" | "video" | "audio" | "inBand" | "start90k">;
export type CutVerdict = "go-on" | "cut" | "ask-key-frame";

export class CutRule {
  readonly #phase: number;
  #boundary90k = 0;
  #askedAt90k = Number.NEGATIVE_INFINITY;
  #changes: number[] = [];
  /** Picture size for which parameter sets go in band. */
  #inBandSize: string | undefined;

  /** `name` decides the stagger: streams with different names cut at different moments. */
  constructor(name: string) {
    let hash = 2_166_136_261;
    for (let index = 0; index < name.length; index += 1) {
      hash = Math.imul(hash ^ name.charCodeAt(index), 16_777_619) >>> 0;
    }
    this.#phase = hash / 2 ** 32;
  }

  /** A segment begins: between a half and one and a half of the nominal length follow, then whole ones. */
  begun(start90k: number, segmentSeconds: number): void {
    const length = segmentSeconds * TICKS_PER_SECOND;
    const offset = this.#phase * length;
    const least = start90k + length / 2;
    this.#boundary90k = Math.ceil((least - offset) / length) * length + offset;
    this.#askedAt90k = Number.NEGATIVE_INFINITY;
  }

  /** Whether `part` still belongs into `file`. */
  judge(file: CutFile, part: Part, segmentSeconds: number, wantsAudio: boolean): CutVerdict {
    if (part.run.number !== file.identity.run) return "cut";
    const { video, audio } = part.format;
    if (video !== undefined && !sameVideo(video, file.video)) {
      if (!file.inBand || !sameVideoSize(video, file.video)) {
        this.#changes.push(part.start90k);
        return "cut";
      }
    }
    if (part.startsWithKeyFrame) {
      if (part.start90k >= this.#boundary90k) return "cut";
      // Sound that came or changed gets its track with the next file.
      return wantsAudio && !sameAudio(audio, file.audio) ? "cut" : "go-on";
    }
    const age = part.end90k - file.start90k;
    const nominal = segmentSeconds * TICKS_PER_SECOND;
    if (age > 5 * nominal) return "cut";
    if (age > 2 * nominal && part.end90k - this.#askedAt90k > ASK_EVERY_90K) {
      this.#askedAt90k = part.end90k;
      return "ask-key-frame";
    }
    return "go-on";
  }

  /** Whether the file that begins now carries its parameter sets in band. */
  inBand(video: VideoFormat, start90k: number): boolean {
    this.#changes = this.#changes.filter((time) => start90k - time < MINUTE_90K);
    const size = `${video.codec}/${video.width}x${video.height}`;
    if (this.#changes.length > CUTS_A_MINUTE) this.#inBandSize = size;
    return this.#inBandSize === size;
  }
}
