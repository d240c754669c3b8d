// What is armed: the rules, schedules and profiles of the configuration, compiled once and then asked in memory with every
// report. Exceptions are always armed; what no rule is about is armed too.
import { IANAZone } from "luxon";
import type { AlarmConfig } from "../config/alarm-config.ts";
import type { DeepReadonly } from "../config/config-store.ts";
import type { HolidayRule } from "../domain/calendar-date.ts";
import { type EventTypeId, isArmable } from "../domain/event-types.ts";
import { ScheduleClock, type ScheduleContext } from "../domain/schedule-clock.ts";

/** How an event is put together. */
export interface EventTiming {
  readonly mergeMs: number;
  readonly cooldownMs: number;
  /** Undefined: it lasts as long as its cause. */
  readonly maxOpenMs: number | undefined;
}

/** Whether something is armed, and why. */
export interface ArmedAnswer {
  readonly armed: boolean;
  /** `exception`: always; `no-rule`: nothing speaks of it; `profile`: it arms everything or nothing. */
  readonly because: "exception" | "no-rule" | "profile" | "rule";
  /** The rules that arm it, or, where none does, those that are about it. */
  readonly rules: readonly string[];
}

interface CompiledRule {
  readonly id: string;
  readonly cameras: ReadonlySet<string> | undefined;
  readonly isInProfile: boolean;
  /** Undefined: all the time. */
  readonly clock: ScheduleClock | undefined;
  readonly timing: EventTiming;
}

const SECOND_MS = 1_000;
/** Until an exception has ended for good nobody waits: its cause says so. */
const OF_EXCEPTIONS: EventTiming = { mergeMs: 0, cooldownMs: 0, maxOpenMs: undefined };
/** Whoever guesses tries again and again: that is one event. */
const OF_ILLEGAL_LOGINS: EventTiming = { ...OF_EXCEPTIONS, mergeMs: 60_000 };

/** What schedules of a configuration go by: its zone, its holidays, its place under the sun. */
export function scheduleContext({
  alarms: { arming },
  timeZone,
}: DeepReadonly<{ alarms: AlarmConfig; timeZone: string }>): ScheduleContext {
  const zone = IANAZone.create(timeZone);
  return {
    offsetMinutes: (atMs) => zone.offset(atMs),
    holidays: arming.holidays
      .filter(({ enabled }) => enabled !== false)
      .map(({ when }) => when as HolidayRule),
    place: arming.place,
  };
}

/** The arming of one configuration. Make another when that or the time zone changes. */
export class Arming {
  readonly #byType = new Map<string, CompiledRule[]>();
  readonly #arms: "by-rules" | "everything" | "nothing";
  readonly #timing: EventTiming;
  readonly #rules: readonly CompiledRule[];

  constructor(config: DeepReadonly<AlarmConfig>, timeZone: string) {
    const { arming, profile } = config;
    this.#arms = arming.profiles.find(({ id }) => id === profile)?.arms ?? "by-rules";
    this.#timing = {
      mergeMs: config.mergeSeconds * SECOND_MS,
      cooldownMs: config.cooldownSeconds * SECOND_MS,
      maxOpenMs: config.maxOpenSeconds * SECOND_MS,
    };
    const context = scheduleContext({ alarms: config, timeZone });
    this.#rules = arming.rules
      .filter(({ enabled }) => enabled !== false)
      .map((rule) => {
        const compiled: CompiledRule = {
          id: rule.id,
          cameras: rule.cameras === undefined ? undefined : new Set(rule.cameras),
          isInProfile: rule.profiles === undefined || rule.profiles.includes(profile),
          clock: rule.schedule === undefined ? undefined : new ScheduleClock(rule.schedule, context),
          timing: {
            mergeMs: (rule.mergeSeconds ?? config.mergeSeconds) * SECOND_MS,
            cooldownMs: (rule.cooldownSeconds ?? config.cooldownSeconds) * SECOND_MS,
            maxOpenMs: (rule.maxOpenSeconds ?? config.maxOpenSeconds) * SECOND_MS,
          },
        };
        for (const type of rule.types) {
          const list = this.#byType.get(type);
          if (list === undefined) this.#byType.set(type, [compiled]);
          else list.push(compiled);
        }
        return compiled;
      });
  }

  /** True if an event of this kind counts at a moment (milliseconds since the epoch). Called with every report. */
  isArmed(type: EventTypeId, camera: string | undefined, atMs: number): boolean {
    if (!isArmable(type)) return true;
    if (this.#arms !== "by-rules") return this.#arms === "everything";
    let isAbout = false;
    for (const rule of this.#byType.get(type) ?? []) {
      if (!concerns(rule, camera)) continue;
      if (rule.isInProfile && rule.clock?.isOn(atMs) !== false) return true;
      isAbout = true;
    }
    return !isAbout;
  }

  /** The same with the reason, for people. */
  explain(type: EventTypeId, camera: string | undefined, atMs: number): ArmedAnswer {
    const armed = this.isArmed(type, camera, atMs);
    if (!isArmable(type)) return { armed, because: "exception", rules: [] };
    if (this.#arms !== "by-rules") return { armed, because: "profile", rules: [] };
    const about = (this.#byType.get(type) ?? []).filter((rule) => concerns(rule, camera));
    if (about.length === 0) return { armed, because: "no-rule", rules: [] };
    const rules = armed
      ? about.filter((rule) => rule.isInProfile && rule.clock?.isOn(atMs) !== false)
      : about;
    return { armed, because: "rule", rules: rules.map(({ id }) => id) };
  }

  /** How events of this kind are put together: as the first rule about them says. */
  timingOf(type: EventTypeId, camera: string | undefined): EventTiming {
    if (type === "exception-illegal-login") return OF_ILLEGAL_LOGINS;
    if (!isArmable(type)) return OF_EXCEPTIONS;
    return this.#byType.get(type)?.find((rule) => concerns(rule, camera))?.timing ?? this.#timing;
  }

  /** Which rules arm now, and when that changes next (undefined: not within a year). */
  rulesAt(
    atMs: number,
  ): readonly { readonly id: string; readonly armed: boolean; readonly changesAtMs: number | undefined }[] {
    return this.#rules.map(({ id, isInProfile, clock }) => {
      const isOn = clock?.isOn(atMs) !== false;
      const armed = this.#arms === "everything" || (this.#arms === "by-rules" && isInProfile && isOn);
      const follows = this.#arms === "by-rules" && isInProfile;
      return { id, armed, changesAtMs: follows ? clock?.nextChange(atMs) : undefined };
    });
  }
}

function concerns({ cameras }: CompiledRule, camera: string | undefined): boolean {
  return cameras === undefined || (camera !== undefined && cameras.has(camera));
}
