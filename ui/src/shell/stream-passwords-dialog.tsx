// Passwords with which other programs watch in one's name: what there is, a new one (shown once), revoking one.
import { useState } from "preact/hooks";
import { type Answer, call } from "../api/client.ts";
import type { StreamPassword } from "../api/types.ts";
import { language, t } from "../locale/messages.ts";
import { Awaited } from "../parts/awaited.tsx";
import { ConfirmDialog } from "../parts/confirm-dialog.tsx";
import { Dialog, ErrorNote, SelectField, TextField } from "../parts/controls.tsx";
import { CopyButton } from "../parts/copy-button.tsx";
import { cameras } from "../state/recorder.ts";
import { type StreamDoor, streamAddress } from "../state/stream-address.ts";
import { streamPasswordsChanged } from "../state/stream-passwords.ts";
import { dayText } from "../state/time-format.ts";
import { tell } from "../state/toasts.ts";
import { useAct } from "../state/use-act.ts";
import { useAnswer } from "../state/use-answer.ts";
import { zone } from "../state/zone.ts";

type Made = Answer<"POST /session/stream-passwords">;

/** The dialog; `place` is the camera, and the way to it, whose address is shown first with a new password. */
export function StreamPasswordsDialog(props: {
  readonly user: string;
  readonly place?: { readonly camera: string; readonly door: StreamDoor };
  readonly onClose: () => void;
}) {
  const asked = useAnswer(
    async (signal) => (await call("GET /session/stream-passwords", { signal })).streamPasswords,
  );
  const { answer: list, load } = asked;
  const [made, setMade] = useState<Made | undefined>(undefined);
  const [revoking, setRevoking] = useState<StreamPassword | undefined>(undefined);
  if (revoking !== undefined) {
    const { id, label } = revoking;
    return (
      <ConfirmDialog
        title={t("streamPasswords.revokeOf", { label })}
        word={label}
        button={t("streamPasswords.revoke")}
        act={async () => {
          await call("DELETE /session/stream-passwords/{id}", { path: { id } });
          tell(t("streamPasswords.revoked", { label }));
          streamPasswordsChanged();
          load();
        }}
        onClose={() => setRevoking(undefined)}
      >
        <p class="muted">{t("streamPasswords.revoke.text")}</p>
      </ConfirmDialog>
    );
  }
  return (
    <Dialog title={t("streamPasswords.title", { name: props.user })} onClose={props.onClose}>
      {made !== undefined ? (
        <Shown
          made={made}
          camera={props.place?.camera ?? cameras.value?.[0]?.id ?? ""}
          door={props.place?.door ?? "rtsp"}
          onDone={props.onClose}
        />
      ) : list === undefined ? (
        <Awaited of={asked} rows={3} />
      ) : (
        <>
          <p>{t("streamPasswords.intro")}</p>
          {list.length === 0 ? null : (
            <ul class="plain-list">
              {list.map((one) => (
                <li key={one.id} class="plain-row">
                  <span>
                    <strong>{one.label}</strong>
                    <br />
                    <span class="muted">{usageOf(one)}</span>
                  </span>
                  <button
                    type="button"
                    class="button danger"
                    aria-label={t("streamPasswords.revokeOf", { label: one.label })}
                    onClick={() => setRevoking(one)}
                  >
                    {t("streamPasswords.revoke")}
                  </button>
                </li>
              ))}
            </ul>
          )}
          <Make onClose={props.onClose} onMade={setMade} />
        </>
      )}
    </Dialog>
  );
}

function usageOf(one: StreamPassword): string {
  const day = (text: string): string => dayText(Date.parse(text), zone.value, language.value);
  return one.lastUsedAt === undefined
    ? t("streamPasswords.neverUsed", { made: day(one.createdAt) })
    : t("streamPasswords.used", { made: day(one.createdAt), used: day(one.lastUsedAt) });
}

function Make(props: { readonly onClose: () => void; readonly onMade: (made: Made) => void }) {
  const [label, setLabel] = useState("");
  const [password, setPassword] = useState("");
  const { busy, error, act } = useAct();
  const make = (): Promise<void> =>
    act(async () => {
      props.onMade(await call("POST /session/stream-passwords", { body: { label: label.trim(), password } }));
      streamPasswordsChanged();
    });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void make();
      }}
    >
      <TextField
        label={t("streamPasswords.label")}
        hint={t("streamPasswords.label.hint")}
        value={label}
        onInput={setLabel}
        focus
      />
      <TextField
        label={t("password.current")}
        type="password"
        autocomplete="current-password"
        value={password}
        onInput={setPassword}
      />
      {error === undefined ? null : <ErrorNote error={error} />}
      <div class="form-foot">
        <button type="button" class="button ghost" onClick={props.onClose}>
          {t("cancel")}
        </button>
        <button
          type="submit"
          class="button primary"
          disabled={busy || label.trim() === "" || label.trim().length > 64 || password === ""}
        >
          {t("streamPasswords.make")}
        </button>
      </div>
    </form>
  );
}

function Shown(props: {
  readonly made: Made;
  readonly camera: string;
  readonly door: StreamDoor;
  readonly onDone: () => void;
}) {
  const { made, onDone } = props;
  const [camera, setCamera] = useState(props.camera);
  const address = camera === "" ? undefined : streamAddress(camera, "main", props.door);
  return (
    <>
      <p>{t("streamPasswords.shown")}</p>
      <p class="factor-key">
        <span class="muted">{t("login.name")}</span>
        <code>{made.username}</code>
      </p>
      <p class="factor-key">
        <span class="muted">{t("login.password")}</span>
        <code>{made.streamPassword}</code>
        <CopyButton text={made.streamPassword} focus />
      </p>
      {address === undefined ? null : (
        <>
          <SelectField
            label={t("streamPasswords.camera")}
            value={camera}
            choices={(cameras.value ?? []).map(({ id, name }) => ({ value: id, text: name }))}
            onChoose={setCamera}
          />
          <p class="factor-key">
            <code>{address}</code>
            <CopyButton text={address} />
          </p>
        </>
      )}
      <div class="form-foot">
        <button type="button" class="button primary" onClick={onDone}>
          {t("streamPasswords.kept")}
        </button>
      </div>
    </>
  );
}
