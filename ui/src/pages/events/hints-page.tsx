// Where people are told of each kind of event: in the bell, by a sound, and for exceptions in the bar on every page. For
// administrators; what is chosen is kept at once.
import { type Answer, call, type Given } from "../../api/client.ts";
import { type MessageKey, t } from "../../locale/messages.ts";
import { Awaited } from "../../parts/awaited.tsx";
import { Icon } from "../../parts/icon.tsx";
import { followLink, href } from "../../router.ts";
import { refreshStatus } from "../../state/recorder.ts";
import { complain } from "../../state/toasts.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { eventText, SEVERITY_TEXT } from "./event-words.ts";
import "../../theme/hints.css";

type Kind = Answer<"GET /event-types">["types"][number];
type Hint = Given<"PATCH /event-types/{type}">["body"];

const GROUP_TEXT: Readonly<Record<Kind["group"], MessageKey>> = {
  basic: "hints.group.basic",
  smart: "hints.group.smart",
  thermal: "hints.group.thermal",
  pos: "hints.group.pos",
  analysis: "hints.group.analysis",
  exception: "exceptions.title",
};
const GROUPS = Object.keys(GROUP_TEXT) as readonly Kind["group"][];

const SOUND_TEXT: Readonly<Record<Kind["sound"], MessageKey>> = {
  off: "hints.sound.off",
  chime: "linkage.pattern.chime",
  beep: "linkage.pattern.beep",
  alarm: "linkage.pattern.alarm",
  siren: "linkage.pattern.siren",
};
const SOUNDS = Object.keys(SOUND_TEXT) as readonly Kind["sound"][];

/** The page. */
export function HintsPage() {
  const asked = useAnswer((signal) => call("GET /event-types", { signal }));
  const set = (type: Kind["id"], hint: Hint): void => {
    call("PATCH /event-types/{type}", { path: { type: type as never }, body: hint })
      .then(asked.put)
      // The bell and the bar of this page follow at once.
      .then(refreshStatus)
      .catch((thrown: unknown) => {
        complain(thrown);
        asked.load();
      });
  };
  return (
    <div class="list-page">
      <div class="head">
        <h1>{t("hints.title")}</h1>
        <span class="spring" />
        <a class="button ghost" href={href("events")} onClick={followLink} aria-label={t("nav.events")}>
          <Icon name="left" />
          <span class="wide-only">{t("nav.events")}</span>
        </a>
      </div>
      <p class="hints-text muted">{t("hints.text")}</p>
      <div class="awaited">
        <Awaited of={asked} rows={12} />
      </div>
      {asked.answer === undefined
        ? null
        : GROUPS.map((group) => (
            <HintTable
              key={group}
              group={group}
              kinds={asked.answer?.types.filter((kind) => kind.group === group) ?? []}
              onHint={set}
            />
          ))}
    </div>
  );
}

function HintTable(props: {
  readonly group: Kind["group"];
  readonly kinds: readonly Kind[];
  readonly onHint: (type: Kind["id"], hint: Hint) => void;
}) {
  const hasBar = props.kinds.some(({ bar }) => bar !== undefined);
  const title = t(GROUP_TEXT[props.group]);
  return (
    <section class="table-box">
      <table class="hint-table" aria-label={title}>
        <thead>
          <tr>
            <th scope="col">
              <h2>{title}</h2>
            </th>
            <th scope="col">{t("exceptions.bell")}</th>
            <th scope="col">{t("linkage.pattern")}</th>
            {hasBar ? <th scope="col">{t("hints.bar")}</th> : null}
          </tr>
        </thead>
        <tbody>
          {props.kinds.map((kind) => (
            <HintRow
              key={kind.id}
              kind={kind}
              hasBar={hasBar}
              onHint={(hint) => props.onHint(kind.id, hint)}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function HintRow(props: {
  readonly kind: Kind;
  readonly hasBar: boolean;
  readonly onHint: (hint: Hint) => void;
}) {
  const { kind, onHint } = props;
  const name = eventText(kind.id);
  const tick = (label: string, checked: boolean, onChange: (checked: boolean) => void) => (
    <input
      type="checkbox"
      aria-label={`${label}: ${name}`}
      checked={checked}
      onChange={({ currentTarget }) => onChange(currentTarget.checked)}
    />
  );
  return (
    <tr data-kind={kind.id} class={`severity-${kind.severity}`}>
      <th scope="row">
        <span class="event-name">
          <span class="severity" title={t(SEVERITY_TEXT[kind.severity])}>
            <Icon name={kind.severity === "info" ? "info" : "warning"} />
          </span>
          {name}
        </span>
      </th>
      <td>{tick(t("exceptions.bell"), kind.bell, (bell) => onHint({ bell }))}</td>
      <td>
        <select
          class="text-input"
          aria-label={`${t("linkage.pattern")}: ${name}`}
          value={kind.sound}
          onChange={({ currentTarget }) => {
            const sound = SOUNDS.find((one) => one === currentTarget.value);
            if (sound !== undefined) onHint({ sound });
          }}
        >
          {SOUNDS.map((sound) => (
            <option key={sound} value={sound}>
              {t(SOUND_TEXT[sound])}
            </option>
          ))}
        </select>
      </td>
      {props.hasBar ? (
        <td>{kind.bar === undefined ? null : tick(t("hints.bar"), kind.bar, (bar) => onHint({ bar }))}</td>
      ) : null}
    </tr>
  );
}
