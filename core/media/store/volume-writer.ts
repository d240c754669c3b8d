// The main-thread face of one volume: files are created, appended to, finished and removed by its threads, so that
// a disk that hangs stops only what is written to it (docs/design/storage-and-quota.md). Never blocks.
import { type Clock, systemClock, type Timer } from "../../clock.ts";
import { CHECKSUM_BOX_BYTES, CHECKSUM_FROM } from "../mp4/checksum-box.ts";
import type { RecoveryResult } from "./recover-segment.ts";
import { SyncPool } from "./sync-pool.ts";
import { SyncRounds, type TrackedFile } from "./sync-rounds.ts";
import type { FileToken, VolumeEvent, VolumeHealth, VolumeWriterOptions } from "./volume-events.ts";
import { VolumeWriteError } from "./volume-fault.ts";
import type { ProbeOutcome, SyncTask, ThreadFault } from "./volume-messages.ts";
import { VolumeWatch, WATCH_TICK_MS } from "./volume-watch.ts";
import { WriterLink } from "./writer-link.ts";

export type { FileToken, VolumeEvent, VolumeHealth, VolumeWriterOptions } from "./volume-events.ts";
export { VolumeWriteError } from "./volume-fault.ts";

export type VolumeDone = (error?: VolumeWriteError) => void;
/** `sha256`: in hexadecimal, if the file was created to carry a checksum. */
export type FinishDone = (error?: VolumeWriteError, sha256?: string) => void;
/** Deletions that share a message, and so a directory sync. */
const REMOVALS_PER_JOB = 16;

/** Starts the threads of a volume. */
export const openVolumeWriter = (options: VolumeWriterOptions): VolumeWriter => new VolumeWriter(options);

/** Writes one volume. All calls return at once; callbacks and events come later, never from within the call. */
export class VolumeWriter {
  readonly #options: VolumeWriterOptions;
  readonly #clock: Clock;
  readonly #pool: SyncPool;
  readonly #rounds: SyncRounds;
  readonly #watch: VolumeWatch;
  readonly #link: WriterLink;
  readonly #files = new Map<FileToken, TrackedFile>();
  /** Files whose last syncs run, with whom to tell. */
  readonly #finishing = new Map<FileToken, VolumeDone>();
  readonly #ticker: Timer;
  #removals: { path: string; onDone: VolumeDone }[] = [];
  /** Jobs of deletions that wait or run. */
  #removalJobs = 0;
  #nextToken = 1;
  #closed = false;
  #onIdle: (() => void) | undefined;

  constructor(options: VolumeWriterOptions) {
    this.#options = options;
    const clock = options.clock ?? systemClock;
    this.#clock = clock;
    const data = { volumePath: options.path, volumeId: options.id };
    const emit = (event: VolumeEvent) => {
      if (!this.#closed) options.onEvent(event);
    };
    this.#pool = new SyncPool({ data, clock, onThreadLost: (error) => this.#threadLost(error) });
    this.#watch = new VolumeWatch({ id: options.id, pool: this.#pool, clock, emit });
    this.#rounds = new SyncRounds({
      pool: this.#pool,
      clock,
      emit,
      onFault: (file, fault) => this.#fail(file, fault),
      onReleased: (file) => this.#closeIfFree(file),
      onRoundEnd: () => this.#onIdle?.(),
    });
    this.#link = new WriterLink(data, clock, {
      onCreated: (token, descriptor, directories) => this.#created(token, descriptor, directories),
      onMoved: (token, directories) => this.#moved(token, directories),
      onFailed: (token, fault) => this.#failToken(token, fault),
      onLost: (fault, error) => {
        this.#threadLost(error);
        for (const file of [...this.#files.values()]) this.#fail(file, fault);
      },
      onAnswer: () => this.#onIdle?.(),
    });
    this.#ticker = clock.every(WATCH_TICK_MS, () => this.#tick());
    this.#tick();
  }

  get health(): VolumeHealth {
    return this.#watch.health;
  }

  /** Files that are open. */
  get openFiles(): number {
    return this.#files.size;
  }

  /** Free and total bytes as of the last probe; undefined before the first. */
  stat(): ProbeOutcome | undefined {
    return this.#watch.space;
  }

  /**
   * Creates a file, which must not exist, and its folders; `firstBytes` are copied. A failure comes as the event
   * `failed`; what is appended meanwhile is refused. `checksum`: `finish` ends it with the sum of what was written.
   */
  create(relativePath: string, firstBytes: Uint8Array, checksum = false): FileToken {
    const token = this.#nextToken++;
    this.#files.set(token, {
      token,
      path: relativePath,
      firstBytes: firstBytes.length,
      descriptor: undefined,
      written: 0,
      synced: 0,
      dirtySinceMs: undefined,
      directories: new Set(),
      fault: undefined,
      users: 0,
      closing: false,
    });
    this.#link.create(token, relativePath, firstBytes, checksum ? CHECKSUM_FROM : undefined);
    return token;
  }

  /**
   * Appends pieces. Those over a SharedArrayBuffer are not copied and must stay as they are until `onDone`; the others
   * are copied at once. `onDone` runs when all of it is in the page cache, or refused.
   */
  append(token: FileToken, pieces: readonly Uint8Array[], onDone: VolumeDone): void {
    this.#append(token, pieces, onDone, false);
  }

  /**
   * Moves a file to `path`, which must not exist, and then writes `patch` at `patchOffset`; in order with everything
   * else that is asked for of the file. The new name is made durable with its next sync.
   */
  move(
    token: FileToken,
    path: string,
    patch: { readonly bytes: Uint8Array; readonly offset: number },
    onDone: VolumeDone,
  ): void {
    const file = this.#usable(token, onDone);
    if (file === undefined) return;
    const from = file.path;
    file.path = path;
    this.#link.move(token, from, path, () => undefined);
    this.#link.patch(token, patch.offset, patch.bytes, (fault) => onDone(this.#error(fault)));
  }

  /** Has its thread let go of memory that a burst took. */
  giveBack(): void {
    this.#link.giveBack();
  }

  /** Deletes the files of a folder below the volume's root, but for those whose names are given. */
  clear(folder: string, spared: readonly string[], onDone: VolumeDone): void {
    this.#pool.run([{ kind: "clear", folder, spared }], ([outcome]) => onDone(this.#error(outcome?.fault)));
  }

  /** Appends the final moov, syncs, patches the header, syncs, closes. `onDone` without error: the file is durable. */
  finish(
    token: FileToken,
    end: { readonly moov: Uint8Array; readonly patch: Uint8Array; readonly patchOffset: number },
    onDone: FinishDone,
  ): void {
    const file = this.#usable(token, onDone);
    if (file === undefined) return;
    let sum: string | undefined;
    const synced = (next: () => void): void => {
      if (file.fault !== undefined) {
        onDone(this.#error(file.fault));
        return;
      }
      this.#finishing.set(token, onDone);
      this.#rounds.syncNow(file, () => {
        this.#finishing.delete(token);
        next();
      });
    };
    const done = (): void => {
      this.#release(file);
      onDone(undefined, sum);
    };
    const patch = (): void =>
      this.#link.patch(token, end.patchOffset, end.patch, (fault) =>
        fault === undefined ? synced(done) : onDone(this.#error(fault)),
      );
    // Without a sync in between, the patch could reach the disk before the moov that it points to.
    this.#append(
      token,
      [end.moov],
      (error, sha256) => {
        sum = sha256;
        if (error === undefined) synced(patch);
        else onDone(error);
      },
      true,
    );
    this.#link.flush();
  }

  /** Closes a file as it is, for recovery to finalise. */
  abandon(token: FileToken): void {
    const file = this.#files.get(token);
    if (file !== undefined) this.#release(file);
  }

  /** Deletes a file and makes that durable; folders that become empty go too. A file that is not there is no error. */
  remove(relativePath: string, onDone: VolumeDone): void {
    this.#removals.push({ path: relativePath, onDone });
    if (this.#removals.length === 1) setImmediate(() => this.#removeTogether());
  }

  /**
   * Finalises an unfinished file in place, in a sync thread. `reasonBits`: why it was recorded, if known better;
   * `checksum`: ends it with the sum of what it holds.
   */
  recover(
    relativePath: string,
    onDone: (error: VolumeWriteError | undefined, result?: RecoveryResult) => void,
    options: { readonly reasonBits?: number; readonly checksum?: boolean } = {},
  ): void {
    const { reasonBits, checksum = false } = options;
    this.#pool.run([{ kind: "recover", path: relativePath, reasonBits, checksum }], ([outcome]) => {
      onDone(this.#error(outcome?.fault), outcome?.recovery);
    });
  }

  /** Replaces a small text file durably. */
  writeText(relativePath: string, text: string, onDone: VolumeDone = () => undefined): void {
    this.#link.writeText(relativePath, text, (fault) => onDone(this.#error(fault)));
  }

  /** Reads a small text file; one that is not there is empty. On a volume that hangs `onDone` waits for as long as it does. */
  readText(relativePath: string, onDone: (error: VolumeWriteError | undefined, text: string) => void): void {
    this.#pool.run([{ kind: "text", id: this.#options.id, path: relativePath }], ([outcome]) => {
      onDone(this.#error(outcome?.fault), outcome?.text ?? "");
    });
  }

  /** Syncs all that is not yet durable at once, unless a round is running; `onDone` runs when it ended. */
  syncNow(onDone: () => void): void {
    this.#rounds.start(this.#files.values(), onDone);
  }

  /** Waits for what was asked for and a last round, at most `timeoutMs`, and ends the threads. Open files stay as they are. */
  async close(timeoutMs = 1_000): Promise<void> {
    this.#link.flush();
    const idle = new Promise<void>((resolve) => {
      this.#onIdle = () => {
        if (!this.#link.isIdle || this.#rounds.isRunning || this.#finishing.size > 0) return;
        // A file that goes without anybody being told would be in the index for as long as nobody looks for it.
        if (this.#removals.length > 0 || this.#removalJobs > 0) return;
        this.#onIdle = undefined;
        this.#rounds.start(this.#files.values(), resolve);
      };
      this.#onIdle();
    });
    await within(timeoutMs, idle);
    this.#closed = true;
    this.#ticker.cancel();
    await within(timeoutMs, Promise.all([this.#link.close(), this.#pool.close()]));
  }

  #append(token: FileToken, pieces: readonly Uint8Array[], onDone: FinishDone, isLast: boolean): void {
    const file = this.#usable(token, onDone);
    if (file === undefined) return;
    let length = 0;
    for (const piece of pieces) length += piece.length;
    const settle = (fault: ThreadFault | undefined, sha256?: string): void => {
      if (fault === undefined)
        this.#noteWritten(file, length + (sha256 === undefined ? 0 : CHECKSUM_BOX_BYTES));
      onDone(this.#error(fault), sha256);
    };
    this.#link.append(token, pieces, settle, isLast);
  }

  #usable(token: FileToken, onDone: VolumeDone): TrackedFile | undefined {
    const file = this.#files.get(token);
    if (file !== undefined && file.fault === undefined) return file;
    const fault = file?.fault ?? { code: "EBADF", message: "the file is no longer open" };
    queueMicrotask(() => onDone(this.#error(fault)));
    return undefined;
  }

  #created(token: FileToken, descriptor: number, directories: readonly string[]): void {
    const file = this.#files.get(token);
    if (file === undefined) return;
    file.descriptor = descriptor;
    this.#noteWritten(file, file.firstBytes);
    for (const path of directories) file.directories.add(path);
  }

  #moved(token: FileToken, directories: readonly string[]): void {
    const file = this.#files.get(token);
    if (file === undefined) return;
    for (const path of directories) file.directories.add(path);
    this.#noteWritten(file, 0);
  }

  #noteWritten(file: TrackedFile, bytes: number): void {
    file.written += bytes;
    file.dirtySinceMs ??= this.#clock.monotonicMs();
  }

  #removeTogether(): void {
    const removals = this.#removals;
    this.#removals = [];
    for (let at = 0; at < removals.length; at += REMOVALS_PER_JOB) {
      const job = removals.slice(at, at + REMOVALS_PER_JOB);
      const tasks: SyncTask[] = job.map(({ path }) => ({ kind: "remove", path }));
      this.#removalJobs += 1;
      this.#pool.run(tasks, (outcomes) => {
        this.#removalJobs -= 1;
        job.forEach(({ onDone }, index) => {
          const fault = outcomes[index]?.fault;
          if (fault !== undefined) this.#watch.noteFault(fault);
          onDone(this.#error(fault));
        });
        this.#onIdle?.();
      });
    }
  }

  #failToken(token: FileToken, fault: ThreadFault): void {
    const file = this.#files.get(token);
    if (file !== undefined) this.#fail(file, fault);
  }

  #fail(file: TrackedFile, fault: ThreadFault): void {
    if (file.fault !== undefined || this.#closed) return;
    file.fault = fault;
    this.#watch.noteFault(fault);
    this.#options.log.debug("a recording file failed", { path: file.path, code: fault.code });
    const { code, message } = fault;
    this.#options.onEvent({ kind: "failed", token: file.token, code, message, syncedBytes: file.synced });
    this.#finishing.get(file.token)?.(this.#error(fault));
    this.#finishing.delete(file.token);
    this.#release(file);
  }

  /** Forgets a file, and closes it as soon as no sync holds it. */
  #release(file: TrackedFile): void {
    this.#files.delete(file.token);
    file.closing = true;
    this.#closeIfFree(file);
  }

  #closeIfFree(file: TrackedFile): void {
    if (!file.closing || file.users > 0 || this.#closed) return;
    file.closing = false;
    this.#link.closeFile(file.token);
  }

  #tick(): void {
    this.#pool.pump();
    this.#rounds.tick(this.#files.values());
    this.#watch.tick({
      waitingMs: this.#link.waitingMs,
      lastAnswerMs: this.#link.lastAnswerMs,
      lastGoodSyncMs: this.#rounds.lastGoodMs,
    });
    this.#onIdle?.();
  }

  #error(fault: ThreadFault | undefined): VolumeWriteError | undefined {
    return fault === undefined ? undefined : new VolumeWriteError(this.#options.path, fault);
  }

  #threadLost(error: unknown): void {
    if (this.#closed) return;
    this.#options.log.error("a thread of a volume ended", {
      path: this.#options.path,
      reason: String(error),
    });
    this.#watch.noteFault({ code: "NJ_THREAD_LOST", message: "a thread that writes to the volume ended" });
  }
}

/** Waits for `work`, but not longer than `timeoutMs` of real time: ending must never hang. */
async function within(timeoutMs: number, work: Promise<unknown>): Promise<void> {
  const limit = Promise.withResolvers<void>();
  const timer = setTimeout(limit.resolve, timeoutMs);
  await Promise.race([work, limit.promise]);
  clearTimeout(timer);
}
