// A plain editor for settings as JSON: the text, and below it what is wrong, with the line; a click goes there.
import { useId, useRef } from "preact/hooks";
import type { PlaceProblem } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { placeText } from "../../locale/place-text.ts";
import { lineAt, offsetOf } from "../../parts/json-place.ts";
import { brokenLine, type SettingsDraft } from "./settings-draft.ts";

/** The editor. */
export function JsonEditor(props: {
  readonly draft: SettingsDraft;
  readonly problems: readonly PlaceProblem[];
  readonly onText: (text: string) => void;
}) {
  const { draft, problems } = props;
  const area = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const goTo = (offset: number): void => {
    area.current?.focus();
    const end = draft.text.indexOf("\n", offset);
    area.current?.setSelectionRange(offset, end === -1 ? draft.text.length : end);
  };
  const line = brokenLine(draft);
  const isBad = draft.broken !== undefined || problems.length > 0;
  return (
    <div class={`field json-editor${isBad ? " field-bad" : ""}`}>
      <label for={id}>{t("plugins.json")}</label>
      <textarea
        ref={area}
        id={id}
        class="mono"
        rows={14}
        spellcheck={false}
        autocomplete="off"
        value={draft.text}
        aria-invalid={isBad}
        aria-describedby={`${id}-note`}
        onInput={(event) => props.onText(event.currentTarget.value)}
      />
      <div id={`${id}-note`} class="json-problems" role="status">
        {draft.broken !== undefined ? (
          <p class="bad-text">
            {line === undefined ? t("plugins.json.broken") : t("plugins.json.brokenAt", { line })}
          </p>
        ) : (
          problems.map((problem) => {
            const { path } = problem;
            const offset = offsetOf(draft.text, path);
            return (
              <button key={path} type="button" onClick={() => goTo(offset)}>
                <span class="muted">{t("plugins.json.line", { line: lineAt(draft.text, offset) })}</span>
                <code>{path === "" ? "/" : path}</code> {placeText(problem)}
              </button>
            );
          })
        )}
      </div>
    </div>
  );
}
