// Draws the short messages of state/toasts.ts.
import { t } from "../locale/messages.ts";
import { IconButton } from "../parts/controls.tsx";
import { Icon } from "../parts/icon.tsx";
import { dismiss, toasts } from "../state/toasts.ts";

/** The stack of messages; where it stands is the style sheets' affair. */
export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((toast) => (
        <div key={toast.id} class={`toast toast-${toast.tone}`}>
          <Icon name={toast.tone === "good" ? "check" : "warning"} />
          <p>
            {toast.text}
            {toast.detail === undefined ? null : <small>{toast.detail}</small>}
            {toast.code === undefined ? null : <code>{toast.code}</code>}
          </p>
          {toast.undo === undefined ? null : (
            <button
              type="button"
              class="button"
              onClick={() => {
                dismiss(toast.id);
                toast.undo?.();
              }}
            >
              {t("undo")}
            </button>
          )}
          <IconButton icon="close" label={t("close")} onClick={() => dismiss(toast.id)} />
        </div>
      ))}
    </div>
  );
}
