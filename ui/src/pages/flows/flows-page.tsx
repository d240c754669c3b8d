// Flows: Node-RED's editor within the page, whether it runs, why its flows do not where they do not, and what they may do.
import { useEffect, useState } from "preact/hooks";
import { type Answer, call } from "../../api/client.ts";
import { type MessageKey, t } from "../../locale/messages.ts";
import { Awaited } from "../../parts/awaited.tsx";
import { ErrorNote, Segmented } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { href, place, replaceQuery } from "../../router.ts";
import { flowsEditor, leaveFlowsEditor } from "../../state/flows-editor.ts";
import { momentText } from "../../state/moment-text.ts";
import { tell } from "../../state/toasts.ts";
import { useAct } from "../../state/use-act.ts";
import { type Answered, useAnswer, useLookAgain } from "../../state/use-answer.ts";
import { SystemSubPage } from "../system/sub-page.tsx";
import { AllowedSection } from "./allowed-section.tsx";

type FlowsView = Answer<"GET /flows">;

const STATUS_TEXT: Readonly<Record<FlowsView["status"], MessageKey>> = {
  off: "flows.status.off",
  missing: "flows.status.missing",
  starting: "flows.status.starting",
  running: "flows.status.running",
  safe: "flows.status.safe",
  failed: "flows.status.failed",
};
/** How often the page looks again while Node-RED starts. */
const LOOK_AGAIN_MS = 1_000;
/** And while the editor is on show: it may end any time. */
const LOOK_AGAIN_SHOWN_MS = 5_000;
/** Narrower, Node-RED's editor has no room for its palette and its flows. */
const WIDE = matchMedia("(min-width: 800px)");

/** The page, for administrators. */
export function FlowsPage() {
  const asked = useAnswer<FlowsView>((signal) => call("GET /flows", { signal }));
  const { answer: view, load } = asked;
  const [isWide, setWide] = useState(WIDE.matches);
  useEffect(() => {
    const follow = (): void => setWide(WIDE.matches);
    WIDE.addEventListener("change", follow);
    return () => WIDE.removeEventListener("change", follow);
  }, []);
  // One that is loaded stays while Node-RED is started anew: it connects again by itself.
  const canShow = view?.enabled === true && (isUp(view) || flowsEditor.value !== "away");
  const shows = canShow && isWide && place.value.query.get("show") !== "settings" ? "editor" : "settings";
  useEffect(() => {
    if (shows !== "editor") return undefined;
    flowsEditor.value = "shown";
    return () => {
      if (leaveFlowsEditor()) tell(t("flows.frame.kept"));
    };
  }, [shows]);
  useLookAgain(
    asked,
    view?.status === "starting" ? LOOK_AGAIN_MS : shows === "editor" ? LOOK_AGAIN_SHOWN_MS : undefined,
  );
  return (
    <SystemSubPage
      title={t("flows.title")}
      beside={
        <>
          {canShow && isWide ? (
            <Segmented
              label={t("flows.show")}
              value={shows}
              choices={[
                { value: "editor", text: t("flows.show.editor") },
                { value: "settings", text: t("flows.show.settings") },
              ]}
              onChoose={(show) => replaceQuery({ show: show === "editor" ? undefined : show })}
            />
          ) : null}
          {shows === "editor" ? (
            <a class="button ghost" href={href("flows/")}>
              <Icon name="link" />
              {t("flows.alone")}
            </a>
          ) : (
            <button type="button" class="button ghost" onClick={load}>
              <Icon name="restart" />
              {t("flows.refresh")}
            </button>
          )}
        </>
      }
    >
      {shows === "editor" && view !== undefined ? (
        // The editor itself lies below this (editor-frame.tsx).
        view.status === "running" && view.setAside === undefined && (view.tab ?? []).length === 0 ? null : (
          <div class="flows-note">
            <State view={view} isFramed />
          </div>
        )
      ) : (
        <Settings asked={asked} isWide={isWide} />
      )}
    </SystemSubPage>
  );
}

function isUp({ status }: FlowsView): boolean {
  return status === "running" || status === "safe";
}

function Settings({ asked, isWide }: { readonly asked: Answered<FlowsView>; readonly isWide: boolean }) {
  const { answer: view } = asked;
  return (
    <div class="sections">
      <section>
        <h2>{t("flows.state")}</h2>
        <Awaited of={asked} rows={3} />
        {view === undefined ? null : <State view={view} />}
        {view === undefined || isWide || !isUp(view) ? null : <p class="muted">{t("flows.narrow")}</p>}
      </section>
      {view === undefined ? null : (
        <section>
          <h2>{t(view.enabled ? "flows.switchOff.title" : "flows.switchOn.title")}</h2>
          <Switch view={view} onChanged={asked.put} />
        </section>
      )}
      {view === undefined ? null : <AllowedSection view={view} onChanged={asked.put} />}
    </div>
  );
}

/** Why rules are not as the tab of alarm linkage was deployed. */
const TAB_TEXT: Readonly<Record<NonNullable<FlowsView["tab"]>[number]["reason"], MessageKey>> = {
  "unknown-action": "flows.tab.unknown-action",
  settings: "flows.tab.settings",
  "too-many": "flows.tab.too-many",
  "other-flows": "flows.tab.other-flows",
  "not-changed": "flows.tab.not-changed",
};

const BECAUSE_TEXT: Readonly<Record<NonNullable<FlowsView["because"]>, MessageKey>> = {
  hang: "flows.because.hang",
  crash: "flows.because.crash",
  unreadable: "flows.because.unreadable",
};

/** Flows that could not be read: why, where they lie, and what took their place. */
function SetAside({ of: { file, reason, copyAt } }: { readonly of: NonNullable<FlowsView["setAside"]> }) {
  return (
    <p class="warn-text">
      {t(reason === "not-json" ? "flows.setAside.not-json" : "flows.setAside.not-flows")}{" "}
      {t("flows.setAside.where", { file })}{" "}
      {copyAt === undefined ? null : t("flows.setAside.copy", { time: momentText(copyAt) })}
    </p>
  );
}

function State({ view, isFramed = false }: { readonly view: FlowsView; readonly isFramed?: boolean }) {
  const isBad = view.status === "safe" || view.status === "failed" || view.status === "missing";
  const name = view.node?.name ?? view.node?.id;
  return (
    <>
      <p class={isBad ? "problem-line" : view.status === "running" ? "good-line" : "muted"} role="status">
        {isBad ? <Icon name="warning" /> : view.status === "running" ? <Icon name="check" /> : null}
        {t(STATUS_TEXT[view.status])}
        {view.problem === undefined ? "" : `: ${view.problem}`}
      </p>
      {view.because === undefined ? null : (
        <p>
          {t(BECAUSE_TEXT[view.because])}{" "}
          {view.node === undefined || name === undefined
            ? null
            : t("flows.because.node", { name, type: view.node.type })}
        </p>
      )}
      {view.status === "safe" ? (
        <p>{t(view.because === "unreadable" ? "flows.safe.anew" : "flows.safe.do")}</p>
      ) : null}
      {view.setAside === undefined ? null : <SetAside of={view.setAside} />}
      {(view.tab ?? []).map(({ reason, rule = "", action = "" }) => (
        <p key={`${reason}/${rule}/${action}`} class="warn-text">
          {t(TAB_TEXT[reason], { rule, action })}
        </p>
      ))}
      {isUp(view) && !isFramed ? (
        <p>
          {/* Not a page of ours: Node-RED's own, behind the same login. Its title leads back here. */}
          <a class="button primary" href={href("flows/")}>
            <Icon name="link" />
            {t("flows.editor")}
          </a>
        </p>
      ) : null}
    </>
  );
}

function Switch(props: { readonly view: FlowsView; readonly onChanged: (view: FlowsView) => void }) {
  const { busy, error, act } = useAct();
  const { enabled } = props.view;
  const change = (): Promise<void> =>
    act(async () => {
      props.onChanged(await call("PATCH /flows", { body: { enabled: !enabled } }));
    });
  return (
    <>
      <p>{t(enabled ? "flows.switchOff.text" : "flows.switchOn.text")}</p>
      {enabled ? null : <p class="warn-text">{t("flows.switchOn.warning")}</p>}
      {error === undefined ? null : <ErrorNote error={error} />}
      <p>
        <button
          type="button"
          class={enabled ? "button" : "button primary"}
          disabled={busy}
          aria-busy={busy}
          onClick={() => void change()}
        >
          {t(enabled ? "flows.switchOff" : "flows.switchOn")}
        </button>
      </p>
    </>
  );
}
