// What `nightjar doctor` finds around the recorder, by the same checks on the running one: looked at when asked for, which
// takes a few seconds and can be given up. What is wrong stands first, with what to do and what to type.
import { useEffect, useRef, useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { DoctorCheck } from "../../api/health-types.ts";
import { language, type MessageKey, t } from "../../locale/messages.ts";
import { ErrorNote } from "../../parts/controls.tsx";
import { CopyButton } from "../../parts/copy-button.tsx";
import { Icon, type IconName } from "../../parts/icon.tsx";
import { adviceText, checkText, foundText, loadDoctorTexts } from "./doctor-words.ts";
import { SystemSubPage } from "./sub-page.tsx";

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

/** The page. */
export function DoctorPage() {
  const [checks, setChecks] = useState<readonly DoctorCheck[] | undefined>(undefined);
  const [error, setError] = useState<unknown>();
  const [isGivenUp, setGivenUp] = useState(false);
  const [busy, setBusy] = useState(false);
  const underway = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => underway.current?.abort(), []);
  useEffect(() => void loadDoctorTexts(language.value), [language.value]);
  const look = async (): Promise<void> => {
    const mine = new AbortController();
    underway.current = mine;
    setBusy(true);
    setError(undefined);
    setGivenUp(false);
    try {
      setChecks((await call("GET /doctor", { signal: mine.signal })).checks);
    } catch (thrown) {
      if (mine.signal.aborted) setGivenUp(true);
      else setError(thrown);
    }
    setBusy(false);
  };
  const wrong = checks?.filter(({ result }) => result === "error" || result === "warning").length ?? 0;
  return (
    <SystemSubPage title={t("doctor.title")}>
      <div class="sections doctor">
        <section>
          <p class="muted">{t("doctor.text")}</p>
          <div class="form-foot start doctor-look">
            <button
              type="button"
              class="button primary"
              disabled={busy}
              aria-busy={busy}
              onClick={() => void look()}
            >
              <Icon name="search" />
              {t(busy ? "doctor.busy" : "doctor.look")}
            </button>
            {busy ? (
              <>
                <button type="button" class="button" onClick={() => underway.current?.abort()}>
                  {t("cancel")}
                </button>
                <progress aria-label={t("doctor.busy")} />
              </>
            ) : null}
          </div>
          <p role="status">
            {isGivenUp ? t("doctor.givenUp") : null}
            {checks === undefined || busy || isGivenUp
              ? null
              : t(wrong === 0 ? "doctor.allWell" : "doctor.wrong", { count: wrong })}
          </p>
          {error === undefined ? null : <ErrorNote error={error} onRetry={() => void look()} />}
        </section>
        {checks === undefined ? null : (
          <section>
            <ul class="check-list">
              {ORDER.flatMap((result) => checks.filter((check) => check.result === result)).map((check) => (
                <li key={`${check.id} ${check.message}`} class={`result-${check.result}`}>
                  <Icon name={ICONS[check.result]} />
                  <Finding check={check} />
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
    </SystemSubPage>
  );
}

/** What it is about, and what was found, in the viewer's words. */
function Finding({ check }: { readonly check: DoctorCheck }) {
  const { id, result, message, where, advice, command } = check;
  return (
    <div>
      <strong>{checkText(id)}</strong> <span class="muted">{t(RESULTS[result])}</span>
      <p>
        {foundText(check)}
        {where === undefined || result === "ok" || message.includes(where) ? null : (
          <>
            {" "}
            <code>{where}</code>
          </>
        )}
      </p>
      {advice === undefined ? null : (
        <p>
          <strong>{t("doctor.do")}</strong> {adviceText(check)}
        </p>
      )}
      {command === undefined ? null : (
        <p class="doctor-command">
          <code>{command}</code>
          <CopyButton text={command} />
        </p>
      )}
    </div>
  );
}
