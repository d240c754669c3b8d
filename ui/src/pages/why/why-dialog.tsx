// The panel "Why?": two verdicts, and the steps that lead to them, each with its state, what is known, and a way to the
// setting or the evidence.
import { useEffect, useState } from "preact/hooks";
import { call } from "../../api/client.ts";
import type { Explanation } from "../../api/types.ts";
import { type Language, language, t } from "../../locale/messages.ts";
import { Dialog, ErrorNote, SkeletonRows } from "../../parts/controls.tsx";
import { Icon, type IconName } from "../../parts/icon.tsx";
import { followLink, href } from "../../router.ts";
import { momentText, utcText } from "../../state/moment-text.ts";
import { mayAdminister, session } from "../../state/recorder.ts";
import { clockTime } from "../../state/time-format.ts";
import { useAnswer } from "../../state/use-answer.ts";
import { zone } from "../../state/zone.ts";
import { eventText } from "../events/event-words.ts";
import { type Speaker, type Texts, whyText } from "./why-text.ts";
import "../../theme/why.css";

export interface WhyQuestion {
  readonly camera: string;
  readonly name: string;
  /** Undefined: now. */
  readonly atMs?: number | undefined;
  /** Only of this kind of event. */
  readonly type?: Explanation["steps"][number]["code"] | undefined;
}

type Step = Explanation["steps"][number];
type Link = NonNullable<Step["link"]>;

const LOADERS: Readonly<Record<Language, () => Promise<Texts>>> = {
  en: async () => (await import("../../locale/explain/en.json")).default,
  de: async () => (await import("../../locale/explain/de.json")).default,
  zh: async () => (await import("../../locale/explain/zh.json")).default,
  es: async () => (await import("../../locale/explain/es.json")).default,
};

const STATE_ICON: Readonly<Record<Step["state"], IconName>> = { ok: "check", no: "close", unknown: "why" };

/** The panel. */
export function WhyDialog({
  question,
  onClose,
}: {
  readonly question: WhyQuestion;
  readonly onClose: () => void;
}) {
  const { camera, name, atMs, type } = question;
  const [texts, setTexts] = useState<Texts | undefined>(undefined);
  useEffect(() => {
    // Without its words the recorder's own sentences stand in.
    LOADERS[language.value]().then(setTexts, () => setTexts({}));
  }, [language.value]);
  const asked = useAnswer(
    (signal) =>
      call("GET /cameras/{id}/explain", {
        path: { id: camera },
        query: {
          ...(atMs === undefined ? {} : { at: new Date(Math.floor(atMs)).toISOString() }),
          ...(type === undefined ? {} : { type: type as never }),
        },
        signal,
      }),
    [camera, atMs, type],
  );
  const { answer, error } = asked;
  return (
    <Dialog title={t("why.title", { name })} onClose={onClose} wide>
      {error === undefined ? null : <ErrorNote error={error} onRetry={asked.retry} />}
      {answer === undefined || texts === undefined ? (
        error === undefined ? (
          <SkeletonRows rows={12} />
        ) : null
      ) : (
        <Answer answer={answer} texts={texts} onClose={onClose} />
      )}
    </Dialog>
  );
}

function Answer(props: {
  readonly answer: Explanation;
  readonly texts: Texts;
  readonly onClose: () => void;
}) {
  const { answer, texts } = props;
  const speaker: Speaker = {
    texts,
    type: eventText,
    // What is of the same day is said without it.
    moment: (iso) =>
      momentText(iso).split(",")[0] === momentText(answer.at).split(",")[0]
        ? clockTime(Date.parse(iso), zone.value)
        : momentText(iso),
  };
  const word = (key: string): string => texts[key] ?? key;
  return (
    <div class="why">
      <p class="why-moment muted" title={utcText(answer.at)}>
        {answer.now ? word("panel.now") : momentText(answer.at)}
      </p>
      {(["recording", "alarm"] as const).map((which) => (
        <p key={which} class={`why-verdict why-${answer[which].state}`}>
          <StateMark state={answer[which].state} word={word} />
          <strong>{whyText(answer[which], speaker)}</strong>
        </p>
      ))}
      <ol class="why-steps">
        {answer.steps.map((step, index) => (
          <li key={step.step} class={`why-${step.state}`}>
            <StateMark state={step.state} word={word} />
            <div>
              <h3>
                {word(`step.${step.step}`)}
                {step.todaysSettings === true ? <span class="tag">{word("panel.todays")}</span> : null}
              </h3>
              <p>{whyText(step, speaker)}</p>
              {step.notes.length === 0 ? null : (
                <ul>
                  {step.notes.map((note) => {
                    const text = whyText(note, speaker);
                    return <li key={text}>{text}</li>;
                  })}
                </ul>
              )}
              {showsWay(answer.steps, index) ? (
                <Way link={step.link} word={word} onClose={props.onClose} />
              ) : null}
            </div>
          </li>
        ))}
      </ol>
    </div>
  );
}

function StateMark({
  state,
  word,
}: {
  readonly state: Step["state"];
  readonly word: (key: string) => string;
}) {
  return (
    <span class="why-mark">
      <Icon name={STATE_ICON[state]} />
      <span class="unseen">{word(`state.${state}`)}</span>
    </span>
  );
}

/** The same way is shown once, and wherever something speaks against. */
function showsWay(steps: readonly Step[], index: number): boolean {
  const step = steps[index];
  const page = step?.link?.page;
  return step?.state === "no" || steps.findIndex(({ link }) => link?.page === page) === index;
}

/** Where a link leads; undefined where the account may not go. */
function wayTo({ page, camera, at }: Link): string | undefined {
  const rights = session.value?.rights ?? [];
  switch (page) {
    case "camera":
      return mayAdminister.value ? href(`cameras/${camera}`) : undefined;
    case "detection":
      return mayAdminister.value ? href(`cameras/${camera}/detection`) : undefined;
    case "linkage":
      return mayAdminister.value ? href("linkage") : undefined;
    case "storage":
      return rights.includes("system.view") ? href("storage") : undefined;
    case "events":
      return rights.includes("events.view") ? href("events", { camera }) : undefined;
    case "playback":
      return rights.includes("playback") ? href("playback", { camera, t: at, play: "0" }) : undefined;
  }
}

function Way(props: {
  readonly link: Link | undefined;
  readonly word: (key: string) => string;
  readonly onClose: () => void;
}) {
  const { link } = props;
  const to = link === undefined ? undefined : wayTo(link);
  if (link === undefined || to === undefined) return null;
  return (
    <a
      href={to}
      onClick={(event) => {
        followLink(event);
        if (event.defaultPrevented) props.onClose();
      }}
    >
      {props.word(`link.${link.page}`)}
    </a>
  );
}
