// One day of the grid of a week: its periods as fields, to the minute, over midnight or by the sun; one more, one less, and the
// whole day copied to others.
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { type MessageKey, t } from "../locale/messages.ts";
import { IconButton } from "./controls.tsx";
import {
  copyRow,
  DAY_MINUTES,
  dropPeriod,
  MOST_PERIODS,
  type Period,
  type PeriodProblem,
  roomFor,
  type Span,
  spansOf,
  WEEK_ROWS,
  WEEKDAYS,
  type Week,
  type WeekRow,
  writePeriod,
} from "./week-periods.ts";

const PROBLEM_TEXT: Readonly<Record<PeriodProblem, MessageKey>> = {
  from: "week.bad.time",
  to: "week.bad.time",
  empty: "week.bad.empty",
  overlap: "week.bad.overlap",
};

/** The fields of one row. */
export function WeekDay(props: {
  readonly week: Week;
  readonly row: WeekRow;
  readonly names: Readonly<Record<WeekRow, string>>;
  readonly onChange: (week: Week) => void;
}) {
  const { week, row, names, onChange } = props;
  const spans = spansOf(week, row);
  const room = spans.length < MOST_PERIODS ? roomFor(week, row) : undefined;
  const isSame = row === "holiday" && week.holiday === undefined;
  return (
    <section class="week-day" aria-label={names[row]}>
      <h3>{names[row]}</h3>
      {isSame ? <p class="muted">{t("week.holiday.hint")}</p> : null}
      {spans.length === 0 && !isSame ? <p class="muted">{t("week.day.none")}</p> : null}
      {spans.map((span, index) => (
        <PeriodFields
          key={`${row} ${index}`}
          span={span}
          onWrite={(period) => {
            const result = writePeriod(week, row, index, period);
            if ("problem" in result) return result.problem;
            onChange(result.week);
            return undefined;
          }}
          onDrop={() => onChange(dropPeriod(week, row, index))}
        />
      ))}
      <div class="week-buttons">
        <button
          type="button"
          class="button"
          disabled={room === undefined}
          onClick={() => {
            const result = room === undefined ? undefined : writePeriod(week, row, spans.length, room);
            if (result !== undefined && "week" in result) onChange(result.week);
          }}
        >
          {t("week.add")}
        </button>
        {row === "holiday" && !isSame ? (
          <button
            type="button"
            class="button"
            onClick={() => {
              const { holiday: _, ...rest } = week;
              onChange(rest);
            }}
          >
            {t("week.holiday.same")}
          </button>
        ) : null}
        {isSame ? null : <CopyTo {...props} />}
      </div>
    </section>
  );
}

function CopyTo({
  week,
  row,
  names,
  onChange,
}: {
  readonly week: Week;
  readonly row: WeekRow;
  readonly names: Readonly<Record<WeekRow, string>>;
  readonly onChange: (week: Week) => void;
}) {
  const groups: Readonly<Record<string, readonly WeekRow[]>> = {
    week: WEEKDAYS,
    workdays: WEEKDAYS.slice(0, 5),
    weekend: WEEKDAYS.slice(5),
  };
  return (
    <select
      class="text-input week-copy"
      aria-label={t("week.copy", { day: names[row] })}
      value=""
      onChange={(event) => {
        const chosen = event.currentTarget.value;
        event.currentTarget.value = "";
        const rows = groups[chosen] ?? WEEK_ROWS.filter((one) => one === chosen);
        if (rows.length > 0)
          onChange(
            copyRow(
              week,
              row,
              rows.filter((one) => one !== row),
            ),
          );
      }}
    >
      <option value="">{t("week.copyTo")}</option>
      <option value="week">{t("week.copy.week")}</option>
      <option value="workdays">{t("week.copy.workdays")}</option>
      <option value="weekend">{t("week.copy.weekend")}</option>
      {WEEK_ROWS.filter((one) => one !== row).map((one) => (
        <option key={one} value={one}>
          {names[one]}
        </option>
      ))}
    </select>
  );
}

/** One period; what is typed holds once it is a period, and keeps a form from being sent until then. */
function PeriodFields(props: {
  readonly span: Span;
  readonly onWrite: (period: Period) => PeriodProblem | undefined;
  readonly onDrop: () => void;
}) {
  const { period, end } = props.span;
  const [typed, setTyped] = useState<Period>(period);
  const [problem, setProblem] = useState<PeriodProblem | undefined>(undefined);
  const id = useId();
  const fields = { from: useRef<HTMLInputElement>(null), to: useRef<HTMLInputElement>(null) };
  const text = problem === undefined ? "" : t(PROBLEM_TEXT[problem]);
  const bad = problem === "to" || problem === "empty" ? "to" : problem === undefined ? undefined : "from";
  useEffect(() => {
    fields.from.current?.setCustomValidity(bad === "from" ? text : "");
    fields.to.current?.setCustomValidity(bad === "to" ? text : "");
  }, [bad, text]);
  useEffect(() => {
    setTyped(period);
    setProblem(undefined);
  }, [period.from, period.to]);
  const write = (): void => {
    if (typed.from !== period.from || typed.to !== period.to) setProblem(props.onWrite(typed));
    else setProblem(undefined);
  };
  const field = (end: "from" | "to") => (
    <input
      ref={fields[end]}
      class="text-input mono"
      aria-label={t(end === "from" ? "week.from" : "week.to")}
      aria-invalid={bad === end}
      aria-describedby={`${id}-note`}
      spellcheck={false}
      autocomplete="off"
      maxLength={12}
      value={typed[end]}
      onInput={(event) => setTyped({ ...typed, [end]: event.currentTarget.value })}
      onKeyDown={(event) => {
        if (event.key !== "Enter") return;
        // It is taken, not the form that it stands in.
        event.preventDefault();
        write();
      }}
    />
  );
  return (
    <div
      class={`week-period${problem === undefined ? "" : " field-bad"}`}
      onFocusOut={(event) => {
        // From one field to the other the period is half typed.
        const next = event.relatedTarget;
        if (!(next instanceof Node && event.currentTarget.contains(next))) write();
      }}
    >
      {field("from")}
      <span aria-hidden="true">–</span>
      {field("to")}
      <IconButton
        icon="remove"
        label={t("week.drop", { period: `${period.from}–${period.to}` })}
        onClick={props.onDrop}
      />
      <p id={`${id}-note`} class="field-note">
        {problem === undefined ? (end > DAY_MINUTES ? t("week.nextDay") : "") : text}
      </p>
    </div>
  );
}
