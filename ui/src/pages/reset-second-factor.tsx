// Asks an administrator once more before somebody else's second factor is taken away.
import { call } from "../api/client.ts";
import { t } from "../locale/messages.ts";
import { Dialog } from "../parts/controls.tsx";
import { complain, tell } from "../state/toasts.ts";

/** The dialog; `onDone` also when the recorder refused. */
export function ResetSecondFactor(props: {
  readonly name: string;
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const { name } = props;
  const reset = (): void => {
    call("DELETE /users/{name}/second-factor", { path: { name } })
      .then(() => tell(t("users.factor.wasReset", { name })))
      .catch(complain)
      .finally(props.onDone);
  };
  return (
    <Dialog title={t("users.factor.reset", { name })} onClose={props.onClose}>
      <p class="muted">{t("users.factor.reset.text", { name })}</p>
      <div class="form-foot">
        <button type="button" class="button ghost" onClick={props.onClose}>
          {t("cancel")}
        </button>
        <button type="button" class="button danger" onClick={reset}>
          {t("users.factor.reset.go")}
        </button>
      </div>
    </Dialog>
  );
}
