// What ffmpeg says on its standard error of frames that it could not decode whole. It makes pictures of them nevertheless: of
// noise, and of what was there before. H.264 knows nearly all noise for what it is; of H.265 what follows a slice's header is
// decoded whatever it is, and little is said of it. Words that ffmpeg also has for frames that are well are not among these.

const DAMAGE =
  /error while decoding MB|decode_slice_header error|non-existing PPS|PPS id out of range|Unknown slice type|cu_qp_delta \S+ is outside|CABAC_MAX_BIN/;
/** A line that goes on for longer is none of these. */
const MOST_REST = 1_000;

export class DamageWords {
  #rest = "";

  /** Takes what came; true if a line of it, now at its end, tells of damage. */
  take(text: string): boolean {
    const all = this.#rest + text;
    const end = all.lastIndexOf("\n") + 1;
    this.#rest = all.slice(end).slice(-MOST_REST);
    return DAMAGE.test(all.slice(0, end));
  }
}

/** Words that follow each other so soon are about the same damage; a decoder on a busy machine is now quicker, now slower. */
const APART_MS = 1_500;
/** Damage that has lasted for so long is no loss of a packet. */
const LASTING_MS = 1_000;
/** Without a word for so long, it is over. */
const OVER_MS = 1_500;
/** What was lost on the way explains damage up to the next key frame, and is no fault of the camera's. */
const EXPLAINED_MS = 2_000;

/** Whether frames are damaged one after the other: what comes out between the words then is no picture either, however late these are. */
export class DamageStreak {
  #sinceMs = 0;
  #lastMs = Number.NEGATIVE_INFINITY;
  #lostMs = Number.NEGATIVE_INFINITY;

  /** A frame went in of which a part was lost on the way. */
  lost(nowMs: number): void {
    this.#lostMs = nowMs;
  }

  /** A word came. */
  note(nowMs: number): void {
    if (nowMs - this.#lostMs < EXPLAINED_MS) return;
    if (nowMs - this.#lastMs > APART_MS) this.#sinceMs = nowMs;
    this.#lastMs = nowMs;
  }

  goesOn(nowMs: number): boolean {
    return this.#lastMs - this.#sinceMs >= LASTING_MS && nowMs - this.#lastMs < OVER_MS;
  }
}
