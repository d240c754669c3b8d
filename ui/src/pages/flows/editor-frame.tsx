// Node-RED's editor in a frame of the recorder's own origin. It lies beside the page that is open, so that going elsewhere
// loses nothing that is not deployed: a frame that is taken out is gone with all that is in it.
import { useState } from "preact/hooks";
import { t } from "../../locale/messages.ts";
import { Icon } from "../../parts/icon.tsx";
import { href } from "../../router.ts";
import { askEditorBy, flowsEditor } from "../../state/flows-editor.ts";

interface EditorWindow extends Window {
  readonly RED?: { readonly nodes?: { dirty?(): boolean } };
}

/** The frame; out of sight while another page is open. */
export function EditorFrame() {
  const [round, setRound] = useState(0);
  const [failed, setFailed] = useState(false);
  const loaded = (frame: HTMLIFrameElement): void => {
    // What answers instead of the editor (signed out, Node-RED away) may not be framed, and shows no document.
    const inside = frame.contentDocument;
    const isEditor = inside !== null && inside.getElementById("red-ui-editor") !== null;
    setFailed(!isEditor);
    if (!isEditor) return;
    askEditorBy(() => (frame.contentWindow as EditorWindow | null)?.RED?.nodes?.dirty?.() === true);
    // Its title leads to the recorder's pages, which may not be framed.
    inside.addEventListener(
      "click",
      ({ target }) => {
        const link = (target as Element | null)?.closest(".red-ui-header-logo a");
        link?.setAttribute("target", "_top");
      },
      true,
    );
  };
  return (
    <div class="flows-frame" hidden={flowsEditor.value !== "shown"}>
      {failed ? (
        <p class="problem-line" role="alert">
          <Icon name="warning" />
          {t("flows.frame.failed")}
          <button
            type="button"
            class="button"
            onClick={() => {
              setFailed(false);
              setRound(round + 1);
            }}
          >
            {t("tryAgain")}
          </button>
        </p>
      ) : null}
      <iframe
        key={round}
        src={href("flows/")}
        title={t("flows.frame")}
        hidden={failed}
        onLoad={({ currentTarget }) => loaded(currentTarget)}
      />
    </div>
  );
}
