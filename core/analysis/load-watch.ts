// What looking at pictures takes of the machine, measured every few seconds, and all cameras told what to leave out for it.
import { availableParallelism } from "node:os";
import type { Clock, Timer } from "../clock.ts";
import type { Log } from "../log.ts";
import { LoadGovernor, type LoadStep } from "./load-governor.ts";
import type { LoadFigures } from "./protocol.ts";

const MEASURE_MS = 5_000;

/** A camera that is looked at. */
export interface LoadedWatch {
  readonly decodingCores: number;
  readonly isBehind: boolean;
  setStep(step: LoadStep): void;
}

export interface LoadWatchParts {
  readonly clock: Clock;
  readonly log: Log;
  watches(): Iterable<LoadedWatch>;
  /** Processor time of this process so far, in seconds. */
  ownSeconds?(): number;
}

export class LoadWatch {
  readonly #parts: LoadWatchParts;
  readonly #timer: Timer;
  #governor: LoadGovernor;
  #budgetCores: number;
  #before: { readonly atMs: number; readonly seconds: number };
  #cores = 0;

  constructor(parts: LoadWatchParts) {
    this.#parts = parts;
    this.#budgetCores = availableParallelism();
    this.#governor = new LoadGovernor(this.#budgetCores);
    this.#before = this.#now();
    this.#timer = parts.clock.every(MEASURE_MS, () => this.#measure());
  }

  /** What is left out at the moment. */
  get step(): LoadStep {
    return this.#governor.step;
  }

  figures(): LoadFigures {
    const cores = Math.round(this.#cores * 10_000) / 10_000;
    return { cores, budgetCores: this.#budgetCores, step: this.step };
  }

  /** Per cent of all processor cores that may be taken. */
  setBudget(percent: number): void {
    const budgetCores = (availableParallelism() * percent) / 100;
    if (budgetCores === this.#budgetCores) return;
    this.#budgetCores = budgetCores;
    this.#governor = new LoadGovernor(budgetCores);
    for (const watch of this.#parts.watches()) watch.setStep(0);
  }

  close(): void {
    this.#timer.cancel();
  }

  #measure(): void {
    const now = this.#now();
    const elapsedSeconds = (now.atMs - this.#before.atMs) / 1_000;
    if (elapsedSeconds <= 0) return;
    this.#cores = (now.seconds - this.#before.seconds) / elapsedSeconds;
    this.#before = now;
    let isBehind = false;
    const watches = [...this.#parts.watches()];
    for (const watch of watches) {
      this.#cores += watch.decodingCores;
      isBehind ||= watch.isBehind;
    }
    const before = this.step;
    const step = this.#governor.take({ cores: this.#cores, isBehind });
    for (const watch of watches) watch.setStep(step);
    if (step === before) return;
    const facts = { step, cores: this.#cores, budgetCores: this.#budgetCores, isBehind };
    const { log } = this.#parts;
    if (step > before)
      log.notice("looking at cameras takes too much of the processor: pictures are left out", facts);
    else log.notice("the processor has room again: fewer pictures are left out", facts);
  }

  #now(): { readonly atMs: number; readonly seconds: number } {
    const { clock, ownSeconds = processSeconds } = this.#parts;
    return { atMs: clock.monotonicMs(), seconds: ownSeconds() };
  }
}

function processSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
}
