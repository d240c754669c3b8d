// Under which addresses other programs (VLC, another recorder) find a camera's live pictures, plain or over TLS, whether the
// network reaches them, and what they log in with.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { Camera } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { ErrorNote, Segmented } from "../../parts/controls.tsx";
import { CopyButton } from "../../parts/copy-button.tsx";
import { followLink, href } from "../../router.ts";
import { refreshStatus, status } from "../../state/recorder.ts";
import { isLocalOnly, type StreamDoor, streamAddress } from "../../state/stream-address.ts";
import { tell } from "../../state/toasts.ts";
import { useAct } from "../../state/use-act.ts";

/** The part of a camera's page; `onPasswords` asks for the dialog in which passwords are made. */
export function StreamAddresses(props: {
  readonly camera: Camera;
  readonly onPasswords: (door: StreamDoor) => void;
}) {
  const { camera } = props;
  const [door, setDoor] = useState<StreamDoor>("rtsp");
  const place = status.value?.[door];
  const hasSub = camera.streams.some(({ stream }) => stream === "sub");
  return (
    <>
      <h2>{t("restream.title")}</h2>
      <Segmented
        label={t("restream.way")}
        value={door}
        choices={[
          { value: "rtsp", text: "RTSP" },
          { value: "rtsps", text: t("restream.secure") },
        ]}
        onChoose={setDoor}
      />
      {place === undefined ? (
        <p class="muted">{t("restream.off")}</p>
      ) : (
        <>
          <Address text={streamAddress(camera.id, "main", door) ?? ""} label={t("stream.main")} />
          {hasSub ? (
            <Address text={streamAddress(camera.id, "sub", door) ?? ""} label={t("stream.sub")} />
          ) : null}
          {door === "rtsps" ? (
            <p class="muted">
              {t("restream.secure.text")}{" "}
              <a href={href("certificate")} onClick={followLink}>
                {t("cert.title")}
              </a>
            </p>
          ) : null}
          <p class="muted">{t("restream.login")}</p>
        </>
      )}
      <NetworkSwitch
        key={door}
        door={door}
        isOff={place === undefined}
        isLocal={place === undefined || isLocalOnly(place.host)}
        onPasswords={() => props.onPasswords(door)}
      />
    </>
  );
}

function Address(props: { readonly text: string; readonly label: string }) {
  return (
    <p class="factor-key">
      <span class="muted">{props.label}</span>
      <code>{props.text}</code>
      <CopyButton text={props.text} />
    </p>
  );
}

function NetworkSwitch(props: {
  readonly door: StreamDoor;
  readonly isOff: boolean;
  readonly isLocal: boolean;
  readonly onPasswords: () => void;
}) {
  const { door, isOff, isLocal } = props;
  const { busy, error, act } = useAct();
  const change = (): Promise<void> =>
    act(async () => {
      await call("PATCH /settings", {
        body: { network: { [door]: { enabled: true, host: isLocal ? "::" : "127.0.0.1" } } },
      });
      await refreshStatus();
      tell(t(isLocal ? "restream.opened" : "restream.closed"));
    });
  return (
    <>
      {isOff || !isLocal ? null : <p class="muted">{t("restream.local")}</p>}
      {error === undefined ? null : <ErrorNote error={error} />}
      <div class="form-foot start">
        <button type="button" class="button" onClick={props.onPasswords}>
          {t("streamPasswords.change")}
        </button>
        <button type="button" class="button" disabled={busy} onClick={() => void change()}>
          {t(isLocal ? "restream.open" : "restream.close")}
        </button>
      </div>
    </>
  );
}
