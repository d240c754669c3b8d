// What linkage has done lately: the newest first, a few, and all that the recorder remembers when somebody asks.
import { useState } from "preact/hooks";
import type { LinkageView } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { Icon } from "../../parts/icon.tsx";
import { momentText, utcText } from "../../state/moment-text.ts";
import { cameras } from "../../state/recorder.ts";
import { DoneNote, STATUS_TEXT } from "../events/done-list.tsx";
import { eventText } from "../events/event-words.ts";
import { actionName } from "./linkage-words.ts";

const FEW = 10;

/** Nothing where nothing was done. */
export function LatelyDone({ view: { lately, rules, actions } }: { readonly view: LinkageView }) {
  const [isWhole, setWhole] = useState(false);
  if (lately.length === 0) return null;
  const nameOf = (id: string): string => cameras.value?.find((one) => one.id === id)?.name ?? id;
  return (
    <section class="linkage-lately">
      <h2>{t("linkage.lately")}</h2>
      <div class="table-box">
        <table>
          <tbody>
            {(isWhole ? lately : lately.slice(0, FEW)).map((done) => (
              <tr key={`${done.event}/${done.rule}/${done.action}/${done.at}`}>
                <td title={utcText(done.at)}>
                  {momentText(done.at)}
                  <small>
                    {eventText(done.type)}
                    {done.camera === undefined ? "" : ` · ${nameOf(done.camera)}`}
                  </small>
                </td>
                <td class="lately-rule">{rules.find(({ id }) => id === done.rule)?.name ?? done.rule}</td>
                <td>
                  <span class={`state${done.status === "done" ? "" : " warn-text"}`}>
                    <Icon name={done.status === "done" ? "check" : "warning"} size={14} />
                    {actionName(done.action, actions)}: {t(STATUS_TEXT[done.status])}
                  </span>
                  <DoneNote of={done} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {isWhole || lately.length <= FEW ? null : (
        <p class="more-line">
          <button type="button" class="button" onClick={() => setWhole(true)}>
            {t("linkage.lately.all", { count: lately.length })}
          </button>
        </p>
      )}
    </section>
  );
}
