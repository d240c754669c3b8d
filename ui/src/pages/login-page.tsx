// The door: name and password. Says when a session has ended, so that nobody wonders why the page is gone.
import { useState } from "preact/hooks";
import { api } from "../api/client.ts";
import type { Setup } from "../api/types.ts";
import { t } from "../locale/messages.ts";
import { ErrorNote, TextField } from "../parts/controls.tsx";
import { Logo } from "../parts/icon.tsx";
import { enter } from "../state/recorder.ts";

/** The form. */
export function LoginPage({ setup, ended }: { readonly setup: Setup; readonly ended: boolean }) {
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await api("POST", "/session", { username, password });
      await enter();
    } catch (thrown) {
      setError(thrown);
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
        <p class="door-brand">
          <Logo size={32} />
          <span>Nightjar</span>
        </p>
        <h1>{t("login.title")}</h1>
        {ended ? <p class="door-note">{t("login.ended")}</p> : null}
        <TextField
          label={t("login.name")}
          value={username}
          onInput={setUsername}
          autocomplete="username"
          focus
          required
        />
        <TextField
          label={t("login.password")}
          type="password"
          value={password}
          onInput={setPassword}
          autocomplete="current-password"
          required
        />
        {error === undefined ? null : <ErrorNote error={error} />}
        <button
          type="submit"
          class="button primary wide"
          disabled={busy || username === "" || password === ""}
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
