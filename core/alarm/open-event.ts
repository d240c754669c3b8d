// An event while it is open: what its reporter has said so far, and when it may be written, merged and ended. Durations run
// on the monotonic clock; moments that are shown come from reports.
import {
  type Acknowledgement,
  type AlarmEvent,
  type EndReason,
  type EventAction,
  type EventReport,
  fraction,
  MOST_DETAIL_CHARACTERS,
  MOST_PICTURES,
  mergedObjects,
  OLDEST_REPORT_MS,
  type ReportedObject,
  type SeenObject,
  seenObject,
} from "../domain/alarm-event.ts";
import type { EventTiming } from "./arming.ts";
import { EventPaths } from "./event-paths.ts";

/** Reports of later moments are of a clock that is wrong. */
const NEWEST_REPORT_MS = 2_000;
const OLDEST_OWN_MS = 30 * 86_400_000;
/** The source of what the recorder says of itself. */
export const RECORDER = "recorder";

export class OpenEvent {
  readonly id: number;
  readonly key: string;
  readonly report: EventReport;
  readonly startMs: number;
  readonly timing: EventTiming;
  readonly openedAtMonotonicMs: number;
  lastMs: number;
  score: number | undefined;
  objects: readonly SeenObject[] = [];
  readonly #paths = new EventPaths();
  pictures: readonly number[] = [];
  detail: Readonly<Record<string, unknown>> = {};
  acknowledged: Acknowledgement | undefined;
  actions: readonly EventAction[] = [];
  /** Its reporter has ended it: it goes on if it begins again before this (monotonic). */
  closesAtMonotonicMs: number | undefined;
  endMs: number | undefined;
  endReason: EndReason | undefined;
  /** Taken over from an earlier process: ended at this (monotonic) unless it is reported again. */
  doubtedUntilMonotonicMs: number | undefined;
  /** Handed to the writer once. */
  isKnown = false;
  /** A plugin suppresses it: nothing of it is written or told. */
  isSuppressed = false;
  /** Plugins are still being asked. */
  isHeld = false;
  /** Changed since it was handed to the writer last. */
  isDirty = true;
  writtenAtMonotonicMs = Number.NEGATIVE_INFINITY;

  constructor(
    id: number,
    key: string,
    report: EventReport,
    startMs: number,
    timing: EventTiming,
    nowMonotonicMs: number,
  ) {
    this.id = id;
    this.key = key;
    this.report = report;
    this.startMs = startMs;
    this.lastMs = startMs;
    this.timing = timing;
    this.openedAtMonotonicMs = nowMonotonicMs;
    this.take(report, startMs);
  }

  /** An event that an earlier process left open. */
  static resumed(
    event: AlarmEvent,
    key: string,
    timing: EventTiming,
    now: number,
    doubtMs: number,
  ): OpenEvent {
    // What was seen is taken over as it was kept: it is no report of the event's begin.
    const report = { ...event, objects: [], timeMs: event.startMs } as unknown as EventReport;
    const open = new OpenEvent(event.id, key, report, event.startMs, timing, now);
    open.objects = event.objects.map(({ path: _, ...object }) => object);
    open.#paths.resume(event.objects);
    open.lastMs = event.lastMs;
    open.acknowledged = event.acknowledged;
    open.actions = event.actions ?? [];
    open.isKnown = true;
    open.isDirty = false;
    open.doubtedUntilMonotonicMs = now + doubtMs;
    return open;
  }

  /** Adds what a report says. */
  take(report: EventReport, atMs: number): void {
    this.lastMs = Math.max(this.lastMs, atMs);
    if (report.score !== undefined) this.score = Math.max(this.score ?? 0, fraction(report.score));
    if (report.objects !== undefined && report.objects.length > 0) this.#see(report.objects, atMs);
    if (report.pictures !== undefined)
      this.pictures = [...new Set([...report.pictures.filter(Number.isFinite), ...this.pictures])].slice(
        0,
        MOST_PICTURES,
      );
    if (report.detail !== undefined) this.addDetail(report.detail);
    this.isDirty = true;
  }

  #see(objects: readonly ReportedObject[], atMs: number): void {
    const seen = objects.map((object) => seenObject(object, atMs));
    this.objects = mergedObjects(this.objects, seen);
    this.#paths.take(seen, this.objects, Math.max(0, atMs - this.startMs));
  }

  /** Larger details are left out: they would be read with every list. */
  addDetail(more: Readonly<Record<string, unknown>>): void {
    const detail = { ...this.detail, ...more };
    this.detail = JSON.stringify(detail).length <= MOST_DETAIL_CHARACTERS ? detail : { leftOut: true };
  }

  /** As it is now. */
  event(revision: number): AlarmEvent {
    const { type, camera, rule, source, subject } = this.report;
    return {
      id: this.id,
      type,
      ...(camera === undefined ? {} : { camera }),
      ...(rule === undefined ? {} : { rule }),
      source,
      ...(subject === undefined ? {} : { subject }),
      startMs: this.startMs,
      ...(this.endMs === undefined ? {} : { endMs: this.endMs }),
      ...(this.endReason === undefined ? {} : { endReason: this.endReason }),
      lastMs: this.lastMs,
      ...(this.score === undefined ? {} : { score: this.score }),
      objects: this.#paths.on(this.objects),
      pictures: this.pictures,
      detail: this.detail,
      ...(this.acknowledged === undefined ? {} : { acknowledged: this.acknowledged }),
      ...(this.actions.length === 0 ? {} : { actions: this.actions }),
      revision,
    };
  }
}

/**
 * The moment that a report is of. One of a clock that is wrong (1970, next year, none at all) counts as now, and what it
 * said is kept in the detail.
 */
export function momentOf(
  { timeMs, source }: EventReport,
  nowMs: number,
): { readonly atMs: number; readonly said: string | undefined } {
  if (timeMs === undefined) return { atMs: nowMs, said: undefined };
  // The recorder knows since when a thing is so, by its own clock: an outage may be older than this process.
  const oldestMs = source === RECORDER ? nowMs - OLDEST_OWN_MS : nowMs - OLDEST_REPORT_MS;
  if (timeMs >= oldestMs && timeMs <= nowMs + NEWEST_REPORT_MS)
    return { atMs: Math.round(timeMs), said: undefined };
  const date = new Date(timeMs);
  return { atMs: nowMs, said: Number.isNaN(date.getTime()) ? "no moment" : date.toISOString() };
}
