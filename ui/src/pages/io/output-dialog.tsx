// The form of an alarm output: how it is switched and for how long. Nothing is changed before it is saved; a secret that is
// typed goes in and never comes out.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { OutputSettings } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { CheckField, Dialog, ErrorNote, SelectField, TextField } from "../../parts/controls.tsx";
import { DialogFoot } from "../../parts/dialog-foot.tsx";
import { WeekGrid } from "../../parts/week-grid.tsx";
import { useAct } from "../../state/use-act.ts";
import { useDraft } from "../../state/use-draft.ts";
import { CameraOutputFields } from "./camera-port-fields.tsx";
import { driverOf, dwellChoices, OUTPUT_KIND_HINT, OUTPUT_KIND_TEXT } from "./io-words.ts";

type Driver = OutputSettings["driver"];
type HttpDriver = Extract<Driver, { kind: "http" }>;
type Call = HttpDriver["on"];

export function OutputDialog(props: {
  readonly output: OutputSettings;
  readonly isNew: boolean;
  readonly isAuthorized: boolean;
  readonly onSave: (output: OutputSettings) => Promise<void>;
  readonly onClose: () => void;
}) {
  const name = props.isNew ? "output-new" : `output-${props.output.id}`;
  const draft = useDraft<OutputSettings>(name, props.output, {
    isNew: props.isNew,
    free: ["schedule", "driver"],
  });
  const { put, settle } = draft;
  // An id that nobody else has taken meanwhile.
  const output = { ...draft.value, id: props.output.id };
  const [authorization, setAuthorization] = useState("");
  const [isForgotten, setForgotten] = useState(false);
  /** What was typed to authorize was meant for one's own address. */
  const takeTheirs = (): (() => void) => {
    setAuthorization("");
    setForgotten(false);
    return draft.takeTheirs();
  };
  const { busy, error, act } = useAct();
  const { driver } = output;
  const change = (part: Partial<OutputSettings>): void => put({ ...output, ...part });
  const save = (): Promise<void> =>
    act(async () => {
      await props.onSave({ ...output, name: output.name.trim() });
      if (driver.kind === "http" && (authorization !== "" || isForgotten)) {
        await call("PUT /outputs/{output}/authorization", {
          path: { output: output.id },
          body: { authorization: authorization === "" ? null : authorization },
        });
      }
      settle(output);
      props.onClose();
    });
  return (
    <Dialog title={t(props.isNew ? "io.output.add" : "io.output.title")} onClose={props.onClose} wide>
      <form
        class="io-form"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <TextField
          label={t("io.name")}
          value={output.name}
          onInput={(text) => change({ name: text.slice(0, 80) })}
          required
          focus
        />
        <div class="field-row">
          <SelectField
            label={t("io.output.kind")}
            hint={t(OUTPUT_KIND_HINT[driver.kind])}
            value={driver.kind}
            choices={(["virtual", "mqtt", "http", "camera"] as const).map((value) => ({
              value,
              text: t(OUTPUT_KIND_TEXT[value]),
            }))}
            onChoose={(kind) => change({ driver: driverOf(kind) })}
          />
          <SelectField
            label={t("io.dwell")}
            hint={t("io.dwell.hint")}
            value={String(output.dwellSeconds)}
            choices={dwellChoices(output.dwellSeconds)}
            onChoose={(seconds) => change({ dwellSeconds: Number(seconds) })}
          />
        </div>
        {driver.kind === "mqtt" ? (
          <MqttFields driver={driver} onChange={(next) => change({ driver: next })} />
        ) : null}
        {driver.kind === "camera" ? (
          <CameraOutputFields driver={driver} onChange={(next) => change({ driver: next })} />
        ) : null}
        {driver.kind === "http" ? (
          <>
            {(["on", "off"] as const).map((which) => (
              <CallFields
                key={which}
                title={t(which === "on" ? "io.http.on" : "io.http.off")}
                call={driver[which]}
                onChange={(next) => change({ driver: { ...driver, [which]: next } })}
              />
            ))}
            <TextField
              label={t("io.http.authorization")}
              hint={t(
                props.isAuthorized && !isForgotten
                  ? "io.http.authorization.kept"
                  : "io.http.authorization.hint",
              )}
              type="password"
              autocomplete="new-password"
              value={authorization}
              onInput={setAuthorization}
            />
            {props.isAuthorized ? (
              <CheckField
                label={t("io.http.authorization.forget")}
                checked={isForgotten}
                onChange={setForgotten}
              />
            ) : null}
          </>
        ) : null}
        <CheckField
          label={t("io.enabled")}
          checked={output.enabled}
          onChange={(enabled) => change({ enabled })}
        />
        <WeekGrid
          label={t("io.schedule")}
          hint={t("io.schedule.output")}
          week={output.schedule}
          onChange={(schedule) => {
            const { schedule: _, ...rest } = output;
            put(schedule === undefined ? rest : { ...rest, schedule });
          }}
        />
        {error === undefined ? null : <ErrorNote error={error} />}
        <DialogFoot
          text={t("save")}
          onCancel={() => {
            settle(props.output);
            props.onClose();
          }}
          disabled={busy || output.name.trim() === "" || !isWhole(driver)}
          draft={{ ...draft, takeTheirs }}
          isUnsaved={draft.isUnsaved || authorization !== "" || isForgotten}
        />
      </form>
    </Dialog>
  );
}

function isWhole(driver: Driver): boolean {
  if (driver.kind === "mqtt") return driver.topic !== "" && driver.on !== "" && driver.off !== "";
  if (driver.kind === "camera")
    return driver.camera !== "" && (driver.part !== undefined || (driver.relay ?? "") !== "");
  return (
    driver.kind === "virtual" || [driver.on, driver.off].every(({ url }) => /^https?:\/\/\S+$/.test(url))
  );
}

function MqttFields(props: {
  readonly driver: Extract<Driver, { kind: "mqtt" }>;
  readonly onChange: (driver: Driver) => void;
}) {
  const { driver, onChange } = props;
  const { stateTopic = "" } = driver;
  return (
    <>
      <TextField
        label={t("io.mqtt.topic")}
        hint={t("io.mqtt.topic.output")}
        value={driver.topic}
        onInput={(topic) => onChange({ ...driver, topic: topic.trim() })}
        placeholder="zigbee2mqtt/siren/set"
        mono
        required
      />
      <div class="field-row">
        <TextField
          label={t("io.mqtt.on")}
          value={driver.on}
          onInput={(on) => onChange({ ...driver, on })}
          mono
          required
        />
        <TextField
          label={t("io.mqtt.off")}
          value={driver.off}
          onInput={(off) => onChange({ ...driver, off })}
          mono
          required
        />
      </div>
      <TextField
        label={t("io.mqtt.stateTopic")}
        hint={t("io.mqtt.stateTopic.hint")}
        value={stateTopic}
        onInput={(text) => {
          const { stateTopic: _, ...rest } = driver;
          onChange(text.trim() === "" ? rest : { ...rest, stateTopic: text.trim() });
        }}
        mono
      />
    </>
  );
}

function CallFields(props: {
  readonly title: string;
  readonly call: Call;
  readonly onChange: (call: Call) => void;
}) {
  const { title, call: asked, onChange } = props;
  return (
    <fieldset class="io-call">
      <legend>{title}</legend>
      <div class="field-row io-address">
        <SelectField
          label={t("io.http.method")}
          value={asked.method}
          choices={(["GET", "POST", "PUT"] as const).map((value) => ({ value, text: value }))}
          onChoose={(method) => onChange({ ...asked, method })}
        />
        <TextField
          label={t("io.http.url")}
          value={asked.url}
          onInput={(url) => onChange({ ...asked, url: url.trim() })}
          placeholder="http://192.168.1.30/relay/0?turn=on"
          mono
          required
        />
      </div>
      {asked.method === "GET" ? null : (
        <TextField
          label={t("io.http.body")}
          value={asked.body ?? ""}
          onInput={(text) => {
            const { body: _, ...rest } = asked;
            onChange(text === "" ? rest : { ...rest, body: text });
          }}
          mono
        />
      )}
    </fieldset>
  );
}
