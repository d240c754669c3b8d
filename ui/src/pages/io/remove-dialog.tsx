// Asks before an alarm input or output is removed.
import { t } from "../../locale/messages.ts";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";

export function RemoveDialog(props: {
  readonly name: string;
  readonly text: string;
  readonly act: () => Promise<void>;
  readonly onClose: () => void;
}) {
  return (
    <ConfirmDialog
      title={t("io.remove", { name: props.name })}
      word={props.name}
      button={t("io.remove.button")}
      act={props.act}
      onClose={props.onClose}
    >
      <p>{props.text}</p>
    </ConfirmDialog>
  );
}
