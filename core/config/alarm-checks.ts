// What the schema cannot say of the alarm settings: ids that occur twice, profiles that there are not, periods that overlap,
// the sun without a place, dates that no calendar has.
import { dayOfDate } from "../domain/calendar-date.ts";
import { toldIn } from "../domain/event-hints.ts";
import { needsSun, scheduleProblems } from "../domain/week-schedule.ts";
import type { AlarmConfig, ArmingConfig } from "./alarm-config.ts";
import type { SchemaProblem } from "./schema-problems.ts";

/** All that is wrong, with JSON pointers below `path`. */
export function alarmProblems(alarms: AlarmConfig, path: string): SchemaProblem[] {
  const problems = armingProblems(alarms.arming, `${path}/arming`);
  if (!alarms.arming.profiles.some(({ id }) => id === alarms.profile))
    problems.push({ path: `${path}/profile`, message: `"${alarms.profile}" is no profile that there is` });
  alarms.hints.forEach(({ type, bar }, index) => {
    if (alarms.hints.findIndex((one) => one.type === type) !== index)
      problems.push({ path: `${path}/hints/${index}/type`, message: `"${type}" stands there twice` });
    if (bar !== undefined && toldIn(type, []).bar === undefined)
      problems.push({ path: `${path}/hints/${index}/bar`, message: `the bar does not know of "${type}"` });
  });
  return problems;
}

function armingProblems(arming: ArmingConfig, path: string): SchemaProblem[] {
  const profiles = new Set(arming.profiles.map(({ id }) => id));
  const problems = [
    ...doubled(arming.profiles, `${path}/profiles`),
    ...doubled(arming.rules, `${path}/rules`),
  ];
  arming.rules.forEach(({ profiles: named = [], schedule = {} }, index) => {
    const place = `${path}/rules/${index}`;
    named.forEach((profile, at) => {
      if (!profiles.has(profile))
        problems.push({
          path: `${place}/profiles/${at}`,
          message: `"${profile}" is no profile that there is`,
        });
    });
    for (const problem of scheduleProblems(schedule))
      problems.push({ path: `${place}/schedule${problem.path}`, message: problem.message });
    if (arming.place === undefined && needsSun(schedule))
      problems.push({
        path: `${path}/place`,
        message: `is missing: the rule "${arming.rules[index]?.name}" goes by sunrise or sunset`,
      });
  });
  arming.holidays.forEach(({ when }, index) => {
    const place = `${path}/holidays/${index}/when`;
    if (when.by === "weekday-of-month") return;
    // Any leap year knows all days that a year can have.
    const day = (text: string) => dayOfDate(when.by === "date" ? text : `2028-${text}`);
    for (const end of ["from", "to"] as const) {
      if (day(when[end]) === undefined)
        problems.push({ path: `${place}/${end}`, message: `"${when[end]}" is no day of the calendar` });
    }
    if (when.by === "date" && when.to < when.from)
      problems.push({ path: `${place}/to`, message: "is before the first day" });
  });
  return problems;
}

function doubled(all: readonly { readonly id: string }[], path: string): SchemaProblem[] {
  const ids = new Set<string>();
  return all.flatMap(({ id }, index) => {
    if (ids.has(id)) return [{ path: `${path}/${index}/id`, message: `"${id}" is the id of another one` }];
    ids.add(id);
    return [];
  });
}
