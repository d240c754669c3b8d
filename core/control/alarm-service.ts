// Puts the event engine into the recorder: what it is armed by, who tells it of trouble, whom it tells, and the face that the
// API asks.
import { Arming } from "../alarm/arming.ts";
import { EventEngine, type PluginSay } from "../alarm/event-engine.ts";
import { eventView } from "../alarm/event-view.ts";
import { RecorderExceptions } from "../alarm/recorder-exceptions.ts";
import type { Clock } from "../clock.ts";
import type { ConfigStore, FrozenConfig } from "../config/config-store.ts";
import { STAGE_EARLY } from "../core-hook.ts";
import type { Db } from "../db/db.ts";
import {
  type EventCursor,
  findEvent,
  kindFigures,
  openEvents,
  searchEvents,
} from "../db/tables/events-table.ts";
import type { AlarmEvent, EventReport } from "../domain/alarm-event.ts";
import { EXCEPTION_TYPES, isOwnException, toldIn } from "../domain/event-hints.ts";
import { eventType } from "../domain/event-types.ts";
import { NightjarError } from "../errors.ts";
import type { EventService } from "../http/services.ts";
import type { StatusProblem } from "../http/wire-schemas.ts";
import type { Log } from "../log.ts";
import { type Hooks, isTapped } from "../plugin/calls/hooks.ts";
import type { EventSink } from "../recording/recorder-events.ts";
import { brokenArrays, loadPerProcessor, networkLook, processorPressure } from "../system/machine-state.ts";
import type { AuditLog } from "../users/audit-log.ts";

const DAY_MS = 86_400_000;
const MOST_OPEN_SHOWN = 100;

export interface AlarmParts {
  readonly db: Db;
  readonly config: ConfigStore;
  readonly clock: Clock;
  readonly log: Log;
  hooks(): Pick<Hooks, "alarm" | "beforeAlarm" | "alarmRaised" | "alarmUpdated" | "alarmCleared">;
  /** An event was written. */
  tell(event: ReturnType<typeof eventView>): void;
}

export class AlarmService implements EventService, EventSink {
  readonly engine: EventEngine;
  readonly #parts: AlarmParts;
  #exceptions: RecorderExceptions | undefined;
  #stops: (() => void)[] = [];

  constructor(parts: AlarmParts) {
    const { db, clock, log, config } = parts;
    this.#parts = parts;
    this.engine = new EventEngine({
      db,
      clock,
      log,
      arming: armingOf(config.get()),
      askPlugins: (event) => this.#askPlugins(event),
    });
  }

  /** Call before the first report, and with plugins loaded. */
  async start(audit: AuditLog): Promise<void> {
    const { config, clock } = this.#parts;
    await this.engine.start();
    const exceptions = new RecorderExceptions({
      clock,
      sink: this.engine,
      networkIsUp: networkLook(),
      brokenArrays: () => brokenArrays(),
      load: loadPerProcessor,
      pressure: () => processorPressure(),
    });
    this.#exceptions = exceptions;
    this.#stops = [
      this.engine.onEvent("change feed and hooks", (event, phase, isNew, isSaid) => {
        this.#parts.tell(eventView(event));
        const { alarmRaised, alarmUpdated, alarmCleared } = this.#parts.hooks();
        const view = eventView(event);
        if (isNew) void alarmRaised.promise(view);
        else if (phase === "update" || isSaid) void alarmUpdated.promise(view);
        if (phase === "end" && !isSaid) void alarmCleared.promise(view);
      }),
      audit.onRecorded("exceptions", ({ action, remoteAddress, detail }) => {
        if (action === "sign-in-failed" || action === "stream-sign-in-failed")
          exceptions.signInFailed(remoteAddress, detail);
      }),
      // First of all: what others report because of the change is judged by the arming that it brings.
      config.onChange(
        "arming",
        (next, previous) => {
          const isSame =
            next.timeZone === previous.timeZone &&
            JSON.stringify(next.alarms) === JSON.stringify(previous.alarms);
          if (!isSame) this.engine.setArming(armingOf(next));
        },
        STAGE_EARLY,
      ),
      () => exceptions.close(),
    ];
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.splice(0)) stop();
    await this.engine.stop();
  }

  /** What is wrong with the recorder now. */
  takeProblems(problems: readonly StatusProblem[]): void {
    this.#exceptions?.takeProblems(problems);
  }

  report(report: EventReport): void {
    this.engine.report(report);
  }

  end(report: EventReport): void {
    this.engine.end(report);
  }

  forgetCamera(camera: string): void {
    this.engine.forgetCamera(camera);
  }

  forgetOld(nowMs: number): Promise<void> {
    const { keepDays, keepCount } = this.#parts.config.get().alarms;
    return this.engine.forget(nowMs, { days: keepDays, count: keepCount });
  }

  async search(query: Parameters<EventService["search"]>[0]) {
    const { cursor, ...rest } = query;
    const events = await searchEvents(this.#parts.db, { ...rest, after: readCursor(cursor) });
    const last = events.at(-1);
    return {
      events: events.map(eventView),
      ...(events.length < query.limit || last === undefined ? {} : { next: `${last.startMs}.${last.id}` }),
    };
  }

  async find(id: number) {
    const event = await findEvent(this.#parts.db, id);
    return event === undefined ? undefined : eventView(event);
  }

  async acknowledge(id: number, by: string, note: string) {
    const event = await this.engine.acknowledge(id, { atMs: this.#parts.clock.wallMs(), by, note });
    if (event === undefined)
      throw new NightjarError("NJ_EVENT_NOT_FOUND", "not-found", "there is no such event");
    return eventView(event);
  }

  arming(): ReturnType<EventService["arming"]> {
    const { profile, arming } = this.#parts.config.get().alarms;
    const names = new Map(arming.rules.map(({ id, name }) => [id, name]));
    return {
      profile,
      profiles: arming.profiles.map(({ id, name, arms = "by-rules" }) => ({ id, name, arms })),
      rules: this.engine.arming.rulesAt(this.#parts.clock.wallMs()).map(({ id, armed, changesAtMs }) => ({
        id,
        name: names.get(id) ?? id,
        armed,
        ...(changesAtMs === undefined ? {} : { changesAt: new Date(changesAtMs).toISOString() }),
      })),
    };
  }

  async exceptions(query: Parameters<EventService["exceptions"]>[0]) {
    const { db, clock, config } = this.#parts;
    const types = EXCEPTION_TYPES;
    const sinceMs = clock.wallMs() - DAY_MS;
    const [figures, all] = await Promise.all([kindFigures(db, { ...query, types, sinceMs }), openEvents(db)]);
    const open = all.filter(({ camera }) =>
      camera === undefined ? query.recorder : (query.cameras?.includes(camera) ?? true),
    );
    const { hints } = config.get().alarms;
    return {
      exceptions: types.map((type) => {
        const { severity, scope } = eventType(type);
        const { lastMs, count = 0 } = figures.find((one) => one.type === type) ?? {};
        const { bell, sound, bar } = toldIn(type, hints);
        return {
          ...{ type, severity, about: scope, own: isOwnException(type), bell, sound },
          ...(bar === undefined ? {} : { bar }),
          open: open
            .filter((event) => event.type === type)
            .slice(0, MOST_OPEN_SHOWN)
            .map(({ id, camera, subject, startMs, detail: { name } }) => ({
              id,
              ...(camera === undefined ? {} : { camera }),
              ...(subject === undefined ? {} : { subject }),
              ...(subject === undefined || typeof name !== "string" ? {} : { name: name.slice(0, 200) }),
              start: new Date(startMs).toISOString(),
            })),
          ...(lastMs === undefined ? {} : { last: new Date(lastMs).toISOString() }),
          lastDay: count,
        };
      }),
    };
  }

  /** Puts another profile in force, and gives the one before. Throws `NJ_CONFIG_INVALID` for one that there is not. */
  async setProfile(profile: string): Promise<string> {
    const { config } = this.#parts;
    const before = config.get().alarms.profile;
    await config.update("/alarms/profile", profile);
    return before;
  }

  /** Undefined where no plugin has a say: then nobody waits. */
  #askPlugins(event: AlarmEvent): Promise<PluginSay> | undefined {
    const { alarm, beforeAlarm } = this.#parts.hooks();
    if (!isTapped(alarm) && !isTapped(beforeAlarm)) return undefined;
    return (async (): Promise<PluginSay> => {
      const suppressed = await beforeAlarm.promise(eventView(event));
      if (suppressed !== undefined) {
        this.#parts.log.info("an event is suppressed by a plugin", { type: event.type, reason: suppressed });
        return { suppressed };
      }
      return { detail: (await alarm.promise(eventView(event))).detail };
    })();
  }
}

function armingOf(config: FrozenConfig): Arming {
  return new Arming(config.alarms, config.timeZone);
}

/** One that this recorder has not given begins at the newest, as none does. */
function readCursor(cursor: string | undefined): EventCursor | undefined {
  const [, startMs, id] = /^(-?\d{1,15})\.(\d{1,15})$/.exec(cursor ?? "") ?? [];
  return startMs === undefined || id === undefined ? undefined : { startMs: Number(startMs), id: Number(id) };
}
