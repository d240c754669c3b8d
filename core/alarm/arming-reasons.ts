// What of arming holds at a moment, for people: which rules are about kinds of events, whether each arms by profile and
// schedule, since and until when, and whether a holiday or a change of the clocks has a say. Asked now and then, not with
// every report: arming.ts answers those. Pure.
import { IANAZone } from "luxon";
import type { AlarmConfig } from "../config/alarm-config.ts";
import type { DeepReadonly } from "../config/config-store.ts";
import { type HolidayRule, isHoliday } from "../domain/calendar-date.ts";
import type { EventTypeId } from "../domain/event-types.ts";
import { ScheduleClock } from "../domain/schedule-clock.ts";
import { Arming } from "./arming.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** How far a schedule is looked at for when it changed, and will. */
const LOOK_MS = 8 * DAY_MS;

/** What a rule says at the moment. */
export interface RuleReason {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly types: readonly EventTypeId[];
  readonly isInProfile: boolean;
  /** By its schedule; true without one. */
  readonly isOn: boolean;
  /** For how long its schedule has been, and will be, like this; absent: beyond a week, or there is none. */
  readonly sinceMs?: number;
  readonly untilMs?: number;
  /** Name of the holiday whose row of its schedule held. */
  readonly holiday?: string;
}

export interface ArmingReasons {
  readonly profile: string;
  readonly profileId: string;
  readonly arms: "by-rules" | "everything" | "nothing";
  readonly armed: readonly EventTypeId[];
  readonly unarmed: readonly EventTypeId[];
  /** Those that are about the camera and one of the kinds, switched off ones too. */
  readonly rules: readonly RuleReason[];
  /** Clocks are changed on the day of the moment. */
  readonly clockChange?: "forward" | "back";
}

/** Asks. `profileId`: the one in force at the moment. */
export function armingReasons(
  config: DeepReadonly<AlarmConfig>,
  timeZone: string,
  question: {
    readonly camera: string;
    readonly types: readonly EventTypeId[];
    readonly atMs: number;
    readonly profileId: string;
  },
): ArmingReasons {
  const { camera, types, atMs, profileId } = question;
  const profile = config.arming.profiles.find(({ id }) => id === profileId);
  const arming = new Arming({ ...config, profile: profileId }, timeZone);
  const armed = types.filter((type) => arming.isArmed(type, camera, atMs));
  const zone = IANAZone.create(timeZone);
  const change = clockChange(zone, atMs);
  return {
    profile: profile?.name ?? profileId,
    profileId,
    arms: profile?.arms ?? "by-rules",
    armed,
    unarmed: types.filter((type) => !armed.includes(type)),
    rules: config.arming.rules.flatMap((rule): RuleReason[] => {
      const about = types.filter((type) => rule.types.includes(type));
      if (about.length === 0 || rule.cameras?.includes(camera) === false) return [];
      return [
        {
          id: rule.id,
          name: rule.name,
          enabled: rule.enabled !== false,
          types: about,
          isInProfile: rule.profiles === undefined || rule.profiles.includes(profileId),
          ...scheduleReason(config, zone, rule.schedule, atMs),
        },
      ];
    }),
    ...(change === undefined ? {} : { clockChange: change }),
  };
}

function scheduleReason(
  config: DeepReadonly<AlarmConfig>,
  zone: IANAZone,
  schedule: DeepReadonly<AlarmConfig>["arming"]["rules"][number]["schedule"],
  atMs: number,
): Pick<RuleReason, "isOn" | "sinceMs" | "untilMs" | "holiday"> {
  if (schedule === undefined) return { isOn: true };
  const holidays = config.arming.holidays.filter(({ enabled }) => enabled !== false);
  const clock = new ScheduleClock(schedule, {
    offsetMinutes: (ms) => zone.offset(ms),
    holidays: holidays.map(({ when }) => when as HolidayRule),
    place: config.arming.place,
  });
  const [fromMs, toMs] = [atMs - LOOK_MS, atMs + LOOK_MS];
  const spans = clock.spans(fromMs, toMs);
  const span = spans.find(({ startMs, endMs }) => startMs <= atMs && atMs < endMs);
  const sinceMs = span === undefined ? spans.findLast(({ endMs }) => endMs <= atMs)?.endMs : span.startMs;
  const untilMs = span === undefined ? spans.find(({ startMs }) => startMs > atMs)?.startMs : span.endMs;
  const day = Math.floor((atMs + zone.offset(atMs) * MINUTE_MS) / DAY_MS);
  const holiday =
    schedule.holiday === undefined
      ? undefined
      : holidays.find(({ when }) => isHoliday(when as HolidayRule, day))?.name;
  return {
    isOn: span !== undefined,
    // The edges of what was looked at are none of the schedule.
    ...(sinceMs === undefined || sinceMs <= fromMs ? {} : { sinceMs }),
    ...(untilMs === undefined || untilMs >= toMs ? {} : { untilMs }),
    ...(holiday === undefined ? {} : { holiday }),
  };
}

/** Whether clocks go forward or back on the calendar day of a moment. */
function clockChange(zone: IANAZone, atMs: number): "forward" | "back" | undefined {
  const sinceMidnightMs = (((atMs + zone.offset(atMs) * MINUTE_MS) % DAY_MS) + DAY_MS) % DAY_MS;
  // An hour to either side: the day itself may be shorter or longer.
  const before = zone.offset(atMs - sinceMidnightMs - 3_600_000);
  const after = zone.offset(atMs - sinceMidnightMs + DAY_MS + 3_600_000);
  if (before === after) return undefined;
  return after > before ? "forward" : "back";
}
