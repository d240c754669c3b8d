// What was done because of an event: each action with what came of it, and the pictures that were kept.
import { addressOf } from "../../api/client.ts";
import type { RecordedEvent } from "../../api/types.ts";
import { type MessageKey, t } from "../../locale/messages.ts";
import { problemLine } from "../../locale/problem-text.ts";
import { Icon } from "../../parts/icon.tsx";
import { utcText } from "../../state/moment-text.ts";

type Done = NonNullable<RecordedEvent["actions"]>[number];

type Told = Pick<Done, "note" | "code" | "context">;

/** What came of an action. */
export const STATUS_TEXT: Readonly<Record<Done["status"], MessageKey>> = {
  done: "linkage.done",
  failed: "linkage.failed",
  expired: "linkage.expired",
  dropped: "linkage.dropped",
  disarmed: "linkage.disarmed",
};

const ACTION_TEXT: Readonly<Record<string, MessageKey>> = {
  record: "linkage.record",
  capture: "linkage.capture",
  popup: "linkage.popup",
  sound: "linkage.sound",
  output: "linkage.output",
  ptz: "linkage.ptz.name",
  siren: "linkage.siren.name",
  notify: "linkage.notify.name",
  email: "linkage.email.name",
  upload: "linkage.upload.name",
  push: "linkage.push.name",
};

/** Nothing where nothing was done. */
export function DoneList({ event }: { readonly event: RecordedEvent }) {
  const { actions = [] } = event;
  if (actions.length === 0) return null;
  return (
    <ul class="done-list" aria-label={t("linkage.title")}>
      {actions.map((done) => (
        <li key={`${done.rule}/${done.action}/${done.at}`} title={utcText(done.at)}>
          <span class={done.status === "done" ? "" : "warn-text"}>
            <Icon name={done.status === "done" ? "check" : "warning"} size={14} />
            {actionText(done.action)}: {t(STATUS_TEXT[done.status])}
          </span>
          <DoneNote of={done} />
          {(done.captures ?? []).map(({ file }) => (
            <Capture key={file} event={event.id} file={file} />
          ))}
        </li>
      ))}
    </ul>
  );
}

/** What was done, or why not, as far as there is more to say. */
export function DoneNote({ of: { note, code, context } }: { readonly of: Told }) {
  if (note === undefined) return null;
  return <small>{code === undefined ? note : problemLine({ code, context, sentence: note })}</small>;
}

function Capture({ event, file }: { readonly event: number; readonly file: number }) {
  const address = addressOf("GET /events/{event}/captures/{file}", { path: { event, file } });
  return (
    <a href={address} target="_blank" rel="noreferrer" title={t("linkage.picture")}>
      <img class="capture" src={address} alt={t("linkage.picture")} loading="lazy" />
    </a>
  );
}

function actionText(action: string): string {
  const key = Object.hasOwn(ACTION_TEXT, action) ? ACTION_TEXT[action] : undefined;
  return key === undefined ? action : t(key);
}
