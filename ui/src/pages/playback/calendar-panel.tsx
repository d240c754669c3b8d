// A month with the days that have recordings. Days are the recorder's own, in its time zone.
import { type ReadonlySignal, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import { language, t } from "../../locale/messages.ts";
import { ErrorNote, IconButton } from "../../parts/controls.tsx";
import { leadingReason, REASONS } from "../../parts/reasons.ts";
import { coverageChange, recorderZone } from "../../state/recorder.ts";
import { dateKey, dayStartMs, dayText, monthText, weekdayNames } from "../../state/time-format.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { dateText, daysIn, leadingBlanks, monthAfter, monthOf } from "./calendar-month.ts";

/** The panel; `onDay` gets the beginning of the chosen day. */
export function CalendarPanel(props: {
  readonly camera: string;
  readonly playheadMs: ReadonlySignal<number | undefined>;
  readonly onDay: (timeMs: number) => void;
}) {
  const today = dateKey(Date.now(), recorderZone.value);
  const shownDay = dateKey(props.playheadMs.value ?? Date.now(), recorderZone.value);
  const [month, setMonth] = useState(() => monthOf(shownDay));
  const monthKey = dateText(month, 1);
  // The first recording of a day, midnight included, makes the calendar ask again.
  const grownDay = useSignal("");
  useSignalEffect(() => {
    const change = coverageChange.value;
    if (change?.camera === props.camera) grownDay.value = dateKey(Date.parse(change.end), recorderZone.value);
  });
  const shown = `${props.camera} ${monthKey}`;
  const asked = useAnswer(
    async (signal) => {
      const query = { cameras: props.camera, from: monthKey, to: dateText(month, daysIn(month)) };
      return { shown, days: (await call("GET /recordings/calendar", { query, signal })).days };
    },
    [shown, grownDay.value],
  );
  const answer = asked.answer?.shown === shown ? asked.answer : undefined;
  // A playhead that leaves the month turns the page.
  useEffect(() => setMonth(monthOf(shownDay)), [shownDay]);

  return (
    <section
      class="calendar"
      aria-label={t("calendar.label")}
      aria-busy={answer === undefined && asked.error === undefined}
    >
      <div class="calendar-head">
        <h2>{monthText(month.year, month.month, language.value)}</h2>
        <IconButton
          icon="left"
          label={t("calendar.previous")}
          onClick={() => setMonth(monthAfter(month, -1))}
        />
        <IconButton icon="right" label={t("calendar.next")} onClick={() => setMonth(monthAfter(month, 1))} />
      </div>
      <div class="calendar-days">
        {weekdayNames(language.value).map((name, day) => (
          <span key={`weekday-${String(day)}`} class="weekday" aria-hidden="true">
            {name}
          </span>
        ))}
        {Array.from({ length: leadingBlanks(month) }, (_, blank) => (
          <span key={`blank-${String(blank)}`} />
        ))}
        {Array.from({ length: daysIn(month) }, (_, index) => {
          const date = dateText(month, index + 1);
          const day = answer?.days.find((one) => one.date === date && one.cameras.length > 0);
          const lead = day === undefined ? undefined : leadingReason(day.reasons);
          const startMs = dayStartMs(date, recorderZone.value);
          const label = dayText(startMs, recorderZone.value, language.value);
          return (
            <button
              key={date}
              type="button"
              class={`day${date === shownDay ? " on" : ""}${date === today ? " today" : ""}`}
              disabled={day === undefined}
              aria-current={date === shownDay ? "date" : undefined}
              aria-label={
                lead === undefined
                  ? t("calendar.dayEmpty", { day: label })
                  : `${label}: ${t(REASONS[lead].text)}`
              }
              onClick={() => props.onDay(startMs)}
            >
              {index + 1}
              {lead === undefined ? null : <i class={`chip-${REASONS[lead].colour}`} />}
            </button>
          );
        })}
      </div>
      {asked.error === undefined ? null : <ErrorNote error={asked.error} onRetry={asked.retry} />}
    </section>
  );
}
