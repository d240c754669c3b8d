// The alarm centre: a bell with the number of alarms that nobody has acknowledged, and the newest of them with picture, time
// and what can be done.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { call } from "../api/client.ts";
import type { RecordedEvent } from "../api/types.ts";
import { t } from "../locale/messages.ts";
import { EventPicture } from "../pages/events/event-picture.tsx";
import { eventText, subjectText } from "../pages/events/event-words.ts";
import { bestMoment } from "../pages/events/seen-marks.ts";
import { Icon } from "../parts/icon.tsx";
import { followLink, href } from "../router.ts";
import { ALARM_DAYS, countText, MOST_ALARMS, withAlarm } from "../state/alarms.ts";
import { momentText, utcText } from "../state/moment-text.ts";
import {
  cameras,
  connected,
  eventChange,
  mayAdminister,
  mayWith,
  session,
  status,
} from "../state/recorder.ts";
import { complain } from "../state/toasts.ts";

const SHOWN = 8;
const BEFORE_MS = 3_000;
const DAY_MS = 86_400_000;

/** The bell; nothing for those who may not see events. */
export function AlarmBell() {
  const may = session.value?.rights.includes("events.view") === true;
  return may ? <Bell /> : null;
}

function Bell() {
  const [alarms, setAlarms] = useState<readonly RecordedEvent[]>([]);
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLElement>(null);
  /** The entry that has the focus: when it goes, the one that moves up gets it. */
  const focused = useRef<{ readonly id: number; readonly at: number } | undefined>(undefined);
  const [said, setSaid] = useState("");
  /** More were open than are asked for at once: when one goes, another is still unknown. */
  const [rounds, setRounds] = useState(0);
  /** What the stream tells while the list is asked for. */
  const told = useRef<RecordedEvent[] | undefined>(undefined);
  const isConnected = connected.value;
  const kinds = status.value?.told?.bell;
  useEffect(() => {
    if (!isConnected) return;
    const gone = new AbortController();
    const start = new Date(Date.now() - ALARM_DAYS * DAY_MS).toISOString();
    const query = { bell: true, acknowledged: false, start, limit: MOST_ALARMS } as const;
    const news: RecordedEvent[] = [];
    told.current = news;
    // Without an answer the bell has no figure; the stream of events goes on by itself.
    call("GET /events", { query, signal: gone.signal }).then(
      ({ events }) => {
        setAlarms(
          news.reduce<readonly RecordedEvent[]>((list, event) => withAlarm(list, event, kinds), events),
        );
        if (told.current === news) told.current = undefined;
      },
      () => undefined,
    );
    return () => gone.abort();
  }, [isConnected, rounds, kinds?.join()]);
  const wasFull = useRef(false);
  useEffect(() => {
    if (wasFull.current && alarms.length < MOST_ALARMS) setRounds((round) => round + 1);
    wasFull.current = alarms.length >= MOST_ALARMS;
  }, [alarms.length]);
  const changed = eventChange.value;
  useEffect(() => {
    if (changed === undefined) return;
    told.current?.push(changed);
    setAlarms((known) => withAlarm(known, changed, kinds));
  }, [changed]);
  useEffect(() => {
    if (!open) return;
    const shut = (event: Event): void => {
      const isKey = event instanceof KeyboardEvent;
      if (isKey ? event.key !== "Escape" : box.current?.contains(event.target as Node)) return;
      setOpen(false);
      if (isKey) button.current?.focus();
    };
    document.addEventListener("pointerdown", shut);
    document.addEventListener("keydown", shut);
    return () => {
      document.removeEventListener("pointerdown", shut);
      document.removeEventListener("keydown", shut);
    };
  }, [open]);
  useLayoutEffect(() => {
    const gone = focused.current;
    if (gone === undefined || alarms.some(({ id }) => id === gone.id)) return;
    focused.current = undefined;
    // The answer or the stream of events takes the entry away, whichever is first. Who went elsewhere meanwhile stays there.
    if (document.activeElement !== document.body) return;
    const buttons = panel.current?.querySelectorAll<HTMLElement>("li > button") ?? [];
    (buttons[Math.min(gone.at, buttons.length - 1)] ?? panel.current)?.focus();
  }, [alarms]);
  const count = countText(alarms.length);
  const seen = (event: RecordedEvent): void => {
    const others = withAlarm(alarms, event, kinds);
    setAlarms((known) => withAlarm(known, event, kinds));
    const rest = others.length === 0 ? t("bell.none") : t("bell.count", { count: countText(others.length) });
    setSaid(`${t("bell.seen", { event: eventText(event.type) })} ${rest}`);
  };
  const label = alarms.length === 0 ? t("bell.none") : t("bell.count", { count });
  return (
    <div class="bell" ref={box}>
      <button
        ref={button}
        type="button"
        class="icon-button"
        aria-label={label}
        title={label}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon name="events" size={18} />
        {alarms.length === 0 ? null : (
          <span class="bell-count" aria-hidden="true">
            {count}
          </span>
        )}
      </button>
      <p class="unseen" role="status">
        {said}
      </p>
      {open ? (
        <section class="menu bell-panel" aria-label={t("bell.title")} ref={panel} tabIndex={-1}>
          <p class="menu-head">
            <strong>{t("bell.title")}</strong>
            <span class="bell-links">
              <a href={href("events", { seen: "no" })} onClick={leaving(() => setOpen(false))}>
                {t("bell.all")}
              </a>
              {mayAdminister.value ? (
                <a
                  class="icon-button"
                  href={href("events/hints")}
                  onClick={leaving(() => setOpen(false))}
                  aria-label={t("hints.title")}
                  title={t("hints.title")}
                >
                  <Icon name="settings" />
                </a>
              ) : null}
            </span>
          </p>
          {alarms.length === 0 ? (
            <p class="muted">{t("bell.none.text")}</p>
          ) : (
            <ul>
              {alarms.slice(0, SHOWN).map((event, at) => (
                <AlarmItem
                  key={event.id}
                  event={event}
                  onFocus={() => {
                    focused.current = { id: event.id, at };
                  }}
                  onLeave={() => setOpen(false)}
                  onSeen={seen}
                />
              ))}
            </ul>
          )}
        </section>
      ) : null}
    </div>
  );
}

function AlarmItem(props: {
  readonly event: RecordedEvent;
  readonly onFocus: () => void;
  readonly onLeave: () => void;
  readonly onSeen: (event: RecordedEvent) => void;
}) {
  const { event } = props;
  const { camera } = event;
  const [busy, setBusy] = useState(false);
  const name = cameras.value?.find(({ id }) => id === camera)?.name ?? camera ?? t("events.recorder");
  const subject = subjectText(event);
  const from = new Date(Date.parse(event.start) - BEFORE_MS).toISOString();
  const picture = <EventPicture camera={camera} at={bestMoment(event)} />;
  const acknowledge = (): void => {
    if (busy) return;
    setBusy(true);
    call("POST /events/{event}/acknowledge", { path: { event: event.id }, body: {} })
      .then(props.onSeen)
      .catch(complain)
      .finally(() => setBusy(false));
  };
  return (
    <li onFocusIn={props.onFocus}>
      {camera === undefined || !mayWith("playback", camera) ? (
        <div class="thumb" />
      ) : (
        <a
          href={href("playback", { camera, t: from })}
          onClick={leaving(props.onLeave)}
          aria-label={t("events.play")}
          title={t("events.play")}
        >
          {picture}
        </a>
      )}
      <div>
        <strong>{eventText(event.type)}</strong>
        <small>{subject === undefined ? name : `${name} · ${subject}`}</small>
        <small title={utcText(event.start)}>{momentText(event.start)}</small>
      </div>
      {mayWith("events.acknowledge", camera ?? "") ? (
        <button
          type="button"
          class="icon-button"
          aria-label={t("events.acknowledge")}
          title={t("events.acknowledge")}
          aria-disabled={busy}
          onClick={acknowledge}
        >
          <Icon name="check" />
        </button>
      ) : null}
    </li>
  );
}

/** Follows a link within the page, and shuts what it stands in. */
function leaving(leave: () => void) {
  return (event: MouseEvent & { readonly currentTarget: HTMLAnchorElement }): void => {
    followLink(event);
    leave();
  };
}
