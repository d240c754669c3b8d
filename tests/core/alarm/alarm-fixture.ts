// What tests of events share: a database, a clock that is turned by hand, an engine with rules.
import type { TestContext } from "node:test";
import { Arming } from "../../../core/alarm/arming.ts";
import { EventEngine, type EventEngineOptions, type EventTrigger } from "../../../core/alarm/event-engine.ts";
import type { EventPhase } from "../../../core/alarm/event-writer.ts";
import type { AlarmConfig } from "../../../core/config/alarm-config.ts";
import { checkConfig } from "../../../core/config/check-config.ts";
import { initialConfig } from "../../../core/config/initial-config.ts";
import type { Db } from "../../../core/db/db.ts";
import { openDb } from "../../../core/db/open-db.ts";
import { searchEvents } from "../../../core/db/tables/events-table.ts";
import type { AlarmEvent } from "../../../core/domain/alarm-event.ts";
import { silentLog } from "../../../core/log.ts";
import { FakeClock } from "../../../core/testing/fake-clock.ts";

/** Thursday, 12:00 in UTC. */
export const NOON_MS = Date.UTC(2026, 0, 1, 12);

/** The alarm settings with what is given and defaults for the rest, checked as config.json is. */
export function alarmConfig(alarms: unknown = {}): AlarmConfig {
  return checkConfig("the test", { ...initialConfig(), timeZone: "UTC", alarms }).alarms;
}

export function arming(alarms: unknown = {}, timeZone = "UTC"): Arming {
  return new Arming(alarmConfig(alarms), timeZone);
}

export interface EngineFixture {
  readonly engine: EventEngine;
  readonly clock: FakeClock;
  readonly db: Db;
  readonly told: { readonly event: AlarmEvent; readonly phase: EventPhase; readonly isNew: boolean }[];
  readonly triggers: EventTrigger[];
  /** What stands in the database, the newest first. */
  rows(): Promise<AlarmEvent[]>;
}

/** An engine that has been started. */
export async function engineFixture(
  t: TestContext,
  options: { alarms?: unknown; db?: Db; clock?: FakeClock } & Pick<EventEngineOptions, "askPlugins"> = {},
): Promise<EngineFixture> {
  const db = options.db ?? (await openDb(":memory:", { log: silentLog }));
  if (options.db === undefined) t.after(() => db.close());
  const clock = options.clock ?? new FakeClock(NOON_MS);
  const { askPlugins } = options;
  const engine = new EventEngine({
    db,
    clock,
    log: silentLog,
    arming: arming(options.alarms),
    ...(askPlugins === undefined ? {} : { askPlugins }),
  });
  const told: EngineFixture["told"][number][] = [];
  const triggers: EventTrigger[] = [];
  engine.onEvent("test", (event, phase, isNew) => told.push({ event, phase, isNew }));
  engine.onTrigger("test", (trigger) => triggers.push(trigger));
  await engine.start();
  return {
    engine,
    clock,
    db,
    told,
    triggers,
    async rows() {
      await engine.settled();
      return searchEvents(db, { limit: 500 });
    },
  };
}
