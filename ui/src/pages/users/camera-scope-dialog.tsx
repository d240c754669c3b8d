// Which cameras an account may see.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { UserAccount } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { Dialog, ErrorNote } from "../../parts/controls.tsx";
import { DialogFoot } from "../../parts/dialog-foot.tsx";
import { cameras } from "../../state/recorder.ts";
import { tell } from "../../state/toasts.ts";
import { useDraft } from "../../state/use-draft.ts";
import {
  type CameraScope,
  CameraScopeField,
  type ChosenCameras,
  isChoiceWhole,
  scopeOf,
} from "./camera-scope-field.tsx";

/** The dialog; `onSaved` when the account was changed. */
export function CameraScopeDialog(props: {
  readonly user: UserAccount;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}) {
  const { name, cameras: scope } = props.user;
  const form = useDraft<ChosenCameras>(`user.cameras.${name}`, choiceOf(scope));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const save = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await call("PATCH /users/{name}", { path: { name }, body: { cameras: scopeOf(form.value) } });
      form.settle(form.value);
      tell(t("users.saved", { name }));
      props.onSaved();
      props.onClose();
    } catch (thrown) {
      setError(thrown);
      setBusy(false);
    }
  };
  return (
    <Dialog title={t("users.camerasOf", { name })} onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <CameraScopeField value={form.value} allHint={t("users.cameras.all.hint")} onChange={form.put} />
        <p class="muted">{t("users.cameras.ends", { name })}</p>
        {error === undefined ? null : <ErrorNote error={error} />}
        <DialogFoot
          text={t("save")}
          onCancel={() => {
            form.settle(choiceOf(scope));
            props.onClose();
          }}
          disabled={busy || !isChoiceWhole(form.value)}
          draft={form}
        />
      </form>
    </Dialog>
  );
}

/** Without cameras that are gone: another may get the id of one. */
function choiceOf(scope: CameraScope): ChosenCameras {
  if (scope === "all") return { all: true, chosen: [] };
  const ids = cameras.value?.map(({ id }) => id);
  return { all: false, chosen: ids === undefined ? scope : scope.filter((id) => ids.includes(id)) };
}
