// The recorder's own trouble as events (manual 11.7, table 11-B): what is wrong with it, seen by whoever watches that, and
// what this looks for itself: the network, the load of the processors, failed sign-ins. Cameras' links and volumes report
// themselves (recorder-events.ts).
import type { Clock, Timer } from "../clock.ts";
import type { EventReport } from "../domain/alarm-event.ts";
import type { EventTypeId } from "../domain/event-types.ts";

/** Something that is wrong now. */
export interface PresentProblem {
  readonly code: string;
  readonly subject?: string | undefined;
  readonly camera?: string | undefined;
  readonly message: string;
  /** What the message names: interfaces say it in other languages. */
  readonly context?: Readonly<Record<string, string | number>> | undefined;
  /** RFC 3339. */
  readonly since?: string | undefined;
}

export interface ExceptionSources {
  readonly clock: Clock;
  readonly sink: {
    report(report: EventReport): unknown;
    end(report: EventReport): void;
    pulse(report: EventReport): unknown;
  };
  /** True where a cable or radio link is up; undefined where that cannot be known. */
  networkIsUp(): boolean | undefined;
  /** Disk arrays of the system's that are not whole. */
  brokenArrays(): readonly { readonly name: string; readonly state: string; readonly missing: number }[];
  /** Processes that wait for a processor, by processor, over the last minute; undefined where that is not known. */
  load(): number | undefined;
  /** The share of the last minute in which a process waited for a processor; undefined where that is not known. */
  pressure(): number | undefined;
}

const SOURCE = "recorder";
const LOOK_MS = 5_000;
/** So many processes for each processor, for so long. */
const OVERLOAD = 2;
const PRESSURE = 0.5;
const OVERLOAD_AFTER_MS = 60_000;
/** A cable that is plugged over is no news. */
const NETWORK_GONE_AFTER_MS = 10_000;

const TYPE_OF_PROBLEM: Readonly<Record<string, EventTypeId>> = {
  "recording-stopped": "exception-record",
  "recording-missing": "exception-record",
  "clock-wrong": "exception-clock",
  "clock-stepped": "exception-clock",
  "plugin-quarantined": "exception-plugin",
  "plugin-failed": "exception-plugin",
};

export class RecorderExceptions {
  readonly #sources: ExceptionSources;
  readonly #present = new Map<string, EventReport>();
  readonly #timer: Timer;
  /** Since when (monotonic) something lasts that is told only when it has lasted. */
  readonly #since = new Map<EventTypeId, number>();
  #wasUp = false;
  /** Arrays that were broken at the last look. */
  #arrays: readonly string[] = [];

  constructor(sources: ExceptionSources) {
    this.#sources = sources;
    this.#timer = sources.clock.every(LOOK_MS, () => this.look());
  }

  close(): void {
    this.#timer.cancel();
  }

  /** What is wrong now, all of it: what was not before begins, what is no longer there ends. */
  takeProblems(problems: readonly PresentProblem[]): void {
    const now = new Map<string, EventReport>();
    for (const { code, subject, camera, message, context, since } of problems) {
      const type = TYPE_OF_PROBLEM[code];
      if (type === undefined) continue;
      // Of one camera or plugin there is one event of a kind, also where several sentences say it.
      const named = camera === undefined ? (subject === undefined ? {} : { subject }) : { camera };
      const detail = { code, message, ...(context === undefined ? {} : { context }) };
      const report: EventReport = { type, ...named, source: SOURCE, detail };
      // A clock that is set once more is another event: whoever saw to the last time knows nothing of this one.
      const occurrence = code === "clock-stepped" ? since : undefined;
      now.set(JSON.stringify([type, named, occurrence]), report);
    }
    for (const [key, report] of this.#present) {
      if (now.has(key)) continue;
      this.#present.delete(key);
      this.#sources.sink.end({ ...report, detail: undefined });
    }
    for (const [key, report] of now) {
      if (this.#present.has(key)) continue;
      this.#present.set(key, report);
      this.#sources.sink.report(report);
    }
  }

  /** Somebody tried to sign in and was refused. */
  signInFailed(address: string, detail: Readonly<Record<string, unknown>>): void {
    this.#sources.sink.pulse({
      type: "exception-illegal-login",
      subject: address,
      source: SOURCE,
      detail: { address, ...detail },
    });
  }

  /** Looks at network, disk arrays and processors. */
  look(): void {
    this.#lookAtArrays();
    const isUp = this.#sources.networkIsUp();
    // Where there never was a network none is gone; an adapter that is pulled takes all that is known of it along.
    if (isUp === true) this.#wasUp = true;
    const isGone = isUp !== true && this.#wasUp;
    this.#lasting("exception-network", isGone, NETWORK_GONE_AFTER_MS, () => ({}));
    const load = this.#sources.load();
    // Those that wait for a disk that does not answer count as load, too, and no processor would help them.
    const isWaitedFor = (this.#sources.pressure() ?? 1) >= PRESSURE;
    const isOverloaded = load !== undefined && load > OVERLOAD && isWaitedFor;
    this.#lasting("exception-cpu", isOverloaded, OVERLOAD_AFTER_MS, () => ({
      load: Math.round((load ?? 0) * 100) / 100,
    }));
  }

  #lookAtArrays(): void {
    const { sink } = this.#sources;
    const broken = this.#sources.brokenArrays();
    const names = broken.map(({ name }) => name);
    const about = (subject: string) => ({ type: "exception-array", subject, source: SOURCE }) as const;
    for (const gone of this.#arrays) if (!names.includes(gone)) sink.end(about(gone));
    for (const { name, state, missing } of broken)
      sink.report({ ...about(name), detail: { state, missing } });
    this.#arrays = names;
  }

  #lasting(type: EventTypeId, isSo: boolean, afterMs: number, detail: () => Record<string, unknown>): void {
    const { clock, sink } = this.#sources;
    if (!isSo) {
      this.#since.delete(type);
      sink.end({ type, source: SOURCE });
      return;
    }
    const sinceMs = this.#since.get(type) ?? clock.monotonicMs();
    this.#since.set(type, sinceMs);
    if (clock.monotonicMs() - sinceMs >= afterMs) sink.report({ type, source: SOURCE, detail: detail() });
  }
}
