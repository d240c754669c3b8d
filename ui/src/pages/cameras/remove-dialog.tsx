// Asks before a camera goes, and what becomes of its footage. Its settings and its password are gone in any case, so its name
// is typed.
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { Camera } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { ConfirmField, isConfirmed } from "../../parts/confirm-dialog.tsx";
import { Dialog, ErrorNote } from "../../parts/controls.tsx";
import { navigate } from "../../router.ts";
import { cameraRemoved } from "../../state/recorder.ts";
import { tell } from "../../state/toasts.ts";

/** The dialog. */
export function RemoveDialog({ camera, onClose }: { readonly camera: Camera; readonly onClose: () => void }) {
  const [footage, setFootage] = useState<"keep" | "remove">("keep");
  const [typed, setTyped] = useState("");
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const remove = async (): Promise<void> => {
    setBusy(true);
    try {
      await call("DELETE /cameras/{id}", { path: { id: camera.id }, query: { footage } });
      cameraRemoved(camera.id);
      tell(t("camera.removed", { name: camera.name }));
      onClose();
      navigate("cameras");
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={t("camera.remove.title", { name: camera.name })} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void remove();
        }}
      >
        <fieldset class="choices">
          <legend class="muted">{t("camera.remove.text")}</legend>
          <label>
            <input
              type="radio"
              name="footage"
              checked={footage === "keep"}
              onChange={() => setFootage("keep")}
            />
            <span>
              <strong>{t("camera.remove.keep")}</strong>
              <small>{t("camera.remove.keep.hint")}</small>
            </span>
          </label>
          <label>
            <input
              type="radio"
              name="footage"
              checked={footage === "remove"}
              onChange={() => setFootage("remove")}
            />
            <span>
              <strong>{t("camera.remove.drop")}</strong>
              <small>{t("camera.remove.drop.hint")}</small>
            </span>
          </label>
        </fieldset>
        <p class="muted">{t("camera.remove.lost")}</p>
        <ConfirmField word={camera.name} value={typed} onInput={setTyped} />
        {error === undefined ? null : <ErrorNote error={error} />}
        <div class="form-foot">
          <button type="button" class="button ghost" onClick={onClose}>
            {t("cancel")}
          </button>
          <button type="submit" class="button danger" disabled={busy || !isConfirmed(typed, camera.name)}>
            {t("camera.remove")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
