// The programs that act for an account: what each may do, until when, when it last did; new ones, and their end.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { ApiToken } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { Awaited } from "../../parts/awaited.tsx";
import { Dialog, ErrorNote, TextField } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { dateText, momentText, utcText } from "../../state/moment-text.ts";
import { cameras } from "../../state/recorder.ts";
import { tell } from "../../state/toasts.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { NewTokenDialog } from "./new-token-dialog.tsx";
import { rightText } from "./right-words.ts";

/** The list; one's own unless an account is named. Tokens are made for oneself alone. */
export function TokenList({ user }: { readonly user?: string }) {
  const list = useAnswer(
    async (signal) =>
      user === undefined
        ? (await call("GET /tokens", { signal })).tokens
        : (await call("GET /users/{name}/tokens", { path: { name: user }, signal })).tokens,
    [user],
  );
  const { answer: tokens, load } = list;
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<ApiToken | undefined>(undefined);
  return (
    <section>
      <div class="section-head">
        <h2>{t("tokens.title")}</h2>
        <div class="spring" />
        {user === undefined ? (
          <button type="button" class="button primary" onClick={() => setMaking(true)}>
            <Icon name="plus" />
            {t("tokens.new")}
          </button>
        ) : null}
      </div>
      <p class="muted">{t("tokens.text")}</p>
      <Awaited of={list} rows={2} />
      {tokens === undefined ? null : tokens.length === 0 ? (
        <p class="muted">{t(user === undefined ? "tokens.none" : "tokens.none.other")}</p>
      ) : (
        <ul class="access-list">
          {tokens.map((one) => (
            <li key={one.id} class={one.expired ? "off" : ""}>
              <div>
                <strong>{one.name}</strong>
                {one.expired ? <span class="mark">{t("tokens.over")}</span> : null}
                <small>
                  {one.rights.map(rightText).join(", ")} · {cameraText(one)}
                </small>
                <small>
                  <span title={one.expiresAt === "never" ? undefined : utcText(one.expiresAt)}>
                    {one.expiresAt === "never"
                      ? t("tokens.endsNever")
                      : t("tokens.ends", { day: dateText(one.expiresAt) })}
                  </span>
                  {" · "}
                  {one.lastUsedAt === undefined ? (
                    t("tokens.unused")
                  ) : (
                    <span title={utcText(one.lastUsedAt)}>
                      {t("tokens.used", {
                        time: momentText(one.lastUsedAt),
                        address: one.lastAddress ?? "–",
                      })}
                    </span>
                  )}
                </small>
              </div>
              <button
                type="button"
                class="button ghost"
                aria-label={t("tokens.revokeOf", { name: one.name })}
                onClick={() => setRevoking(one)}
              >
                {t("tokens.revoke")}
              </button>
            </li>
          ))}
        </ul>
      )}
      {making ? <NewTokenDialog onClose={() => setMaking(false)} onMade={load} /> : null}
      {revoking === undefined ? null : (
        <RevokeDialog
          token={revoking}
          user={user}
          onClose={() => setRevoking(undefined)}
          onDone={() => {
            setRevoking(undefined);
            load();
          }}
        />
      )}
    </section>
  );
}

function cameraText({ cameras: scope }: ApiToken): string {
  if (scope === "all") return t("tokens.allCameras");
  return scope.map((id) => cameras.value?.find((camera) => camera.id === id)?.name ?? id).join(", ");
}

/** Cannot be taken back, and stops a program that nobody may be looking at: its name is typed. */
function RevokeDialog(props: {
  readonly token: ApiToken;
  readonly user: string | undefined;
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const { name, id } = props.token;
  const [typed, setTyped] = useState("");
  const [error, setError] = useState<unknown>();
  return (
    <Dialog title={t("tokens.revokeOf", { name })} onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          (props.user === undefined
            ? call("DELETE /tokens/{id}", { path: { id } })
            : call("DELETE /users/{name}/tokens/{id}", { path: { name: props.user, id } })
          )
            .then(() => {
              tell(t("tokens.revoked", { name }));
              props.onDone();
            })
            .catch(setError);
        }}
      >
        <p class="muted">{t("tokens.revoke.text")}</p>
        <TextField label={t("tokens.revoke.type", { name })} value={typed} onInput={setTyped} focus />
        {error === undefined ? null : <ErrorNote error={error} />}
        <div class="form-foot">
          <button type="button" class="button ghost" onClick={props.onClose}>
            {t("cancel")}
          </button>
          <button type="submit" class="button danger" disabled={typed.trim() !== name}>
            {t("tokens.revoke")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
