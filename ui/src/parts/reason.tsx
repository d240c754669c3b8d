// Why something is recorded, as a coloured letter. The colours are those of the timeline; the letter and the title
// carry the meaning for whoever does not see colours.
import type { RecordReason } from "../api/types.ts";
import { t } from "../locale/messages.ts";
import { REASONS } from "./reasons.ts";

/** One letter. */
export function ReasonChip({ reason }: { readonly reason: RecordReason }) {
  const { colour, letter, text } = REASONS[reason];
  return (
    <span class={`chip chip-${colour}`} title={t(text)}>
      <span aria-hidden="true">{letter}</span>
      <span class="unseen">{t(text)}</span>
    </span>
  );
}
