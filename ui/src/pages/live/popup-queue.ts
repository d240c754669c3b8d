// Which camera a wall shows because of events, and until when: each for its time, several in turns, and then the grid again.
// Pure: states in, states out; times are those of one clock, in milliseconds.

/** Cameras that wait or are shown at once; beyond it those go that have waited longest. */
export const MOST_POPUPS = 16;
/** However long an event goes on. */
const LONGEST_MS = 3_600_000;

/** What the recorder says to a wall: see GET /changes. */
export interface PopupMessage {
  readonly cameras: readonly string[];
  readonly dwellSeconds: number;
  /** As long as the event goes on. */
  readonly untilEnd: boolean;
  readonly isTest: boolean;
  /** What it is about, where the account may see it. */
  readonly event?: number;
  readonly type?: string;
  readonly camera?: string;
  readonly start?: string;
}

/** What it says when it is over: an event, or what somebody wants taken away (these cameras; none: all). */
export type PopupEndMessage = { readonly event: number } | { readonly cameras: readonly string[] };

/** A camera that is shown, or waits. */
export interface Popup {
  readonly camera: string;
  readonly dwellMs: number;
  readonly cause: Pick<PopupMessage, "event" | "type" | "camera" | "start" | "isTest">;
  /** It goes on taking turns until its event is over, or until then. */
  readonly holdsUntilMs: number | undefined;
  /** Something happened there again while others waited: it gets one more turn after theirs. */
  readonly again: boolean;
}

export interface PopupQueue {
  /** The first is shown. */
  readonly popups: readonly Popup[];
  /** When its turn is over. */
  readonly turnEndsMs: number;
  /** Somebody keeps it: nothing is over until they let it go. */
  readonly isKept: boolean;
}

export const NO_POPUPS: PopupQueue = { popups: [], turnEndsMs: 0, isKept: false };

/** Something has happened. What is shown goes on without a break, what waits keeps its place. */
export function withPopup(queue: PopupQueue, message: PopupMessage, nowMs: number): PopupQueue {
  return message.cameras.reduce((before, camera) => withCamera(before, camera, message, nowMs), queue);
}

function withCamera(queue: PopupQueue, camera: string, message: PopupMessage, nowMs: number): PopupQueue {
  const { event, type, camera: of, start, isTest, untilEnd } = message;
  const place = queue.popups.findIndex((one) => one.camera === camera);
  const known = queue.popups[place];
  const cause = {
    isTest,
    ...(event === undefined ? {} : { event }),
    ...(type === undefined ? {} : { type }),
    ...(of === undefined ? {} : { camera: of }),
    ...(start === undefined ? {} : { start }),
  };
  // What is shown until its event is over is not let go by another one that asks for less.
  const isHeld = !untilEnd && known?.holdsUntilMs !== undefined;
  const popup: Popup = {
    camera,
    dwellMs: Math.max(known?.dwellMs ?? 0, message.dwellSeconds * 1_000),
    cause: isHeld ? known.cause : cause,
    holdsUntilMs: untilEnd ? nowMs + LONGEST_MS : known?.holdsUntilMs,
    again: place === 0 && queue.popups.length > 1,
  };
  if (known === undefined) {
    const popups = [...queue.popups, popup];
    if (popups.length === 1) return { popups, turnEndsMs: nowMs + popup.dwellMs, isKept: false };
    // The one that is shown stays, and so does the newest: what has waited longest says least of what is now.
    return { ...queue, popups: popups.length > MOST_POPUPS ? popups.toSpliced(1, 1) : popups };
  }
  const popups = queue.popups.with(place, popup);
  return popups.length === 1 ? { ...queue, popups, turnEndsMs: nowMs + popup.dwellMs } : { ...queue, popups };
}

/** An event is over: what is shown because of it has its turn to the end. */
export function withEnd(queue: PopupQueue, event: number): PopupQueue {
  return withoutHolds(queue, (one) => one.cause.event === event);
}

/** The recorder says that something is over. */
export function withEndOf(queue: PopupQueue, message: PopupEndMessage, nowMs: number): PopupQueue {
  return "event" in message ? withEnd(queue, message.event) : without(queue, message.cameras, nowMs);
}

/** Somebody wants cameras taken away. What a person before the wall keeps stays. */
function without(queue: PopupQueue, cameras: readonly string[], nowMs: number): PopupQueue {
  const isMeant = (camera: string) => cameras.length === 0 || cameras.includes(camera);
  const left = queue.popups.filter(({ camera }, index) => (index === 0 && queue.isKept) || !isMeant(camera));
  return left[0] === queue.popups[0] ? { ...queue, popups: left } : turn(left, nowMs);
}

/** The line to the recorder was cut: ends may have been missed, so nothing waits for one any more. */
export function withLineBack(queue: PopupQueue): PopupQueue {
  return withoutHolds(queue, () => true);
}

function withoutHolds(queue: PopupQueue, isMeant: (popup: Popup) => boolean): PopupQueue {
  const popups = queue.popups.map((one) => (isMeant(one) ? { ...one, holdsUntilMs: undefined } : one));
  return { ...queue, popups };
}

/** The time has come: whose turn is it now? */
export function atTime(queue: PopupQueue, nowMs: number): PopupQueue {
  const [shown, ...waiting] = queue.popups;
  if (shown === undefined || queue.isKept || nowMs < queue.turnEndsMs) return queue;
  const goesOn = shown.again || (shown.holdsUntilMs !== undefined && shown.holdsUntilMs > nowMs);
  return turn(goesOn ? [...waiting, { ...shown, again: false }] : waiting, nowMs);
}

/** What is shown is taken away; the next one's turn begins. */
export function dismissed(queue: PopupQueue, nowMs: number): PopupQueue {
  return turn(queue.popups.slice(1), nowMs);
}

/** Keeps what is shown, or lets it go: then its turn begins anew. */
export function kept(queue: PopupQueue, isKept: boolean, nowMs: number): PopupQueue {
  return isKept ? { ...queue, isKept } : turn(queue.popups, nowMs);
}

function turn(popups: readonly Popup[], nowMs: number): PopupQueue {
  const [shown] = popups;
  if (shown === undefined) return NO_POPUPS;
  return { popups, turnEndsMs: nowMs + shown.dwellMs, isKept: false };
}
