// Asks before a plugin goes, saying what goes with it and what stays.
import { useState } from "preact/hooks";
import type { Plugin } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { Dialog, ErrorNote } from "../../parts/controls.tsx";
import { orderJob } from "../../state/plugin-jobs.ts";

/** The dialog. */
export function RemovePluginDialog({
  plugin,
  onClose,
}: {
  readonly plugin: Plugin;
  readonly onClose: () => void;
}) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const remove = (): void => {
    setBusy(true);
    orderJob({ action: "remove", name: plugin.name })
      .then(onClose)
      .catch((thrown: unknown) => {
        setError(thrown);
        setBusy(false);
      });
  };
  return (
    <Dialog title={t("plugins.remove.title", { name: plugin.displayName })} onClose={onClose}>
      <p class="muted">{t("plugins.remove.text")}</p>
      {(plugin.provides ?? []).length === 0 ? null : (
        <p class="plugin-provides">
          <span class="muted">{t("plugins.remove.provides")}</span>
          {plugin.provides?.map((one) => (
            <code key={one}>{one}</code>
          ))}
        </p>
      )}
      {error === undefined ? null : <ErrorNote error={error} />}
      <div class="form-foot">
        <button type="button" class="button ghost" onClick={onClose}>
          {t("cancel")}
        </button>
        <button type="button" class="button danger" disabled={busy} onClick={remove}>
          {t("plugins.remove")}
        </button>
      </div>
    </Dialog>
  );
}
