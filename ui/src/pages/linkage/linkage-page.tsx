// Linkage: which events of which cameras have which actions done, as a table of rules by actions; each rule with its switch
// and its form, and what was done lately. The camera that is looked for and the rule that is open stand in the address.
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, call } from "../../api/client.ts";
import type { LinkageRule, LinkageView } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { AwaitedPage } from "../../parts/awaited.tsx";
import { ConfirmDialog } from "../../parts/confirm-dialog.tsx";
import { EmptyPage, ErrorNote, IconButton, NotAllowed } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { QuestionDialog } from "../../parts/question-dialog.tsx";
import { place, replaceQuery } from "../../router.ts";
import { usePluginNames } from "../../state/plugin-names.ts";
import { cameras } from "../../state/recorder.ts";
import { complain, tell } from "../../state/toasts.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { eventText, profileText } from "../events/event-words.ts";
import { KnownWalls } from "./known-walls.tsx";
import { LatelyDone } from "./lately-done.tsx";
import { actionName, actionsInWords, concerns, newRule } from "./linkage-words.ts";
import { RuleDialog } from "./rule-dialog.tsx";
import { RuleTest } from "./rule-test.tsx";

/** What was done lately is asked for so often. */
const AGAIN_MS = 5_000;
const NEW = "new";

type Profiles = readonly { readonly id: string; readonly name: string }[];

/** The page. */
export function LinkagePage() {
  const asked = useAnswer(async (signal) => {
    const [view, { profiles }] = await Promise.all([
      call("GET /linkage", { signal }),
      call("GET /arming", { signal }),
    ]);
    return { view, profiles };
  });
  const names = usePluginNames();
  const [removed, setRemoved] = useState<LinkageRule | undefined>(undefined);
  const [forgotten, setForgotten] = useState<string | undefined>(undefined);
  /** The rule whose form is open; it stays so when somebody else removes the rule. */
  const opened = useRef<LinkageRule | undefined>(undefined);
  const { query } = place.value;
  const camera = (cameras.value ?? []).find(({ id }) => id === query.get("camera"));
  const isOpen = query.has("rule");
  useEffect(() => {
    if (isOpen) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") asked.load();
    }, AGAIN_MS);
    return () => clearInterval(timer);
  }, [isOpen]);

  const { answer, error } = asked;
  if (error instanceof ApiError && error.status === 403) return <NotAllowed />;
  if (answer === undefined) return <AwaitedPage title={t("linkage.page")} of={asked} />;
  const { profiles } = answer;
  const view = { ...answer.view, actions: [...actionsInWords(answer.view.actions, names)] };
  const { rules } = view;
  const save = async (next: readonly LinkageRule[], stamp: string): Promise<void> => {
    const changed = await call("PUT /linkage/rules", { body: { rules: next, stamp } });
    asked.put({ view: changed, profiles });
  };
  const shown = camera === undefined ? rules : rules.filter((rule) => concerns(rule, camera.id));
  const wanted = query.get("rule");
  const left = opened.current?.id === wanted ? opened.current : undefined;
  const open =
    wanted === NEW
      ? newRule(rules, camera?.id, query.get("type") ?? undefined)
      : (rules.find(({ id }) => id === wanted) ?? left);
  opened.current = open;
  /** Saves one rule among those that hold; where others were changed meanwhile, among those. */
  const saveRule = async (rule: LinkageRule, held: LinkageRule | undefined): Promise<void> => {
    try {
      await save(withRule(rules, rule), view.stamp);
    } catch (thrown) {
      if (!(thrown instanceof ApiError) || thrown.code !== "NJ_LINKAGE_CHANGED") throw thrown;
      const now = await call("GET /linkage");
      const theirs = now.rules.find(({ id }) => id === rule.id);
      asked.put({ view: now, profiles });
      if (held !== undefined && JSON.stringify(theirs) !== JSON.stringify(held)) throw thrown;
      const id = held?.id ?? newRule(now.rules, undefined).id;
      await save(withRule(now.rules, { ...rule, id }), now.stamp);
    }
  };
  const add = (
    <button
      type="button"
      class="button primary"
      disabled={rules.length >= 200}
      onClick={() => replaceQuery({ rule: NEW })}
    >
      <Icon name="plus" />
      {t("linkage.add")}
    </button>
  );
  return (
    <div class="list-page">
      <div class="head">
        <h1>{t("linkage.page")}</h1>
        <div class="spring" />
        {rules.length === 0 ? null : add}
      </div>
      {error === undefined ? null : (
        <div class="awaited">
          <ErrorNote error={error} onRetry={asked.retry} />
        </div>
      )}
      {camera === undefined ? null : (
        <div class="demo-note">
          <p>{t("linkage.ofCamera", { camera: camera.name })}</p>
          <button type="button" class="button ghost" onClick={() => replaceQuery({ camera: undefined })}>
            {t("linkage.showAll")}
          </button>
        </div>
      )}
      {shown.length === 0 ? (
        <EmptyPage icon="link" title={t("linkage.none")} text={t("linkage.none.text")}>
          {rules.length === 0 ? add : null}
        </EmptyPage>
      ) : (
        <Rules
          view={view}
          shown={shown}
          profiles={profiles}
          onSwitch={(rule, enabled) => {
            save(
              rules.map((one) => (one.id === rule.id ? { ...one, enabled } : one)),
              view.stamp,
            ).catch((thrown: unknown) => {
              complain(thrown);
              asked.load();
            });
          }}
          onRemove={setRemoved}
        />
      )}
      <KnownWalls walls={view.walls} onForget={setForgotten} />
      <LatelyDone view={view} />
      {open === undefined ? null : (
        <RuleDialog
          key={wanted}
          rule={open}
          isNew={wanted === NEW}
          actions={view.actions}
          profiles={profiles}
          walls={view.walls.map(({ name }) => name)}
          onSave={async (rule) => {
            await saveRule(rule, wanted === NEW ? undefined : open);
            tell(t("linkage.saved"));
          }}
          onClose={() => {
            replaceQuery({ rule: undefined, type: undefined });
            // Somebody else may have changed them meanwhile.
            asked.load();
          }}
        />
      )}
      {forgotten === undefined ? null : (
        <QuestionDialog
          title={t("linkage.walls.forget", { name: forgotten })}
          button={t("linkage.walls.forget.button")}
          act={async () => {
            const changed = await call("DELETE /linkage/walls/{wall}", { path: { wall: forgotten } });
            asked.put({ view: changed, profiles });
          }}
          onClose={() => setForgotten(undefined)}
        >
          <p>{t("linkage.walls.forget.text")}</p>
        </QuestionDialog>
      )}
      {removed === undefined ? null : (
        <ConfirmDialog
          title={t("linkage.remove", { name: removed.name })}
          word={removed.name}
          button={t("linkage.remove.button")}
          act={() =>
            save(
              rules.filter(({ id }) => id !== removed.id),
              view.stamp,
            )
          }
          onClose={() => setRemoved(undefined)}
        >
          <p>{t("linkage.remove.text")}</p>
        </ConfirmDialog>
      )}
    </div>
  );
}

/** Of actions, beside one another, on the narrowest screen that has columns for them. */
const MOST_COLUMNS = 5;

/** The rules with this one, in its place or at the end. */
function withRule(rules: readonly LinkageRule[], rule: LinkageRule): LinkageRule[] {
  return rules.some(({ id }) => id === rule.id)
    ? rules.map((one) => (one.id === rule.id ? rule : one))
    : [...rules, rule];
}

function Rules(props: {
  readonly view: LinkageView;
  readonly shown: readonly LinkageRule[];
  readonly profiles: Profiles;
  readonly onSwitch: (rule: LinkageRule, enabled: boolean) => void;
  readonly onRemove: (rule: LinkageRule) => void;
}) {
  const { view, shown, profiles } = props;
  const used = new Set(view.rules.flatMap(({ actions }) => actions.map(({ action }) => action)));
  // In the order of the form; an action that none does has no column.
  const known = view.actions.map(({ source }) => source).filter((source) => used.has(source));
  const columns = [...new Set([...known, ...used])];
  const name = (source: string): string => actionName(source, view.actions);
  return (
    <div class="table-box">
      <table class={`linkage-table${columns.length > MOST_COLUMNS ? " folded" : ""}`}>
        <thead>
          <tr>
            <th scope="col">{t("linkage.on")}</th>
            <th scope="col">{t("linkage.rule")}</th>
            <th scope="col" class="when">
              {t("linkage.when")}
            </th>
            {columns.map((source) => (
              <th key={source} scope="col" class="does">
                {name(source)}
              </th>
            ))}
            <th scope="col">
              <span class="unseen">{t("linkage.change")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((rule) => {
            const done = rule.actions.map(({ action }) => action);
            return (
              <tr key={rule.id} class={rule.enabled === false ? "off" : ""}>
                <td>
                  <input
                    type="checkbox"
                    class="linkage-switch"
                    aria-label={t("linkage.enabled", { name: rule.name })}
                    checked={rule.enabled !== false}
                    onChange={({ currentTarget }) => props.onSwitch(rule, currentTarget.checked)}
                  />
                </td>
                <td>
                  <strong>{rule.name}</strong>
                  <small>{aboutText(rule)}</small>
                  <small class="does-line">{whenText(rule, profiles)}</small>
                  <small class="does-line done">{[...new Set(done)].map(name).join(" · ")}</small>
                </td>
                <td class="when">{whenText(rule, profiles)}</td>
                {columns.map((source) => (
                  <td key={source} class="does">
                    {done.includes(source) ? (
                      <>
                        <Icon name="check" />
                        <span class="unseen">{t("linkage.does")}</span>
                      </>
                    ) : null}
                  </td>
                ))}
                <td>
                  <div class="row-actions">
                    <RuleTest rule={rule} actions={view.actions} isOfCamera />
                    <IconButton
                      icon="edit"
                      label={t("linkage.edit", { name: rule.name })}
                      onClick={() => replaceQuery({ rule: rule.id })}
                    />
                    <IconButton
                      icon="remove"
                      label={t("linkage.remove", { name: rule.name })}
                      onClick={() => props.onRemove(rule)}
                    />
                  </div>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** Which events of which cameras. */
function aboutText({ types = [], cameras: named = [] }: LinkageRule): string {
  const nameOf = (id: string): string => cameras.value?.find((one) => one.id === id)?.name ?? id;
  return [
    types.length === 0 ? t("linkage.types.all") : types.map(eventText).join(", "),
    named.length === 0 ? t("linkage.cameras.all") : named.map(nameOf).join(", "),
  ].join(" · ");
}

function whenText({ at, profiles: named = [] }: LinkageRule, profiles: Profiles): string {
  const texts = named.map((id) => {
    const profile = profiles.find((one) => one.id === id);
    return profile === undefined ? id : profileText(profile);
  });
  return [
    t(at === "end" ? "linkage.at.end" : "linkage.at.start"),
    ...(texts.length === 0 ? [] : [texts.join(", ")]),
  ].join(" · ");
}
