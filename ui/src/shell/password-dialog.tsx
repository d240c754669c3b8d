// Changes a password: one's own, or as administrator somebody else's.
import { useState } from "preact/hooks";
import { call } from "../api/client.ts";
import { t } from "../locale/messages.ts";
import { CheckField, Dialog, ErrorNote, TextField } from "../parts/controls.tsx";
import { DialogFoot } from "../parts/dialog-foot.tsx";
import { passwordProblem, SHORTEST_PASSWORD } from "../state/password-rules.ts";
import { tell } from "../state/toasts.ts";

/** The dialog. */
export function PasswordDialog(props: {
  readonly user: string;
  readonly own: boolean;
  readonly onClose: () => void;
}) {
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const [endTokens, setEndTokens] = useState(false);
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const problem = password === "" ? undefined : passwordProblem(password);
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      if (props.own) await call("PUT /session/password", { body: { current, password, endTokens } });
      else await call("PATCH /users/{name}", { path: { name: props.user }, body: { password } });
      tell(t("password.changed"));
      props.onClose();
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={t("password.title", { name: props.user })} onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {props.own ? (
          <TextField
            label={t("password.current")}
            type="password"
            autocomplete="current-password"
            value={current}
            onInput={setCurrent}
            focus
          />
        ) : null}
        <TextField
          label={t("password.new")}
          type="password"
          autocomplete="new-password"
          value={password}
          onInput={setPassword}
          focus={!props.own}
          hint={t("password.hint", { count: SHORTEST_PASSWORD })}
          error={problem === undefined ? undefined : t("password.length", { count: SHORTEST_PASSWORD })}
        />
        {props.own ? (
          <CheckField
            label={t("password.endTokens")}
            hint={t("password.endTokens.hint")}
            checked={endTokens}
            onChange={setEndTokens}
          />
        ) : (
          <p class="muted">{t("password.endsAll")}</p>
        )}
        {error === undefined ? null : <ErrorNote error={error} />}
        <DialogFoot
          text={t("save")}
          onCancel={props.onClose}
          disabled={busy || password === "" || problem !== undefined || (props.own && current === "")}
        />
      </form>
    </Dialog>
  );
}
