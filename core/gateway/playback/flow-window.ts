// How far playback may run ahead of what the client shows: counts the media time of what was sent and not yet shown,
// so that gaps on the wall clock do not count.

interface Sent {
  readonly start90k: number;
  readonly end90k: number;
}

/** The part of one request that is on its way. */
export class FlowWindow {
  readonly #backwards: boolean;
  #sent: Sent[] = [];
  #position90k: number | undefined;
  #wake: (() => void) | undefined;

  constructor(backwards: boolean) {
    this.#backwards = backwards;
  }

  /** Media time that was sent and not shown yet, 90 kHz. */
  get ahead90k(): number {
    let ahead = 0;
    for (const sent of this.#sent) ahead += sent.end90k - sent.start90k;
    const front = this.#sent[0];
    const position = this.#position90k;
    if (front === undefined || position === undefined) return ahead;
    if (position < front.start90k || position > front.end90k) return ahead;
    return ahead - (this.#backwards ? front.end90k - position : position - front.start90k);
  }

  sent(start90k: number, end90k: number): void {
    if (end90k > start90k) this.#sent.push({ start90k, end90k });
  }

  /** The client shows this moment now. */
  shown(time90k: number): void {
    this.#position90k = time90k;
    // The newest span that holds the moment: everything sent before it is past.
    const at = this.#sent.findLastIndex(({ start90k, end90k }) => start90k <= time90k && time90k < end90k);
    if (at > 0) this.#sent = this.#sent.slice(at);
    else if (at < 0) {
      const isPast = (sent: Sent) => (this.#backwards ? sent.start90k > time90k : sent.end90k <= time90k);
      while (this.#sent[0] !== undefined && isPast(this.#sent[0])) this.#sent.shift();
    }
    this.wake();
  }

  /** Lets who waits for room look again. */
  wake(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  /** Resolves at the next {@link wake}. */
  changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
