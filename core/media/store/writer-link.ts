// The main thread's link to the writer thread of one volume: appends of many files are gathered into one message, as
// posting it costs more than writing; whatever somebody waits for goes at the end of the turn of the loop. Answers
// settle what waits. A thread that ends takes its open files with it, and is replaced.
import { Worker } from "node:worker_threads";
import type { Clock, Timer } from "../../clock.ts";
import type { ThreadFault, VolumeThreadData, WriterReply } from "./volume-messages.ts";
import { WriteBatch } from "./write-batch.ts";

/** A thread that lasted less than this is not replaced at once. */
const RESTART_PAUSE_MS = 5_000;
/** How long appends wait for company: a quarter of a part, so that a kill costs little more than without. */
const GATHER_MS = 250;
/** So much does not wait: it would be a long write in one go, and memory that could be free. */
const GATHER_BYTES = 4 * 1024 * 1024;

/** `sha256`: of a file that got its checksum with this. */
export type LinkDone = (fault: ThreadFault | undefined, sha256?: string) => void;

export interface WriterLinkEvents {
  /** A file lies on the volume with its first bytes; `directories` have new entries. */
  readonly onCreated: (token: number, descriptor: number, directories: readonly string[]) => void;
  /** A file has another name; `directories` have other entries. */
  readonly onMoved: (token: number, directories: readonly string[]) => void;
  /** A file can no longer be written to. */
  readonly onFailed: (token: number, fault: ThreadFault) => void;
  /** The thread ended, and with it all files. */
  readonly onLost: (fault: ThreadFault, error: unknown) => void;
  /** A message was answered and all that it settled is settled. */
  readonly onAnswer: () => void;
}

/** Sends operations in order; nothing blocks the caller. */
export class WriterLink {
  readonly #data: VolumeThreadData;
  readonly #clock: Clock;
  readonly #events: WriterLinkEvents;
  readonly #waiting = new Map<number, LinkDone>();
  /** When each message that is not yet answered was sent. */
  #sentMs: number[] = [];
  #worker: Worker;
  #batch = new WriteBatch();
  /** The batch goes at the end of this turn of the loop. */
  #flushing = false;
  #gathering: Timer | undefined;
  #nextId = 1;
  #closed = false;
  /** The thread ended soon after its start: the next one is started after a pause. */
  #pausing = false;
  #startedMs = Number.NEGATIVE_INFINITY;
  /** Monotonic time of the last answer. */
  lastAnswerMs: number;

  constructor(data: VolumeThreadData, clock: Clock, events: WriterLinkEvents) {
    this.#data = data;
    this.#clock = clock;
    this.#events = events;
    this.lastAnswerMs = clock.monotonicMs();
    this.#worker = this.#start();
  }

  /** How long the thread has been at it without an answer, in milliseconds; 0 if nothing is asked. */
  get waitingMs(): number {
    const sentMs = this.#sentMs[0];
    return sentMs === undefined ? 0 : this.#clock.monotonicMs() - Math.max(sentMs, this.lastAnswerMs);
  }

  get isIdle(): boolean {
    return this.#batch.isEmpty && this.#sentMs.length === 0;
  }

  create(token: number, path: string, firstBytes: Uint8Array, checksumFrom: number | undefined): void {
    this.#batch.push({ kind: "create", token, path, checksumFrom, ...this.#batch.copy(firstBytes) });
    this.#flushSoon();
  }

  /** Appends pieces, not at once: together with what else comes within `GATHER_MS`. `isLast`: with the checksum. */
  append(token: number, pieces: readonly Uint8Array[], onDone: LinkDone, isLast = false): void {
    const spans = this.#batch.spans(pieces);
    this.#batch.push({ kind: "append", id: this.#expect(onDone), token, spans, isLast });
    if (this.#batch.writeBytes >= GATHER_BYTES) this.#flushSoon();
    else if (!this.#flushing) this.#gathering ??= this.#clock.after(GATHER_MS, () => this.flush());
  }

  patch(token: number, offset: number, bytes: Uint8Array, onDone: LinkDone): void {
    this.#batch.push({ kind: "patch", id: this.#expect(onDone), token, offset, ...this.#batch.copy(bytes) });
    this.#flushSoon();
  }

  move(token: number, from: string, to: string, onDone: LinkDone): void {
    this.#batch.push({ kind: "move", id: this.#expect(onDone), token, from, to });
    this.#flushSoon();
  }

  writeText(path: string, text: string, onDone: LinkDone): void {
    this.#batch.push({ kind: "text", id: this.#expect(onDone), path, text });
    this.#flushSoon();
  }

  closeFile(token: number): void {
    this.#batch.push({ kind: "close", token });
    this.#flushSoon();
  }

  /** The thread is to let go of memory that it has no use for; worth while after a burst only. */
  giveBack(): void {
    this.#batch.push({ kind: "give-back" });
    this.#flushSoon();
  }

  /** Sends what has been collected, without waiting for more. */
  flush(): void {
    this.#flushing = false;
    this.#gathering?.cancel();
    this.#gathering = undefined;
    if (this.#closed || this.#pausing || this.#batch.isEmpty) return;
    const { message, transfer } = this.#batch.take();
    this.#batch = new WriteBatch();
    this.#sentMs.push(this.#clock.monotonicMs());
    this.#worker.postMessage(message, transfer);
  }

  /** Ends the thread; one that hangs in the kernel is left to it. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#gathering?.cancel();
    await this.#worker.terminate();
  }

  /** Once per turn of the loop: what many cameras ask for shares a message. */
  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => this.flush());
  }

  #expect(onDone: LinkDone): number {
    const id = this.#nextId++;
    this.#waiting.set(id, onDone);
    return id;
  }

  #start(): Worker {
    this.#startedMs = this.#clock.monotonicMs();
    const worker = new Worker(new URL("./volume-writer-thread.ts", import.meta.url), {
      workerData: this.#data,
    });
    worker.on("message", (reply: WriterReply) => this.#receive(reply));
    worker.on("error", (error) => this.#lose(error));
    return worker;
  }

  #receive(reply: WriterReply): void {
    this.#sentMs.shift();
    this.lastAnswerMs = this.#clock.monotonicMs();
    for (const { token, descriptor, directories } of reply.created) {
      this.#events.onCreated(token, descriptor, directories);
    }
    for (const { token, directories } of reply.moved) this.#events.onMoved(token, directories);
    const sums = new Map(reply.summed.map(({ id, sha256 }) => [id, sha256]));
    for (const id of reply.done) this.#settle(id, undefined, sums.get(id));
    for (const { token, fault } of reply.failed) this.#events.onFailed(token, fault);
    for (const { id, fault } of reply.refused) this.#settle(id, fault);
    this.#events.onAnswer();
  }

  #settle(id: number, fault: ThreadFault | undefined, sha256?: string): void {
    const onDone = this.#waiting.get(id);
    this.#waiting.delete(id);
    onDone?.(fault, sha256);
  }

  #lose(error: unknown): void {
    if (this.#closed) return;
    const fault: ThreadFault = {
      code: "NJ_THREAD_LOST",
      message: "the thread that writes to the volume ended",
    };
    this.#sentMs = [];
    if (this.#clock.monotonicMs() - this.#startedMs > RESTART_PAUSE_MS) {
      this.#worker = this.#start();
    } else {
      this.#pausing = true;
      this.#clock.after(RESTART_PAUSE_MS, () => {
        if (this.#closed) return;
        this.#pausing = false;
        this.#worker = this.#start();
        this.flush();
      });
    }
    this.#events.onLost(fault, error);
    for (const id of [...this.#waiting.keys()]) this.#settle(id, fault);
  }
}
