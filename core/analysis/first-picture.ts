// Whether a camera's first picture is still on its way. While its link is being built, its first key frame has not come or the
// first decoder is only starting, that there is no picture says nothing of the camera; from then on silence counts. Bounded:
// nothing is waited for that never comes. Pure: times are the caller's monotonic milliseconds.
import type { StreamState } from "../media/source.ts";

/** The longest that a link takes to be built, with the wait for a key frame: attempts that fail are told before. */
const LINK_MS = 20_000;
/** The longest that a decoder takes to start on a busy machine. */
const DECODER_MS = 5_000;
/** Packets come, and nothing that could be decoded: `media` says so after it has waited itself. */
const EMPTY: readonly string[] = ["stalled", "no-key-frame"];

export class FirstPicture {
  #sinceMs: number;
  #fedSinceMs: number | undefined;
  /** Why it is waited for no more: it is there, or there is a reason to count its absence. */
  #isOver = false;

  /** Waits from now on. */
  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
  }

  /** `media` is gone, and all links with it: they are built anew, which is none of the cameras' doing. */
  restart(nowMs: number): void {
    this.#sinceMs = nowMs;
    this.#fedSinceMs = undefined;
    this.#isOver = false;
  }

  /** What `media` says of the stream. A link that could not be built, or that brings nothing, is not being built. */
  state({ status, fault }: Partial<StreamState>): void {
    const isFailed = status === "offline" && fault !== undefined;
    const isEmpty = status === "degraded" && EMPTY.includes(fault?.code ?? "");
    this.#isOver ||= isFailed || isEmpty;
  }

  /** A frame came; the first one is a key frame. True for that one. */
  frame(nowMs: number): boolean {
    if (this.#fedSinceMs !== undefined) return false;
    this.#fedSinceMs = nowMs;
    return true;
  }

  /** A picture came out, or the decoder complained: it runs. */
  over(): void {
    this.#isOver = true;
  }

  /** True while silence is not to be counted. */
  isAwaited(nowMs: number): boolean {
    if (this.#isOver) return false;
    return this.#fedSinceMs === undefined
      ? nowMs - this.#sinceMs < LINK_MS
      : nowMs - this.#fedSinceMs < DECODER_MS;
  }
}
