// The foot of a form in a dialog: give up, and do it. Says where something is not saved yet.
import { t } from "../locale/messages.ts";
import { type DraftOffers, OutdatedNote } from "./outdated-note.tsx";

/** The buttons; the second one submits the form. */
export function DialogFoot(props: {
  readonly text: string;
  readonly onCancel: () => void;
  readonly disabled: boolean;
  readonly isUnsaved?: boolean;
  /** What keeps the form's draft: says so where somebody else has changed what it is about. */
  readonly draft?: DraftOffers;
  /** What it does cannot be taken back. */
  readonly isGrave?: boolean;
}) {
  const isUnsaved = props.isUnsaved ?? props.draft?.isUnsaved === true;
  return (
    <div class="form-foot">
      {props.draft === undefined ? null : <OutdatedNote of={props.draft} />}
      {isUnsaved ? <span class="muted unsaved">{t("unsaved")}</span> : null}
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
