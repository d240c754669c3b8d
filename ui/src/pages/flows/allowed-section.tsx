// What flows may do beyond what they may always: each allowed by hand, after a warning that says what that means.
import { useState } from "preact/hooks";
import { type Answer, call } from "../../api/client.ts";
import { type MessageKey, t } from "../../locale/messages.ts";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { ErrorNote, TextField } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { UnsavedMark } from "../../parts/unsaved-mark.tsx";
import { useDraft } from "../../state/use-draft.ts";

type FlowsView = Answer<"GET /flows">;
type Allowed = FlowsView["allowed"];
type What = keyof Allowed;

const WORDS: Readonly<Record<What, Readonly<Record<"name" | "text" | "warning", MessageKey>>>> = {
  programs: {
    name: "flows.allowed.programs",
    text: "flows.allowed.programs.text",
    warning: "flows.allowed.programs.warning",
  },
  folders: {
    name: "flows.allowed.folders",
    text: "flows.allowed.folders.text",
    warning: "flows.allowed.folders.warning",
  },
  modules: {
    name: "flows.allowed.modules",
    text: "flows.allowed.modules.text",
    warning: "flows.allowed.modules.warning",
  },
};
const ORDER: readonly What[] = ["modules", "folders", "programs"];

/** The section of the page. */
export function AllowedSection(props: {
  readonly view: FlowsView;
  readonly onChanged: (view: FlowsView) => void;
}) {
  const [asked, setAsked] = useState<What | undefined>();
  const [error, setError] = useState<unknown>();
  const { allowed, barred = [] } = props.view;
  const held = allowed.folders.join("\n");
  const draft = useDraft("flows.folders", held);
  const put = async (changed: Partial<Allowed>): Promise<void> => {
    setError(undefined);
    // What others have forbidden meanwhile stays forbidden.
    const now = (await call("GET /flows")).allowed;
    props.onChanged(await call("PUT /flows/allowed", { body: { ...now, ...changed } }));
  };
  const forbid = (what: What): void => {
    put(what === "folders" ? { folders: [] } : { [what]: false }).catch(setError);
  };
  const allow = async (what: What): Promise<void> => {
    if (what !== "folders") return put({ [what]: true });
    await put({ folders: linesOf(draft.value) });
    draft.settle(linesOf(draft.value).join("\n"));
  };
  return (
    <section>
      <h2>{t("flows.allowed.title")}</h2>
      <p class="muted">{t("flows.allowed.text")}</p>
      {error === undefined ? null : <ErrorNote error={error} />}
      {barred.length === 0 ? null : (
        <p class="warn-text" role="status">
          {t("flows.barred", {
            nodes: barred.map(({ id, name, type }) => `${name ?? id} (${type})`).join(", "),
          })}
        </p>
      )}
      <ul class="plain-list">
        {ORDER.map((what) => {
          const isAllowed = what === "folders" ? allowed.folders.length > 0 : allowed[what];
          return (
            <li key={what} class="flows-allowed">
              <h3>{t(WORDS[what].name)}</h3>
              <p>{t(WORDS[what].text)}</p>
              <p class={isAllowed ? "warn-text" : "muted"}>
                {isAllowed ? <Icon name="warning" /> : null}{" "}
                {t(isAllowed ? "flows.allowed.yes" : "flows.allowed.no")}
                {what === "folders" && isAllowed ? `: ${allowed.folders.join(", ")}` : ""}
              </p>
              <p>
                {!isAllowed || what === "folders" ? (
                  <button type="button" class="button" onClick={() => setAsked(what)}>
                    {t(isAllowed ? "flows.allowed.change" : "flows.allowed.allow")}
                    <span class="unseen">{` ${t(WORDS[what].name)}`}</span>
                  </button>
                ) : null}{" "}
                {isAllowed ? (
                  <button type="button" class="button" onClick={() => forbid(what)}>
                    {t("flows.allowed.forbid")}
                    <span class="unseen">{` ${t(WORDS[what].name)}`}</span>
                  </button>
                ) : null}
              </p>
            </li>
          );
        })}
      </ul>
      {asked === undefined ? null : (
        <ConfirmDialog
          title={t(WORDS[asked].name)}
          word={t("flows.allowed.word")}
          button={t("flows.allowed.do")}
          act={() => allow(asked)}
          onClose={() => setAsked(undefined)}
        >
          <p class="warn-text">
            <Icon name="warning" /> {t(WORDS[asked].warning)}
          </p>
          {asked === "folders" ? (
            <>
              <TextField
                label={t("flows.allowed.folders.label")}
                value={draft.value}
                onInput={draft.put}
                multiline
                focus
              />
              <div class="form-foot start unless-empty">
                <UnsavedMark of={draft} onDiscard={() => draft.settle(held)} />
              </div>
            </>
          ) : null}
        </ConfirmDialog>
      )}
    </section>
  );
}

function linesOf(text: string): string[] {
  return [...new Set(text.split("\n").map((line) => line.trim()))].filter((line) => line !== "");
}
