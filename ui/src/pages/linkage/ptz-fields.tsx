// What the action "Turn a camera" is told: which camera, where to, and when it goes back. The camera says which presets and patrols
// it has; what cannot be asked now can be written as the camera numbers it.
import { call } from "../../api/client.ts";
import type { LinkageRule } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { ErrorNote, SelectField, TextField } from "../../parts/controls.tsx";
import { cameras } from "../../state/recorder.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { Choices } from "../cameras/event-recording-fields.tsx";

type Settings = LinkageRule["actions"][number]["settings"];
const KINDS = ["preset", "patrol", "pattern", "round"] as const;
type Kind = (typeof KINDS)[number];
const KIND_TEXT = {
  preset: "ptz.to.preset",
  patrol: "ptz.to.patrol",
  pattern: "ptz.to.pattern",
  round: "ptz.to.round",
} as const;

interface Part {
  readonly id: string;
  readonly name: string;
}

export function PtzFields(props: {
  readonly settings: Settings;
  /** The camera that an event is of, where the rule says so. */
  readonly camera: string | undefined;
  readonly onSettings: (settings: Settings) => void;
}) {
  const { settings, onSettings } = props;
  const text = (name: string): string => String(settings[name] ?? "");
  const camera = text("camera");
  const kind = KINDS.find((one) => one === settings["to"]) ?? "preset";
  const known = camera === "" ? props.camera : camera;
  const asked = useAnswer(
    async (signal) => {
      if (known === undefined) return undefined;
      const path = { id: known };
      const { ptz } = await call("GET /cameras/{id}/abilities", { path, signal });
      const isPreset = ptz?.presets === true;
      const { presets } = isPreset
        ? await call("GET /cameras/{id}/presets", { path, signal })
        : { presets: [] };
      return { presets, patrols: ptz?.patrols ?? [], patterns: ptz?.patterns ?? [] };
    },
    [known],
  );
  const put = (name: string, value: unknown): void => {
    const { [name]: _, ...rest } = settings;
    onSettings(value === undefined || value === "" ? rest : { ...rest, [name]: value });
  };
  const isAsked = known !== undefined && asked.answer === undefined && asked.error === undefined;
  const { presets = [], patrols = [], patterns = [] } = asked.answer ?? {};
  const parts = kind === "patrol" ? patrols : kind === "pattern" ? patterns : presets;
  const round = settings["presets"];
  const chosen: readonly string[] = Array.isArray(round) ? round.map(String) : [];
  const choose = (kindNow: Kind): void => {
    const { target: _, ...rest } = settings;
    onSettings({ ...rest, to: kindNow });
  };
  return (
    <>
      <div class="field-row">
        <SelectField
          label={t("io.camera")}
          value={camera}
          choices={[
            { value: "", text: t("linkage.cameras.own") },
            ...(cameras.value ?? []).map(({ id, name }) => ({ value: id, text: name })),
          ]}
          onChoose={(id) => put("camera", id)}
        />
        <SelectField
          label={t("ptz.to")}
          value={kind}
          choices={KINDS.map((value) => ({ value, text: t(KIND_TEXT[value]) }))}
          onChoose={choose}
        />
      </div>
      {kind === "round" ? (
        <>
          <Choices
            title={t("ptz.presets")}
            none={t("ptz.presets.none")}
            hint={t("ptz.presets.hint")}
            all={[...presets, ...others(presets, chosen)].map(({ id, name }) => ({ id, text: name }))}
            chosen={chosen}
            onChoose={(next) => put("presets", [...next])}
          />
          <Seconds
            name="secondsEach"
            label={t("ptz.secondsEach")}
            standard={10}
            settings={settings}
            onPut={put}
          />
        </>
      ) : (
        <PartField
          label={t(KIND_TEXT[kind])}
          parts={parts}
          isAsked={isAsked}
          value={text("target")}
          onChoose={(id) => put("target", id)}
        />
      )}
      <div class="field-row">
        <Seconds
          name="returnSeconds"
          label={t("ptz.returnSeconds")}
          hint={t("ptz.returnSeconds.hint")}
          standard={30}
          settings={settings}
          onPut={put}
        />
        <PartField
          label={t("ptz.returnPreset")}
          hint={t("ptz.returnPreset.hint")}
          none={t("ptz.returnPreset.none")}
          parts={presets}
          isAsked={isAsked}
          value={text("returnPreset")}
          onChoose={(id) => put("returnPreset", id)}
        />
      </div>
      {asked.error === undefined ? null : <ErrorNote error={asked.error} onRetry={asked.retry} />}
    </>
  );
}

/** A list where the camera has told what it has, else a text. */
function PartField(props: {
  readonly label: string;
  readonly hint?: string;
  readonly none?: string;
  readonly parts: readonly Part[];
  /** The camera has not answered yet: nobody is to type what can be chosen in a moment. */
  readonly isAsked: boolean;
  readonly value: string;
  readonly onChoose: (id: string) => void;
}) {
  const { label, hint, parts, value, onChoose } = props;
  if (parts.length === 0 && !props.isAsked)
    return (
      <TextField
        label={label}
        hint={hint ?? t("ptz.number")}
        value={value}
        onInput={(text) => onChoose(text.trim().slice(0, 64))}
      />
    );
  return (
    <SelectField
      label={label}
      hint={hint}
      value={value}
      choices={[
        { value: "", text: props.none ?? t("choose") },
        ...[...parts, ...others(parts, value === "" ? [] : [value])].map(({ id, name }) => ({
          value: id,
          text: name,
        })),
      ]}
      onChoose={onChoose}
    />
  );
}

function Seconds(props: {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly standard: number;
  readonly settings: Settings;
  readonly onPut: (name: string, value: unknown) => void;
}) {
  const { name, label, hint, standard, settings, onPut } = props;
  const value = settings[name];
  return (
    <TextField
      label={label}
      hint={hint}
      value={value === undefined ? "" : String(value)}
      placeholder={String(standard)}
      inputMode="numeric"
      onInput={(text) => {
        const digits = text.replace(/\D/g, "").slice(0, 4);
        onPut(name, digits === "" ? undefined : Number(digits));
      }}
    />
  );
}

/** What is set and the camera does not name now. */
function others(parts: readonly Part[], ids: readonly string[]): readonly Part[] {
  return ids.filter((id) => !parts.some((part) => part.id === id)).map((id) => ({ id, name: id }));
}
