// The form of a holiday: dates, days of every year, or weekdays of months, both ends included.
import { language, t } from "../../locale/messages.ts";
import { CheckField, Dialog, Field, Segmented, SelectField, TextField } from "../../parts/controls.tsx";
import { DialogFoot } from "../../parts/dialog-foot.tsx";
import { SaveError } from "../../parts/outdated-note.tsx";
import { WEEKDAYS } from "../../parts/week-periods.ts";
import { monthName, weekdayNames } from "../../state/time-format.ts";
import { useAct } from "../../state/use-act.ts";
import { useDraft } from "../../state/use-draft.ts";
import { type Holiday, whenOf } from "./arming-words.ts";

type When = Holiday["when"];
type WeekdayWhen = Extract<When, { by: "weekday-of-month" }>;
const ENDS = ["from", "to"] as const;
const MONTHS = Array.from({ length: 12 }, (_, index) => index + 1);

export function HolidayDialog(props: {
  /** As it was when the dialog opened. */
  readonly opened: Holiday;
  /** As it is now. */
  readonly holiday: Holiday;
  readonly isNew: boolean;
  readonly onSave: (holiday: Holiday) => Promise<void>;
  readonly onClose: () => void;
}) {
  // Holidays have no id: what one was called when it was opened stands for it.
  const draft = useDraft<Holiday>(`arming.holiday.${props.opened.name}`, props.holiday, {
    isNew: props.isNew,
    free: ["when", "enabled"],
  });
  const { value: holiday, put: setHoliday } = draft;
  const { busy, error, act } = useAct();
  const { when } = holiday;
  // Days of the year and weekdays of months may go past its end.
  const isBackward = when.by === "date" && when.from !== "" && when.to !== "" && when.to < when.from;
  const put = (next: When): void => setHoliday({ ...holiday, when: next });
  const save = (): Promise<void> =>
    act(async () => {
      await props.onSave({ ...holiday, name: holiday.name.trim() });
      draft.settle(holiday);
      props.onClose();
    });
  return (
    <Dialog title={t("arming.holiday")} onClose={props.onClose}>
      <form
        class="linkage-form"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <TextField
          label={t("linkage.name")}
          value={holiday.name}
          onInput={(name) => setHoliday({ ...holiday, name: name.slice(0, 80) })}
          required
          focus
        />
        <Segmented
          label={t("arming.holiday.by")}
          value={when.by}
          choices={[
            { value: "date", text: t("arming.holiday.by.date") },
            { value: "day-of-year", text: t("arming.holiday.by.year") },
            { value: "weekday-of-month", text: t("arming.holiday.by.weekday") },
          ]}
          onChoose={(by) => put(whenOf(by))}
        />
        {ENDS.map((end) =>
          when.by === "date" ? (
            <Field
              key={end}
              label={t(end === "from" ? "week.from" : "week.to")}
              error={isBackward && end === "to" ? t("arming.holiday.backward") : undefined}
            >
              {({ id, describedBy }) => (
                <input
                  id={id}
                  aria-describedby={describedBy}
                  aria-invalid={isBackward && end === "to"}
                  type="date"
                  required
                  value={when[end]}
                  onInput={({ currentTarget }) => put({ ...when, [end]: currentTarget.value })}
                />
              )}
            </Field>
          ) : when.by === "day-of-year" ? (
            <DayOfYear
              key={end}
              label={t(end === "from" ? "week.from" : "week.to")}
              value={when[end]}
              onChoose={(value) => put({ ...when, [end]: value })}
            />
          ) : (
            <WeekdayOfMonth
              key={end}
              label={t(end === "from" ? "week.from" : "week.to")}
              value={when[end]}
              onChoose={(value) => put({ ...when, [end]: value })}
            />
          ),
        )}
        <CheckField
          label={t("io.enabled")}
          checked={holiday.enabled !== false}
          onChange={(enabled) => setHoliday({ ...holiday, enabled })}
        />
        <SaveError error={error} of={draft} />
        <DialogFoot
          text={t("save")}
          onCancel={() => {
            draft.settle(props.holiday);
            props.onClose();
          }}
          disabled={busy || holiday.name.trim() === "" || isBackward}
          draft={draft}
        />
      </form>
    </Dialog>
  );
}

function monthChoices(): { readonly value: string; readonly text: string }[] {
  return MONTHS.map((month) => ({ value: String(month), text: monthName(month, language.value) }));
}

function DayOfYear(props: {
  readonly label: string;
  readonly value: string;
  readonly onChoose: (value: string) => void;
}) {
  const [month = 1, day = 1] = props.value.split("-").map(Number);
  const two = (number: number): string => String(number).padStart(2, "0");
  // Any leap year knows all days that a year can have.
  const last = new Date(Date.UTC(2028, month, 0)).getUTCDate();
  return (
    <div class="field-row">
      <SelectField
        label={`${props.label}: ${t("arming.month")}`}
        value={String(month)}
        choices={monthChoices()}
        onChoose={(chosen) => {
          const end = new Date(Date.UTC(2028, Number(chosen), 0)).getUTCDate();
          props.onChoose(`${two(Number(chosen))}-${two(Math.min(day, end))}`);
        }}
      />
      <SelectField
        label={t("arming.day")}
        value={String(day)}
        choices={Array.from({ length: last }, (_, index) => ({
          value: String(index + 1),
          text: String(index + 1),
        }))}
        onChoose={(chosen) => props.onChoose(`${two(month)}-${two(Number(chosen))}`)}
      />
    </div>
  );
}

function WeekdayOfMonth(props: {
  readonly label: string;
  readonly value: WeekdayWhen["from"];
  readonly onChoose: (value: WeekdayWhen["from"]) => void;
}) {
  const { value, onChoose } = props;
  const names = weekdayNames(language.value, "long");
  return (
    <div class="field-row">
      <SelectField
        label={`${props.label}: ${t("arming.month")}`}
        value={String(value.month)}
        choices={monthChoices()}
        onChoose={(month) => onChoose({ ...value, month: Number(month) })}
      />
      <SelectField
        label={t("arming.week")}
        value={String(value.week)}
        choices={["1", "2", "3", "4", "5"].map((week) => ({
          value: week,
          text: week === "5" ? t("arming.week.last") : `${week}.`,
        }))}
        onChoose={(week) => onChoose({ ...value, week: Number(week) })}
      />
      <SelectField
        label={t("arming.weekday")}
        value={value.weekday}
        choices={WEEKDAYS.map((day, index) => ({ value: day, text: names[index] ?? day }))}
        onChoose={(weekday) => onChoose({ ...value, weekday })}
      />
    </div>
  );
}
