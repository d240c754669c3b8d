// Makes an API token: what for, until when, with which rights and cameras, by the own password once more; then shows its
// secret, this once.
import { useState } from "preact/hooks";
import { apiUrl, call, type Given } from "../../api/client.ts";
import { t } from "../../locale/messages.ts";
import { CheckField, Dialog, ErrorNote, SelectField, TextField } from "../../parts/controls.tsx";
import { CopyButton } from "../../parts/copy-button.tsx";
import { DialogFoot } from "../../parts/dialog-foot.tsx";
import { session } from "../../state/recorder.ts";
import { useAct } from "../../state/use-act.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { useDraft } from "../../state/use-draft.ts";
import {
  CameraScopeField,
  type ChosenCameras,
  isChoiceWhole,
  scopeOf,
} from "../users/camera-scope-field.tsx";
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

interface NewToken extends ChosenCameras {
  readonly name: string;
  readonly life: Life;
  readonly rights: readonly string[];
}

const NEW_TOKEN: NewToken = { name: "", life: "90", rights: [], all: true, chosen: [] };

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
  const form = useDraft<NewToken>("token.new", NEW_TOKEN, { isNew: true });
  const { name, life } = form.value;
  const rights = form.value.rights.filter((right) => offered.includes(right));
  const change = (part: Partial<NewToken>): void => form.put({ ...form.value, ...part });
  const [current, setCurrent] = useState("");
  const [code, setCode] = useState("");
  const factor = useAnswer((signal) => call("GET /session/second-factor", { signal }));
  const isCodeNeeded = factor.answer?.on === true;
  const { busy, error, act } = useAct();
  const make = (): Promise<void> =>
    act(async () => {
      const made = await call("POST /tokens", {
        body: {
          name: name.trim(),
          // Offered were only rights that the recorder has told of.
          rights: rights as Given<"POST /tokens">["body"]["rights"],
          cameras: scopeOf(form.value),
          expiresAt: life === "never" ? "never" : new Date(Date.now() + Number(life) * DAY_MS).toISOString(),
          current,
          ...(isCodeNeeded ? { code } : {}),
        },
      });
      form.settle(NEW_TOKEN);
      props.onMade(made.secret);
    });
  const isWhole =
    name.trim() !== "" &&
    rights.length > 0 &&
    isChoiceWhole(form.value) &&
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
          onInput={(typed) => change({ name: typed })}
          focus
        />
        <SelectField
          label={t("tokens.life")}
          hint={life === "never" ? t("tokens.life.never.hint") : undefined}
          value={life}
          choices={LIVES.map((value) => ({ value, text: t(LIFE_TEXT[value]) }))}
          onChoose={(chosen) => change({ life: chosen })}
        />
      </div>
      <fieldset class="transfer-parts">
        <legend>{t("tokens.rights")}</legend>
        {offered.map((right) => (
          <CheckField
            key={right}
            label={rightText(right)}
            checked={rights.includes(right)}
            onChange={(isChosen) =>
              change({ rights: isChosen ? [...rights, right] : rights.filter((one) => one !== right) })
            }
            {...(GRAVE_RIGHTS.has(right) && rights.includes(right)
              ? { hint: t("tokens.grave"), bad: true }
              : {})}
          />
        ))}
      </fieldset>
      <CameraScopeField value={form.value} allHint={t("tokens.allCameras.hint")} onChange={change} />
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
      <DialogFoot
        text={t("tokens.make")}
        onCancel={() => {
          form.settle(NEW_TOKEN);
          props.onCancel();
        }}
        disabled={busy || !isWhole}
        draft={form}
      />
    </form>
  );
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
