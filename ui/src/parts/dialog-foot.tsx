// The foot of a form in a dialog: give up, and do it. Says where something is not saved yet.
import { t } from "../locale/messages.ts";

/** The buttons; the second one submits the form. */
export function DialogFoot(props: {
  readonly text: string;
  readonly onCancel: () => void;
  readonly disabled: boolean;
  readonly isUnsaved?: boolean;
  /** What it does cannot be taken back. */
  readonly isGrave?: boolean;
}) {
  return (
    <div class="form-foot">
      {props.isUnsaved === true ? <span class="muted unsaved">{t("unsaved")}</span> : null}
      <button type="button" class="button ghost" onClick={props.onCancel}>
        {t("cancel")}
      </button>
      <button
        type="submit"
        class={`button ${props.isGrave === true ? "danger" : "primary"}`}
        disabled={props.disabled}
      >
        {props.text}
      </button>
    </div>
  );
}
