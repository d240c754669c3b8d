// Asks before something that cannot be taken back: the button works once the word was typed.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { t } from "../locale/messages.ts";
import { useAct } from "../state/use-act.ts";
import { Dialog, ErrorNote, TextField } from "./controls.tsx";
import { DialogFoot } from "./dialog-foot.tsx";

/** The field for the word. */
export function ConfirmField(props: {
  readonly word: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
}) {
  return (
    <TextField
      label={t("confirm.type", { word: props.word })}
      value={props.value}
      onInput={props.onInput}
      focus
    />
  );
}

/** True once the word was typed; capital letters and spaces around it do not matter. */
export function isConfirmed(typed: string, word: string): boolean {
  return typed.trim().toLocaleLowerCase() === word.trim().toLocaleLowerCase();
}

/** The dialog; `act` does it and may reject. */
export function ConfirmDialog(props: {
  readonly title: string;
  readonly word: string;
  readonly button: string;
  readonly act: () => Promise<void>;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}) {
  const [typed, setTyped] = useState("");
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
        <ConfirmField word={props.word} value={typed} onInput={setTyped} />
        {error === undefined ? null : <ErrorNote error={error} />}
        <DialogFoot
          text={props.button}
          onCancel={props.onClose}
          disabled={busy || !isConfirmed(typed, props.word)}
          isGrave
        />
      </form>
    </Dialog>
  );
}
