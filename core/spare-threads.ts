// Worker threads that do one thing after another: starting one takes some 60 ms of the processor, mostly more than what it does, so
// one that is done waits a moment for the next that is to be done.
import type { Worker } from "node:worker_threads";

/** An idle thread holds some ten megabytes. */
const IDLE_MS = 5_000;

/** Threads of one kind. Whoever takes one listens to it, stops listening before it is given back, or ends it. */
export class SpareThreads {
  readonly #start: () => Worker;
  readonly #atMost: number;
  readonly #idle = new Map<Worker, () => void>();

  /** `atMost`: so many are kept; more are ended. */
  constructor(start: () => Worker, atMost: number) {
    this.#start = start;
    this.#atMost = atMost;
  }

  /** An idle thread, else a new one. */
  take(): Worker {
    for (const [worker, wake] of this.#idle) {
      wake();
      return worker;
    }
    return this.#start();
  }

  /** Takes back a thread that has nothing to do. The process may end while it waits. */
  giveBack(worker: Worker): void {
    if (this.#idle.size >= this.#atMost) {
      void worker.terminate();
      return;
    }
    const timer = setTimeout(() => void worker.terminate(), IDLE_MS).unref();
    const forget = (): void => {
      clearTimeout(timer);
      this.#idle.delete(worker);
    };
    worker.once("exit", forget).unref();
    this.#idle.set(worker, () => {
      forget();
      worker.off("exit", forget).ref();
    });
  }
}
