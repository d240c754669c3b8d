// Exceptions: each kind with what goes on or went on last, what it means and what to do, where people are told of it, and
// the linkage rules that follow, to try at once.
import { useEffect } from "preact/hooks";
import { type Answer, call } from "../../api/client.ts";
import type { LinkageAction, LinkageRule } from "../../api/types.ts";
import { type MessageKey, t } from "../../locale/messages.ts";
import { Awaited } from "../../parts/awaited.tsx";
import { Icon } from "../../parts/icon.tsx";
import { followLink, href } from "../../router.ts";
import { momentText, utcText } from "../../state/moment-text.ts";
import { usePluginNames } from "../../state/plugin-names.ts";
import { cameras, eventChange, mayAdminister, refreshStatus } from "../../state/recorder.ts";
import { complain } from "../../state/toasts.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { eventText } from "../events/event-words.ts";
import { actionsInWords, followsFrom } from "../linkage/linkage-words.ts";
import { RuleTest } from "../linkage/rule-test.tsx";
import { SystemSubPage } from "./sub-page.tsx";
import "../../theme/exceptions.css";

type Kind = Answer<"GET /exceptions">["exceptions"][number];

interface Linkage {
  readonly rules: readonly LinkageRule[];
  readonly actions: readonly LinkageAction[];
}

const SHOWN = 3;

/** What each kind that the recorder finds out by itself means, and what to do. */
const ADVICE: Readonly<Record<string, MessageKey>> = {
  "exception-volume-full": "exceptions.do.volume-full",
  "exception-volume-error": "exceptions.do.volume-error",
  "exception-volume-offline": "exceptions.do.volume-offline",
  "exception-volume-slow": "exceptions.do.volume-slow",
  "exception-network": "exceptions.do.network",
  "exception-illegal-login": "exceptions.do.illegal-login",
  "exception-record": "exceptions.do.record",
  "exception-hot-spare": "exceptions.do.hot-spare",
  "exception-array": "exceptions.do.array",
  "exception-codec-mismatch": "exceptions.do.codec-mismatch",
  "exception-camera-link": "exceptions.do.camera-link",
  "exception-plugin": "exceptions.do.plugin",
  "exception-clock": "exceptions.do.clock",
  "exception-cpu": "exceptions.do.cpu",
};

/** The page, for whoever runs the recorder; only administrators change something. */
export function ExceptionsPage() {
  const isAdministrator = mayAdminister.value;
  const asked = useAnswer((signal) => call("GET /exceptions", { signal }));
  const { answer: view } = useAnswer(
    async (signal) => (isAdministrator ? await call("GET /linkage", { signal }) : undefined),
    [isAdministrator],
  );
  const names = usePluginNames();
  const linkage = view === undefined ? undefined : { ...view, actions: actionsInWords(view.actions, names) };
  const changed = eventChange.value;
  useEffect(() => {
    if (changed?.group === "exception") asked.load();
  }, [changed]);
  const kinds = asked.answer?.exceptions ?? [];
  // What goes on stands first; the others in the order of the catalogue.
  const own = kinds
    .filter((kind) => kind.own || kind.last !== undefined)
    .sort((a, b) => Math.min(b.open.length, 1) - Math.min(a.open.length, 1));
  const others = kinds.filter((kind) => !own.includes(kind));
  const set = (type: Kind["type"], hint: { readonly bell?: boolean; readonly bar?: boolean }): void => {
    call("PATCH /event-types/{type}", { path: { type }, body: hint })
      .then(asked.load)
      // The bell and the bar of this page follow at once.
      .then(refreshStatus)
      .catch((thrown: unknown) => {
        complain(thrown);
        asked.load();
      });
  };
  const rows = (list: readonly Kind[]) => (
    <ul class="exception-list">
      {list.map((kind) => (
        <ExceptionRow
          key={kind.type}
          kind={kind}
          linkage={linkage}
          onHint={isAdministrator ? (hint) => set(kind.type, hint) : undefined}
        />
      ))}
    </ul>
  );
  return (
    <SystemSubPage
      title={t("exceptions.title")}
      beside={
        isAdministrator ? (
          <a class="button ghost" href={href("events/hints")} onClick={followLink}>
            <Icon name="settings" />
            {t("hints.title")}
          </a>
        ) : null
      }
    >
      <div class="awaited">
        <Awaited of={asked} rows={8} />
      </div>
      {asked.answer === undefined ? null : (
        <>
          {rows(own)}
          {others.length === 0 ? null : (
            <details class="exception-others">
              <summary>{t("exceptions.others")}</summary>
              <p class="muted">{t("exceptions.others.text")}</p>
              {rows(others)}
            </details>
          )}
        </>
      )}
    </SystemSubPage>
  );
}

function ExceptionRow(props: {
  readonly kind: Kind;
  /** Undefined: not for this account, or not there yet. */
  readonly linkage: Linkage | undefined;
  /** Undefined: the account may not. */
  readonly onHint: ((hint: { readonly bell?: boolean; readonly bar?: boolean }) => void) | undefined;
}) {
  const { kind, linkage, onHint } = props;
  const name = eventText(kind.type);
  const advice = ADVICE[kind.type];
  const tick = (label: string, checked: boolean, onChange: (checked: boolean) => void) => (
    <label class="exception-tick">
      <input
        type="checkbox"
        checked={checked}
        disabled={onHint === undefined}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
      {label}
    </label>
  );
  return (
    <li data-kind={kind.type} class={kind.open.length > 0 ? `on ${kind.severity}` : ""}>
      <div class="exception-what">
        <h2>{name}</h2>
        {advice === undefined ? null : <p class="muted">{t(advice)}</p>}
      </div>
      <ExceptionState kind={kind} />
      <fieldset class="exception-told">
        <legend class="unseen">{t("exceptions.told", { name })}</legend>
        {tick(t("exceptions.bell"), kind.bell, (bell) => onHint?.({ bell }))}
        {kind.bar === undefined ? null : tick(t("exceptions.bar"), kind.bar, (bar) => onHint?.({ bar }))}
      </fieldset>
      {linkage === undefined ? null : <ExceptionRules kind={kind} linkage={linkage} />}
    </li>
  );
}

/** What goes on, or when it last began, and how often of late. */
function ExceptionState({ kind: { type, open, last, lastDay } }: { readonly kind: Kind }) {
  const nameOf = ({ camera, subject, name }: Kind["open"][number]): string | undefined =>
    camera === undefined
      ? (name ?? subject)
      : (cameras.value?.find(({ id }) => id === camera)?.name ?? camera);
  return (
    <div class="exception-state">
      {open.length > 0 ? (
        <>
          <p class="problem-line">
            <Icon name="warning" />
            {t("exceptions.now")}
          </p>
          <ul>
            {open.slice(0, SHOWN).map((event) => (
              <li key={event.id}>
                {nameOf(event) === undefined ? null : <strong>{nameOf(event)}</strong>}
                <a
                  href={href("events", { kind: type, event: String(event.id) })}
                  onClick={followLink}
                  title={utcText(event.start)}
                >
                  {t("exceptions.since", { time: momentText(event.start) })}
                </a>
              </li>
            ))}
            {open.length > SHOWN ? <li>{t("exceptions.more", { count: open.length - SHOWN })}</li> : null}
          </ul>
        </>
      ) : (
        <p class="muted" {...(last === undefined ? {} : { title: utcText(last) })}>
          {last === undefined ? t("exceptions.never") : t("exceptions.last", { moment: momentText(last) })}
        </p>
      )}
      {last === undefined ? null : (
        <a href={href("events", { kind: type })} onClick={followLink}>
          {t("exceptions.count", { count: lastDay })}
        </a>
      )}
    </div>
  );
}

/** The rules that such an event has done, each with its test, and the way to another one. */
function ExceptionRules({ kind, linkage }: { readonly kind: Kind; readonly linkage: Linkage }) {
  const own = linkage.rules.filter((rule) => followsFrom(rule, kind));
  return (
    <div class="exception-rules">
      <h3 class="unseen">{t("exceptions.rules")}</h3>
      {own.length === 0 ? <p class="muted">{t("exceptions.noRules")}</p> : null}
      <ul>
        {own.map((rule) => (
          <li key={rule.id}>
            <a href={href("linkage", { rule: rule.id })} onClick={followLink}>
              {rule.enabled === false ? t("exceptions.ruleOff", { name: rule.name }) : rule.name}
            </a>
            <RuleTest rule={rule} actions={linkage.actions} isOfCamera={kind.about !== "recorder"} />
          </li>
        ))}
      </ul>
      <a class="button ghost" href={href("linkage", { rule: "new", type: kind.type })} onClick={followLink}>
        <Icon name="plus" />
        {t("exceptions.addRule")}
      </a>
    </div>
  );
}
