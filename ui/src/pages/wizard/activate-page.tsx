// First run, first step: the one-time code from the recorder's console makes the first administrator.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import { t } from "../../locale/messages.ts";
import { ErrorNote, TextField } from "../../parts/controls.tsx";
import { navigate, place } from "../../router.ts";
import { passwordProblem, SHORTEST_PASSWORD } from "../../state/password-rules.ts";
import { enter } from "../../state/recorder.ts";
import { useAct } from "../../state/use-act.ts";
import { WizardFrame } from "./wizard-frame.tsx";

/** The form. The code may come in the address (`?code=`), as the console prints it. */
export function ActivatePage() {
  const [code, setCode] = useState(place.peek().query.get("code") ?? "");
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const { busy, error, act } = useAct();
  const problem = password === "" ? undefined : passwordProblem(password);
  const differs = again !== "" && again !== password;
  const submit = (): Promise<void> =>
    act(async () => {
      await call("POST /activate", { body: { code: code.trim(), username: username.trim(), password } });
      navigate("welcome");
      await enter();
    });
  return (
    <WizardFrame step={1} title={t("wizard.activate.title")} text={t("wizard.activate.text")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextField
          label={t("wizard.code")}
          value={code}
          onInput={setCode}
          hint={t("wizard.code.hint")}
          mono
          focus={code === ""}
          required
        />
        <TextField
          label={t("wizard.username")}
          value={username}
          onInput={setUsername}
          autocomplete="username"
          focus={code !== ""}
          required
        />
        <TextField
          label={t("password.new")}
          type="password"
          autocomplete="new-password"
          value={password}
          onInput={setPassword}
          hint={t("password.hint", { count: SHORTEST_PASSWORD })}
          error={problem === undefined ? undefined : t("password.length", { count: SHORTEST_PASSWORD })}
          required
        />
        <TextField
          label={t("password.again")}
          type="password"
          autocomplete="new-password"
          value={again}
          onInput={setAgain}
          error={differs ? t("password.differs") : undefined}
          required
        />
        {error === undefined ? null : <ErrorNote error={error} />}
        <div class="form-foot">
          <button
            type="submit"
            class="button primary"
            disabled={
              busy ||
              code.trim() === "" ||
              username.trim() === "" ||
              passwordProblem(password) !== undefined ||
              again !== password
            }
          >
            {t("wizard.next")}
          </button>
        </div>
      </form>
    </WizardFrame>
  );
}
