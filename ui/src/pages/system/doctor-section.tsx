// What `nightjar doctor` finds around the recorder, looked at when asked for: it takes a few seconds. For administrators.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { DoctorCheck } from "../../api/health-types.ts";
import { type MessageKey, t } from "../../locale/messages.ts";
import { asSentence } from "../../locale/sentence.ts";
import { ErrorNote, SkeletonRows } from "../../parts/controls.tsx";
import { Icon, type IconName } from "../../parts/icon.tsx";

const ICONS: Readonly<Record<DoctorCheck["result"], IconName>> = {
  ok: "check",
  notice: "info",
  warning: "warning",
  error: "warning",
};

const RESULTS: Readonly<Record<DoctorCheck["result"], MessageKey>> = {
  ok: "doctor.ok",
  notice: "doctor.notice",
  warning: "doctor.warning",
  error: "doctor.error",
};

const ORDER = ["error", "warning", "notice", "ok"] as const;

/** The section. */
export function DoctorSection() {
  const [checks, setChecks] = useState<readonly DoctorCheck[] | undefined>(undefined);
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const look = (): void => {
    setBusy(true);
    setError(undefined);
    call("GET /doctor")
      .then((answer) => setChecks(answer.checks))
      .catch(setError)
      .finally(() => setBusy(false));
  };
  return (
    <section>
      <h2>{t("doctor.title")}</h2>
      <p class="muted">{t("doctor.text")}</p>
      <div>
        <button type="button" class="button" disabled={busy} aria-busy={busy} onClick={look}>
          <Icon name="search" />
          {t(busy ? "doctor.busy" : "doctor.look")}
        </button>
      </div>
      {error === undefined ? null : <ErrorNote error={error} />}
      {busy && checks === undefined ? <SkeletonRows rows={4} /> : null}
      {checks === undefined ? null : (
        <ul class="check-list" role="status">
          {ORDER.flatMap((result) => checks.filter((check) => check.result === result)).map((check) => (
            <li key={`${check.id} ${check.message}`} class={`result-${check.result}`}>
              <Icon name={ICONS[check.result]} />
              <div>
                <span class="unseen">{t(RESULTS[check.result])}: </span>
                {asSentence(check.message)}
                {check.advice === undefined ? null : <p class="muted">{asSentence(check.advice)}</p>}
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
