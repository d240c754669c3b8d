// Accounts: list, add, role, password, second factor, sessions and API tokens of others, remove. For administrators.
import { useState } from "preact/hooks";
import { ApiError, call } from "../api/client.ts";
import type { Role, UserAccount } from "../api/types.ts";
import { t } from "../locale/messages.ts";
import { Awaited, AwaitedPage } from "../parts/awaited.tsx";
import { Dialog, ErrorNote, IconButton, NotAllowed, SelectField, TextField } from "../parts/controls.tsx";
import { DialogFoot } from "../parts/dialog-foot.tsx";
import { Icon } from "../parts/icon.tsx";
import { PasswordDialog } from "../shell/password-dialog.tsx";
import { passwordProblem, SHORTEST_PASSWORD } from "../state/password-rules.ts";
import { mayAdminister, session } from "../state/recorder.ts";
import { ROLE_HINT, ROLE_TEXT, ROLES } from "../state/roles.ts";
import { complain, tell } from "../state/toasts.ts";
import { useAnswer } from "../state/use-answer.ts";
import { useDraft } from "../state/use-draft.ts";
import { AccessDialog } from "./account/access-dialog.tsx";
import { LoginProviders } from "./account/login-providers.tsx";
import { SessionLimits } from "./account/session-limits.tsx";
import { StreamPasswordList } from "./account/stream-password-list.tsx";
import { ResetSecondFactor } from "./reset-second-factor.tsx";

/** The page. */
export function UsersPage() {
  const asked = useAnswer(async (signal) => (await call("GET /users", { signal })).users);
  const { answer: users, error, load } = asked;
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<UserAccount | undefined>(undefined);
  const [password, setPassword] = useState<UserAccount | undefined>(undefined);
  const [resetting, setResetting] = useState<UserAccount | undefined>(undefined);
  const [access, setAccess] = useState<UserAccount | undefined>(undefined);
  if (!mayAdminister.value || (error instanceof ApiError && error.status === 403)) return <NotAllowed />;
  if (users === undefined) return <AwaitedPage title={t("nav.users")} of={asked} rows={5} />;
  const me = session.value?.user.name;
  return (
    <div class="list-page">
      <div class="head">
        <h1>{t("nav.users")}</h1>
        <span class="muted">{users.length}</span>
        <div class="spring" />
        <button type="button" class="button primary" onClick={() => setAdding(true)}>
          <Icon name="plus" />
          {t("users.add")}
        </button>
      </div>
      <Awaited of={asked} rows={5} />
      <div class="table-box">
        <table>
          <thead>
            <tr>
              <th>{t("users.name")}</th>
              <th>{t("users.role")}</th>
              <th>
                <span class="unseen">{t("cameras.actions")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {users.map((user) => (
              <tr key={user.name}>
                <td>
                  <strong>{user.name}</strong>
                  {user.name === me ? <small>{t("users.you")}</small> : null}
                  {user.secondFactor === true ? <small>{t("users.factor")}</small> : null}
                  {user.source === undefined ? null : (
                    <small>{t("users.source", { source: user.source })}</small>
                  )}
                </td>
                <td>
                  <select
                    class="inline-select"
                    aria-label={t("users.roleOf", { name: user.name })}
                    value={user.role}
                    disabled={user.name === me || user.source !== undefined}
                    onChange={(event) => {
                      const role = ROLES.find((one) => one === event.currentTarget.value);
                      if (role === undefined) return;
                      call("PATCH /users/{name}", { path: { name: user.name }, body: { role } })
                        .then(() => tell(t("users.saved", { name: user.name })))
                        .catch(complain)
                        .finally(load);
                    }}
                  >
                    {ROLES.map((role) => (
                      <option key={role} value={role}>
                        {t(ROLE_TEXT[role])}
                      </option>
                    ))}
                  </select>
                </td>
                <td>
                  <div class="row-actions">
                    {user.source === undefined ? (
                      <IconButton
                        icon="edit"
                        label={t("password.title", { name: user.name })}
                        onClick={() => setPassword(user)}
                      />
                    ) : null}
                    <IconButton
                      icon="key"
                      label={t("users.accessOf", { name: user.name })}
                      onClick={() => setAccess(user)}
                    />
                    {user.secondFactor === true && user.name !== me ? (
                      <IconButton
                        icon="unlock"
                        label={t("users.factor.reset", { name: user.name })}
                        onClick={() => setResetting(user)}
                      />
                    ) : null}
                    <IconButton
                      icon="remove"
                      label={t("users.removeOf", { name: user.name })}
                      disabled={user.name === me}
                      onClick={() => setRemoving(user)}
                    />
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <StreamPasswordList accounts={users.length} />
      <LoginProviders />
      <SessionLimits />
      {access === undefined ? null : <AccessDialog name={access.name} onClose={() => setAccess(undefined)} />}
      {adding ? <AddUser onClose={() => setAdding(false)} onAdded={load} /> : null}
      {password === undefined ? null : (
        <PasswordDialog
          user={password.name}
          own={password.name === me}
          onClose={() => setPassword(undefined)}
        />
      )}
      {resetting === undefined ? null : (
        <ResetSecondFactor
          name={resetting.name}
          onClose={() => setResetting(undefined)}
          onDone={() => {
            setResetting(undefined);
            load();
          }}
        />
      )}
      {removing === undefined ? null : (
        <Dialog title={t("users.removeOf", { name: removing.name })} onClose={() => setRemoving(undefined)}>
          <p class="muted">{t("users.remove.text")}</p>
          <div class="form-foot">
            <button type="button" class="button ghost" onClick={() => setRemoving(undefined)}>
              {t("cancel")}
            </button>
            <button
              type="button"
              class="button danger"
              onClick={() => {
                call("DELETE /users/{name}", { path: { name: removing.name } })
                  .then(() => tell(t("users.removed", { name: removing.name })))
                  .catch(complain)
                  .finally(() => {
                    setRemoving(undefined);
                    load();
                  });
              }}
            >
              {t("users.remove")}
            </button>
          </div>
        </Dialog>
      )}
    </div>
  );
}

const NEW_USER = { name: "", role: "viewer" } as const;

function AddUser({ onClose, onAdded }: { readonly onClose: () => void; readonly onAdded: () => void }) {
  const form = useDraft<{ readonly name: string; readonly role: Role }>("user.new", NEW_USER);
  const { name, role } = form.value;
  const [password, setPassword] = useState("");
  const [error, setError] = useState<unknown>();
  const problem = password === "" ? undefined : passwordProblem(password);
  return (
    <Dialog title={t("users.add")} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          call("POST /users", { body: { name: name.trim(), password, role } })
            .then(() => {
              tell(t("users.added", { name: name.trim() }));
              form.settle(NEW_USER);
              onAdded();
              onClose();
            })
            .catch(setError);
        }}
      >
        <TextField
          label={t("users.name")}
          value={name}
          onInput={(typed) => form.put({ name: typed, role })}
          focus
        />
        <TextField
          label={t("password.new")}
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
          onChoose={(chosen) => form.put({ name, role: chosen })}
          hint={t(ROLE_HINT[role])}
        />
        {error === undefined ? null : <ErrorNote error={error} />}
        <DialogFoot
          text={t("users.add")}
          onCancel={() => {
            form.settle(NEW_USER);
            onClose();
          }}
          disabled={name.trim() === "" || password === "" || problem !== undefined}
          isUnsaved={form.isUnsaved}
        />
      </form>
    </Dialog>
  );
}
