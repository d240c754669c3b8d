// Presets and patrols of a camera that can be turned: going there, keeping where it looks, removing.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { Camera } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { Dialog, ErrorNote, IconButton, SelectField, TextField } from "../../parts/controls.tsx";
import { DialogFoot } from "../../parts/dialog-foot.tsx";
import { complain, tell } from "../../state/toasts.ts";
import { useAct } from "../../state/use-act.ts";
import { useAnswer } from "../../state/use-answer.ts";

interface Part {
  readonly id: string;
  readonly name: string;
}

/** The list, and what changes it; choosing goes there. */
export function PtzPresets(props: {
  readonly camera: Camera;
  readonly mayChange: boolean;
  readonly ptz: { readonly patrols: readonly Part[]; readonly patterns: readonly Part[] };
}) {
  const path = { id: props.camera.id };
  const asked = useAnswer((signal) => call("GET /cameras/{id}/presets", { path, signal }), [props.camera.id]);
  const [chosen, setChosen] = useState("");
  const [dialog, setDialog] = useState<"keep" | "remove" | undefined>(undefined);
  const presets = asked.answer?.presets ?? [];
  const choices = [
    { value: "", text: t("choose") },
    ...presets.map(({ id, name }) => ({ value: `preset ${id}`, text: name })),
    ...props.ptz.patrols.map(({ id, name }) => ({
      value: `patrol ${id}`,
      text: t("ptz.patrolOf", { name }),
    })),
    ...props.ptz.patterns.map(({ id, name }) => ({
      value: `pattern ${id}`,
      text: t("ptz.patternOf", { name }),
    })),
  ];
  const preset = presets.find(({ id }) => chosen === `preset ${id}`);
  const go = (value: string): void => {
    setChosen(value);
    const space = value.indexOf(" ");
    const kind = value.slice(0, Math.max(0, space));
    if (kind !== "preset" && kind !== "patrol" && kind !== "pattern") return;
    call("POST /cameras/{id}/ptz/go", { path, body: { kind, id: value.slice(space + 1) } }).catch(complain);
  };
  if (asked.error !== undefined) return <ErrorNote error={asked.error} onRetry={asked.retry} />;
  return (
    <div class="ptz-presets">
      <SelectField label={t("ptz.goTo")} value={chosen} choices={choices} onChoose={go} />
      {props.mayChange ? (
        <div class="ptz-buttons">
          <IconButton icon="plus" label={t("ptz.keep")} onClick={() => setDialog("keep")} />
          <IconButton
            icon="remove"
            label={t("ptz.remove")}
            disabled={preset === undefined}
            onClick={() => setDialog("remove")}
          />
        </div>
      ) : null}
      {dialog === "keep" ? (
        <KeepDialog camera={props.camera.id} onKept={asked.load} onClose={() => setDialog(undefined)} />
      ) : null}
      {dialog === "remove" && preset !== undefined ? (
        <ConfirmDialog
          title={t("ptz.removeOne", { name: preset.name })}
          word={preset.name}
          button={t("ptz.remove")}
          act={async () => {
            await call("DELETE /cameras/{id}/presets/{preset}", { path: { ...path, preset: preset.id } });
            setChosen("");
            asked.load();
          }}
          onClose={() => setDialog(undefined)}
        >
          <p>{t("ptz.remove.text")}</p>
        </ConfirmDialog>
      ) : null}
    </div>
  );
}

function KeepDialog(props: {
  readonly camera: string;
  readonly onKept: () => void;
  readonly onClose: () => void;
}) {
  const [name, setName] = useState("");
  const { busy, error, act } = useAct();
  const save = (): Promise<void> =>
    act(async () => {
      await call("POST /cameras/{id}/presets", { path: { id: props.camera }, body: { name: name.trim() } });
      tell(t("ptz.kept", { name: name.trim() }));
      props.onKept();
      props.onClose();
    });
  return (
    <Dialog title={t("ptz.keep")} onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <TextField
          label={t("io.name")}
          hint={t("ptz.keep.hint")}
          value={name}
          onInput={(text) => setName(text.slice(0, 64))}
          focus
          required
        />
        {error === undefined ? null : <ErrorNote error={error} />}
        <DialogFoot
          text={t("save")}
          onCancel={props.onClose}
          disabled={busy || name.trim() === ""}
          isUnsaved={name.trim() !== ""}
        />
      </form>
    </Dialog>
  );
}
