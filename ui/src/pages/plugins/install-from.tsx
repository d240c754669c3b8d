// Installing what is known: by name, by a path on the recorder, or by a file from this computer, which is looked at and
// told of before anything of it is installed.
import { useRef, useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { UploadedPlugin } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { ErrorNote, TextField } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
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
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [uploaded, setUploaded] = useState<UploadedPlugin | undefined>(undefined);
  const [error, setError] = useState<unknown>();
  const send = async (file: File): Promise<void> => {
    setBusy(true);
    setError(undefined);
    setUploaded(undefined);
    try {
      setUploaded(await call("POST /plugins/upload", { file }));
    } catch (thrown) {
      setError(thrown);
    }
    setBusy(false);
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        class="unseen"
        tabIndex={-1}
        accept=".tgz,.tar.gz,application/gzip"
        aria-label={t("plugins.upload.label")}
        onChange={(event) => {
          const file = event.currentTarget.files?.item(0);
          event.currentTarget.value = "";
          if (file !== null && file !== undefined) void send(file);
        }}
      />
      <div>
        <button
          type="button"
          class="button"
          disabled={busy}
          aria-busy={busy}
          onClick={() => input.current?.click()}
        >
          <Icon name="plus" />
          {t(busy ? "plugins.upload.busy" : "plugins.upload")}
        </button>
      </div>
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
