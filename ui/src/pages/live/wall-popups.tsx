// A screen that is a wall: it listens for what the recorder wants shown, and shows it over everything else, in turns. The grid
// below stays as it is, and is there again at once. Loaded where a browser is a wall.
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { socketUrl } from "../../api/client.ts";
import { t } from "../../locale/messages.ts";
import { Icon } from "../../parts/icon.tsx";
import { StreamSocket } from "../../player/stream-socket.ts";
import { SoundButtons } from "../../shell/sound-bar.tsx";
import { ringing, soundAsked } from "../../state/alarm-sounds.ts";
import { momentText, utcText } from "../../state/moment-text.ts";
import { singleKeys } from "../../state/preferences.ts";
import { cameras } from "../../state/recorder.ts";
import type { SoundMessage } from "../../state/ringing.ts";
import { wallLine } from "../../state/wall.ts";
import { eventText } from "../events/event-words.ts";
import {
  atTime,
  dismissed,
  kept,
  NO_POPUPS,
  type Popup,
  type PopupEndMessage,
  type PopupMessage,
  type PopupQueue,
  withEndOf,
  withLineBack,
  withPopup,
} from "./popup-queue.ts";
import { Tile, type TileActions } from "./tile.tsx";

const EARLY_MS = 20;
const TYPES = "popup,popup-end,sound";

/** `name`: what the wall is called. */
export function WallPopups({ name }: { readonly name: string }) {
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
          if (type === "popup-end") setQueue((now) => withEndOf(now, data as PopupEndMessage, Date.now()));
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
    // Timers may be a little early; a turn that is not over yet would not be looked at again.
    const leftMs = isGone ? 0 : Math.max(0, queue.turnEndsMs - Date.now()) + EARLY_MS;
    const timer = setTimeout(() => setQueue((now) => (isGone ? dismissed : atTime)(now, Date.now())), leftMs);
    return () => clearTimeout(timer);
  }, [queue, isGone]);

  if (shown === undefined || camera === undefined) return null;
  return (
    <PopupView
      popup={shown}
      camera={camera}
      waiting={queue.popups.length - 1}
      isKept={queue.isKept}
      onKeep={() => setQueue((now) => kept(now, !now.isKept, Date.now()))}
      onDismiss={() => setQueue((now) => dismissed(now, Date.now()))}
    />
  );
}

function PopupView(props: {
  readonly popup: Popup;
  readonly camera: NonNullable<typeof cameras.value>[number];
  readonly waiting: number;
  readonly isKept: boolean;
  readonly onKeep: () => void;
  readonly onDismiss: () => void;
}) {
  const { popup, camera, waiting, isKept } = props;
  const { start } = popup.cause;
  const element = useRef<HTMLDialogElement>(null);
  const causeId = useId();
  useEffect(() => {
    // Above a part of the page that fills the screen, too, and in reach there. Keys act on what is seen.
    const before = document.activeElement;
    element.current?.showModal();
    element.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const actions = useRef<TileActions | undefined>(undefined);
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === "escape") {
      // The dialog stays where others wait.
      event.preventDefault();
      props.onDismiss();
    } else if (singleKeys.value && key === "k") props.onKeep();
    else if (singleKeys.value && key === "s") actions.current?.snapshot();
    else if (singleKeys.value && key === "r") actions.current?.record();
  };
  return (
    <dialog
      ref={element}
      class="popup"
      tabIndex={-1}
      aria-label={t("popup.title")}
      aria-describedby={causeId}
      onKeyDown={onKey}
      onClose={props.onDismiss}
    >
      <div class="popup-head">
        <Icon name="events" size={20} />
        <p id={causeId} role="status" aria-live="assertive">
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
      <Tile
        key={camera.id}
        camera={camera}
        large
        onLarge={props.onDismiss}
        onFocus={(of) => {
          actions.current = of;
        }}
      />
    </dialog>
  );
}

function causeText({ cause: { type, isTest } }: Popup): string {
  if (isTest) return t("popup.test");
  return type === undefined ? t("popup.title") : eventText(type);
}
