// One call that runs in a plugin's process and can be given up. Its signal is made when it is first looked at.

export class RunningCall {
  #abort: AbortController | undefined;
  #isGivenUp = false;

  /** Aborted once the core has given the call up. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#isGivenUp) this.#abort.abort();
    return this.#abort.signal;
  }

  giveUp(): void {
    this.#isGivenUp = true;
    this.#abort?.abort();
  }
}
