// One event in the list: its picture, what it is and of whom, how long it lasted, what was seen; played or acknowledged.
import type { RecordedEvent } from "../../api/types.ts";
import { t } from "../../locale/messages.ts";
import { Icon } from "../../parts/icon.tsx";
import { followLink, href } from "../../router.ts";
import { momentText, utcText } from "../../state/moment-text.ts";
import { cameras, mayWith } from "../../state/recorder.ts";
import { spanText } from "../../state/time-format.ts";
import { WhyButton } from "../why/why-button.tsx";
import { DoneList } from "./done-list.tsx";
import { EventPicture } from "./event-picture.tsx";
import { END_TEXT, eventText, SEVERITY_TEXT, saidText, subjectText } from "./event-words.ts";
import { objectText } from "./object-words.ts";
import { SeenButton } from "./seen-button.tsx";
import { bestMoment } from "./seen-marks.ts";

/** Playback begins a little before, so that what led to it is seen. */
const BEFORE_MS = 3_000;

export function EventRow(props: { readonly event: RecordedEvent; readonly onAcknowledge: () => void }) {
  const { event } = props;
  const { camera, acknowledged } = event;
  const name = cameras.value?.find(({ id }) => id === camera)?.name ?? camera;
  const subject = subjectText(event);
  const said = saidText(event);
  const from = new Date(Date.parse(event.start) - BEFORE_MS).toISOString();
  const maySee = camera !== undefined && mayWith("playback", camera);
  const play = camera === undefined || !maySee ? undefined : href("playback", { camera, t: from });
  const mayAcknowledge = mayWith("events.acknowledge", camera ?? "");
  return (
    <tr class={`event severity-${event.severity}`}>
      <td class="thumb-cell">
        {play === undefined ? (
          <div class="thumb" />
        ) : (
          <a href={play} onClick={followLink} aria-label={t("events.play")} title={t("events.play")}>
            <EventPicture camera={camera} at={bestMoment(event)} />
          </a>
        )}
      </td>
      <td class="what">
        <span class="event-name">
          <span class="severity" title={t(SEVERITY_TEXT[event.severity])}>
            <Icon name={event.severity === "info" ? "info" : "warning"} size={14} />
            <span class="unseen">{t(SEVERITY_TEXT[event.severity])}</span>
          </span>
          <strong>{eventText(event.type)}</strong>
        </span>
        <small>
          {name ?? t("events.recorder")}
          {subject === undefined ? "" : ` · ${subject}`}
          {event.rule === undefined ? "" : ` · ${event.rule}`}
        </small>
      </td>
      <td class="when" title={utcText(event.start)}>
        {momentText(event.start)}
        <small>{lengthText(event)}</small>
      </td>
      <td class="seen-objects">
        {event.objects.map((object) => (
          <span key={`${object.class}/${object.track ?? ""}`} class="tag">
            {objectText(object.class)} {Math.round(object.score * 100)} %
          </span>
        ))}
        {typeof event.detail["zone"] === "string" ? (
          <small>{t("events.zone", { zone: event.detail["zone"] })}</small>
        ) : null}
        {said === undefined ? null : <small>{said}</small>}
        <DoneList event={event} />
        {camera === undefined || !maySee ? null : <SeenButton event={event} camera={camera} />}
        {camera === undefined ? null : (
          <WhyButton
            tone="ghost"
            question={() => ({
              camera,
              name: name ?? camera,
              atMs: Date.parse(event.start),
              type: event.type,
            })}
          />
        )}
      </td>
      <td class="seen-by">
        {acknowledged === undefined ? (
          mayAcknowledge ? (
            <button type="button" class="button" onClick={props.onAcknowledge}>
              <Icon name="check" />
              {t("events.acknowledge")}
            </button>
          ) : null
        ) : (
          <span class="acknowledged" title={utcText(acknowledged.at)}>
            <Icon name="check" size={14} />
            <span>
              {acknowledged.note === "" ? t("events.seen") : acknowledged.note}
              <small>
                {t("events.seenBy", { name: acknowledged.by, time: momentText(acknowledged.at) })}
              </small>
            </span>
          </span>
        )}
      </td>
    </tr>
  );
}

function lengthText(event: RecordedEvent): string {
  if (event.end === undefined) return t("events.goesOn");
  if (event.endReason !== undefined) return t(END_TEXT[event.endReason]);
  const lengthMs = Date.parse(event.end) - Date.parse(event.start);
  return lengthMs < 1_000 ? "" : t("events.lasted", { time: spanText(lengthMs / 1_000) });
}
