// Arming in words: what a rule is about, when it arms, which days a holiday has; and what new ones are.
import type { Answer } from "../../api/client.ts";
import { language, t } from "../../locale/messages.ts";
import { spansOf, WEEK_ROWS, type Week } from "../../parts/week-periods.ts";
import { cameras } from "../../state/recorder.ts";
import { dayText, monthName, weekdayNames } from "../../state/time-format.ts";
import { eventText } from "../events/event-words.ts";

export type ArmingRules = Answer<"GET /arming/rules">;
export type ArmingRule = ArmingRules["rules"][number];
export type Holiday = ArmingRules["holidays"][number];
type When = Holiday["when"];

/** Which events of which cameras. */
export function aboutText({ types, cameras: named = [] }: ArmingRule): string {
  const nameOf = (id: string): string => cameras.value?.find((one) => one.id === id)?.name ?? id;
  return `${types.map(eventText).join(", ")} · ${named.length === 0 ? t("linkage.cameras.all") : named.map(nameOf).join(", ")}`;
}

/** When a rule arms, in a few words. */
export function scheduleText(week: Week | undefined): string {
  if (week === undefined) return t("week.always");
  const count = WEEK_ROWS.reduce((sum, row) => sum + spansOf(week, row).length, 0);
  if (count === 0) return t("arming.never");
  return count === 1 ? t("arming.periods.one") : t("arming.periods", { count });
}

/** The days of a holiday. */
export function holidayText({ when }: Holiday): string {
  const [from, to] = [dayOf(when, "from"), dayOf(when, "to")];
  return from === to ? from : `${from} – ${to}`;
}

function dayOf(when: When, end: "from" | "to"): string {
  if (when.by === "date") return dayText(Date.parse(`${when[end]}T12:00:00Z`), "UTC", language.value);
  if (when.by === "day-of-year") {
    const [month, day] = when[end].split("-").map(Number);
    return t("arming.holiday.dayOfYear", { month: monthName(month ?? 1, language.value), day: day ?? 1 });
  }
  const { month, week, weekday } = when[end];
  const names = weekdayNames(language.value, "long");
  return t(week === 5 ? "arming.holiday.lastOf" : "arming.holiday.nthOf", {
    week,
    weekday: names[WEEK_ROWS.indexOf(weekday)] ?? weekday,
    month: monthName(month, language.value),
  });
}

/** A rule that nobody has filled in. */
export function newRule(rules: readonly ArmingRule[]): ArmingRule {
  const number = Array.from({ length: rules.length + 1 }, (_, index) => index + 1).find(
    (each) => !rules.some(({ id }) => id === `rule-${each}`),
  );
  return { id: `rule-${number}`, name: "", types: ["motion"] };
}

/** A holiday that nobody has filled in. */
export function newHoliday(): Holiday {
  return { name: "", when: whenOf("date") };
}

/** The first days of a kind of holiday. */
export function whenOf(by: When["by"]): When {
  if (by === "date") {
    const today = new Date().toISOString().slice(0, 10);
    return { by, from: today, to: today };
  }
  if (by === "day-of-year") return { by, from: "12-25", to: "12-25" };
  const first = { month: 5, week: 1, weekday: "monday" } as const;
  return { by, from: first, to: first };
}
