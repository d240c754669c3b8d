// Says beside a form's button that what is typed is not saved yet, and lets it be given up.
import { t } from "../locale/messages.ts";

/** The mark; `onDiscard` puts back what holds. */
export function UnsavedMark({ onDiscard }: { readonly onDiscard: () => void }) {
  return (
    <>
      <span class="muted unsaved">{t("unsaved")}</span>
      <button type="button" class="button ghost" onClick={onDiscard}>
        {t("discard")}
      </button>
    </>
  );
}
