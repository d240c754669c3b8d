// Takes the settings out of the recorder as a file: sealed and whole by a password, or readable and without secrets.
import { useState } from "preact/hooks";
import { ApiError, takeFile } from "../../api/client.ts";
import { t } from "../../locale/messages.ts";
import { CheckField, ErrorNote, TextField } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { saveBlob } from "../../parts/save-file.ts";
import { passwordProblem, SHORTEST_PASSWORD } from "../../state/password-rules.ts";

/** The section. */
export function ExportSection() {
  const [isSealed, setSealed] = useState(true);
  const [password, setPassword] = useState("");
  const [current, setCurrent] = useState("");
  const [code, setCode] = useState<string | undefined>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const problem = password === "" ? undefined : passwordProblem(password);
  const isReady = !isSealed || (password !== "" && problem === undefined && current !== "" && code !== "");
  const save = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    const sealed = { password, current, ...(code === undefined ? {} : { code }) };
    try {
      const { blob, name } = await takeFile("POST /settings/export", { body: isSealed ? sealed : {} });
      saveBlob(blob, name);
      setPassword("");
      setCurrent("");
      setCode(undefined);
    } catch (thrown) {
      // An account with a second factor: its code is asked for once the recorder wants it.
      if (
        code === undefined &&
        thrown instanceof ApiError &&
        thrown.fields.some(({ path }) => path === "/code")
      )
        setCode("");
      else setError(thrown);
    }
    setBusy(false);
  };
  return (
    <section>
      <h2>{t("transfer.export")}</h2>
      <p class="muted">{t("transfer.export.text")}</p>
      <form
        class="transfer-form"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <CheckField
          label={t("transfer.export.sealed")}
          checked={isSealed}
          onChange={setSealed}
          hint={t("transfer.export.sealed.hint")}
        />
        {isSealed ? (
          <>
            <TextField
              label={t("transfer.export.password")}
              type="password"
              autocomplete="new-password"
              value={password}
              onInput={setPassword}
              hint={t("transfer.export.password.hint")}
              error={problem === undefined ? undefined : t("password.length", { count: SHORTEST_PASSWORD })}
            />
            <TextField
              label={t("transfer.export.current")}
              type="password"
              autocomplete="current-password"
              value={current}
              onInput={setCurrent}
            />
            {code === undefined ? null : (
              <TextField
                label={t("factor.code")}
                autocomplete="one-time-code"
                value={code}
                onInput={setCode}
                focus
                mono
              />
            )}
          </>
        ) : null}
        {error === undefined ? null : <ErrorNote error={error} />}
        <div>
          <button type="submit" class="button primary" disabled={busy || !isReady} aria-busy={busy}>
            <Icon name="download" />
            {t("transfer.export.do")}
          </button>
        </div>
      </form>
    </section>
  );
}
