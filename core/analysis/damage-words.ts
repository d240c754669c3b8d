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
