// "Why?": opens the panel that explains a camera and a moment. The panel's own code comes when it is first opened.
import { useState } from "preact/hooks";
import { t } from "../../locale/messages.ts";
import { Icon } from "../../parts/icon.tsx";
import { lazyPart } from "../../parts/lazy-page.tsx";
import type { WhyQuestion } from "./why-dialog.tsx";

const WhyDialog = lazyPart(async () => (await import("./why-dialog.tsx")).WhyDialog);

/** `question` is asked when the button is pressed: the moment may be another one by then. */
export function WhyButton(props: {
  readonly question: () => WhyQuestion;
  readonly tone?: "ghost" | undefined;
}) {
  const [asked, setAsked] = useState<WhyQuestion | undefined>(undefined);
  return (
    <>
      <button
        type="button"
        class={`button${props.tone === undefined ? "" : ` ${props.tone}`}`}
        aria-haspopup="dialog"
        title={t("why.hint")}
        onClick={() => setAsked(props.question())}
      >
        <Icon name="why" />
        {t("why.button")}
      </button>
      {asked === undefined ? null : <WhyDialog question={asked} onClose={() => setAsked(undefined)} />}
    </>
  );
}
