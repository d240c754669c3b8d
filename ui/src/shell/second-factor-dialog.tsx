// One's own second factor: how it is, setting it up in two steps with an authenticator app, switching it off. What is
// shown once (the key, the recovery codes) is kept nowhere but in this dialog.
import { useState } from "preact/hooks";
import { call } from "../api/client.ts";
import type { SecondFactor } from "../api/types.ts";
import { language, t } from "../locale/messages.ts";
import { Awaited } from "../parts/awaited.tsx";
import { Dialog, ErrorNote, TextField } from "../parts/controls.tsx";
import { CopyButton } from "../parts/copy-button.tsx";
import { QrCode } from "../parts/qr-code.tsx";
import { dayText } from "../state/time-format.ts";
import { tell } from "../state/toasts.ts";
import { useAnswer } from "../state/use-answer.ts";
import { zone } from "../state/zone.ts";

interface Setup {
  readonly uri: string;
  readonly secret: string;
}

/** The dialog. */
export function SecondFactorDialog(props: { readonly user: string; readonly onClose: () => void }) {
  const asked = useAnswer((signal) => call("GET /session/second-factor", { signal }));
  const { answer: state } = asked;
  const [setup, setSetup] = useState<Setup | undefined>(undefined);
  const [recoveryCodes, setRecoveryCodes] = useState<readonly string[] | undefined>(undefined);
  const { onClose } = props;
  return (
    <Dialog title={t("factor.title", { name: props.user })} onClose={onClose}>
      {recoveryCodes !== undefined ? (
        <RecoveryCodes codes={recoveryCodes} onDone={onClose} />
      ) : setup !== undefined ? (
        <Confirm setup={setup} onClose={onClose} onOn={setRecoveryCodes} />
      ) : state === undefined ? (
        <Awaited of={asked} rows={3} />
      ) : state.on ? (
        <Manage state={state} onClose={onClose} onRenewed={setRecoveryCodes} />
      ) : (
        <Begin onClose={onClose} onBegun={setSetup} />
      )}
    </Dialog>
  );
}

function Begin(props: { readonly onClose: () => void; readonly onBegun: (setup: Setup) => void }) {
  const [password, setPassword] = useState("");
  const form = useActions();
  const begin = async (): Promise<void> =>
    props.onBegun(await call("POST /session/second-factor", { body: { password } }));
  return (
    <form onSubmit={form.runs(begin)}>
      <p>{t("factor.intro")}</p>
      <TextField
        label={t("password.current")}
        type="password"
        autocomplete="current-password"
        value={password}
        onInput={setPassword}
        focus
      />
      <Foot form={form} text={t("factor.begin")} isReady={password !== ""} onClose={props.onClose} />
    </form>
  );
}

function Confirm(props: {
  readonly setup: Setup;
  readonly onClose: () => void;
  readonly onOn: (recoveryCodes: readonly string[]) => void;
}) {
  const [code, setCode] = useState("");
  const form = useActions();
  const confirm = async (): Promise<void> => {
    const answer = await call("POST /session/second-factor/confirm", { body: { code } });
    props.onOn(answer.recoveryCodes);
  };
  const { uri, secret } = props.setup;
  return (
    <form onSubmit={form.runs(confirm)}>
      <p>{t("factor.scan")}</p>
      <QrCode text={uri} label={t("factor.qr")} />
      <p class="factor-key">
        <span class="muted">{t("factor.key")}</span>
        <code>{secret.replace(/(.{4})(?=.)/g, "$1 ")}</code>
        <CopyButton text={secret} />
      </p>
      <TextField
        label={t("factor.code")}
        hint={t("factor.code.hint")}
        autocomplete="one-time-code"
        inputMode="numeric"
        value={code}
        onInput={setCode}
        focus
      />
      <Foot form={form} text={t("factor.on")} isReady={code.trim() !== ""} onClose={props.onClose} />
    </form>
  );
}

function RecoveryCodes(props: { readonly codes: readonly string[]; readonly onDone: () => void }) {
  return (
    <>
      <p>{t("factor.codes")}</p>
      <ul class="recovery-codes">
        {props.codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div class="form-foot">
        <CopyButton text={props.codes.join("\n")} focus />
        <button type="button" class="button primary" onClick={props.onDone}>
          {t("factor.codes.kept")}
        </button>
      </div>
    </>
  );
}

function Manage(props: {
  readonly state: Extract<SecondFactor, { on: true }>;
  readonly onClose: () => void;
  readonly onRenewed: (recoveryCodes: readonly string[]) => void;
}) {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const form = useActions();
  const switchOff = async (): Promise<void> => {
    await call("DELETE /session/second-factor", { body: { password, code } });
    tell(t("factor.wasOff"));
    props.onClose();
  };
  const renew = async (): Promise<void> => {
    const body = { password, code };
    const answer = await call("POST /session/second-factor/recovery-codes", { body });
    props.onRenewed(answer.recoveryCodes);
  };
  const isReady = password !== "" && code.trim() !== "" && !form.isBusy;
  const since = dayText(Date.parse(props.state.since), zone.value, language.value);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
      }}
    >
      <p>{t("factor.since", { day: since, count: props.state.recoveryCodesLeft })}</p>
      <TextField
        label={t("password.current")}
        type="password"
        autocomplete="current-password"
        value={password}
        onInput={setPassword}
        focus
      />
      <TextField
        label={t("login.code")}
        hint={t("login.code.hint")}
        autocomplete="one-time-code"
        value={code}
        onInput={setCode}
      />
      {form.error === undefined ? null : <ErrorNote error={form.error} />}
      <div class="form-foot">
        <button type="button" class="button" disabled={!isReady} onClick={form.runs(renew)}>
          {t("factor.renew")}
        </button>
        <button type="button" class="button danger" disabled={!isReady} onClick={form.runs(switchOff)}>
          {t("factor.off")}
        </button>
      </div>
    </form>
  );
}

interface Actions {
  /** Handles an event by doing something, one thing at a time. */
  readonly runs: (action: () => Promise<void>) => (event: Event) => void;
  readonly isBusy: boolean;
  /** What went wrong with the last one. */
  readonly error: unknown;
}

function useActions(): Actions {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const runs = (action: () => Promise<void>) => (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    action()
      .catch(setError)
      .finally(() => setBusy(false));
  };
  return { runs, isBusy, error };
}

function Foot(props: {
  readonly form: Actions;
  readonly text: string;
  readonly isReady: boolean;
  readonly onClose: () => void;
}) {
  return (
    <>
      {props.form.error === undefined ? null : <ErrorNote error={props.form.error} />}
      <div class="form-foot">
        <button type="button" class="button ghost" onClick={props.onClose}>
          {t("cancel")}
        </button>
        <button type="submit" class="button primary" disabled={props.form.isBusy || !props.isReady}>
          {props.text}
        </button>
      </div>
    </>
  );
}
