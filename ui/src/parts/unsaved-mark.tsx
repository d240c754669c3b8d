// Says beside a form's button that what is typed is not saved yet, and lets it be given up.
import { t } from "../locale/messages.ts";
import { type DraftOffers, OutdatedNote } from "./outdated-note.tsx";

/** The mark, while something is typed; `onDiscard` puts back what holds. */
export function UnsavedMark(props: { readonly of: DraftOffers; readonly onDiscard: () => void }) {
  return (
    <>
      <OutdatedNote of={props.of} />
      {props.of.isUnsaved ? (
        <>
          <span class="muted unsaved">{t("unsaved")}</span>
          <button type="button" class="button ghost" onClick={props.onDiscard}>
            {t("discard")}
          </button>
        </>
      ) : null}
    </>
  );
}
