// The ffmpeg that core makes pictures with, and whether there is one, for the list of problems. A file that may be one counts as
// one until it is needed or the recorder has run for a while: starting it to see loads two hundred libraries, at each start and
// when there is most to do.
import type { Clock, Timer } from "../clock.ts";
import { type FindFfmpeg, ffmpegFinder } from "../media/ffmpeg/ffmpeg-tool.ts";
import { type FfmpegSearchOptions, hasFfmpegFile } from "../media/ffmpeg/find-ffmpeg.ts";

/** After so long it is looked for if nobody needed it, and again and again where there was none: it may be installed. */
export const LOOK_EVERY_MS = 120_000;

export class RecorderFfmpeg {
  readonly #finder: FindFfmpeg;
  readonly #timer: Timer;
  #isMissing: boolean;
  #isKnown = false;

  constructor({
    configured,
    clock,
    environment = process.env,
  }: {
    /** The setting as it is now. */
    configured(): string | undefined;
    readonly clock: Clock;
    readonly environment?: FfmpegSearchOptions["environment"];
  }) {
    this.#finder = ffmpegFinder(configured, environment);
    this.#isMissing = !hasFfmpegFile({ configured: configured(), environment });
    this.#timer = clock.every(LOOK_EVERY_MS, () => {
      if (this.#isMissing || !this.#isKnown) this.find().catch(() => undefined);
    });
  }

  /** True where there is none, as far as is known. */
  get isMissing(): boolean {
    return this.#isMissing;
  }

  /** Gives it; rejects with `NJ_FFMPEG_MISSING`. */
  readonly find: FindFfmpeg = async () => {
    try {
      const tool = await this.#finder();
      this.#isMissing = false;
      return tool;
    } catch (error) {
      this.#isMissing = true;
      throw error;
    } finally {
      this.#isKnown = true;
    }
  };

  /** Looks no more by itself. */
  close(): void {
    this.#timer.cancel();
  }
}
