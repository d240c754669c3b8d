// Where an account is signed in: since when, from where, with what; and the end of any of it.
import { useEffect, useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { OpenSession } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { ErrorNote, SkeletonRows } from "../../parts/controls.tsx";
import { momentText, utcText } from "../../state/moment-text.ts";
import { complain, tell } from "../../state/toasts.ts";

/** The list; one's own unless an account is named. */
export function SessionList({ user }: { readonly user?: string }) {
  const [sessions, setSessions] = useState<readonly OpenSession[] | undefined>(undefined);
  const [error, setError] = useState<unknown>();
  const [asked, setAsked] = useState<string | undefined>(undefined);
  const load = (): void => {
    (user === undefined
      ? call("GET /sessions")
      : call("GET /users/{name}/sessions", { path: { name: user } })
    )
      .then((answer) => setSessions(answer.sessions))
      .catch(setError);
  };
  useEffect(load, [user]);
  const end = (id: string | undefined): void => {
    setAsked(undefined);
    ended(user, id)
      .then(() => tell(t(id === undefined ? "sessions.endedOthers" : "sessions.ended")))
      .catch(complain)
      .finally(load);
  };
  const others = sessions?.filter((one) => !one.current) ?? [];
  return (
    <section>
      <div class="section-head">
        <h2>{t("sessions.title")}</h2>
        <div class="spring" />
        {others.length === 0 ? null : asked === "all" ? (
          <SureButtons onYes={() => end(undefined)} onNo={() => setAsked(undefined)} />
        ) : (
          <button type="button" class="button" onClick={() => setAsked("all")}>
            {t(user === undefined ? "sessions.endOthers" : "sessions.endAll")}
          </button>
        )}
      </div>
      {error === undefined ? null : <ErrorNote error={error} />}
      {sessions === undefined ? (
        error === undefined ? (
          <SkeletonRows rows={2} />
        ) : null
      ) : sessions.length === 0 ? (
        <p class="muted">{t("sessions.none")}</p>
      ) : (
        <ul class="access-list">
          {sessions.map((one) => (
            <li key={one.id}>
              <div>
                <strong title={one.userAgent}>
                  {one.program === "" ? t("sessions.unknown") : one.program}
                  {one.system === undefined ? "" : ` · ${one.system}`}
                </strong>
                {one.current ? <span class="mark">{t("sessions.this")}</span> : null}
                <small>
                  {t("sessions.from", { address: one.address === "" ? "–" : one.address })}
                  {" · "}
                  <span title={utcText(one.createdAt)}>
                    {t("sessions.since", { time: momentText(one.createdAt) })}
                  </span>
                  {" · "}
                  <span title={utcText(one.lastSeenAt)}>
                    {t("sessions.seen", { time: momentText(one.lastSeenAt) })}
                  </span>
                </small>
              </div>
              {one.current ? null : asked === one.id ? (
                <SureButtons onYes={() => end(one.id)} onNo={() => setAsked(undefined)} />
              ) : (
                <button type="button" class="button ghost" onClick={() => setAsked(one.id)}>
                  {t("sessions.end")}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** Ends one session, or all but the one that asks. */
async function ended(user: string | undefined, id: string | undefined): Promise<void> {
  if (user === undefined) {
    await (id === undefined ? call("DELETE /sessions") : call("DELETE /sessions/{id}", { path: { id } }));
    return;
  }
  await (id === undefined
    ? call("DELETE /users/{name}/sessions", { path: { name: user } })
    : call("DELETE /users/{name}/sessions/{id}", { path: { name: user, id } }));
}

/** Asked once more, where the button was: who is signed out signs in again, so no more is asked. */
function SureButtons({ onYes, onNo }: { readonly onYes: () => void; readonly onNo: () => void }) {
  return (
    <span class="sure">
      <button type="button" class="button ghost" onClick={onNo}>
        {t("cancel")}
      </button>
      <button type="button" class="button danger" onClick={onYes}>
        {t("sessions.end.sure")}
      </button>
    </span>
  );
}
