// Sends what waits, target by target: one connection for all that is due, growing pauses while a target cannot be had, and a
// word to whoever waits for his own event. A target in trouble holds up no other.
import { type LinkageDone, type Log, NightjarError } from "@nightjar/core";
import type { Carrier, CarrierOptions } from "./carriers.ts";
import { type Target, targetsOf, type UploadSettings } from "./config.ts";
import { isOfOneFile, uploadError } from "./upload-errors.ts";
import { type Job, markOf, type UploadQueue, type Waiting } from "./upload-queue.ts";

/** Below what an action has. */
const WAIT_MS = 25_000;
const PAUSES_MS = [10_000, 60_000, 300_000, 900_000];
/** A server that refuses a password again and again locks the account. */
const SIGN_IN_PAUSE_MS = 300_000;
const MOST_UNTOLD = 1_000;

/** How a target's jobs are doing. */
interface Line {
  readonly target: Target;
  readonly mark: string;
  running: Promise<void> | undefined;
  failures: number;
  /** Until then it is not asked again, and why. */
  rest: { readonly untilMs: number; readonly error: NightjarError } | undefined;
}

interface JobState {
  /** Names of files that are there. */
  readonly done: Set<string>;
  failures: number;
  /** Until then others go before. */
  untilMs: number;
}

export interface UploadDeskOptions {
  readonly settings: UploadSettings;
  readonly queue: UploadQueue;
  readonly log: Log;
  /** Aborted when the plugin ends. */
  readonly signal: AbortSignal;
  nowMs(): number;
  open(target: Target, how: Omit<CarrierOptions, "lookup" | "hostKeys">): Promise<Carrier>;
}

type Settled = { readonly error: NightjarError | undefined };

export class UploadDesk {
  readonly #options: UploadDeskOptions;
  readonly #lines: ReadonlyMap<string, Line>;
  readonly #states = new Map<string, JobState>();
  /** What came of jobs while nobody waited: the recorder asks again. */
  readonly #untold = new Map<string, Settled>();
  readonly #waiters = new Map<string, Set<(settled: Settled) => void>>();
  readonly #closing = new AbortController();
  readonly #stallMs: number;
  #isOverfull = false;

  constructor(options: UploadDeskOptions) {
    this.#options = options;
    this.#stallMs = options.settings.stallSeconds * 1_000;
    this.#lines = new Map(
      targetsOf(options.settings).map((target) => [
        target.name,
        { target, mark: markOf(target.name), running: undefined, failures: 0, rest: undefined },
      ]),
    );
  }

  /** Keeps what waits; what is on its way goes on from there in the next life. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.idle();
  }

  /** Until nothing is on its way. */
  async idle(): Promise<void> {
    await Promise.all([...this.#lines.values()].map(({ running }) => running));
  }

  /** Throws `NJ_UPLOAD_TARGET` for a target that there is not. */
  targetOf(name: string): Target {
    return this.#line(name).target;
  }

  /** Uploads at once, for somebody who tries it: nothing of it is kept. */
  async test(job: Job, signal: AbortSignal): Promise<LinkageDone> {
    const line = this.#line(job.target);
    const carrier = await this.#options.open(line.target, {
      signal: AbortSignal.any([signal, this.#options.signal, this.#closing.signal]),
      stallMs: this.#stallMs,
      isTest: true,
    });
    try {
      for (const file of job.files) await carrier.put(file);
    } finally {
      carrier.close();
    }
    // It works again: what waits need not wait on.
    line.rest = undefined;
    return { note: [noteOf(job), carrier.note].filter((part) => part !== undefined).join("; ") };
  }

  /** An event. It is kept until it is there or too old; throws `NJ_UPLOAD_*` with what holds it up. */
  async take(job: Job, signal: AbortSignal): Promise<LinkageDone> {
    const line = this.#line(job.target);
    // Whoever asks again hears what came of it meanwhile.
    const told = this.#untold.get(job.key);
    this.#untold.delete(job.key);
    const settled = told ?? this.#settledOf(job, signal);
    if (told === undefined && !this.#options.queue.has(job.key)) await this.#keep(job);
    this.#run(line);
    const { error } = await settled;
    if (error !== undefined) throw error;
    return { note: noteOf(job) };
  }

  /** Goes on with what is due. Call it now and then. */
  async turn(): Promise<void> {
    const { queue, log, nowMs } = this.#options;
    const old = await queue.removeOld(nowMs());
    // Told as the verdict: whoever asked would begin anew otherwise, with pictures of a later moment.
    for (const { key, targetMark } of old) this.#over(key, tooOld(this.#nameOf(targetMark)));
    if (old.length > 0) log.error("uploads were given up: they waited too long", { events: old.length });
    for (const line of this.#lines.values()) this.#run(line);
  }

  #line(name: string): Line {
    const line = this.#lines.get(name);
    if (line === undefined)
      throw uploadError("TARGET", name.slice(0, 40), "the plugin's settings have no target of this name");
    return line;
  }

  #nameOf(targetMark: string): string {
    return this.#lines.values().find(({ mark }) => mark === targetMark)?.target.name ?? "a former target";
  }

  async #keep(job: Job): Promise<void> {
    const { queue, log, nowMs } = this.#options;
    let given: readonly Waiting[];
    try {
      given = await queue.add(job, nowMs());
    } catch (error) {
      const { code } = error as { readonly code?: unknown };
      const words = `the recorder's own disk does not take what is to be uploaded (${String(code)})`;
      this.#settle(job.key, uploadError("QUEUE", job.target, words, error));
      return;
    }
    for (const { key, targetMark } of given) this.#over(key, overfull(this.#nameOf(targetMark)));
    if (given.length > 0 && !this.#isOverfull)
      log.warn("too much waits to be uploaded: the oldest is given up", { events: given.length });
    this.#isOverfull = given.length > 0;
  }

  /** What becomes of a job's next try; a verdict of its own when nobody waits any more. */
  #settledOf({ key, target }: Job, signal: AbortSignal): Promise<Settled> {
    const { promise, resolve } = Promise.withResolvers<Settled>();
    const ended = AbortSignal.any([
      ...[signal, this.#options.signal, this.#closing.signal],
      AbortSignal.timeout(WAIT_MS),
    ]);
    const waiters = this.#waiters.get(key) ?? new Set();
    this.#waiters.set(key, waiters.add(resolve));
    const giveUp = (): void =>
      resolve({
        error: new NightjarError(
          "NJ_UPLOAD_TIMEOUT",
          "deadline-exceeded",
          `${target}: it is still on its way, and goes on without anybody waiting`,
          { target },
        ),
      });
    if (ended.aborted) giveUp();
    ended.addEventListener("abort", giveUp, { once: true });
    return promise.finally(() => {
      ended.removeEventListener("abort", giveUp);
      waiters.delete(resolve);
      if (waiters.size === 0 && this.#waiters.get(key) === waiters) this.#waiters.delete(key);
    });
  }

  #settle(key: string, error: NightjarError | undefined): void {
    for (const resolve of this.#waiters.get(key) ?? []) resolve({ error });
  }

  /** It is no longer kept, and this came of it. */
  #over(key: string, error: NightjarError | undefined): void {
    this.#states.delete(key);
    if (this.#waiters.has(key)) {
      this.#settle(key, error);
      return;
    }
    this.#untold.set(key, { error });
    const [oldest] = this.#untold.keys();
    if (this.#untold.size > MOST_UNTOLD && oldest !== undefined) this.#untold.delete(oldest);
  }

  /** Sends what a target is due, unless that is going on already. */
  #run(line: Line): void {
    if (this.#closing.signal.aborted || line.running !== undefined) return;
    if (line.rest !== undefined && this.#options.nowMs() < line.rest.untilMs) {
      for (const { key } of this.#jobsOf(line)) this.#settle(key, waits(line.rest.error));
      return;
    }
    if (this.#nextOf(line) === undefined) return;
    line.running = this.#sendAll(line).finally(() => {
      line.running = undefined;
    });
  }

  #jobsOf({ mark }: Line): readonly Waiting[] {
    return this.#options.queue.jobs.filter(({ targetMark }) => targetMark === mark);
  }

  #nextOf(line: Line): Waiting | undefined {
    const nowMs = this.#options.nowMs();
    return this.#jobsOf(line).find(({ key }) => (this.#states.get(key)?.untilMs ?? 0) <= nowMs);
  }

  async #sendAll(line: Line): Promise<void> {
    const { log, signal } = this.#options;
    const end = AbortSignal.any([signal, this.#closing.signal]);
    let carrier: Carrier | undefined;
    try {
      // A job that failed is due later, one that was done is gone: this comes to an end.
      for (let next = this.#nextOf(line); next !== undefined; next = this.#nextOf(line)) {
        end.throwIfAborted();
        carrier ??= await this.#options.open(line.target, {
          signal: end,
          stallMs: this.#stallMs,
          isTest: false,
        });
        await this.#send(line, carrier, next);
      }
      if (line.failures > 0) log.notice("uploads go on", { target: line.target.name });
      line.failures = 0;
      line.rest = undefined;
    } catch (error) {
      if (!end.aborted) this.#rest(line, faultOf(error, line.target.name));
    } finally {
      carrier?.close();
    }
  }

  async #send(line: Line, carrier: Carrier, one: Waiting): Promise<void> {
    const { queue, log, nowMs } = this.#options;
    const job = await queue.read(one);
    if (job === undefined) {
      log.error("an upload was given up: what was kept of it cannot be read", { target: line.target.name });
      await this.#end(one, uploadError("QUEUE", line.target.name, "what was kept of it cannot be read"));
      return;
    }
    const state = this.#states.get(one.key) ?? { done: new Set<string>(), failures: 0, untilMs: 0 };
    this.#states.set(one.key, state);
    try {
      for (const file of job.files) {
        if (state.done.has(file.name)) continue;
        await carrier.put(file);
        state.done.add(file.name);
      }
    } catch (error) {
      const fault = faultOf(error, line.target.name);
      if (!isOfOneFile(fault)) throw fault;
      if (state.failures === 0)
        log.warn("an upload was refused and waits", { target: line.target.name, reason: fault.message });
      state.untilMs = nowMs() + pauseOf(state.failures);
      state.failures += 1;
      this.#settle(one.key, fault);
      return;
    }
    await this.#end(one, undefined);
  }

  async #end(one: Waiting, error: NightjarError | undefined): Promise<void> {
    await this.#options.queue.remove(one);
    this.#over(one.key, error);
  }

  #rest(line: Line, error: NightjarError): void {
    const { log, nowMs } = this.#options;
    const pauseMs =
      error.code === "NJ_UPLOAD_SIGN_IN"
        ? Math.max(SIGN_IN_PAUSE_MS, pauseOf(line.failures))
        : pauseOf(line.failures);
    if (line.failures === 0)
      log.warn("uploads cannot be done and wait", { target: line.target.name, reason: error.message });
    line.failures += 1;
    line.rest = { untilMs: nowMs() + pauseMs, error };
    for (const { key } of this.#jobsOf(line)) this.#settle(key, error);
  }
}

function pauseOf(failures: number): number {
  return PAUSES_MS[Math.min(failures, PAUSES_MS.length - 1)] ?? 0;
}

function noteOf({ target, files }: Job): string {
  return `${target}: ${files.length} ${files.length === 1 ? "file" : "files"}`;
}

/** The same as before, said of one that was not tried because of it. */
function waits({ code, kind, message, context }: NightjarError): NightjarError {
  return new NightjarError(code, kind, `${message} (it waits)`, context);
}

function overfull(target: string): NightjarError {
  return new NightjarError(
    "NJ_UPLOAD_GIVEN_UP",
    "failed-precondition",
    `${target}: too much waits to be uploaded: this, the oldest, was given up`,
    { target },
  );
}

function tooOld(target: string): NightjarError {
  return new NightjarError(
    "NJ_UPLOAD_GIVEN_UP",
    "failed-precondition",
    `${target}: it has waited too long to be uploaded, and was given up`,
    { target },
  );
}

function faultOf(error: unknown, target: string): NightjarError {
  return error instanceof NightjarError ? error : uploadError("UNAVAILABLE", target, "it broke off", error);
}
