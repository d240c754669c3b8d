// A button that lets somebody choose one file of this device. The browser's own control is there for screen readers and
// the file dialog, and is not seen.
import { useRef } from "preact/hooks";
import { Icon } from "./icon.tsx";

/** `label` says what kind of file is meant; `text` stands on the button, the label if there is none. */
export function ChooseFile(props: {
  readonly label: string;
  readonly text?: string;
  /** As of an `<input type=file>`. */
  readonly accept: string;
  readonly busy?: boolean;
  readonly onChoose: (file: File) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <span class="choose-file">
      <input
        ref={input}
        type="file"
        class="unseen"
        tabIndex={-1}
        accept={props.accept}
        aria-label={props.label}
        onChange={(event) => {
          const file = event.currentTarget.files?.item(0);
          // The same file can be chosen again once it was changed.
          event.currentTarget.value = "";
          if (file !== null && file !== undefined) props.onChoose(file);
        }}
      />
      <button
        type="button"
        class="button"
        disabled={props.busy === true}
        aria-busy={props.busy === true}
        onClick={() => input.current?.click()}
      >
        <Icon name="plus" />
        {props.text ?? props.label}
      </button>
    </span>
  );
}
