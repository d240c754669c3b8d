// The words of the grid of a week: its rows' names, and its periods as they are read out.
import { language, t } from "../locale/messages.ts";
import { weekdayNames } from "../state/time-format.ts";
import { DAY_MINUTES, type Span, spansOf, WEEKDAYS, type Week, type WeekRow } from "./week-periods.ts";

/** The rows' names in the language. */
export function rowNames(width: "short" | "long"): Readonly<Record<WeekRow, string>> {
  const days = weekdayNames(language.value, width);
  return {
    ...(Object.fromEntries(WEEKDAYS.map((day, index) => [day, days[index] ?? day])) as Record<
      (typeof WEEKDAYS)[number],
      string
    >),
    holiday: t(width === "short" ? "week.holiday.short" : "week.holiday"),
  };
}

/** The periods of a row in words. */
export function rowText(week: Week, row: WeekRow): string {
  if (row === "holiday" && week.holiday === undefined) return t("week.holiday.same");
  const spans = spansOf(week, row);
  if (spans.length === 0) return t("week.day.none");
  return spans.map((span) => spanText(span)).join(", ");
}

/** One period in words. */
function spanText({ period: { from, to }, end }: Span): string {
  return `${from}–${to}${end > DAY_MINUTES ? ` ${t("week.nextDay")}` : ""}`;
}
