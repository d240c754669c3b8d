// Up to four sync threads of one volume and the jobs that wait for them. A further thread is started only when the
// others have been busy for a while, so that a healthy volume costs one.
import { Worker } from "node:worker_threads";
import type { Clock } from "../../clock.ts";
import {
  SYNC_THREAD_UP,
  type SyncJob,
  type SyncOutcome,
  type SyncReply,
  type SyncTask,
  type VolumeThreadData,
} from "./volume-messages.ts";

const THREAD_LIMIT = 4;
/** How long a job may keep all threads busy before one more is started. */
const BUSY_MS = 200;

interface Waiting {
  readonly tasks: readonly SyncTask[];
  readonly onDone: (outcomes: readonly SyncOutcome[]) => void;
  /** A thread takes the job up. */
  readonly onStart?: (() => void) | undefined;
}

interface Thread {
  readonly worker: Worker;
  /** False while it loads, which says nothing of the volume. */
  isUp: boolean;
  current: (Waiting & { startedMs: number }) | undefined;
}

/** Runs sync jobs; everything happens in the threads, nothing blocks the caller. */
export class SyncPool {
  readonly #data: VolumeThreadData;
  readonly #clock: Clock;
  readonly #onThreadLost: (error: unknown) => void;
  readonly #threads: Thread[] = [];
  readonly #queue: Waiting[] = [];
  #nextJob = 1;
  #closed = false;
  /** Monotonic time of the last answer of any thread. */
  lastAnswerMs: number;

  constructor(options: {
    readonly data: VolumeThreadData;
    readonly clock: Clock;
    readonly onThreadLost: (error: unknown) => void;
  }) {
    this.#data = options.data;
    this.#clock = options.clock;
    this.#onThreadLost = options.onThreadLost;
    this.lastAnswerMs = options.clock.monotonicMs();
  }

  get threads(): number {
    return this.#threads.length;
  }

  /** Jobs that wait or run. */
  get pending(): number {
    return this.#queue.length + this.#threads.filter((thread) => thread.current !== undefined).length;
  }

  /** Age of the job that runs longest, in milliseconds; 0 if none runs. */
  get longestRunMs(): number {
    const now = this.#clock.monotonicMs();
    let longest = 0;
    for (const { current } of this.#threads) {
      if (current !== undefined) longest = Math.max(longest, now - current.startedMs);
    }
    return longest;
  }

  /** Runs tasks on one thread, in order; `first` puts them before everything that waits. `onDone` comes later. */
  run(
    tasks: readonly SyncTask[],
    onDone: Waiting["onDone"],
    options: { readonly first?: boolean; readonly onStart?: () => void } = {},
  ): void {
    if (this.#closed) return;
    const waiting: Waiting = { tasks, onDone, onStart: options.onStart };
    if (options.first === true) this.#queue.unshift(waiting);
    else this.#queue.push(waiting);
    this.pump();
  }

  /** Gives waiting jobs to idle threads; to be called now and then, so that a stuck pool grows. */
  pump(): void {
    while (this.#queue.length > 0 && !this.#closed) {
      const thread = this.#threads.find((candidate) => candidate.current === undefined) ?? this.#grow();
      if (thread === undefined) return;
      const next = this.#queue.shift() as Waiting;
      thread.current = { ...next, startedMs: this.#clock.monotonicMs() };
      const job: SyncJob = { job: this.#nextJob++, tasks: next.tasks };
      thread.worker.postMessage(job);
      next.onStart?.();
    }
  }

  /** Ends the threads; those that hang in the kernel are left to it. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#queue.length = 0;
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #grow(): Thread | undefined {
    if (this.#threads.length >= THREAD_LIMIT) return undefined;
    if (this.#threads.length > 0 && this.longestRunMs < BUSY_MS) return undefined;
    // Where the processors are busy a thread takes its time to start, and another one would only take more of it.
    if (this.#threads.some(({ isUp }) => !isUp)) return undefined;
    const worker = new Worker(new URL("./volume-sync-thread.ts", import.meta.url), {
      workerData: this.#data,
    });
    const thread: Thread = { worker, isUp: false, current: undefined };
    worker.on("message", (reply: SyncReply | typeof SYNC_THREAD_UP) => {
      if (reply === SYNC_THREAD_UP) {
        thread.isUp = true;
        if (thread.current !== undefined) thread.current.startedMs = this.#clock.monotonicMs();
        return;
      }
      this.lastAnswerMs = this.#clock.monotonicMs();
      const done = thread.current;
      thread.current = undefined;
      done?.onDone(reply.outcomes);
      this.pump();
    });
    worker.on("error", (error) => this.#lose(thread, error));
    this.#threads.push(thread);
    return thread;
  }

  #lose(thread: Thread, error: unknown): void {
    this.#threads.splice(this.#threads.indexOf(thread), 1);
    const lost = thread.current;
    this.#onThreadLost(error);
    const fault = { code: "NJ_THREAD_LOST", message: String(error) };
    lost?.onDone(lost.tasks.map(() => ({ fault })));
    this.pump();
  }
}
