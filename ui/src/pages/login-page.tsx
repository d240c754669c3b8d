// The door: name and password, and a code where the account has a second factor. Says when a session has ended, so that nobody wonders why the page is gone.
import { useState } from "preact/hooks";
import { ApiError, call } from "../api/client.ts";
import type { Setup } from "../api/types.ts";
import { t } from "../locale/messages.ts";
import { ErrorNote, TextField } from "../parts/controls.tsx";
import { Logo } from "../parts/icon.tsx";
import { LanguageSelect } from "../parts/language-select.tsx";
import { type Ended, enter } from "../state/recorder.ts";

/** The form. */
export function LoginPage({ setup, ended }: { readonly setup: Setup; readonly ended: Ended | undefined }) {
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [isCodeNeeded, setCodeNeeded] = useState(false);
  const [code, setCode] = useState("");
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const forgetCode = (): void => {
    setCodeNeeded(false);
    setCode("");
  };
  const submit = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await call("POST /session", { body: { username, password, ...(isCodeNeeded ? { code } : {}) } });
      await enter();
    } catch (thrown) {
      setCode("");
      const problem = thrown instanceof ApiError ? thrown.code : "";
      if (problem === "NJ_SECOND_FACTOR_NEEDED") {
        setCodeNeeded(true);
        return;
      }
      setError(thrown);
      // The password was right: only the code is asked for again.
      if (problem === "NJ_SECOND_FACTOR_WRONG") return;
      forgetCode();
      setPassword("");
    } finally {
      setBusy(false);
    }
  };
  return (
    <main class="door">
      <form
        class="door-card"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <div class="door-brand">
          <Logo size={32} />
          <span>Nightjar</span>
          <LanguageSelect />
        </div>
        <h1>{t("login.title")}</h1>
        {ended === undefined ? null : (
          <p class="door-note">{t(ended === "idle" ? "login.idle" : "login.ended")}</p>
        )}
        <TextField
          label={t("login.name")}
          value={username}
          onInput={(value) => {
            setUsername(value);
            forgetCode();
          }}
          autocomplete="username"
          focus
          required
        />
        <TextField
          label={t("login.password")}
          type="password"
          value={password}
          onInput={(value) => {
            setPassword(value);
            forgetCode();
          }}
          autocomplete="current-password"
          required
        />
        {isCodeNeeded ? (
          <TextField
            label={t("login.code")}
            hint={t("login.code.hint")}
            value={code}
            onInput={setCode}
            autocomplete="one-time-code"
            focus
            required
          />
        ) : null}
        {error === undefined ? null : <ErrorNote error={error} />}
        <button
          type="submit"
          class="button primary wide"
          disabled={busy || username === "" || password === "" || (isCodeNeeded && code === "")}
        >
          {t(busy ? "login.busy" : "login.go")}
        </button>
        <small class="muted">
          {setup.product} {setup.version}
        </small>
      </form>
    </main>
  );
}
