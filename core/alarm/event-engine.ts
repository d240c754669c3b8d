// The event engine: reports come in, events come out. The order: classify → armed? → trigger (at
// once, waits for nobody) → plugins → row → listeners. It alone gives numbers and writes rows. Memory is bounded by the
// events that are open and those that wait for the database.
import type { Clock, Timer } from "../clock.ts";
import { CoreHook } from "../core-hook.ts";
import type { Db } from "../db/db.ts";
import {
  acknowledgeEvent,
  addEventActions,
  findEvent,
  forgetEvents,
  lastEventNumbers,
  openEvents,
} from "../db/tables/events-table.ts";
import { keyValuesTable } from "../db/tables/key-values-table.ts";
import {
  type Acknowledgement,
  type AlarmEvent,
  type EndReason,
  type EventAction,
  type EventReport,
  eventKey,
  MOST_ACTIONS,
} from "../domain/alarm-event.ts";
import { isArmable, isEventType } from "../domain/event-types.ts";
import { time90kFromMs } from "../domain/time.ts";
import type { Log } from "../log.ts";
import type { Arming } from "./arming.ts";
import { type EventPhase, EventWriter, MOST_WAITING } from "./event-writer.ts";
import { LastingStates } from "./lasting-states.ts";
import { momentOf, OpenEvent } from "./open-event.ts";

const DAY_MS = 86_400_000;
/** Forgotten in one transaction. */
const PORTION = 1_000;
const SWEEP_MS = 250;
/** States that last are held against their schedules so often. */
const STATES_MS = 1_000;
/** Changes of an open event are written at most so often. */
const UPDATE_MS = 1_000;
export const MOST_OPEN = 10_000;
/** Exceptions of an earlier process go on if their cause is seen again within this. */
const DOUBT_MS = 60_000;
/** Plugins are asked about so many events at once; in a storm the rest go without them. */
const MOST_HELD = 64;
const LAST_ID_KEY = "events.last-id";

/** Asks for recording; the same id again moves `until`. */
export interface EventTrigger {
  readonly eventId: number;
  readonly type: string;
  readonly camera: string | undefined;
  /** Of the picture that raised it. */
  readonly eventTime90k: number;
  readonly until90k: number;
}

/** What plugins have to say: a reason to suppress it, or a changed detail. */
export type PluginSay = { readonly suppressed: string } | { readonly detail: AlarmEvent["detail"] };

export interface EventEngineOptions {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly arming: Arming;
  /** Asks plugins; undefined where none taps. Must resolve, within its own time limits. */
  readonly askPlugins?: (event: AlarmEvent) => Promise<PluginSay> | undefined;
}

/**
 * Hears of events. `isSaid`: nothing happened, but what was done or said of it changed (an acknowledgement, an action).
 */
export type EventListener = (event: AlarmEvent, phase: EventPhase, isNew: boolean, isSaid: boolean) => void;

export interface EngineFigures {
  readonly reported: number;
  /** Not armed, cooling down, or suppressed by a plugin. */
  readonly unarmed: number;
  readonly cooled: number;
  readonly suppressed: number;
  readonly lost: number;
  readonly open: number;
}

export class EventEngine {
  readonly #options: EventEngineOptions;
  readonly #writer: EventWriter;
  readonly #open = new Map<string, OpenEvent>();
  readonly #states = new LastingStates();
  #statesSeenAtMs = 0;
  /** Kinds and places that rest after an event, until when (monotonic). */
  readonly #cooling = new Map<string, number>();
  readonly #told: CoreHook<Parameters<EventListener>>;
  readonly #triggered: CoreHook<[trigger: EventTrigger]>;
  #arming: Arming;
  #lastId = 0;
  #revision = 0;
  #held = 0;
  #sweep: Timer | undefined;
  readonly #figures = { reported: 0, unarmed: 0, cooled: 0, suppressed: 0 };

  constructor(options: EventEngineOptions) {
    this.#options = options;
    this.#arming = options.arming;
    this.#told = new CoreHook("event written", ["event", "phase", "isNew", "isSaid"], options.log);
    this.#triggered = new CoreHook("event triggers", ["trigger"], options.log);
    this.#writer = new EventWriter({
      ...options,
      written: (event, phase, isNew) => this.#told.call(event, phase, isNew, false),
    });
  }

  get figures(): EngineFigures {
    return { ...this.#figures, lost: this.#writer.lost, open: this.#open.size };
  }

  get arming(): Arming {
    return this.#arming;
  }

  /**
   * Takes up where an earlier process ended: its events are over, but for exceptions, which go on if their cause is still
   * there. Call before the first report.
   */
  async start(): Promise<void> {
    const { db, clock, log } = this.#options;
    const { id, revision } = await lastEventNumbers(db);
    const ended = await keyValuesTable(db).get(LAST_ID_KEY);
    // A process that was killed may have told of events that it had not written: their numbers are not used again.
    const isKnown = typeof ended === "number" && ended >= id;
    this.#lastId = isKnown ? ended : id === 0 ? 0 : id + MOST_WAITING;
    await keyValuesTable(db).remove(LAST_ID_KEY);
    this.#revision = revision;
    const nowMs = clock.monotonicMs();
    let over = 0;
    for (const event of await openEvents(db)) {
      const report = event as unknown as EventReport;
      const key = eventKey(report);
      // Types of older recorders may be none any more: then the timing of exceptions does.
      const type = isEventType(event.type) ? event.type : "exception-record";
      const open = OpenEvent.resumed(event, key, this.#arming.timingOf(type, event.camera), nowMs, DOUBT_MS);
      if (event.type === type && !isArmable(type) && !this.#open.has(key)) {
        this.#open.set(key, open);
        continue;
      }
      open.endMs = Math.max(event.startMs, event.lastMs);
      open.endReason = "restarted";
      this.#put(open);
      over += 1;
    }
    if (over > 0) log.notice("events of the process before were ended", { events: over });
    if (this.#open.size > 0) this.#beginSweeping();
  }

  /** Ends what is open but exceptions, and writes what waits. */
  async stop(): Promise<void> {
    this.#sweep?.cancel();
    this.#sweep = undefined;
    for (const open of this.#open.values()) {
      const reason = open.endMs === undefined ? "restarted" : undefined;
      if (isArmable(open.report.type)) this.#finish(open, open.endMs ?? open.lastMs, reason);
      else if (open.isDirty) this.#put(open);
    }
    await this.#writer.settled();
    this.#writer.close();
    await keyValuesTable(this.#options.db).set(LAST_ID_KEY, this.#lastId);
  }

  /** Calls the listener of this name when an event has been written: its begin, its changes, its end. Gives what ends that. */
  onEvent(name: string, listener: EventListener): () => void {
    return this.#told.tap(name, listener);
  }

  /** Calls the listener of this name at once when an armed event begins, goes on or ends, before all else is done with it. */
  onTrigger(name: string, listener: (trigger: EventTrigger) => void): () => void {
    return this.#triggered.tap(name, listener);
  }

  /** Other rules, another profile or zone are in force: what is not armed any more ends, what lasts and is armed now begins. */
  setArming(arming: Arming): void {
    this.#arming = arming;
    const nowMs = this.#options.clock.wallMs();
    for (const open of this.#open.values()) {
      if (!arming.isArmed(open.report.type, open.report.camera, nowMs)) this.#disarm(open, nowMs);
    }
    this.#lookAtStates();
  }

  /**
   * Something begins, or goes on: `start` and `update` are the same to whoever reports. Answers the event's number;
   * undefined where it does not count (not armed, cooling down).
   */
  report(report: EventReport): number | undefined {
    const { clock } = this.#options;
    const key = eventKey(report);
    const wallMs = clock.wallMs();
    const nowMs = clock.monotonicMs();
    const { atMs, said } = momentOf(report, wallMs);
    this.#figures.reported += 1;
    this.#states.take(report);
    if (this.#states.size > 0) this.#beginSweeping();
    const known = this.#open.get(key);
    if (!this.#arming.isArmed(report.type, report.camera, atMs)) {
      this.#figures.unarmed += 1;
      if (known !== undefined) this.#disarm(known, atMs);
      return undefined;
    }
    if (known !== undefined && !this.#isOver(known, nowMs, atMs)) {
      known.take(report, atMs);
      known.closesAtMonotonicMs = undefined;
      known.endMs = undefined;
      known.doubtedUntilMonotonicMs = undefined;
      this.#putIfDue(known, nowMs);
      return known.id;
    }
    const restsUntilMs = this.#cooling.get(key);
    if (restsUntilMs !== undefined) {
      if (nowMs < restsUntilMs) {
        this.#figures.cooled += 1;
        return undefined;
      }
      this.#cooling.delete(key);
    }
    const detail = said === undefined ? report.detail : { ...report.detail, reportedTime: said };
    return this.#begin(key, { ...report, detail }, atMs, nowMs);
  }

  /** It is over, as its reporter says. Within the merge window it goes on if it begins again. */
  end(report: EventReport): void {
    const key = eventKey(report);
    this.#states.over(key);
    const open = this.#open.get(key);
    if (open === undefined) return;
    const { clock } = this.#options;
    const { atMs } = momentOf(report, clock.wallMs());
    open.take(report, atMs);
    open.endMs = Math.max(open.startMs, atMs);
    const { mergeMs } = open.timing;
    if (mergeMs === 0) this.#finish(open, open.endMs);
    else open.closesAtMonotonicMs = clock.monotonicMs() + mergeMs;
  }

  /** Something that has no duration. */
  pulse(report: EventReport): number | undefined {
    const id = this.report(report);
    if (id !== undefined) this.end(report);
    return id;
  }

  /** Ends everything that is open of a camera that is not there any more. */
  forgetCamera(camera: string): void {
    const nowMs = this.#options.clock.wallMs();
    this.#states.forgetCamera(camera);
    for (const open of this.#open.values()) if (open.report.camera === camera) this.#finish(open, nowMs);
  }

  /** Notes who has seen an event. Undefined if there is none of that number. */
  async acknowledge(id: number, acknowledged: Acknowledgement): Promise<AlarmEvent | undefined> {
    const { db } = this.#options;
    await this.#writer.settled();
    for (const open of this.#open.values()) if (open.id === id) open.acknowledged = acknowledged;
    this.#revision += 1;
    if (!(await acknowledgeEvent(db, id, acknowledged, this.#revision))) return undefined;
    const event = await findEvent(db, id);
    if (event !== undefined) this.#tellSaid(event);
    return event;
  }

  /** Keeps what was done because of events, by their numbers, and tells of these events. */
  async noteActions(done: ReadonlyMap<number, readonly EventAction[]>): Promise<void> {
    const { db } = this.#options;
    await this.#writer.settled();
    for (const open of this.#open.values()) {
      const actions = done.get(open.id);
      if (actions !== undefined) open.actions = [...open.actions, ...actions].slice(0, MOST_ACTIONS);
    }
    const added = [...done].map(([id, actions]) => {
      this.#revision += 1;
      return { id, actions, revision: this.#revision };
    });
    await addEventActions(db, added, MOST_ACTIONS);
    for (const { id } of added) {
      const event = await findEvent(db, id);
      if (event !== undefined) this.#tellSaid(event);
    }
  }

  /** Forgets what is older, or more, than is kept, in portions. `nowMs`: a moment that can be trusted. */
  async forget(nowMs: number, keep: { readonly days: number; readonly count: number }): Promise<void> {
    const bounds = { fromMs: nowMs - keep.days * DAY_MS, count: keep.count };
    while ((await forgetEvents(this.#options.db, bounds, PORTION)) > 0);
  }

  /** Resolves when what was reported so far has been written. */
  settled(): Promise<void> {
    return this.#writer.settled();
  }

  #begin(key: string, report: EventReport, atMs: number, nowMs: number): number {
    if (this.#open.size >= MOST_OPEN) {
      const [oldest] = this.#open.values();
      if (oldest !== undefined) this.#finish(oldest, oldest.lastMs, "crowded-out");
    }
    this.#lastId += 1;
    const timing = this.#arming.timingOf(report.type, report.camera);
    const open = new OpenEvent(this.#lastId, key, report, atMs, timing, nowMs);
    this.#open.set(key, open);
    this.#beginSweeping();
    this.#trigger(open, atMs + (timing.maxOpenMs ?? 0));
    const asked = this.#held < MOST_HELD ? this.#options.askPlugins?.(open.event(0)) : undefined;
    if (asked === undefined) this.#put(open);
    else this.#hold(open, asked);
    return open.id;
  }

  #hold(open: OpenEvent, asked: Promise<PluginSay>): void {
    this.#held += 1;
    open.isHeld = true;
    asked
      .then((say) => {
        if ("detail" in say) open.addDetail(say.detail);
        else {
          open.isSuppressed = true;
          this.#figures.suppressed += 1;
          this.#trigger(open, open.lastMs);
        }
      })
      .catch((error: unknown) =>
        this.#options.log.warn("plugins were not asked about an event", { reason: String(error) }),
      )
      .finally(() => {
        this.#held -= 1;
        open.isHeld = false;
        this.#put(open);
      });
  }

  /** Ends it where its time has come. `atMs`: the moment of what is reported now, which may have been told late as its end was. */
  #isOver(open: OpenEvent, nowMs: number, atMs = Number.NEGATIVE_INFINITY): boolean {
    const { maxOpenMs, mergeMs } = open.timing;
    const { closesAtMonotonicMs, endMs } = open;
    const isLater = endMs !== undefined && atMs - endMs > mergeMs;
    if (closesAtMonotonicMs !== undefined && (isLater || nowMs >= closesAtMonotonicMs))
      this.#finish(open, endMs ?? open.lastMs);
    else if (maxOpenMs !== undefined && nowMs - open.openedAtMonotonicMs >= maxOpenMs)
      this.#finish(open, Math.max(open.lastMs, open.startMs + maxOpenMs), "too-long");
    else return false;
    return true;
  }

  #finish(open: OpenEvent, endMs: number, reason?: EndReason): void {
    this.#open.delete(open.key);
    open.endMs = Math.max(open.startMs, endMs);
    open.endReason = reason;
    const { cooldownMs } = open.timing;
    const goesOn = reason === "too-long" && this.#states.has(open.key);
    if (cooldownMs > 0 && !goesOn && this.#cooling.size < MOST_OPEN)
      this.#cooling.set(open.key, this.#options.clock.monotonicMs() + cooldownMs);
    // It ends now at the latest, also where the clock was set back to before it began.
    if (!open.isSuppressed) this.#trigger(open, Math.min(open.endMs, this.#options.clock.wallMs()));
    if (!open.isHeld) this.#put(open);
  }

  #disarm(open: OpenEvent, atMs: number): void {
    if (open.endMs === undefined) this.#finish(open, atMs, "disarmed");
    else this.#finish(open, open.endMs);
  }

  #putIfDue(open: OpenEvent, nowMs: number): void {
    if (open.isHeld || !open.isDirty || nowMs - open.writtenAtMonotonicMs < UPDATE_MS) return;
    this.#put(open);
  }

  #put(open: OpenEvent): void {
    if (open.isSuppressed) return;
    this.#revision += 1;
    // An end that may still be taken back is nobody's business yet.
    const isClosing = open.closesAtMonotonicMs !== undefined && this.#open.get(open.key) === open;
    const { endMs, ...rest } = open.event(this.#revision);
    this.#writer.put(isClosing || endMs === undefined ? rest : { ...rest, endMs }, !open.isKnown);
    open.isKnown = true;
    open.isDirty = false;
    open.writtenAtMonotonicMs = this.#options.clock.monotonicMs();
  }

  #tellSaid(event: AlarmEvent): void {
    this.#told.call(event, event.endMs === undefined ? "update" : "end", false, true);
  }

  #trigger(open: OpenEvent, untilMs: number): void {
    this.#triggered.call({
      eventId: open.id,
      type: open.report.type,
      camera: open.report.camera,
      eventTime90k: time90kFromMs(open.startMs),
      until90k: time90kFromMs(untilMs),
    });
  }

  #beginSweeping(): void {
    this.#sweep ??= this.#options.clock.every(SWEEP_MS, () => this.#lookRound());
  }

  /** States whose event has ended go on as the next one, or begin one, as they are armed now; others end. */
  #lookAtStates(): void {
    const { clock } = this.#options;
    const nowMs = clock.monotonicMs();
    const wallMs = clock.wallMs();
    this.#statesSeenAtMs = nowMs;
    for (const [key, report] of this.#states) {
      const open = this.#open.get(key);
      const isArmed = this.#arming.isArmed(report.type, report.camera, wallMs);
      if (open !== undefined) {
        if (!isArmed) this.#disarm(open, wallMs);
      } else if (isArmed && !this.#cooling.has(key) && this.#open.size < MOST_OPEN)
        this.#begin(key, report, wallMs, nowMs);
    }
  }

  #lookRound(): void {
    const nowMs = this.#options.clock.monotonicMs();
    let isAnyOver = false;
    for (const open of this.#open.values()) {
      if (open.doubtedUntilMonotonicMs !== undefined && nowMs >= open.doubtedUntilMonotonicMs) {
        this.#finish(open, open.lastMs, "restarted");
        continue;
      }
      if (this.#isOver(open, nowMs)) isAnyOver = true;
      else this.#putIfDue(open, nowMs);
    }
    for (const [key, untilMs] of this.#cooling) if (nowMs >= untilMs) isAnyOver = this.#cooling.delete(key);
    if (isAnyOver || nowMs - this.#statesSeenAtMs >= STATES_MS) this.#lookAtStates();
    if (this.#open.size > 0 || this.#cooling.size > 0 || this.#states.size > 0) return;
    this.#sweep?.cancel();
    this.#sweep = undefined;
  }
}
