// Makes an account: name, password, role, and the cameras that it may see.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { Role } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { Dialog, ErrorNote, SelectField, TextField } from "../../parts/controls.tsx";
import { DialogFoot } from "../../parts/dialog-foot.tsx";
import { passwordProblem, SHORTEST_PASSWORD } from "../../state/password-rules.ts";
import { CAMERA_RIGHTS, ROLE_HINT, ROLE_TEXT, ROLES } from "../../state/roles.ts";
import { tell } from "../../state/toasts.ts";
import { useAct } from "../../state/use-act.ts";
import { useDraft } from "../../state/use-draft.ts";
import { CameraRightsField, type ChosenRights, isChoiceWhole, rightsScopeOf } from "./camera-scope-field.tsx";

interface NewUser extends ChosenRights {
  readonly name: string;
  readonly role: Role;
}

const NEW_USER: NewUser = { name: "", role: "viewer", all: true, chosen: [], less: {} };

/** The dialog; what is typed is kept, but for the password. */
export function AddUserDialog(props: { readonly onClose: () => void; readonly onAdded: () => void }) {
  const form = useDraft<NewUser>("user.new", NEW_USER, { isNew: true });
  const { role } = form.value;
  const name = form.value.name.trim();
  const isNarrowable = role !== "administrator";
  const [password, setPassword] = useState("");
  const { busy, error, act } = useAct();
  const problem = password === "" ? undefined : passwordProblem(password);
  const change = (part: Partial<NewUser>): void => form.put({ ...form.value, ...part });
  const add = (): Promise<void> =>
    act(async () => {
      const cameras = isNarrowable ? rightsScopeOf(form.value) : "all";
      await call("POST /users", { body: { name, password, role, cameras } });
      tell(t("users.added", { name }));
      form.settle(NEW_USER);
      props.onAdded();
      props.onClose();
    });
  return (
    <Dialog title={t("users.add")} onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void add();
        }}
      >
        <TextField
          label={t("users.name")}
          value={form.value.name}
          onInput={(typed) => change({ name: typed })}
          focus
        />
        <TextField
          label={t("login.password")}
          type="password"
          autocomplete="new-password"
          value={password}
          onInput={setPassword}
          hint={t("password.hint", { count: SHORTEST_PASSWORD })}
          error={problem === undefined ? undefined : t("password.length", { count: SHORTEST_PASSWORD })}
        />
        <SelectField
          label={t("users.role")}
          value={role}
          choices={ROLES.map((one) => ({ value: one, text: t(ROLE_TEXT[one]) }))}
          onChoose={(chosen) => change({ role: chosen })}
          hint={t(ROLE_HINT[role])}
        />
        {isNarrowable ? (
          <CameraRightsField
            value={form.value}
            offered={CAMERA_RIGHTS[role]}
            allHint={t("users.cameras.all.hint")}
            onChange={change}
          />
        ) : null}
        {error === undefined ? null : <ErrorNote error={error} />}
        <DialogFoot
          text={t("users.add")}
          onCancel={() => {
            form.settle(NEW_USER);
            props.onClose();
          }}
          disabled={
            busy ||
            name === "" ||
            password === "" ||
            problem !== undefined ||
            (isNarrowable && !isChoiceWhole(form.value))
          }
          draft={form}
        />
      </form>
    </Dialog>
  );
}
