// The form of an arming rule: which events of which cameras count, in which profiles, and when.
import { t } from "../../locale/messages.ts";
import { CheckField, Dialog, TextField } from "../../parts/controls.tsx";
import { DialogFoot } from "../../parts/dialog-foot.tsx";
import { SaveError } from "../../parts/outdated-note.tsx";
import { WeekGrid } from "../../parts/week-grid.tsx";
import { cameras } from "../../state/recorder.ts";
import { useAct } from "../../state/use-act.ts";
import { useDraft } from "../../state/use-draft.ts";
import { Choices } from "../cameras/event-recording-fields.tsx";
import { EVENT_TEXT, eventText, profileText } from "../events/event-words.ts";
import type { ArmingRule } from "./arming-words.ts";

export function ArmingRuleDialog(props: {
  readonly rule: ArmingRule;
  readonly isNew: boolean;
  readonly profiles: readonly { readonly id: string; readonly name: string }[];
  readonly onSave: (rule: ArmingRule) => Promise<void>;
  readonly onClose: () => void;
}) {
  const draft = useDraft<ArmingRule>(`arming.rule.${props.isNew ? "new" : props.rule.id}`, props.rule, {
    isNew: props.isNew,
    free: ["cameras", "profiles", "schedule", "enabled"],
  });
  const { put, settle } = draft;
  // A number that nobody else has taken meanwhile.
  const rule = { ...draft.value, id: props.rule.id };
  const { busy, error, act } = useAct();
  const types = Object.keys(EVENT_TEXT).filter((type) => !type.startsWith("exception-"));
  /** A list of which none is ticked means all, and is left out. */
  const list = (name: "cameras" | "profiles", chosen: readonly string[]): void => {
    const { [name]: _, ...rest } = rule;
    put(chosen.length === 0 ? rest : { ...rest, [name]: chosen });
  };
  const save = (): Promise<void> =>
    act(async () => {
      await props.onSave({ ...rule, name: rule.name.trim() });
      settle(rule);
      props.onClose();
    });
  return (
    <Dialog title={t(props.isNew ? "arming.rule.add" : "arming.rule.title")} onClose={props.onClose} wide>
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
          onInput={(name) => put({ ...rule, name: name.slice(0, 80) })}
          required
          focus
        />
        <Choices
          title={t("linkage.types")}
          none={t("arming.types.none")}
          hint={t("arming.types.hint")}
          all={types.map((id) => ({ id, text: eventText(id) }))}
          chosen={rule.types}
          onChoose={(chosen) => put({ ...rule, types: chosen as ArmingRule["types"] })}
        />
        <Choices
          title={t("linkage.cameras")}
          none={t("linkage.cameras.all")}
          all={(cameras.value ?? []).map(({ id, name }) => ({ id, text: name }))}
          chosen={rule.cameras ?? []}
          onChoose={(chosen) => list("cameras", chosen)}
        />
        <Choices
          title={t("linkage.profiles")}
          none={t("linkage.profiles.all")}
          all={props.profiles.map((profile) => ({ id: profile.id, text: profileText(profile) }))}
          chosen={rule.profiles ?? []}
          onChoose={(chosen) => list("profiles", chosen)}
        />
        <WeekGrid
          label={t("arming.when")}
          hint={t("arming.when.hint")}
          week={rule.schedule}
          onChange={(schedule) => {
            const { schedule: _, ...rest } = rule;
            put(schedule === undefined ? rest : { ...rest, schedule });
          }}
        />
        <CheckField
          label={t("io.enabled")}
          checked={rule.enabled !== false}
          onChange={(enabled) => put({ ...rule, enabled })}
        />
        <SaveError error={error} of={draft} />
        <DialogFoot
          text={t("save")}
          onCancel={() => {
            settle(props.rule);
            props.onClose();
          }}
          disabled={busy || rule.name.trim() === "" || rule.types.length === 0}
          draft={draft}
        />
      </form>
    </Dialog>
  );
}
