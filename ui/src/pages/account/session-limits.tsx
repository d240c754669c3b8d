// How long sessions live: the time without anybody there, and the time after which everybody signs in again.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import { t } from "../../locale/messages.ts";
import { Awaited } from "../../parts/awaited.tsx";
import { ErrorNote, TextField } from "../../parts/controls.tsx";
import { UnsavedMark } from "../../parts/unsaved-mark.tsx";
import { tell } from "../../state/toasts.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { useDraft } from "../../state/use-draft.ts";

interface Limits {
  readonly idleMinutes: number;
  readonly maxHours: number;
}

/** The bounds of config.json (docs/reference/config.md). */
const IDLE = { least: 5, most: 43_200 } as const;
const WHOLE = { least: 1, most: 8_760 } as const;

/** The section; for those who may change settings. */
export function SessionLimits() {
  const asked = useAnswer<Limits>(async (signal) => (await call("GET /settings", { signal })).sessions);
  return (
    <section class="session-limits">
      <h2>{t("sessions.limits")}</h2>
      <p class="muted">{t("sessions.limits.text")}</p>
      <Awaited of={asked} rows={2} />
      {asked.answer === undefined ? null : <LimitsForm stored={asked.answer} onStored={asked.put} />}
    </section>
  );
}

function LimitsForm(props: { readonly stored: Limits; readonly onStored: (limits: Limits) => void }) {
  const { stored } = props;
  const form = useDraft("session-limits", textsOf(stored));
  const { idle, whole } = form.value;
  const [error, setError] = useState<unknown>();
  const idleWrong = isWrong(idle, IDLE);
  const wholeWrong = isWrong(whole, WHOLE);
  const isSame = stored.idleMinutes === Number(idle) && stored.maxHours === Number(whole);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setError(undefined);
        call("PATCH /settings", {
          body: { sessions: { idleMinutes: Number(idle), maxHours: Number(whole) } },
        })
          .then(({ sessions }) => {
            props.onStored(sessions);
            form.settle(textsOf(stored));
            tell(t("sessions.limits.saved"));
          })
          .catch(setError);
      }}
    >
      <div class="field-row">
        <TextField
          label={t("sessions.limits.idle")}
          inputMode="numeric"
          value={idle}
          onInput={(typed) => form.put({ idle: typed, whole })}
          hint={t("sessions.limits.default", { value: 720 })}
          error={idleWrong ? t("sessions.limits.wrong", { ...IDLE }) : undefined}
        />
        <TextField
          label={t("sessions.limits.whole")}
          inputMode="numeric"
          value={whole}
          onInput={(typed) => form.put({ idle, whole: typed })}
          hint={t("sessions.limits.default", { value: 168 })}
          error={wholeWrong ? t("sessions.limits.wrong", { ...WHOLE }) : undefined}
        />
      </div>
      {error === undefined ? null : <ErrorNote error={error} />}
      <div class="form-foot start">
        <button
          type="submit"
          class="button primary"
          disabled={isSame || idle === "" || whole === "" || idleWrong || wholeWrong}
        >
          {t("save")}
        </button>
        <UnsavedMark of={form} onDiscard={() => form.settle(textsOf(stored))} />
      </div>
    </form>
  );
}

function textsOf({ idleMinutes, maxHours }: Limits): { readonly idle: string; readonly whole: string } {
  return { idle: String(idleMinutes), whole: String(maxHours) };
}

function isWrong(text: string, { least, most }: { readonly least: number; readonly most: number }): boolean {
  return text !== "" && !(/^\d{1,6}$/.test(text) && Number(text) >= least && Number(text) <= most);
}
