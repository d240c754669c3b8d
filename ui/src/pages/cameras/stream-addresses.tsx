// Under which addresses other programs (VLC, another recorder) find a camera's live pictures, whether the network reaches
// them, and what they log in with.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { Camera } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { ErrorNote } from "../../parts/controls.tsx";
import { CopyButton } from "../../parts/copy-button.tsx";
import { refreshStatus, status } from "../../state/recorder.ts";
import { isLocalOnly, streamAddress } from "../../state/stream-address.ts";
import { tell } from "../../state/toasts.ts";

/** The part of a camera's page. */
export function StreamAddresses({ camera }: { readonly camera: Camera }) {
  const rtsp = status.value?.rtsp;
  const hasSub = camera.streams.some(({ stream }) => stream === "sub");
  return (
    <>
      <h2>{t("restream.title")}</h2>
      {rtsp === undefined ? (
        <p class="muted">{t("restream.off")}</p>
      ) : (
        <>
          <Address text={streamAddress(camera.id, "main") ?? ""} label={t("stream.main")} />
          {hasSub ? <Address text={streamAddress(camera.id, "sub") ?? ""} label={t("stream.sub")} /> : null}
          <p class="muted">{t("restream.login")}</p>
        </>
      )}
      <NetworkSwitch isOff={rtsp === undefined} isLocal={rtsp === undefined || isLocalOnly(rtsp.host)} />
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

function NetworkSwitch({ isOff, isLocal }: { readonly isOff: boolean; readonly isLocal: boolean }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const change = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await call("PATCH /settings", {
        body: { network: { rtsp: { enabled: true, host: isLocal ? "::" : "127.0.0.1" } } },
      });
      await refreshStatus();
      tell(t(isLocal ? "restream.opened" : "restream.closed"));
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      {isOff || !isLocal ? null : <p class="muted">{t("restream.local")}</p>}
      {error === undefined ? null : <ErrorNote error={error} />}
      <div>
        <button type="button" class="button" disabled={busy} onClick={() => void change()}>
          {t(isLocal ? "restream.open" : "restream.close")}
        </button>
      </div>
    </>
  );
}
