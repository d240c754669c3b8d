// Asks before something that others notice at once and that can be mended. For what cannot: `ConfirmDialog`.
import type { ComponentChildren } from "preact";
import { useAct } from "../state/use-act.ts";
import { Dialog, ErrorNote } from "./controls.tsx";
import { DialogFoot } from "./dialog-foot.tsx";

/** The dialog; `act` does it and may reject. */
export function QuestionDialog(props: {
  readonly title: string;
  readonly button: string;
  readonly act: () => Promise<void>;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}) {
  const { busy, error, act } = useAct();
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void act(async () => {
            await props.act();
            props.onClose();
          });
        }}
      >
        {props.children}
        {error === undefined ? null : <ErrorNote error={error} />}
        <DialogFoot text={props.button} onCancel={props.onClose} disabled={busy} isGrave />
      </form>
    </Dialog>
  );
}
