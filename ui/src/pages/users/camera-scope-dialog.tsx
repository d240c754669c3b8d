// Which cameras an account may see, and what it may do with each.
import { call } from "../../api/client.ts";
import type { UserAccount } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { Dialog, ErrorNote } from "../../parts/controls.tsx";
import { DialogFoot } from "../../parts/dialog-foot.tsx";
import { CAMERA_RIGHTS } from "../../state/roles.ts";
import { tell } from "../../state/toasts.ts";
import { useAct } from "../../state/use-act.ts";
import { useDraft } from "../../state/use-draft.ts";
import {
  CameraRightsField,
  type ChosenRights,
  choiceOf,
  isChoiceWhole,
  rightsScopeOf,
} from "./camera-scope-field.tsx";

/** The dialog; `onSaved` when the account was changed. */
export function CameraScopeDialog(props: {
  readonly user: UserAccount;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}) {
  const { name, role, cameras: scope } = props.user;
  const form = useDraft<ChosenRights>(`user.cameras.${name}`, choiceOf(scope), { free: ["less"] });
  const { busy, error, act } = useAct();
  const save = (): Promise<void> =>
    act(async () => {
      await call("PATCH /users/{name}", { path: { name }, body: { cameras: rightsScopeOf(form.value) } });
      form.settle(form.value);
      tell(t("users.saved", { name }));
      props.onSaved();
      props.onClose();
    });
  return (
    <Dialog title={t("users.camerasOf", { name })} onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <CameraRightsField
          value={form.value}
          offered={CAMERA_RIGHTS[role]}
          allHint={t("users.cameras.all.hint")}
          onChange={form.put}
        />
        <p class="muted">{t(form.value.all ? "users.cameras.allEnds" : "users.cameras.ends", { name })}</p>
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
