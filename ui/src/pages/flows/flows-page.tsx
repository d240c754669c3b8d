// Flows: whether Node-RED runs, why its flows do not where they do not, and the way to its editor.
import { useEffect } from "preact/hooks";
import { type Answer, call } from "../../api/client.ts";
import { type MessageKey, t } from "../../locale/messages.ts";
import { Awaited } from "../../parts/awaited.tsx";
import { ErrorNote } from "../../parts/controls.tsx";
import { Icon } from "../../parts/icon.tsx";
import { href } from "../../router.ts";
import { useAct } from "../../state/use-act.ts";
import { useAnswer } from "../../state/use-answer.ts";
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

/** The page, for administrators. */
export function FlowsPage() {
  const asked = useAnswer<FlowsView>((signal) => call("GET /flows", { signal }));
  const { answer: view, load } = asked;
  const isStarting = view?.status === "starting";
  useEffect(() => {
    if (!isStarting) return undefined;
    const timer = setInterval(load, LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [isStarting, load]);
  return (
    <SystemSubPage
      title={t("flows.title")}
      beside={
        <button type="button" class="button ghost" onClick={load}>
          <Icon name="restart" />
          {t("flows.refresh")}
        </button>
      }
    >
      <div class="sections">
        <section>
          <h2>{t("flows.state")}</h2>
          <Awaited of={asked} rows={3} />
          {view === undefined ? null : <State view={view} />}
        </section>
        {view === undefined ? null : (
          <section>
            <h2>{t(view.enabled ? "flows.switchOff.title" : "flows.switchOn.title")}</h2>
            <Switch view={view} onChanged={asked.put} />
          </section>
        )}
        {view === undefined ? null : <AllowedSection view={view} onChanged={asked.put} />}
      </div>
    </SystemSubPage>
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

function State({ view }: { readonly view: FlowsView }) {
  const isBad = view.status === "safe" || view.status === "failed" || view.status === "missing";
  const isUp = view.status === "running" || view.status === "safe";
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
          {t(view.because === "hang" ? "flows.because.hang" : "flows.because.crash")}{" "}
          {view.node === undefined || name === undefined
            ? null
            : t("flows.because.node", { name, type: view.node.type })}
        </p>
      )}
      {view.status === "safe" ? <p>{t("flows.safe.do")}</p> : null}
      {view.setAside === undefined ? null : (
        <p class="warn-text">{t("flows.setAside", { file: view.setAside })}</p>
      )}
      {(view.tab ?? []).map(({ reason, rule = "", action = "" }) => (
        <p key={`${reason}/${rule}/${action}`} class="warn-text">
          {t(TAB_TEXT[reason], { rule, action })}
        </p>
      ))}
      {isUp ? (
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
