// A plugin's settings, as a form made of its schema and as JSON beside it. Both edit the same value; the recorder checks
// it while somebody types, and both show what it says at the same places.
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, call } from "../../api/client.ts";
import type { PlaceProblem, Plugin, PluginSettings } from "../../api/types.ts";
import { language, t } from "../../locale/messages.ts";
import { placeText } from "../../locale/place-text.ts";
import { Awaited } from "../../parts/awaited.tsx";
import { Dialog, ErrorNote, Segmented } from "../../parts/controls.tsx";
import { pointersIn, treeOf } from "../../parts/form-tree.ts";
import { FormTree } from "../../parts/form-tree-fields.tsx";
import { Icon } from "../../parts/icon.tsx";
import { pointerOf, type Steps, withValueAt } from "../../parts/json-place.ts";
import { OutdatedNote } from "../../parts/outdated-note.tsx";
import { tell } from "../../state/toasts.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { JsonEditor } from "./json-editor.tsx";
import {
  draftOf,
  dropDraft,
  keepDraft,
  keptDraft,
  type SettingsDraft,
  settingsText,
  withText,
} from "./settings-draft.ts";

/** A check is asked for when nothing was typed for this long. */
const CHECK_AFTER_MS = 250;

/** The dialog. */
export function SettingsDialog(props: {
  readonly plugin: Pick<Plugin, "name" | "displayName">;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}) {
  const { name, displayName } = props.plugin;
  const asked = useAnswer(
    (signal) => call("GET /plugins/settings", { query: { name, language: language.value }, signal }),
    [name, language.value],
  );
  const { answer: settings } = asked;
  return (
    <Dialog title={t("plugins.settings.of", { name: displayName })} onClose={props.onClose} wide>
      <Awaited of={asked} rows={4} />
      {settings === undefined ? null : <SettingsEditor settings={settings} {...props} />}
    </Dialog>
  );
}

function SettingsEditor(props: {
  readonly settings: PluginSettings;
  readonly plugin: Pick<Plugin, "name" | "displayName">;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}) {
  const { settings, onClose } = props;
  const { name, schema } = settings;
  const old = useRef(keptDraft(name));
  const [draft, setDraft] = useState<SettingsDraft>(old.current?.draft ?? draftOf(settings.config));
  const holds = settingsText(settings);
  const [base, setBase] = useState(old.current?.base ?? holds);
  const [tab, setTab] = useState<"form" | "json">(
    schema === undefined || draft.broken !== undefined ? "json" : "form",
  );
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [tried, setTried] = useState(false);
  const [problems, setProblems] = useState<readonly PlaceProblem[]>([]);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const box = useRef<HTMLFormElement>(null);
  const kept = new Set(settings.secretsSet);
  const nodes = treeOf(schema, draft.value, kept);
  const isDirty = draft.text !== draftOf(settings.config).text;
  const typedJson = touched.has("json");
  const problemAt = (pointer: string): string | undefined => {
    if (!tried && !typedJson && !touched.has(pointer)) return undefined;
    const problem = problems.find(({ path }) => path === pointer);
    return problem === undefined ? undefined : placeText(problem);
  };

  useEffect(() => {
    if (isDirty) keepDraft(name, draft, settings, base);
    else dropDraft(name);
  }, [draft, base]);
  useEffect(() => {
    if (draft.broken !== undefined) return;
    const late = new AbortController();
    const timer = setTimeout(() => {
      const body = { name, config: draft.value };
      call("POST /plugins/settings/check", { body, signal: late.signal })
        .then((answer) => setProblems(answer.problems))
        // Saving checks again, and says what stood in the way.
        .catch(() => undefined);
    }, CHECK_AFTER_MS);
    return () => {
      clearTimeout(timer);
      late.abort();
    };
  }, [draft.value, draft.broken]);
  useEffect(() => {
    if (tried) box.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [tried, error]);

  const change = (steps: Steps, value: unknown): void => {
    setTouched((before) => new Set([...before, pointerOf(steps)]));
    setDraft((before) => draftOf(withValueAt(before.value, steps, value) as SettingsDraft["value"]));
  };
  const save = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await call("PUT /plugins/settings", { body: { name, config: draft.value } });
      dropDraft(name);
      tell(t("plugins.settings.saved", { name: props.plugin.displayName }));
      props.onSaved();
      onClose();
      return;
    } catch (thrown) {
      setTried(true);
      if (thrown instanceof ApiError && thrown.code === "NJ_PLUGIN_SETTINGS") setProblems(thrown.fields);
      setError(thrown);
    }
    setBusy(false);
  };
  const discard = (): void => {
    dropDraft(name);
    old.current = undefined;
    setBase(holds);
    setDraft(draftOf(settings.config));
    setTouched(new Set());
    setTried(false);
    setError(undefined);
  };
  const places = pointersIn(nodes);
  const elsewhere = problems.filter(({ path }) => (tried || typedJson) && !places.has(path));
  const isEmpty = nodes.length === 0 && Object.keys(draft.value).length === 0;
  if (
    schema !== undefined &&
    isEmpty &&
    draft.broken === undefined &&
    old.current === undefined &&
    !typedJson
  )
    return (
      <>
        <p>{t("plugins.settings.nothing")}</p>
        <div class="form-foot">
          <div class="spring" />
          <button type="button" class="button" onClick={onClose}>
            {t("close")}
          </button>
        </div>
      </>
    );
  return (
    <form
      ref={box}
      class="settings-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <OutdatedNote
        of={{
          isUnsaved: isDirty,
          isOutdated: isDirty && base !== holds,
          keepMine: () => setBase(holds),
          takeTheirs: () => {
            discard();
            return () => setDraft(draft);
          },
        }}
      />
      {old.current === undefined || base !== holds ? null : (
        <p class="settings-note">
          <Icon name="info" />
          <span>{t("plugins.settings.restored")}</span>
          <button type="button" class="button" onClick={discard}>
            {t("plugins.settings.discard")}
          </button>
        </p>
      )}
      {schema === undefined ? (
        <p class="muted">{t("plugins.settings.noSchema")}</p>
      ) : (
        <Segmented
          label={t("plugins.settings.view")}
          value={tab}
          choices={[
            { value: "form", text: t("plugins.settings.form") },
            { value: "json", text: "JSON" },
          ]}
          onChoose={setTab}
        />
      )}
      {tab === "json" ? (
        <>
          <JsonEditor
            draft={draft}
            problems={tried || isDirty ? problems : []}
            onText={(text) => {
              setTouched((before) => new Set([...before, "json"]));
              setDraft(withText(draft, text));
            }}
          />
          {kept.size === 0 ? null : (
            <p class="field-note">{t("plugins.json.secrets", { names: [...kept].join(", ") })}</p>
          )}
        </>
      ) : (
        <fieldset class="settings-fields" disabled={draft.broken !== undefined}>
          {draft.broken === undefined ? null : <p class="settings-note">{t("plugins.settings.mendJson")}</p>}
          {elsewhere.map((problem) => (
            <p key={problem.path} class="bad-text">
              <code>{problem.path === "" ? "/" : problem.path}</code> {placeText(problem)}
            </p>
          ))}
          <FormTree nodes={nodes} value={draft.value} kept={kept} problemAt={problemAt} onChange={change} />
        </fieldset>
      )}
      <div class="settings-foot">
        {error === undefined ? null : <SaveError error={error} count={problems.length} />}
        <div class="form-foot">
          {isDirty ? <span class="muted unsaved">{t("unsaved")}</span> : null}
          <div class="spring" />
          <button
            type="button"
            class="button ghost"
            onClick={() => {
              dropDraft(name);
              onClose();
            }}
          >
            {t("cancel")}
          </button>
          <button
            type="submit"
            class="button primary"
            disabled={busy || draft.broken !== undefined || !isDirty}
            title={t("plugins.settings.restarts")}
          >
            {t(busy ? "saving" : "save")}
          </button>
        </div>
      </div>
    </form>
  );
}

/** The places are marked where they are; the sentence only says how many. */
function SaveError({ error, count }: { readonly error: unknown; readonly count: number }) {
  if (!(error instanceof ApiError) || error.code !== "NJ_PLUGIN_SETTINGS") return <ErrorNote error={error} />;
  if (count === 0) return null;
  return (
    <div class="error-note" role="alert">
      <Icon name="warning" />
      <div>
        <p>{t("plugins.settings.refused", { count })}</p>
        <code>{error.code}</code>
      </div>
    </div>
  );
}
