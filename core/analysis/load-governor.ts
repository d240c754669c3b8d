// How much of the machine looking at pictures may take, and what is left out first when it takes more, or does not keep up: step
// by step, and back by itself. Pure: it is told every few seconds how it goes.

/** 0: nothing is left out. 1: detectors get half of the pictures, and a rest begins sooner. 2: key frames alone. */
export type LoadStep = 0 | 1 | 2;

/** How it went since the last time. */
export interface LoadMeasure {
  /** Processor cores that decoding and detectors took together. */
  readonly cores: number;
  /** Pictures come out long after they went in. */
  readonly isBehind: boolean;
}

/** So often in a row it must be too much. */
const TOO_MUCH_TIMES = 2;
/** Share of the budget below which there is room for what was left out. */
const ROOM_SHARE = 0.5;
/** So often in a row there must be room; twice as often each time that it was too much again soon, up to the most. */
const ROOM_TIMES = 6;
const MOST_ROOM_TIMES = 96;
/** Too much within so many measures after a step back is soon. */
const SOON_TIMES = 24;

export class LoadGovernor {
  readonly #budgetCores: number;
  #step: LoadStep = 0;
  #tooMuch = 0;
  #room = 0;
  #needed = ROOM_TIMES;
  #sinceBack = Number.POSITIVE_INFINITY;

  /** `budgetCores`: processor cores that may be taken. */
  constructor(budgetCores: number) {
    this.#budgetCores = budgetCores;
  }

  get step(): LoadStep {
    return this.#step;
  }

  /** Takes a measure; gives what is left out from now on. */
  take({ cores, isBehind }: LoadMeasure): LoadStep {
    const isTooMuch = isBehind || cores > this.#budgetCores;
    const hasRoom = !isBehind && cores <= this.#budgetCores * ROOM_SHARE;
    this.#sinceBack += 1;
    this.#tooMuch = isTooMuch ? this.#tooMuch + 1 : 0;
    this.#room = hasRoom ? this.#room + 1 : 0;
    if (this.#tooMuch >= TOO_MUCH_TIMES && this.#step < 2) {
      this.#needed = this.#sinceBack <= SOON_TIMES ? Math.min(MOST_ROOM_TIMES, this.#needed * 2) : ROOM_TIMES;
      this.#change(1);
    } else if (this.#room >= this.#needed && this.#step > 0) {
      this.#change(-1);
      this.#sinceBack = 0;
    }
    return this.#step;
  }

  #change(by: 1 | -1): void {
    this.#step = (this.#step + by) as LoadStep;
    this.#tooMuch = 0;
    this.#room = 0;
  }
}
