// Where an account is signed in: since when, from where, with what; and the end of any of it.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import { t } from "../../locale/messages.ts";
import { Awaited } from "../../parts/awaited.tsx";
import { momentText, utcText } from "../../state/moment-text.ts";
import { complain, tell } from "../../state/toasts.ts";
import { useAnswer } from "../../state/use-answer.ts";

/** The list; one's own unless an account is named. */
export function SessionList({ user }: { readonly user?: string }) {
  const list = useAnswer(
    async (signal) =>
      user === undefined
        ? (await call("GET /sessions", { signal })).sessions
        : (await call("GET /users/{name}/sessions", { path: { name: user }, signal })).sessions,
    [user],
  );
  const { answer: sessions, load } = list;
  const [asked, setAsked] = useState<string | undefined>(undefined);
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
      <Awaited of={list} rows={2} />
      {sessions === undefined ? null : sessions.length === 0 ? (
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
