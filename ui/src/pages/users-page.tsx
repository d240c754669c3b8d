// Accounts: list, add, role, cameras, on and off, password, second factor, sessions and API tokens of others, remove. For
// administrators.
import { useState } from "preact/hooks";
import { ApiError, call, type Given } from "../api/client.ts";
import type { UserAccount } from "../api/types.ts";
import { t } from "../locale/messages.ts";
import { Awaited, AwaitedPage } from "../parts/awaited.tsx";
import { ConfirmDialog } from "../parts/confirm-dialog.tsx";
import { IconButton, NotAllowed } from "../parts/controls.tsx";
import { Icon } from "../parts/icon.tsx";
import { QuestionDialog } from "../parts/question-dialog.tsx";
import { PasswordDialog } from "../shell/password-dialog.tsx";
import { mayAdminister, session } from "../state/recorder.ts";
import { ROLE_TEXT, ROLES } from "../state/roles.ts";
import { complain, tell } from "../state/toasts.ts";
import { useAnswer } from "../state/use-answer.ts";
import { AccessDialog } from "./account/access-dialog.tsx";
import { LoginProviders } from "./account/login-providers.tsx";
import { SessionLimits } from "./account/session-limits.tsx";
import { StreamPasswordList } from "./account/stream-password-list.tsx";
import { ResetSecondFactor } from "./reset-second-factor.tsx";
import { AddUserDialog } from "./users/add-user-dialog.tsx";
import { CameraScopeDialog } from "./users/camera-scope-dialog.tsx";
import { scopeText } from "./users/camera-scope-field.tsx";

/** The page. */
export function UsersPage() {
  const asked = useAnswer(async (signal) => (await call("GET /users", { signal })).users);
  const { answer: users, error, load } = asked;
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<UserAccount | undefined>(undefined);
  const [password, setPassword] = useState<UserAccount | undefined>(undefined);
  const [resetting, setResetting] = useState<UserAccount | undefined>(undefined);
  const [scoping, setScoping] = useState<UserAccount | undefined>(undefined);
  const [disabling, setDisabling] = useState<UserAccount | undefined>(undefined);
  const [access, setAccess] = useState<UserAccount | undefined>(undefined);
  if (!mayAdminister.value || (error instanceof ApiError && error.status === 403)) return <NotAllowed />;
  if (users === undefined) return <AwaitedPage title={t("nav.users")} of={asked} rows={5} />;
  const me = session.value?.user.name;
  const change = async ({ name }: UserAccount, body: Given<"PATCH /users/{name}">["body"]): Promise<void> => {
    try {
      await call("PATCH /users/{name}", { path: { name }, body });
      tell(t("users.saved", { name }));
    } finally {
      load();
    }
  };
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
      <div class="awaited">
        <Awaited of={asked} rows={5} />
      </div>
      <div class="table-box">
        <table class="users-table">
          <thead>
            <tr>
              <th>{t("users.name")}</th>
              <th>{t("users.role")}</th>
              <th>{t("nav.cameras")}</th>
              <th>{t("users.enabled")}</th>
              <th>
                <span class="unseen">{t("cameras.actions")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {users.map((user) => (
              <tr key={user.name} class={user.enabled ? "" : "off"}>
                <td>
                  <strong>{user.name}</strong>
                  {user.name === me ? <small>{t("users.you")}</small> : null}
                  {user.secondFactor === true ? <small>{t("users.factor")}</small> : null}
                  {user.enabled ? null : <small>{t("users.disabled")}</small>}
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
                      if (role !== undefined) change(user, { role }).catch(complain);
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
                  <ScopeCell user={user} onOpen={() => setScoping(user)} />
                </td>
                <td class="switch-cell" data-label={t("users.enabled")}>
                  <input
                    type="checkbox"
                    class="linkage-switch"
                    aria-label={t("users.enabledOf", { name: user.name })}
                    title={t("users.enabledOf", { name: user.name })}
                    checked={user.enabled}
                    disabled={user.name === me}
                    onChange={({ currentTarget }) => {
                      if (currentTarget.checked) {
                        change(user, { enabled: true }).catch(complain);
                        return;
                      }
                      // Until it is so.
                      currentTarget.checked = true;
                      setDisabling(user);
                    }}
                  />
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
      {adding ? <AddUserDialog onClose={() => setAdding(false)} onAdded={load} /> : null}
      {password === undefined ? null : (
        <PasswordDialog
          user={password.name}
          own={password.name === me}
          onClose={() => setPassword(undefined)}
        />
      )}
      {scoping === undefined ? null : (
        <CameraScopeDialog user={scoping} onClose={() => setScoping(undefined)} onSaved={load} />
      )}
      {disabling === undefined ? null : (
        <QuestionDialog
          title={t("users.disableOf", { name: disabling.name })}
          button={t("users.disable")}
          act={() => change(disabling, { enabled: false })}
          onClose={() => setDisabling(undefined)}
        >
          <p>{t("users.disable.text", { name: disabling.name })}</p>
        </QuestionDialog>
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
        <ConfirmDialog
          title={t("users.removeOf", { name: removing.name })}
          word={removing.name}
          button={t("users.remove")}
          act={async () => {
            await call("DELETE /users/{name}", { path: { name: removing.name } });
            tell(t("users.removed", { name: removing.name }));
            load();
          }}
          onClose={() => setRemoving(undefined)}
        >
          <p class="muted">{t("users.remove.text")}</p>
        </ConfirmDialog>
      )}
    </div>
  );
}

/** What the account may see; a button where that can be changed. */
function ScopeCell({ user, onOpen }: { readonly user: UserAccount; readonly onOpen: () => void }) {
  const { text, names } = scopeText(user.cameras);
  // Administrators see all, and what comes from a directory is narrowed there.
  if (user.role === "administrator" || user.source !== undefined) return <span title={names}>{text}</span>;
  return (
    <button
      type="button"
      class="button scope-button"
      aria-label={`${t("users.camerasOf", { name: user.name })}: ${text}`}
      title={names === "" ? undefined : names}
      onClick={onOpen}
    >
      <span>{text}</span>
      <Icon name="edit" size={14} />
    </button>
  );
}
