// Installing what is known: by name, by a path on the recorder, or by a file from this computer, which is looked at and
// told of before anything of it is installed.
import { useEffect, useRef, useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { UploadedPlugin } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { ChooseFile } from "../../parts/choose-file.tsx";
import { ErrorNote, TextField } from "../../parts/controls.tsx";
import { orderJob } from "../../state/plugin-jobs.ts";
import { complain } from "../../state/toasts.ts";
import { wishesText } from "./plugin-words.ts";

/** Orders an installation; true if it was taken. What goes wrong later is told by its job. */
export async function install(source: string): Promise<boolean> {
  try {
    await orderJob({ action: "install", source });
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}

/** The forms. */
export function InstallFrom() {
  const [source, setSource] = useState("");
  return (
    <div class="install-from">
      <form
        class="find-form"
        onSubmit={(event) => {
          event.preventDefault();
          void install(source.trim()).then((taken) => taken && setSource(""));
        }}
      >
        <TextField
          label={t("plugins.install.from")}
          value={source}
          onInput={setSource}
          placeholder="nightjar-camera-example@1.2.3"
          hint={t("plugins.install.hint")}
          mono
        />
        <button type="submit" class="button" disabled={source.trim() === ""}>
          {t("plugins.install")}
        </button>
      </form>
      <InstallFile />
    </div>
  );
}

function InstallFile() {
  const [busy, setBusy] = useState(false);
  const [uploaded, setUploaded] = useState<UploadedPlugin | undefined>(undefined);
  const [error, setError] = useState<unknown>();
  const [isGivenUp, setGivenUp] = useState(false);
  const underway = useRef<AbortController | undefined>(undefined);
  // Whoever leaves the page wants it no more: nothing would tell of it.
  useEffect(() => () => underway.current?.abort(), []);
  const send = async (file: File): Promise<void> => {
    const mine = new AbortController();
    underway.current = mine;
    setBusy(true);
    setGivenUp(false);
    setError(undefined);
    setUploaded(undefined);
    try {
      setUploaded(await call("POST /plugins/upload", { file, signal: mine.signal }));
    } catch (thrown) {
      if (mine.signal.aborted) setGivenUp(true);
      else setError(thrown);
    }
    setBusy(false);
  };
  return (
    <>
      <ChooseFile
        label={t("plugins.upload.label")}
        text={t(busy ? "plugins.upload.busy" : "plugins.upload")}
        accept=".tgz,.tar.gz,application/gzip"
        busy={busy}
        onChoose={(file) => void send(file)}
      />
      {busy ? (
        <div class="upload-wait">
          <progress aria-label={t("plugins.upload.busy")} />
          <button type="button" class="button" onClick={() => underway.current?.abort()}>
            {t("cancel")}
          </button>
        </div>
      ) : null}
      {isGivenUp ? (
        <p class="muted" role="status">
          {t("plugins.upload.givenUp")}
        </p>
      ) : null}
      {error === undefined ? null : <ErrorNote error={error} />}
      {uploaded === undefined ? null : (
        <div class="offer" role="status">
          <div>
            <p>
              <strong>{uploaded.displayName}</strong>{" "}
              <code>
                {uploaded.name} {uploaded.version}
              </code>
            </p>
            {uploaded.description === "" ? null : <p class="plugin-about">{uploaded.description}</p>}
            <p class="muted">{wishesText(uploaded.permissions)}</p>
          </div>
          <button
            type="button"
            class="button primary"
            aria-label={t("plugins.install.name", { name: uploaded.name })}
            onClick={() => void install(uploaded.source).then((taken) => taken && setUploaded(undefined))}
          >
            {t("plugins.install")}
          </button>
        </div>
      )}
    </>
  );
}
