// The sync rounds of one volume (docs/design/storage-and-quota.md). Every second a round
// syncs a fifth of the files that are written to, the longest unsynced first, and the directories that name them, so
// that each is synced every five seconds. A failed sync is never retried: the kernel has dropped the pages, and the
// retry would succeed without them.
//
// A volume is slow when a round runs for three seconds, or for one while what it syncs is ten seconds old. A round
// carries what the volume is given in about one second (at most two), so three seconds mean that the disk takes in a
// third of it, or stands still: one that is merely busy, or shared, stays below, and a pause of this process is not
// counted. As a round begins every second, a disk that becomes slow shows within four and a half seconds. A round of
// everything every five seconds could not be judged as soon: its length says nothing until it is over, and a disk may
// become slow right after one.
import type { Clock } from "../../clock.ts";
import { SeenWait } from "./seen-wait.ts";
import type { SyncPool } from "./sync-pool.ts";
import type { VolumeEvent } from "./volume-events.ts";
import type { SyncTask, ThreadFault } from "./volume-messages.ts";

const ROUND_MS = 1_000;
/** So many rounds sync every file once. */
const ROUNDS_PER_FILE = 5;
/** What is written is to be synced after so long. */
const DUE_MS = ROUNDS_PER_FILE * ROUND_MS;
/** A round that catches up takes no more than so many rounds' share: a long one could not be told from a slow disk. */
const CATCH_UP = 2;
/** A sync that takes this long makes a volume slow. */
export const SLOW_MS = 3_000;
/** So does what was written so long ago, while a round takes longer than it may for ever. */
const LATE_MS = 10_000;
const TELL_MS = 1_000;
/** Tasks per job: few enough to spread over four threads, many enough to spare messages. */
const TASKS_PER_JOB = 8;

/** A file as the main thread knows it. */
export interface TrackedFile {
  readonly token: number;
  /** Below the volume's root; changes when it is moved. */
  path: string;
  /** Bytes that it is created with. */
  readonly firstBytes: number;
  descriptor: number | undefined;
  /** Bytes in the page cache. */
  written: number;
  /** Bytes known to be durable. */
  synced: number;
  /** Since when it holds something that no sync was asked for; monotonic. */
  dirtySinceMs: number | undefined;
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
  /** The round that runs; the wait begins when a thread takes it up. */
  #round: { readonly startedMs: number; readonly oldestMs: number; readonly wait: SeenWait } | undefined;
  #nextMs: number;
  #toldMs = Number.NEGATIVE_INFINITY;

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
    this.#nextMs = options.clock.monotonicMs() + ROUND_MS;
  }

  get isRunning(): boolean {
    return this.#round !== undefined;
  }

  /** Monotonic time of the end of the last sync without a fault. */
  lastGoodMs = Number.NEGATIVE_INFINITY;

  /** To be called a few times a second: starts a round when it is due, and tells of a slow one. */
  tick(files: Iterable<TrackedFile>): void {
    const nowMs = this.#clock.monotonicMs();
    const round = this.#round;
    if (round === undefined) {
      if (nowMs >= this.#nextMs) this.#begin(this.#due(files, nowMs));
      return;
    }
    const ms = round.wait.look(nowMs);
    const isSlow = ms >= SLOW_MS || (ms >= ROUND_MS && nowMs - round.oldestMs >= LATE_MS);
    if (!isSlow || nowMs - this.#toldMs < TELL_MS) return;
    this.#toldMs = nowMs;
    this.#emit({ kind: "slow", ms: lateMs(round, nowMs) });
  }

  /** Starts a round of all that is not synced now, unless one is running. `onEnd` runs at its end, at once if there is nothing to sync. */
  start(files: Iterable<TrackedFile>, onEnd?: () => void): void {
    if (this.#round === undefined) this.#begin([...files].filter(needsSync), onEnd);
    else onEnd?.();
  }

  /** Syncs one file at once, before what waits; `onDone` runs unless it failed (then `onFault` has). */
  syncNow(file: TrackedFile, onDone: () => void): void {
    this.#sync([file], {
      onEnd: () => {
        if (file.fault === undefined) onDone();
      },
    });
  }

  /** The files of the next round. */
  #due(files: Iterable<TrackedFile>, nowMs: number): TrackedFile[] {
    const dirty = [...files]
      .filter((file) => needsSync(file) && file.dirtySinceMs !== undefined)
      .sort((left, right) => sinceOf(left) - sinceOf(right));
    const share = Math.ceil(dirty.length / ROUNDS_PER_FILE);
    const overdue = dirty.filter((file) => nowMs - sinceOf(file) >= DUE_MS).length;
    return dirty.slice(0, Math.max(share, Math.min(overdue, share * CATCH_UP)));
  }

  #begin(files: readonly TrackedFile[], onEnd: () => void = () => undefined): void {
    const startedMs = this.#clock.monotonicMs();
    this.#nextMs = startedMs + ROUND_MS;
    if (files.length === 0) {
      onEnd();
      return;
    }
    const round = {
      startedMs,
      oldestMs: Math.min(startedMs, ...files.map(sinceOf)),
      wait: new SeenWait(),
    };
    this.#round = round;
    this.#sync(files, {
      onStart: () => round.wait.begin(this.#clock.monotonicMs()),
      onEnd: () => {
        const nowMs = this.#clock.monotonicMs();
        this.#round = undefined;
        const ms = lateMs(round, nowMs);
        this.#emit({ kind: "round", ms, files: files.length });
        if (round.wait.end(nowMs) >= SLOW_MS) this.#emit({ kind: "slow", ms });
        onEnd();
        this.#onRoundEnd();
      },
    });
  }

  /** `onStart`: a thread takes the first of it up; not so while all are busy with other things, such as deleting. */
  #sync(files: readonly TrackedFile[], on: { onStart?: () => void; onEnd: () => void }): void {
    const captured = files.map((file) => ({ file, bytes: file.written, directories: [...file.directories] }));
    for (const file of files) file.dirtySinceMs = undefined;
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
          on.onEnd();
        },
        { first: true, ...(on.onStart === undefined ? {} : { onStart: on.onStart }) },
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

function needsSync(file: TrackedFile): boolean {
  return (
    file.descriptor !== undefined &&
    file.fault === undefined &&
    (file.written > file.synced || file.directories.size > 0)
  );
}

function sinceOf(file: TrackedFile): number {
  return file.dirtySinceMs ?? Number.POSITIVE_INFINITY;
}

/** What a power loss costs at the end of a round beyond the five seconds that are meant. */
function lateMs(round: { readonly startedMs: number; readonly oldestMs: number }, nowMs: number): number {
  return Math.round(nowMs - round.startedMs + Math.max(0, round.startedMs - round.oldestMs - DUE_MS));
}
