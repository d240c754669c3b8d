// Makes an API token: what for, until when, with which rights and cameras, by the own password once more; then shows its
// secret, this once.
import { useState } from "preact/hooks";
import { apiUrl, call, type Given } from "../../api/client.ts";
import { t } from "../../locale/messages.ts";
import { CheckField, Dialog, ErrorNote, Segmented, SelectField, TextField } from "../../parts/controls.tsx";
import { CopyButton } from "../../parts/copy-button.tsx";
import { cameras, session } from "../../state/recorder.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { GRAVE_RIGHTS, RIGHT_TEXT, rightText } from "./right-words.ts";

const DAY_MS = 86_400_000;
const LIVES = ["30", "90", "365", "never"] as const;
type Life = (typeof LIVES)[number];
const LIFE_TEXT = {
  "30": "tokens.life.month",
  "90": "tokens.life.quarter",
  "365": "tokens.life.year",
  never: "tokens.life.never",
} as const;

/** The dialog; `onMade` when there is a new one. */
export function NewTokenDialog(props: { readonly onClose: () => void; readonly onMade: () => void }) {
  const [secret, setSecret] = useState<string | undefined>(undefined);
  return (
    <Dialog title={t("tokens.new")} onClose={props.onClose} wide>
      {secret === undefined ? (
        <NewTokenForm
          onCancel={props.onClose}
          onMade={(made) => {
            setSecret(made);
            props.onMade();
          }}
        />
      ) : (
        <Secret secret={secret} onDone={props.onClose} />
      )}
    </Dialog>
  );
}

function NewTokenForm(props: { readonly onCancel: () => void; readonly onMade: (secret: string) => void }) {
  const mine = session.value?.rights ?? [];
  const offered = Object.keys(RIGHT_TEXT).filter((right) => mine.includes(right));
  const [name, setName] = useState("");
  const [life, setLife] = useState<Life>("90");
  const [rights, setRights] = useState<ReadonlySet<string>>(new Set());
  const [scope, setScope] = useState<"all" | "some">("all");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [current, setCurrent] = useState("");
  const [code, setCode] = useState("");
  const factor = useAnswer((signal) => call("GET /session/second-factor", { signal }));
  const isCodeNeeded = factor.answer?.on === true;
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const make = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const made = await call("POST /tokens", {
        body: {
          name: name.trim(),
          // Offered were only rights that the recorder has told of.
          rights: [...rights] as Given<"POST /tokens">["body"]["rights"],
          cameras: scope === "all" ? "all" : [...chosen],
          expiresAt: life === "never" ? "never" : new Date(Date.now() + Number(life) * DAY_MS).toISOString(),
          current,
          ...(isCodeNeeded ? { code } : {}),
        },
      });
      props.onMade(made.secret);
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  const isWhole =
    name.trim() !== "" &&
    rights.size > 0 &&
    (scope === "all" || chosen.size > 0) &&
    current !== "" &&
    (!isCodeNeeded || code !== "");
  return (
    <form
      class="token-form"
      onSubmit={(event) => {
        event.preventDefault();
        void make();
      }}
    >
      <div class="field-row">
        <TextField
          label={t("tokens.name")}
          hint={t("tokens.name.hint")}
          value={name}
          onInput={setName}
          focus
        />
        <SelectField
          label={t("tokens.life")}
          hint={life === "never" ? t("tokens.life.never.hint") : undefined}
          value={life}
          choices={LIVES.map((value) => ({ value, text: t(LIFE_TEXT[value]) }))}
          onChoose={setLife}
        />
      </div>
      <fieldset class="transfer-parts">
        <legend>{t("tokens.rights")}</legend>
        {offered.map((right) => (
          <CheckField
            key={right}
            label={rightText(right)}
            checked={rights.has(right)}
            onChange={() => setRights(toggled(rights, right))}
            {...(GRAVE_RIGHTS.has(right) && rights.has(right) ? { hint: t("tokens.grave"), bad: true } : {})}
          />
        ))}
      </fieldset>
      <div class="token-cameras">
        <Segmented
          label={t("nav.cameras")}
          value={scope}
          choices={[
            { value: "all", text: t("tokens.allCameras") },
            { value: "some", text: t("tokens.someCameras") },
          ]}
          onChoose={setScope}
        />
        {scope === "all" ? (
          <p class="muted">{t("tokens.allCameras.hint")}</p>
        ) : (
          <fieldset class="transfer-parts">
            <legend class="unseen">{t("nav.cameras")}</legend>
            {(cameras.value ?? []).map((camera) => (
              <CheckField
                key={camera.id}
                label={camera.name}
                checked={chosen.has(camera.id)}
                onChange={() => setChosen(toggled(chosen, camera.id))}
              />
            ))}
          </fieldset>
        )}
      </div>
      <div class="field-row">
        <TextField
          label={t("password.current")}
          type="password"
          autocomplete="current-password"
          value={current}
          onInput={setCurrent}
        />
        {isCodeNeeded ? (
          <TextField
            label={t("login.code")}
            hint={t("login.code.hint")}
            autocomplete="one-time-code"
            value={code}
            onInput={setCode}
          />
        ) : null}
      </div>
      {factor.error === undefined ? null : <ErrorNote error={factor.error} onRetry={factor.retry} />}
      {error === undefined ? null : <ErrorNote error={error} />}
      <div class="form-foot">
        <button type="button" class="button ghost" onClick={props.onCancel}>
          {t("cancel")}
        </button>
        <button type="submit" class="button primary" disabled={busy || !isWhole}>
          {t("tokens.make")}
        </button>
      </div>
    </form>
  );
}

function toggled(set: ReadonlySet<string>, value: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(value)) next.add(value);
  return next;
}

function Secret({ secret, onDone }: { readonly secret: string; readonly onDone: () => void }) {
  const address = new URL(apiUrl("/cameras"), location.href).href;
  return (
    <div class="token-secret">
      <p>{t("tokens.secret.text")}</p>
      <code class="secret">{secret}</code>
      <CopyButton text={secret} focus />
      <p class="muted">{t("tokens.secret.use")}</p>
      <pre>
        <code>{`curl -H "Authorization: Bearer ${secret.slice(0, 13)}…" ${address}`}</code>
      </pre>
      <div class="form-foot">
        <button type="button" class="button primary" onClick={onDone}>
          {t("tokens.secret.kept")}
        </button>
      </div>
    </div>
  );
}
