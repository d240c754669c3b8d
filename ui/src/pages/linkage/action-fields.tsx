// One action within the form of a rule: whether it is done, what it is told, and trying it before anything is saved.
import type { ComponentProps } from "preact";
import { useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { LinkageAction, LinkageRule, LinkageTried } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { problemLine } from "../../locale/problem-text.ts";
import { CheckField, ErrorNote } from "../../parts/controls.tsx";
import { treeOf } from "../../parts/form-tree.ts";
import { FormTree } from "../../parts/form-tree-fields.tsx";
import { Icon } from "../../parts/icon.tsx";
import { isObject, withValueAt } from "../../parts/json-place.ts";
import { fieldsOf, problemOf, textsOf } from "../../parts/schema-fields.ts";
import { problemText } from "../../parts/schema-form.tsx";
import { outputs } from "../../state/alarm-io.ts";
import { cameras } from "../../state/recorder.ts";
import { Choices } from "../cameras/event-recording-fields.tsx";
import { STATUS_TEXT } from "../events/done-list.tsx";
import { actionName, type ChoiceKind, settingsForm } from "./linkage-words.ts";
import { PtzFields } from "./ptz-fields.tsx";

type Settings = LinkageRule["actions"][number]["settings"];
const NONE: ReadonlySet<string> = new Set();

export function ActionFields(props: {
  readonly source: string;
  readonly actions: readonly LinkageAction[];
  /** All actions of the rule: places in it are told by their number. */
  readonly entries: LinkageRule["actions"];
  readonly mayAdd: boolean;
  /** Names of the walls that are known. */
  readonly walls: readonly string[];
  /** The camera that an event is of when the action is tried. */
  readonly camera: string | undefined;
  readonly onChoose: (isChosen: boolean) => void;
  readonly onSettings: (index: number, settings: Settings) => void;
}) {
  const { source, actions, entries, camera } = props;
  const own = entries.map((entry, index) => ({ ...entry, index })).filter(({ action }) => action === source);
  const known = actions.find((one) => one.source === source);
  const name = actionName(source, actions);
  return (
    <fieldset class="linkage-action" disabled={own.length === 0 && !props.mayAdd}>
      <legend class="unseen">{name}</legend>
      <CheckField
        label={name}
        checked={own.length > 0}
        onChange={props.onChoose}
        {...(known === undefined ? { hint: t("linkage.away"), bad: true } : {})}
      />
      {known === undefined
        ? null
        : own.map(({ index, settings }) => (
            <div key={index} class="linkage-action-body">
              {source === "ptz" ? (
                <PtzFields
                  settings={settings}
                  camera={camera}
                  onSettings={(next) => props.onSettings(index, next)}
                />
              ) : (
                <SettingsFields
                  action={known}
                  settings={settings}
                  walls={props.walls}
                  onSettings={(next) => props.onSettings(index, next)}
                />
              )}
              <Try action={known} settings={settings} camera={camera} />
            </div>
          ))}
    </fieldset>
  );
}

function SettingsFields(props: {
  readonly action: LinkageAction;
  readonly settings: Settings;
  readonly walls: readonly string[];
  readonly onSettings: (settings: Settings) => void;
}) {
  const { settings, walls, onSettings } = props;
  const { schema, choiceLists } = settingsForm(props.action);
  const fields = fieldsOf(schema);
  const texts = textsOf(fields, settings);
  const put = (steps: readonly (string | number)[], value: unknown): void => {
    const next = withValueAt(settings, steps, value);
    onSettings(isObject(next) ? next : {});
  };
  return (
    <>
      {choiceLists.map(({ name, kind }) => {
        const value = settings[name];
        const chosen: readonly string[] = Array.isArray(value) ? value : [];
        // A sound for open pages asks no wall.
        if (kind === "walls" && props.action.source === "sound" && settings["where"] !== "walls") return null;
        const choices = choicesOf(kind, walls, chosen);
        if (kind === "outputs" && choices.all.length === 0 && outputs.value !== undefined)
          return (
            <p key={name} class="field-note">
              {t("linkage.outputs.missing")}
            </p>
          );
        return <Choices key={name} {...choices} chosen={chosen} onChoose={(next) => put([name], next)} />;
      })}
      <FormTree
        nodes={treeOf(schema, settings, NONE)}
        value={settings}
        kept={NONE}
        problemAt={(pointer) => {
          const [, list, index] = /^\/([^/]+)\/(\d+)$/.exec(pointer) ?? [];
          if (list !== undefined) return entryProblem(schema, list, settings[list], Number(index));
          const field = fields.find(({ name }) => pointer === `/${name}`);
          // What is missing has its default, or is said by the recorder when it is saved.
          if (field === undefined || settings[field.name] === undefined) return undefined;
          const problem = problemOf(field, texts[field.name] ?? "");
          return problem === undefined ? undefined : problemText(field, problem);
        }}
        onChange={put}
      />
    </>
  );
}

/** What can be ticked in a list of such things, and what it means that nothing is. */
function choicesOf(
  kind: ChoiceKind,
  walls: readonly string[],
  chosen: readonly string[],
): Pick<ComponentProps<typeof Choices>, "title" | "none" | "hint" | "all"> {
  const named = (all: readonly { readonly id: string; readonly name: string }[] | undefined) =>
    (all ?? []).map(({ id, name }) => ({ id, text: name }));
  switch (kind) {
    case "cameras":
      return { title: t("linkage.cameras"), none: t("linkage.cameras.own"), all: named(cameras.value) };
    case "outputs":
      return { title: t("linkage.outputs"), none: t("linkage.outputs.none"), all: named(outputs.value) };
    case "walls":
      return {
        ...{ title: t("linkage.walls"), none: t("linkage.walls.all"), hint: t("linkage.walls.hint") },
        // A wall that nobody has seen lately can still be meant.
        all: [...new Set([...walls, ...chosen])].map((wall) => ({ id: wall, text: wall })),
      };
  }
}

/** What is wrong with an entry of a list of texts or numbers; one that is still empty is not judged yet. */
function entryProblem(
  schema: Readonly<Record<string, unknown>>,
  list: string,
  entries: unknown,
  index: number,
): string | undefined {
  const properties = schema["properties"];
  const node = isObject(properties) ? properties[list] : undefined;
  const entry: unknown = Array.isArray(entries) ? entries[index] : undefined;
  const [field] = fieldsOf({ properties: { entry: isObject(node) ? node["items"] : undefined } });
  if (field === undefined || entry === undefined || typeof entry === "object") return undefined;
  const problem = problemOf(field, String(entry));
  return problem === undefined ? undefined : problemText(field, problem);
}

/** What the form calls the field at a place of an action that is tried. */
function nameAt(action: LinkageAction, pointer: string): string | undefined {
  const [, name] = /^\/action\/settings\/([^/]+)/.exec(pointer) ?? [];
  if (name === undefined) return undefined;
  const { schema, choiceLists } = settingsForm(action);
  const list = choiceLists.find((one) => one.name === name);
  if (list !== undefined) return choicesOf(list.kind, [], []).title;
  return fieldsOf(schema).find((field) => field.name === name)?.title;
}

/** Does the action once, as for an event that begins now, with what stands in the form. */
function Try({
  action,
  settings,
  camera,
}: {
  action: LinkageAction;
  settings: Settings;
  camera: string | undefined;
}) {
  const [busy, setBusy] = useState(false);
  const [tried, setTried] = useState<LinkageTried | undefined>(undefined);
  const [error, setError] = useState<unknown>();
  const run = (): void => {
    setBusy(true);
    setError(undefined);
    setTried(undefined);
    call("POST /linkage/test", {
      body: { action: { action: action.source, settings }, ...(camera === undefined ? {} : { camera }) },
    })
      .then(({ results }) => setTried(results[0]))
      .catch(setError)
      .finally(() => setBusy(false));
  };
  return (
    <>
      <div class="linkage-tried">
        <button type="button" class="button" disabled={busy} onClick={run}>
          <Icon name="play" />
          {t(busy ? "linkage.trying" : "linkage.try")}
        </button>
        <span role="status">
          {tried === undefined ? null : (
            <span class={`state${tried.status === "done" ? "" : " warn-text"}`}>
              <Icon name={tried.status === "done" ? "check" : "warning"} size={14} />
              {t(STATUS_TEXT[tried.status])}
              {tried.note === undefined ? null : (
                <span class="muted">
                  {tried.code === undefined
                    ? tried.note
                    : problemLine({ code: tried.code, context: tried.context, sentence: tried.note })}
                </span>
              )}
            </span>
          )}
        </span>
      </div>
      {error === undefined ? null : <ErrorNote error={error} nameOf={(place) => nameAt(action, place)} />}
    </>
  );
}
