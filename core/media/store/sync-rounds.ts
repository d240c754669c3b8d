// The sync rounds of one volume (docs: data plane, section 5): every five seconds all files written since, and the
// directories that name them, are synced over the sync threads. A failed sync is never retried: the kernel has
// dropped the pages, and the retry would succeed without them.
import type { Clock } from "../../clock.ts";
import type { SyncPool } from "./sync-pool.ts";
import type { VolumeEvent } from "./volume-events.ts";
import type { SyncTask, ThreadFault } from "./volume-messages.ts";

export const ROUND_MS = 5_000;
const SLOW_MS = 5_000;
/** Tasks per job: few enough to spread over four threads, many enough to spare messages. */
const TASKS_PER_JOB = 8;

/** A file as the main thread knows it. */
export interface TrackedFile {
  readonly token: number;
  readonly path: string;
  /** Bytes that it is created with. */
  readonly firstBytes: number;
  descriptor: number | undefined;
  /** Bytes in the page cache. */
  written: number;
  /** Bytes known to be durable. */
  synced: number;
  /** Directories with new entries that are not yet durable. */
  readonly directories: Set<string>;
  fault: ThreadFault | undefined;
  /** Sync jobs that hold the descriptor: it must not be closed, and so be used anew, under them. */
  users: number;
  closing: boolean;
}

/** Starts rounds, and syncs single files when they are closed. */
export class SyncRounds {
  readonly #pool: Pick<SyncPool, "run">;
  readonly #clock: Clock;
  readonly #emit: (event: VolumeEvent) => void;
  readonly #onFault: (file: TrackedFile, fault: ThreadFault) => void;
  readonly #onReleased: (file: TrackedFile) => void;
  readonly #onRoundEnd: () => void;
  #startedMs: number | undefined;
  #endedMs: number;
  #toldMs = 0;

  constructor(options: {
    readonly pool: Pick<SyncPool, "run">;
    readonly clock: Clock;
    readonly emit: (event: VolumeEvent) => void;
    /** A file could not be synced. */
    readonly onFault: (file: TrackedFile, fault: ThreadFault) => void;
    /** No sync job holds the file any more. */
    readonly onReleased: (file: TrackedFile) => void;
    readonly onRoundEnd?: () => void;
  }) {
    this.#pool = options.pool;
    this.#clock = options.clock;
    this.#emit = options.emit;
    this.#onFault = options.onFault;
    this.#onReleased = options.onReleased;
    this.#onRoundEnd = options.onRoundEnd ?? (() => undefined);
    this.#endedMs = options.clock.monotonicMs();
  }

  get isRunning(): boolean {
    return this.#startedMs !== undefined;
  }

  /** Monotonic time of the end of the last round that synced something without a fault. */
  lastGoodMs = Number.NEGATIVE_INFINITY;

  /** To be called a few times a second: starts a round when it is due, and tells of a slow one. */
  tick(files: Iterable<TrackedFile>): void {
    const now = this.#clock.monotonicMs();
    if (this.#startedMs === undefined) {
      if (now - this.#endedMs >= ROUND_MS) this.start(files);
      return;
    }
    const ms = now - this.#startedMs;
    if (ms >= SLOW_MS && now - this.#toldMs >= 1_000) {
      this.#toldMs = now;
      this.#emit({ kind: "slow", ms: Math.round(ms) });
    }
  }

  /** Starts a round now, unless one is running. `onEnd` runs at its end, at once if there is nothing to sync. */
  start(files: Iterable<TrackedFile>, onEnd?: () => void): void {
    const dirty = [...files].filter(
      (file) =>
        file.descriptor !== undefined &&
        file.fault === undefined &&
        (file.written > file.synced || file.directories.size > 0),
    );
    if (this.#startedMs !== undefined || dirty.length === 0) {
      if (this.#startedMs === undefined) this.#endedMs = this.#clock.monotonicMs();
      onEnd?.();
      return;
    }
    const startedMs = this.#clock.monotonicMs();
    this.#startedMs = startedMs;
    this.#sync(dirty, false, () => {
      const endedMs = this.#clock.monotonicMs();
      const ms = Math.round(endedMs - startedMs);
      this.#startedMs = undefined;
      this.#endedMs = Math.max(startedMs + ROUND_MS, endedMs) - ROUND_MS;
      this.#emit({ kind: "round", ms, files: dirty.length });
      if (ms >= SLOW_MS) this.#emit({ kind: "slow", ms });
      onEnd?.();
      this.#onRoundEnd();
    });
  }

  /** Syncs one file at once, before what waits; `onDone` runs unless it failed (then `onFault` has). */
  syncNow(file: TrackedFile, onDone: () => void): void {
    this.#sync([file], true, () => {
      if (file.fault === undefined) onDone();
    });
  }

  #sync(files: readonly TrackedFile[], first: boolean, onEnd: () => void): void {
    const captured = files.map((file) => ({ file, bytes: file.written, directories: [...file.directories] }));
    const tasks: SyncTask[] = captured.map(({ file }) => ({
      kind: "file",
      token: file.token,
      descriptor: file.descriptor ?? -1,
    }));
    for (const path of new Set(captured.flatMap((entry) => entry.directories))) {
      tasks.push({ kind: "directory", path });
    }
    for (const file of files) file.users += 1;
    const faults = new Map<number | string, ThreadFault>();
    let outstanding = 0;
    for (let at = 0; at < tasks.length; at += TASKS_PER_JOB) {
      const job = tasks.slice(at, at + TASKS_PER_JOB);
      outstanding += 1;
      this.#pool.run(
        job,
        (outcomes) => {
          job.forEach((task, index) => {
            const fault = outcomes[index]?.fault;
            if (fault === undefined) return;
            if (task.kind === "file") faults.set(task.token, fault);
            if (task.kind === "directory") faults.set(task.path, fault);
          });
          outstanding -= 1;
          if (outstanding > 0) return;
          if (faults.size === 0) this.lastGoodMs = this.#clock.monotonicMs();
          for (const entry of captured) this.#settle(entry.file, entry.bytes, entry.directories, faults);
          onEnd();
        },
        first,
      );
    }
  }

  #settle(
    file: TrackedFile,
    bytes: number,
    directories: readonly string[],
    faults: ReadonlyMap<number | string, ThreadFault>,
  ): void {
    file.users -= 1;
    let fault = faults.get(file.token);
    for (const path of directories) fault ??= faults.get(path);
    if (fault !== undefined) {
      this.#onFault(file, fault);
    } else {
      for (const path of directories) file.directories.delete(path);
      if (bytes > file.synced && file.fault === undefined) {
        file.synced = bytes;
        this.#emit({ kind: "synced", token: file.token, bytes });
      }
    }
    if (file.users === 0) this.#onReleased(file);
  }
}
