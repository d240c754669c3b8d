// A screen that is a wall: it listens for what the recorder wants shown, and shows it over everything else, in turns. The grid
// below stays as it is, and is there again at once. Loaded where a browser is a wall.
import { useEffect, useRef, useState } from "preact/hooks";
import { socketUrl } from "../../api/client.ts";
import { t } from "../../locale/messages.ts";
import { Icon } from "../../parts/icon.tsx";
import { StreamSocket } from "../../player/stream-socket.ts";
import { SoundButtons } from "../../shell/sound-bar.tsx";
import { ringing, soundAsked } from "../../state/alarm-sounds.ts";
import { momentText, utcText } from "../../state/moment-text.ts";
import { cameras } from "../../state/recorder.ts";
import type { SoundMessage } from "../../state/ringing.ts";
import { useShortcuts } from "../../state/shortcuts.ts";
import { wallLine } from "../../state/wall.ts";
import { eventText } from "../events/event-words.ts";
import {
  atTime,
  dismissed,
  kept,
  NO_POPUPS,
  type Popup,
  type PopupMessage,
  type PopupQueue,
  withEnd,
  withLineBack,
  withPopup,
} from "./popup-queue.ts";
import { Tile, type TileActions } from "./tile.tsx";

const TYPES = "popup,popup-end,sound";

export function WallPopups(props: {
  /** What the wall is called. */
  readonly name: string;
  /** What keys may ask of the picture that is shown; undefined: of none. */
  readonly onFocus: (actions: TileActions | undefined) => void;
}) {
  const { name, onFocus } = props;
  const [queue, setQueue] = useState<PopupQueue>(NO_POPUPS);
  useEffect(() => {
    const socket = new StreamSocket(
      socketUrl(`/changes?${new URLSearchParams({ types: TYPES, wall: name })}`),
      {
        opened: () => {
          wallLine.value = "open";
          setQueue(withLineBack);
        },
        lost: () => {
          wallLine.value = "lost";
        },
        text: ({ type, data }) => {
          socket.good();
          if (type === "popup") setQueue((now) => withPopup(now, data as PopupMessage, Date.now()));
          if (type === "popup-end") setQueue((now) => withEnd(now, (data as { event: number }).event));
          if (type === "sound") soundAsked(data as SoundMessage);
        },
        frame: () => undefined,
      },
    );
    return () => {
      socket.close();
      wallLine.value = "closed";
    };
  }, [name]);

  const [shown] = queue.popups;
  const camera = cameras.value?.find(({ id }) => id === shown?.camera);
  // One that has gone meanwhile has no picture to show.
  const isGone = shown !== undefined && cameras.value !== undefined && camera === undefined;
  useEffect(() => {
    if (shown === undefined || queue.isKept) return;
    const leftMs = isGone ? 0 : Math.max(0, queue.turnEndsMs - Date.now());
    const timer = setTimeout(() => setQueue((now) => (isGone ? dismissed : atTime)(now, Date.now())), leftMs);
    return () => clearTimeout(timer);
  }, [queue, isGone]);

  return (
    <>
      <div class="unseen" role="status" aria-live="assertive">
        {shown === undefined || camera === undefined ? "" : `${causeText(shown)}: ${camera.name}`}
      </div>
      {shown === undefined || camera === undefined ? null : (
        <PopupView
          popup={shown}
          camera={camera}
          waiting={queue.popups.length - 1}
          isKept={queue.isKept}
          onKeep={() => setQueue((now) => kept(now, !now.isKept, Date.now()))}
          onDismiss={() => setQueue((now) => dismissed(now, Date.now()))}
          onFocus={onFocus}
        />
      )}
    </>
  );
}

function PopupView(props: {
  readonly popup: Popup;
  readonly camera: NonNullable<typeof cameras.value>[number];
  readonly waiting: number;
  readonly isKept: boolean;
  readonly onKeep: () => void;
  readonly onDismiss: () => void;
  readonly onFocus: (actions: TileActions | undefined) => void;
}) {
  const { popup, camera, waiting, isKept, onFocus } = props;
  const { start } = popup.cause;
  const element = useRef<HTMLElement>(null);
  useEffect(() => {
    // Above a part of the page that fills the screen, too.
    element.current?.showPopover?.();
    // Keys act on what is seen.
    onFocus(undefined);
    return () => onFocus(undefined);
  }, []);
  useShortcuts(
    () => [
      { keys: ["escape"], shown: "Esc", text: "popup.dismiss", first: true, run: props.onDismiss },
      { keys: ["k"], shown: "K", text: "popup.keep", first: true, run: props.onKeep },
    ],
    [],
  );
  return (
    <section ref={element} class="popup" popover="manual" aria-label={t("popup.title")}>
      <div class="popup-head">
        <Icon name="events" size={20} />
        <p>
          <strong>{causeText(popup)}</strong>
          <span>{camera.name}</span>
          {start === undefined ? null : <time title={utcText(start)}>{momentText(start)}</time>}
          {waiting === 0 ? null : <span class="muted">{t("popup.waiting", { count: waiting })}</span>}
        </p>
        {ringing.value.length === 0 ? null : <SoundButtons />}
        <button type="button" class="button" aria-pressed={isKept} onClick={props.onKeep}>
          <Icon name="lock" />
          <span class="wide-only">{t("popup.keep")}</span>
          <kbd class="wide-only">K</kbd>
        </button>
        <button type="button" class="button" onClick={props.onDismiss}>
          <Icon name="close" />
          <span class="wide-only">{t("popup.dismiss")}</span>
          <kbd class="wide-only">Esc</kbd>
        </button>
      </div>
      <Tile key={camera.id} camera={camera} large onLarge={props.onDismiss} onFocus={onFocus} />
    </section>
  );
}

function causeText({ cause: { type, isTest } }: Popup): string {
  if (isTest) return t("popup.test");
  return type === undefined ? t("popup.title") : eventText(type);
}
