// Asking again by itself: a page that found the recorder away comes as soon as that is back, also on a wall that nobody can
// click at. What the recorder has refused stays refused.
import { ApiError } from "../api/client.ts";

/** Codes of a recorder that cannot answer now: no network, or one of its processes is being started again. */
const AWAY = [
  "NJ_UI_OFFLINE",
  "NJ_CORE_AWAY",
  "NJ_CORE_TIMEOUT",
  "NJ_LINK_CLOSED",
  "NJ_LINK_TIMEOUT",
  // Of a proxy before it, which has no words of the recorder's.
  "HTTP_502",
  "HTTP_503",
  "HTTP_504",
];
/** A restart takes two seconds; a machine that is started takes longer. The last pause goes on. */
const PAUSES_MS = [1_000, 2_000, 4_000, 8_000, 15_000];

/** Whether it is nobody's answer, but that there is none now. */
export function isAway(error: unknown): boolean {
  return error instanceof ApiError && AWAY.includes(error.code);
}

/** For one thing that is asked for. */
export class AskAgain {
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Asks again after a while, longer each time, where that may help. */
  failed(error: unknown, ask: () => void): void {
    clearTimeout(this.#timer);
    if (!isAway(error)) return;
    const pauseMs = PAUSES_MS[Math.min(this.#failures, PAUSES_MS.length - 1)];
    this.#failures += 1;
    this.#timer = setTimeout(ask, pauseMs);
  }

  /** It came. */
  succeeded(): void {
    this.stop();
    this.#failures = 0;
  }

  /** Nobody waits any more, or it is being asked for now. */
  stop(): void {
    clearTimeout(this.#timer);
  }
}
