// Reads recordings without ever waiting for a disk on the main thread: one worker per volume with synchronous calls,
// one request at a time under a deadline. Past it the volume counts as offline for readers until the call returns
// (a hung disk must stop nothing but what is read from it).
import { Worker } from "node:worker_threads";
import type { Clock, Timer } from "../../clock.ts";
import type { VolumeId } from "../../domain/ids.ts";
import { fromPlainError, NightjarError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type {
  ReaderAnswer,
  ReaderRequest,
  ReaderTask,
  SegmentIndex,
  SegmentPlace,
} from "./reader-messages.ts";

const DEADLINE_MS = 4_000;
/** What a thread may take to load, which says nothing of the volume. */
const LOAD_MS = 30_000;
/** Requests that wait for one volume; more than this many viewers at once are told that it is busy. */
const QUEUE_LIMIT = 512;
/** Sample tables kept in memory: about 100 kB each. */
const INDEXES_KEPT = 96;

interface Waiting {
  readonly task: ReaderTask;
  readonly signal: AbortSignal | undefined;
  resolve(answer: ReaderAnswer): void;
  reject(error: Error): void;
}

/** The readers of all volumes. */
export class VolumeReaders {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #deadlineMs: number;
  readonly #readers = new Map<VolumeId, VolumeReader>();
  readonly #indexes = new Map<string, SegmentIndex>();
  #paths = new Map<VolumeId, string>();
  #isWarm = false;

  constructor(clock: Clock, log: Log, deadlineMs: number = DEADLINE_MS) {
    this.#clock = clock;
    this.#log = log;
    this.#deadlineMs = deadlineMs;
  }

  /** Says which volumes there are and where. Files outside their volume's folder are not read. */
  setVolumes(volumes: readonly { readonly id: VolumeId; readonly path: string }[]): void {
    this.#paths = new Map(volumes.map(({ id, path }) => [id, path]));
    for (const [id, reader] of this.#readers) {
      if (this.#paths.get(id) === reader.root) continue;
      this.#readers.delete(id);
      void reader.close();
    }
    if (this.#isWarm) this.warm();
  }

  /**
   * Starts the threads of all volumes, for somebody who is about to ask: loading one takes longer than finding a picture. A
   * recorder that nobody plays from has none, and is spared ten megabytes for each.
   */
  warm(): void {
    this.#isWarm = true;
    for (const [id, path] of this.#paths) {
      if (!this.#readers.has(id)) this.#readers.set(id, this.#newReader(id, path));
    }
  }

  /** Where a volume is; undefined if it is not in use. */
  rootOf(volume: VolumeId): string | undefined {
    return this.#paths.get(volume);
  }

  /** Reads a recording's formats and sample tables; the newest ones asked for are remembered. */
  async index(place: SegmentPlace, signal?: AbortSignal): Promise<SegmentIndex> {
    const key = `${place.file} ${place.moovOffset ?? "open"} ${place.moovBytes ?? place.readableBytes}`;
    const known = this.#indexes.get(key);
    if (known !== undefined) {
      this.#indexes.delete(key);
      this.#indexes.set(key, known);
      return known;
    }
    const answer = await this.#reader(place).run({ kind: "index", place }, signal);
    if (answer.kind !== "index") throw unexpected();
    this.#indexes.set(key, answer.index);
    const [oldest] = this.#indexes.keys();
    if (this.#indexes.size > INDEXES_KEPT && oldest !== undefined) this.#indexes.delete(oldest);
    return answer.index;
  }

  /**
   * Reads pieces of a file. Each buffer has `headroom` free bytes in front of its piece; the caller owns them.
   * Rejects with `NJ_VOLUME_OFFLINE`, `NJ_RECORDING_UNREADABLE` or, when `signal` aborts first, its reason.
   */
  async read(
    place: SegmentPlace,
    pieces: readonly { readonly offset: number; readonly size: number }[],
    headroom: number,
    signal?: AbortSignal,
  ): Promise<Buffer[]> {
    const offsets = Float64Array.from(pieces, (piece) => piece.offset);
    const sizes = Uint32Array.from(pieces, (piece) => piece.size);
    const task: ReaderTask = { kind: "read", place, offsets, sizes, headroom };
    const answer = await this.#reader(place).run(task, signal);
    if (answer.kind !== "bytes") throw unexpected();
    const buffers: Buffer[] = [];
    let at = 0;
    for (const size of sizes) {
      buffers.push(Buffer.from(answer.bytes, at, headroom + size));
      at += headroom + size;
    }
    return buffers;
  }

  async close(): Promise<void> {
    const closing = [...this.#readers.values()].map((reader) => reader.close());
    this.#readers.clear();
    await Promise.all(closing);
  }

  #reader(place: SegmentPlace): VolumeReader {
    const root = this.#paths.get(place.volume);
    if (root === undefined) {
      throw new NightjarError(
        "NJ_VOLUME_OFFLINE",
        "unavailable",
        "the volume of this recording is not in use",
        {
          volume: place.volume,
        },
      );
    }
    const known = this.#readers.get(place.volume);
    if (known !== undefined) return known;
    const made = this.#newReader(place.volume, root);
    this.#readers.set(place.volume, made);
    return made;
  }

  #newReader(volume: VolumeId, root: string): VolumeReader {
    const reader = new VolumeReader(volume, root, this.#clock, this.#log, this.#deadlineMs);
    reader.warm();
    return reader;
  }
}

/** One volume's worker and the queue in front of it. */
class VolumeReader {
  readonly root: string;
  readonly #volume: VolumeId;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #deadlineMs: number;
  #worker: Worker | undefined;
  #queue: Waiting[] = [];
  #current: Waiting | undefined;
  #deadline: Timer | undefined;
  #isOffline: boolean = false;
  #isLoaded: boolean = false;
  #closed: boolean = false;

  constructor(volume: VolumeId, root: string, clock: Clock, log: Log, deadlineMs: number) {
    this.#volume = volume;
    this.root = root;
    this.#clock = clock;
    this.#log = log;
    this.#deadlineMs = deadlineMs;
  }

  /** Starts the thread. */
  warm(): void {
    this.#start();
  }

  run(task: ReaderTask, signal: AbortSignal | undefined): Promise<ReaderAnswer> {
    if (this.#isOffline || this.#closed) return Promise.reject(this.#offlineError());
    if (this.#queue.length >= QUEUE_LIMIT) {
      return Promise.reject(
        new NightjarError("NJ_VOLUME_BUSY", "resource-exhausted", "too many requests wait for this volume"),
      );
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ task, signal, resolve, reject });
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#deadline?.cancel();
    this.#rejectAll();
    const worker = this.#worker;
    this.#worker = undefined;
    if (worker === undefined) return;
    // A worker in a disk wait cannot be stopped: it must not hold up anybody.
    const patience = new Promise<void>((resolve) => this.#clock.after(500, resolve));
    await Promise.race([worker.terminate(), patience]);
  }

  #next(): void {
    if (this.#current !== undefined) return;
    let next = this.#queue.shift();
    while (next?.signal?.aborted === true) {
      next.reject(abortReason(next.signal));
      next = this.#queue.shift();
    }
    if (next === undefined) return;
    this.#current = next;
    this.#arm();
    const request: ReaderRequest = { root: this.root, task: next.task };
    this.#start().postMessage(request);
  }

  #arm(): void {
    this.#deadline?.cancel();
    const timeMs = this.#deadlineMs + (this.#isLoaded ? 0 : LOAD_MS);
    this.#deadline = this.#clock.after(timeMs, () => this.#pastDeadline());
  }

  #start(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(new URL("./volume-reader-thread.ts", import.meta.url), {
      name: "volume-reader",
      env: {},
    });
    worker.unref();
    worker.on("message", (answer: ReaderAnswer) => {
      if (answer.kind !== "ready") {
        this.#answered(answer);
        return;
      }
      this.#isLoaded = true;
      if (this.#current !== undefined) this.#arm();
    });
    worker.on("error", (error) => {
      this.#log.error("volume reader failed", { volume: this.#volume, reason: String(error) });
    });
    worker.once("exit", () => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      this.#isLoaded = false;
      this.#answered({
        kind: "error",
        error: {
          name: "NightjarError",
          code: "NJ_READER_FAILED",
          kind: "internal",
          message: "a reader failed",
        },
      });
    });
    this.#worker = worker;
    return worker;
  }

  #answered(answer: ReaderAnswer): void {
    this.#deadline?.cancel();
    const current = this.#current;
    this.#current = undefined;
    if (this.#isOffline && !this.#closed) {
      // The call that hung has come back: so has the volume.
      this.#isOffline = false;
      this.#log.notice("volume can be read again", { volume: this.#volume });
    }
    if (answer.kind === "error") current?.reject(fromPlainError(answer.error));
    else current?.resolve(answer);
    this.#next();
  }

  #pastDeadline(): void {
    this.#isOffline = true;
    this.#log.error("volume does not answer readers", { volume: this.#volume, deadlineMs: this.#deadlineMs });
    this.#rejectAll();
  }

  #rejectAll(): void {
    const error = this.#offlineError();
    this.#current?.reject(error);
    for (const waiting of this.#queue) waiting.reject(error);
    this.#queue = [];
  }

  #offlineError(): NightjarError {
    return new NightjarError(
      "NJ_VOLUME_OFFLINE",
      "unavailable",
      "the volume of this recording does not answer",
      {
        volume: this.#volume,
      },
    );
  }
}

function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error
    ? signal.reason
    : new NightjarError("NJ_CANCELLED", "unavailable", "the request was given up");
}

function unexpected(): NightjarError {
  return new NightjarError("NJ_INTERNAL", "internal", "a reader gave another answer than was asked for");
}
