// What is wrong, one by one: what, since when, in the recorder's own words, what to do, and where.
import { language, t } from "../locale/messages.ts";
import { Icon } from "../parts/icon.tsx";
import { followLink, href, place } from "../router.ts";
import type { ShownProblem } from "../state/problems.ts";
import { clockTime, dayText } from "../state/time-format.ts";
import { zone } from "../state/zone.ts";

/** The list; `onLeave` is called when a link leads away. */
export function ProblemList(props: {
  readonly problems: readonly ShownProblem[];
  readonly onLeave?: () => void;
}) {
  return (
    <ul class="problem-list">
      {props.problems.map((problem) => (
        <li key={problem.key} class={`tone-${problem.tone}`}>
          <Icon name={problem.tone === "info" ? "info" : "warning"} />
          <div>
            <p>
              <strong>{problem.title}</strong>
              {problem.since === undefined ? null : <Since at={problem.since} />}
            </p>
            {problem.detail === problem.title ? null : <p class="muted">{problem.detail}</p>}
            {problem.advice === undefined ? null : <p>{problem.advice}</p>}
            <p class="problem-foot">
              {problem.link === undefined || problem.link.path === place.value.path ? null : (
                <a
                  href={href(problem.link.path, problem.link.query)}
                  onClick={(event) => {
                    followLink(event);
                    props.onLeave?.();
                  }}
                >
                  {t("problem.go")}
                </a>
              )}
              <code>{problem.code}</code>
            </p>
          </div>
        </li>
      ))}
    </ul>
  );
}

function Since({ at }: { readonly at: string }) {
  const ms = Date.parse(at);
  const day = dayText(ms, zone.value, language.value);
  const time = clockTime(ms, zone.value);
  const today = dayText(Date.now(), zone.value, language.value) === day;
  return (
    <>
      {" "}
      <small class="muted" title={at}>
        {t("cameras.since", { time: today ? time : `${day} ${time}` })}
      </small>
    </>
  );
}
