// The form of a rule: which events of which cameras, when, and what is done. Nothing is changed before it is saved, and
// nothing that was typed is lost: not by a reload, nor when somebody else changes the rule meanwhile.
import { useEffect } from "preact/hooks";
import type { LinkageAction, LinkageRule } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { Dialog, Segmented, TextField } from "../../parts/controls.tsx";
import { DialogFoot } from "../../parts/dialog-foot.tsx";
import { SaveError } from "../../parts/outdated-note.tsx";
import { loadAlarmIo } from "../../state/alarm-io.ts";
import { cameras } from "../../state/recorder.ts";
import { useAct } from "../../state/use-act.ts";
import { useDraft } from "../../state/use-draft.ts";
import { Choices } from "../cameras/event-recording-fields.tsx";
import { EVENT_TEXT, eventText, profileText, SEVERITY_TEXT } from "../events/event-words.ts";
import { ActionFields } from "./action-fields.tsx";

const MOST_REST_SECONDS = 86_400;
const MOST_ACTIONS = 16;

type Chosen<K extends "types" | "severities"> = NonNullable<LinkageRule[K]>[number];

export function RuleDialog(props: {
  readonly rule: LinkageRule;
  readonly isNew: boolean;
  readonly actions: readonly LinkageAction[];
  readonly profiles: readonly { readonly id: string; readonly name: string }[];
  readonly walls: readonly string[];
  readonly onSave: (rule: LinkageRule) => Promise<void>;
  readonly onClose: () => void;
}) {
  const held = typedOf(props.rule);
  const form = useDraft<TypedRule>(`linkage.rule.${props.isNew ? "new" : props.rule.id}`, held, {
    isNew: props.isNew,
    free: [
      "types",
      "cameras",
      "severities",
      "profiles",
      "at",
      "cooldownSeconds",
      "detectorRules",
      "enabled",
      "schedule",
    ],
  });
  // A number that nobody else has taken meanwhile.
  const rule = { ...form.value.rule, id: props.rule.id };
  const { rest, detectorRules } = form.value;
  // For the action that switches them.
  useEffect(() => void loadAlarmIo(), []);
  const { busy, error, act } = useAct();
  const change = (part: Partial<LinkageRule>, texts: Partial<Omit<TypedRule, "rule">> = {}): void =>
    form.put({ ...form.value, ...texts, rule: { ...rule, ...part } });
  const isRest = /^\d{1,5}$/.test(rest) && Number(rest) <= MOST_REST_SECONDS;
  const all = (cameras.value ?? []).map(({ id, name }) => ({ id, text: name }));
  const used = rule.actions.map(({ action }) => action);
  const sources = [...new Set([...props.actions.map(({ source }) => source), ...used])];
  const choose = (source: string, isChosen: boolean): void =>
    change({
      actions: isChosen
        ? [...rule.actions, { action: source, settings: {} }]
        : rule.actions.filter(({ action }) => action !== source),
    });
  const save = (): Promise<void> =>
    act(async () => {
      await props.onSave({ ...rule, name: rule.name.trim() });
      form.settle(held);
      props.onClose();
    });
  return (
    <Dialog title={t("linkage.ruleTitle")} onClose={props.onClose} wide>
      <form
        class="linkage-form"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <TextField
          label={t("linkage.name")}
          value={rule.name}
          onInput={(name) => change({ name: name.slice(0, 80) })}
          required
        />
        <Segmented
          label={t("linkage.when")}
          value={rule.at ?? "start"}
          choices={[
            { value: "start", text: t("linkage.at.start") },
            { value: "end", text: t("linkage.at.end") },
          ]}
          onChoose={(at) => change({ at })}
        />
        <Choices
          title={t("linkage.types")}
          none={t("linkage.types.all")}
          hint={t("linkage.types.hint")}
          all={Object.keys(EVENT_TEXT).map((id) => ({ id, text: eventText(id) }))}
          chosen={rule.types ?? []}
          onChoose={(types) => change({ types: types as Chosen<"types">[] })}
        />
        <Choices
          title={t("linkage.cameras")}
          none={t("linkage.cameras.all")}
          all={all}
          chosen={rule.cameras ?? []}
          onChoose={(chosen) => change({ cameras: chosen })}
        />
        <Choices
          title={t("linkage.severities")}
          none={t("linkage.severities.all")}
          all={(["info", "warning", "alarm"] as const).map((id) => ({ id, text: t(SEVERITY_TEXT[id]) }))}
          chosen={rule.severities ?? []}
          onChoose={(chosen) => change({ severities: chosen as Chosen<"severities">[] })}
        />
        <Choices
          title={t("linkage.profiles")}
          none={t("linkage.profiles.all")}
          all={props.profiles.map((profile) => ({ id: profile.id, text: profileText(profile) }))}
          chosen={rule.profiles ?? []}
          onChoose={(profiles) => change({ profiles })}
        />
        <div class="field-row">
          <TextField
            label={t("linkage.detectorRules")}
            hint={t("linkage.detectorRules.hint")}
            value={detectorRules}
            onInput={(text) => {
              const names = text.split(",").map((one) => one.trim());
              change(
                { detectorRules: [...new Set(names.filter((one) => one !== ""))] },
                { detectorRules: text },
              );
            }}
          />
          <TextField
            label={t("linkage.rest")}
            hint={t("linkage.rest.hint")}
            error={isRest ? undefined : t("schema.large", { most: MOST_REST_SECONDS })}
            value={rest}
            inputMode="numeric"
            onInput={(text) =>
              change(/^\d{1,5}$/.test(text) ? { cooldownSeconds: Number(text) } : {}, { rest: text })
            }
          />
        </div>
        <h2>{t("linkage.actions")}</h2>
        {sources.map((source) => (
          <ActionFields
            key={source}
            source={source}
            actions={props.actions}
            entries={rule.actions}
            walls={props.walls}
            mayAdd={rule.actions.length < MOST_ACTIONS}
            camera={rule.cameras?.find((id) => all.some((camera) => camera.id === id)) ?? all[0]?.id}
            onChoose={(isChosen) => choose(source, isChosen)}
            onSettings={(index, settings) =>
              change({ actions: rule.actions.with(index, { action: source, settings }) })
            }
          />
        ))}
        <SaveError error={error} of={form} />
        <DialogFoot
          text={t("save")}
          onCancel={() => {
            form.settle(held);
            props.onClose();
          }}
          disabled={busy || !isRest || rule.name.trim() === "" || rule.actions.length === 0}
          draft={form}
        />
      </form>
    </Dialog>
  );
}

/** A rule with the texts that may not be values yet. */
interface TypedRule {
  readonly rule: LinkageRule;
  readonly rest: string;
  readonly detectorRules: string;
}

function typedOf(rule: LinkageRule): TypedRule {
  const { cooldownSeconds = 0, detectorRules = [] } = rule;
  return { rule, rest: String(cooldownSeconds), detectorRules: detectorRules.join(", ") };
}
