// Asks before something that others notice at once and that can be mended. For what cannot: `ConfirmDialog`.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
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
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const act = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await props.act();
      props.onClose();
    } catch (thrown) {
      setError(thrown);
      setBusy(false);
    }
  };
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void act();
        }}
      >
        {props.children}
        {error === undefined ? null : <ErrorNote error={error} />}
        <DialogFoot text={props.button} onCancel={props.onClose} disabled={busy} isGrave />
      </form>
    </Dialog>
  );
}
