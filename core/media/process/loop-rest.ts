// Lets the media process rest between its rounds: instead of waking up for every packet of every camera, it sleeps a
// few milliseconds, and then finds in each socket all that came meanwhile. Packets wait in the kernel's buffers, in
// order; a wake-up and a read cost more than what they bring. Not done where it would cost something: streams by UDP,
// whose buffers a key frame can fill, get every packet at once. (docs/decisions/0013-rest-between-rounds.md)

/** While nobody watches and there is much to do: less than a frame's time at 25 frames a second. */
export const REST_MS = 24;
/**
 * While nobody watches, what comes in waits no longer than this: for the end of the rest, and then for its turn among
 * all that waited with it. So the less there is to do in a round, the longer the rest before it. A camera whose TCP
 * cannot scale its window, 64 KiB, still sends 7 Mbit/s.
 */
export const LONGEST_WAIT_MS = 70;
/**
 * What a millisecond of work takes from the rest before it. More than itself: with hundreds of cameras, whose round takes
 * 15 ms and longer, the event loop is not to be 50 ms late.
 */
const REST_PER_WORK = 4;
/** Rounds over which the usual work is learnt: one with little to do may be followed by one with much. */
const LEARNT_OVER = 8;
/** While somebody does, pictures must not wait where they would be noticed. */
export const WATCHED_REST_MS = 4;
/** What is left of a rest below this is not worth the call. */
const LEAST_MS = 0.5;

export interface LoopRestOptions {
  /** Streams that play, and whether any of them comes by UDP. Asked now and then. */
  playing(): { readonly count: number; readonly udp: boolean };
  /** Whether live pictures are on their way to somebody. Asked in every round. */
  isWatched(): boolean;
}

export class LoopRest {
  readonly #options: LoopRestOptions;
  readonly #cell = new Int32Array(new SharedArrayBuffer(4));
  readonly #turn = (): void => this.#rest();
  #allowed = false;
  #running = false;
  #wokeAtMs = 0;
  #usualWorkMs = 0;

  constructor(options: LoopRestOptions) {
    this.#options = options;
  }

  /** Decides anew whether to rest. Call it every second or so, and when streams come or go. */
  judge(): void {
    const { count, udp } = this.#options.playing();
    this.#allowed = count > 0 && !udp;
    if (!this.#allowed || this.#running) return;
    this.#running = true;
    this.#wokeAtMs = performance.now();
    setImmediate(this.#turn);
  }

  /** How long a round lasts at least now; 0 where nothing waits. */
  get restMs(): number {
    if (!this.#allowed) return 0;
    return this.#options.isWatched() ? WATCHED_REST_MS : REST_MS;
  }

  close(): void {
    this.#allowed = false;
  }

  /** Runs once in every turn of the event loop, after all that was ready has been worked off. */
  #rest(): void {
    const restMs = this.restMs;
    if (restMs === 0) {
      this.#running = false;
      return;
    }
    // Work counts as rest: a loop that is busy never sleeps.
    const lastWorkMs = performance.now() - this.#wokeAtMs;
    this.#usualWorkMs += (lastWorkMs - this.#usualWorkMs) / LEARNT_OVER;
    const workMs = Math.max(lastWorkMs, this.#usualWorkMs);
    const roundMs =
      restMs === REST_MS ? Math.max(REST_MS, LONGEST_WAIT_MS - (REST_PER_WORK - 1) * workMs) : restMs;
    const leftMs = roundMs - workMs;
    if (leftMs > LEAST_MS) Atomics.wait(this.#cell, 0, 0, leftMs);
    this.#wokeAtMs = performance.now();
    setImmediate(this.#turn);
  }
}
