// The passwords with which other programs watch, of all accounts: whose, for what, when made and last used, and their end.
// For administrators; everybody's own are in the menu of the account.
import { useState } from "preact/hooks";
import { type Answer, call } from "../../api/client.ts";
import { t } from "../../locale/messages.ts";
import { Awaited } from "../../parts/awaited.tsx";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { dateText, utcText } from "../../state/moment-text.ts";
import { streamPasswordChanges, streamPasswordsChanged } from "../../state/stream-passwords.ts";
import { tell } from "../../state/toasts.ts";
import { useAnswer } from "../../state/use-answer.ts";

type OneOfAll = Answer<"GET /users/stream-passwords">["streamPasswords"][number];

/** The section; `accounts` in another number are read anew, as those of a removed one are gone. */
export function StreamPasswordList({ accounts }: { readonly accounts: number }) {
  const asked = useAnswer(
    async (signal) => (await call("GET /users/stream-passwords", { signal })).streamPasswords,
    [accounts, streamPasswordChanges.value],
  );
  const { answer: list } = asked;
  const [revoking, setRevoking] = useState<OneOfAll | undefined>(undefined);
  return (
    <section class="stream-password-list">
      <div class="section-head">
        <h2>{t("streamPasswords.all")}</h2>
        {list === undefined || list.length === 0 ? null : <span class="muted">{list.length}</span>}
      </div>
      <p class="muted">{t("streamPasswords.all.text")}</p>
      <Awaited of={asked} rows={2} />
      {list === undefined ? null : list.length === 0 ? (
        <p class="muted">{t("streamPasswords.all.none")}</p>
      ) : (
        <ul class="access-list">
          {list.map((one) => (
            <li key={one.id}>
              <div>
                <strong>{one.label}</strong>
                <span class="mark">{one.user}</span>
                <small>
                  <span title={utcText(one.createdAt)}>
                    {t("streamPasswords.all.made", { day: dateText(one.createdAt) })}
                  </span>
                  {" · "}
                  {one.lastUsedAt === undefined ? (
                    t("streamPasswords.all.unused")
                  ) : (
                    <span title={utcText(one.lastUsedAt)}>
                      {t("streamPasswords.all.used", { day: dateText(one.lastUsedAt) })}
                    </span>
                  )}
                </small>
              </div>
              <button
                type="button"
                class="button ghost"
                aria-label={t("streamPasswords.all.revokeOf", { label: one.label, user: one.user })}
                onClick={() => setRevoking(one)}
              >
                {t("streamPasswords.revoke")}
              </button>
            </li>
          ))}
        </ul>
      )}
      {revoking === undefined ? null : (
        <ConfirmDialog
          title={t("streamPasswords.all.revokeOf", { label: revoking.label, user: revoking.user })}
          word={revoking.label}
          button={t("streamPasswords.revoke")}
          act={() => revoke(revoking)}
          onClose={() => setRevoking(undefined)}
        >
          <p class="muted">{t("streamPasswords.all.revoke.text", { user: revoking.user })}</p>
        </ConfirmDialog>
      )}
    </section>
  );
}

async function revoke({ user, id, label }: OneOfAll): Promise<void> {
  await call("DELETE /users/{name}/stream-passwords/{id}", { path: { name: user, id } });
  tell(t("streamPasswords.revoked", { label }));
  streamPasswordsChanged();
}
