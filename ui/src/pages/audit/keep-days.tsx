// How long the recorder keeps entries of the audit log.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import { t } from "../../locale/messages.ts";
import { Awaited } from "../../parts/awaited.tsx";
import { ErrorNote, TextField } from "../../parts/controls.tsx";
import { UnsavedMark } from "../../parts/unsaved-mark.tsx";
import { tell } from "../../state/toasts.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { useDraft } from "../../state/use-draft.ts";

/** The bounds of config.json (docs/reference/config.md). */
const DAYS = { least: 30, most: 3_650 } as const;
const USUAL_DAYS = 730;

/** The section; for those who may change settings. */
export function KeepDays() {
  const asked = useAnswer<number>(async (signal) => (await call("GET /settings", { signal })).audit.keepDays);
  return (
    <section class="session-limits">
      <h2>{t("audit.keep")}</h2>
      <p class="muted">{t("audit.keep.text")}</p>
      <Awaited of={asked} rows={1} />
      {asked.answer === undefined ? null : <DaysForm stored={asked.answer} onStored={asked.put} />}
    </section>
  );
}

function DaysForm(props: { readonly stored: number; readonly onStored: (days: number) => void }) {
  const { stored } = props;
  const form = useDraft("audit-keep-days", { days: String(stored) });
  const { days } = form.value;
  const [error, setError] = useState<unknown>();
  const isWrong =
    days !== "" && !(/^\d{1,4}$/.test(days) && Number(days) >= DAYS.least && Number(days) <= DAYS.most);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setError(undefined);
        call("PATCH /settings", { body: { audit: { keepDays: Number(days) } } })
          .then(({ audit }) => {
            props.onStored(audit.keepDays);
            form.settle({ days: String(audit.keepDays) });
            tell(t("audit.keep.saved"));
          })
          .catch(setError);
      }}
    >
      <TextField
        label={t("audit.keep.days")}
        inputMode="numeric"
        value={days}
        onInput={(typed) => form.put({ days: typed })}
        hint={t("sessions.limits.default", { value: USUAL_DAYS })}
        error={isWrong ? t("sessions.limits.wrong", { ...DAYS }) : undefined}
      />
      {error === undefined ? null : <ErrorNote error={error} />}
      <div class="form-foot start">
        <button
          type="submit"
          class="button primary"
          disabled={stored === Number(days) || days === "" || isWrong}
        >
          {t("save")}
        </button>
        <UnsavedMark of={form} onDiscard={() => form.settle({ days: String(stored) })} />
      </div>
    </form>
  );
}
