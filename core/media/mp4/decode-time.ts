// Decoding times from presentation times. RTP carries only the latter; a file needs both (ISO/IEC 14496-12 §8.6.1).
// The decoding time of the n-th frame is the (n − depth)-th smallest presentation time so far, depth being the
// number of frames by which decoding runs ahead (max_num_reorder). No frame is held back to find it.

/** Largest reorder depth that H.264 and H.265 know: the size of the decoded picture buffer. */
const DEPTH_LIMIT = 16;
const DEFAULT_FRAME_RATE = 25;

/** Gives every video frame of a run its decoding time. One per track and run; times in 90 kHz ticks. */
export class DecodeTimer {
  /** The latest presentation times in rising order, at most depth + 1 of them. */
  readonly #window: number[] = [];
  /** The latest presentation times in decoding order, to learn the depth from. */
  readonly #recent: number[] = [];
  readonly #frameTicks: number;
  #depth: number;
  #last = Number.NEGATIVE_INFINITY;

  /** Without a depth it is learnt; one that turns out to be too small is raised. */
  constructor(format: { readonly reorderDepth?: number; readonly frameRate?: number } = {}) {
    this.#depth = Math.min(DEPTH_LIMIT, Math.max(0, Math.trunc(format.reorderDepth ?? 0)));
    const rate = format.frameRate;
    this.#frameTicks = Math.round(90_000 / (rate !== undefined && rate >= 1 ? rate : DEFAULT_FRAME_RATE));
  }

  /** Frames by which decoding runs ahead of presentation, as far as known. */
  get depth(): number {
    return this.#depth;
  }

  /**
   * The decoding time of the next frame in decoding order: strictly rising and, once the depth is known, never
   * after its presentation. While the depth is being learnt it may be later, which signed offsets express.
   */
  push(presentationTime: number): number {
    if (this.#window.length === 0) {
      for (let ahead = this.#depth; ahead > 0; ahead -= 1) {
        this.#window.push(presentationTime - ahead * this.#frameTicks);
      }
    }
    this.#learn(presentationTime);
    const window = this.#window;
    let at = window.length;
    while (at > 0 && (window[at - 1] as number) > presentationTime) at -= 1;
    window.splice(at, 0, presentationTime);
    while (window.length > this.#depth + 1) window.shift();
    const decodeTime = Math.max(window[0] as number, this.#last + 1);
    this.#last = decodeTime;
    return decodeTime;
  }

  #learn(presentationTime: number): void {
    let later = 0;
    for (const earlier of this.#recent) if (earlier > presentationTime) later += 1;
    if (later > this.#depth) this.#depth = later;
    this.#recent.push(presentationTime);
    if (this.#recent.length > DEPTH_LIMIT) this.#recent.shift();
  }
}
