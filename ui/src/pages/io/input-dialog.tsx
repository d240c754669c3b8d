// The form of an alarm input: where its signal comes from, how it is read, and what it is used for.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { InputSettings, LinkageAction } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { CheckField, Dialog, ErrorNote, Segmented, SelectField, TextField } from "../../parts/controls.tsx";
import { CopyButton } from "../../parts/copy-button.tsx";
import { DialogFoot } from "../../parts/dialog-foot.tsx";
import { WeekGrid } from "../../parts/week-grid.tsx";
import { cameras } from "../../state/recorder.ts";
import { useAct } from "../../state/use-act.ts";
import { useDraft } from "../../state/use-draft.ts";
import { Choices } from "../cameras/event-recording-fields.tsx";
import { actionName } from "../linkage/linkage-words.ts";
import { CameraInputFields } from "./camera-port-fields.tsx";
import { INPUT_KIND_HINT, INPUT_KIND_TEXT, NORMALLY_TEXT, sourceOf } from "./io-words.ts";

type Source = InputSettings["source"];
const MOST_HOLD_SECONDS = 86_400;

export function InputDialog(props: {
  readonly input: InputSettings;
  readonly isNew: boolean;
  readonly hasToken: boolean;
  readonly actions: readonly LinkageAction[];
  readonly onSave: (input: InputSettings) => Promise<void>;
  readonly onClose: () => void;
}) {
  const name = props.isNew ? "input-new" : `input-${props.input.id}`;
  const draft = useDraft<InputSettings>(name, props.input, {
    isNew: props.isNew,
    free: ["schedule", "source"],
  });
  const { put, settle } = draft;
  // An id that nobody else has taken meanwhile.
  const input = { ...draft.value, id: props.input.id };
  const [typedHold, setHold] = useState(String(input.holdSeconds));
  const { busy, error, act } = useAct();
  const { source } = input;
  // What is typed, as long as it stands for what the draft holds, or for nothing yet.
  const isOther = /^\d{1,5}$/.test(typedHold) && Number(typedHold) !== input.holdSeconds;
  const hold = isOther ? String(input.holdSeconds) : typedHold;
  const isHold = /^\d{1,5}$/.test(hold) && Number(hold) <= MOST_HOLD_SECONDS;
  const change = (part: Partial<InputSettings>): void => put({ ...input, ...part });
  const isDisarm = input.use === "one-key-disarm";
  const save = (): Promise<void> =>
    act(async () => {
      await props.onSave({ ...input, name: input.name.trim() });
      settle(input);
      props.onClose();
    });
  return (
    <Dialog title={t(props.isNew ? "io.input.add" : "io.input.title")} onClose={props.onClose} wide>
      <form
        class="io-form"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <TextField
          label={t("io.name")}
          value={input.name}
          onInput={(text) => change({ name: text.slice(0, 80) })}
          required
          focus
        />
        <div class="field-row">
          <SelectField
            label={t("io.input.kind")}
            hint={t(INPUT_KIND_HINT[source.kind])}
            value={source.kind}
            choices={(["virtual", "mqtt", "http", "camera"] as const).map((value) => ({
              value,
              text: t(INPUT_KIND_TEXT[value]),
            }))}
            onChoose={(kind) => change({ source: sourceOf(kind) })}
          />
          <SelectField
            label={t("io.contact")}
            hint={t(NORMALLY_TEXT[input.contact].hint)}
            value={input.contact}
            choices={(["normally-open", "normally-closed"] as const).map((value) => ({
              value,
              text: t(NORMALLY_TEXT[value].text),
            }))}
            onChoose={(contact) => change({ contact })}
          />
        </div>
        {source.kind === "mqtt" ? (
          <MqttFields source={source} onChange={(next) => change({ source: next })} />
        ) : null}
        {source.kind === "camera" ? (
          <CameraInputFields
            camera={source.camera}
            input={source.input}
            onChange={(camera, port) => change({ source: { kind: "camera", camera, input: port } })}
          />
        ) : null}
        {source.kind === "http" ? (
          <Token
            input={input.id}
            isSaved={!props.isNew && props.input.source.kind === "http"}
            hasToken={props.hasToken}
          />
        ) : null}
        <TextField
          label={t("io.hold")}
          hint={t("io.hold.hint")}
          error={isHold ? undefined : t("schema.large", { most: MOST_HOLD_SECONDS })}
          value={hold}
          inputMode="numeric"
          onInput={(text) => {
            setHold(text);
            if (/^\d{1,5}$/.test(text)) change({ holdSeconds: Number(text) });
          }}
        />
        <Segmented
          label={t("io.use")}
          value={input.use}
          choices={[
            { value: "alarm", text: t("io.use.alarm") },
            { value: "one-key-disarm", text: t("io.use.disarm") },
          ]}
          onChoose={(use) => change({ use })}
        />
        <p class="field-note">{t(isDisarm ? "io.use.disarm.hint" : "io.use.alarm.hint")}</p>
        {isDisarm ? (
          <Choices
            title={t("io.disarms")}
            none={t("io.disarms.all")}
            all={props.actions.map(({ source: id }) => ({ id, text: actionName(id, props.actions) }))}
            chosen={input.disarms}
            onChoose={(disarms) => change({ disarms: [...disarms] })}
          />
        ) : null}
        <Choices
          title={t(isDisarm ? "io.cameras.disarm" : "io.cameras")}
          none={t(isDisarm ? "io.cameras.disarm.all" : "io.cameras.none")}
          all={(cameras.value ?? []).map((one) => ({ id: one.id, text: one.name }))}
          chosen={input.cameras}
          onChoose={(chosen) => change({ cameras: [...chosen] })}
        />
        <CheckField
          label={t("io.enabled")}
          checked={input.enabled}
          onChange={(enabled) => change({ enabled })}
        />
        <WeekGrid
          label={t("io.schedule")}
          hint={t("io.schedule.input")}
          week={input.schedule}
          onChange={(schedule) => {
            const { schedule: _, ...rest } = input;
            put(schedule === undefined ? rest : { ...rest, schedule });
          }}
        />
        {error === undefined ? null : <ErrorNote error={error} />}
        <DialogFoot
          text={t("save")}
          onCancel={() => {
            settle(props.input);
            props.onClose();
          }}
          disabled={busy || !isHold || input.name.trim() === "" || !isWhole(source)}
          draft={draft}
        />
      </form>
    </Dialog>
  );
}

function isWhole(source: Source): boolean {
  if (source.kind === "camera") return source.camera !== "" && source.input !== "";
  return source.kind !== "mqtt" || source.topic !== "";
}

function MqttFields(props: {
  readonly source: Extract<Source, { kind: "mqtt" }>;
  readonly onChange: (source: Source) => void;
}) {
  const { source, onChange } = props;
  return (
    <>
      <div class="field-row">
        <TextField
          label={t("io.mqtt.topic")}
          hint={t("io.mqtt.topic.input")}
          value={source.topic}
          onInput={(topic) => onChange({ ...source, topic: topic.trim() })}
          placeholder="zigbee2mqtt/door"
          mono
          required
        />
        <TextField
          label={t("io.mqtt.field")}
          hint={t("io.mqtt.field.hint")}
          value={source.field ?? ""}
          onInput={(text) => {
            const { field: _, ...rest } = source;
            onChange(text.trim() === "" ? rest : { ...rest, field: text.trim() });
          }}
          mono
        />
      </div>
      <div class="field-row">
        <TextField
          label={t("io.mqtt.closed")}
          value={source.closed}
          onInput={(closed) => onChange({ ...source, closed })}
          mono
          required
        />
        <TextField
          label={t("io.mqtt.open")}
          value={source.open}
          onInput={(open) => onChange({ ...source, open })}
          mono
          required
        />
      </div>
    </>
  );
}

/** The address that a device calls. Its token is shown this once. */
function Token(props: { readonly input: string; readonly isSaved: boolean; readonly hasToken: boolean }) {
  const [address, setAddress] = useState<string | undefined>(undefined);
  const [error, setError] = useState<unknown>();
  const make = (): void => {
    setError(undefined);
    call("POST /inputs/{input}/token", { path: { input: props.input } })
      .then(({ path }) => setAddress(`${location.origin}${path}`))
      .catch(setError);
  };
  if (!props.isSaved) return <p class="muted">{t("io.token.later")}</p>;
  return (
    <div class="io-token">
      {address === undefined ? (
        <>
          <button type="button" class="button" onClick={make}>
            {t(props.hasToken ? "io.token.again" : "io.token.make")}
          </button>
          <p class="field-note">{t(props.hasToken ? "io.token.again.hint" : "io.token.hint")}</p>
        </>
      ) : (
        <>
          <p>{t("io.token.once")}</p>
          <code>POST {address}</code>
          <CopyButton text={address} focus />
          <p class="field-note">{t("io.token.open")}</p>
        </>
      )}
      {error === undefined ? null : <ErrorNote error={error} />}
    </div>
  );
}
