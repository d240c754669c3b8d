// Puts a text on the clipboard and says whether that worked: browsers allow it on HTTPS and on this machine only.
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../locale/messages.ts";

type Outcome = "done" | "failed";

/** The button, with what came of it beside. `focus`: it is what the step in front begins with. */
export function CopyButton(props: { readonly text: string; readonly focus?: boolean }) {
  const [outcome, setOutcome] = useState<Outcome | undefined>(undefined);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (props.focus === true) button.current?.focus();
  }, []);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(props.text);
      setOutcome("done");
    } catch {
      // Refused, or there is no clipboard here at all: either way the text is on show to be marked by hand.
      setOutcome("failed");
    }
  };
  return (
    <span class="copy">
      <button ref={button} type="button" class="button" onClick={() => void copy()}>
        {t("copy")}
      </button>
      <span role="status" class="muted">
        {outcome === undefined ? "" : t(outcome === "done" ? "copy.done" : "copy.failed")}
      </span>
    </span>
  );
}
