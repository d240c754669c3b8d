// Where people are told of each kind of event: in the bell, by a sound, and in the bar on every page (manual 11, event hint).
// What the table of types says, and what the configuration says otherwise.
import { EVENT_TYPE_IDS, type EventTypeId, eventType, isArmable } from "./event-types.ts";

/** The kinds of exceptions, in the order of the catalogue. */
export const EXCEPTION_TYPES: readonly EventTypeId[] = EVENT_TYPE_IDS.filter((id) => !isArmable(id));

/** Kinds that are found wrong in the recorder's list of problems, which the bar shows; whether unless set otherwise. */
const IN_BAR: Readonly<Partial<Record<EventTypeId, boolean>>> = {
  "exception-volume-full": true,
  "exception-volume-error": true,
  "exception-volume-offline": true,
  "exception-volume-slow": true,
  "exception-record": true,
  "exception-codec-mismatch": true,
  "exception-camera-link": true,
  "exception-clock": true,
  "exception-hot-spare": true,
  "exception-plugin": false,
};

/** Kinds that only cameras and plugins report: the recorder itself has no way to know of them. */
const OF_OTHERS: ReadonlySet<EventTypeId> = new Set([
  "exception-volume-health",
  "exception-ip-conflict",
  "exception-poe-overload",
  "exception-standard-mismatch",
  "exception-video-signal",
  "exception-camera-ip-conflict",
  "exception-audio-loss",
]);

/** Patterns that pages can play; how they sound is the interface's affair. */
export const SOUND_PATTERNS = ["chime", "beep", "alarm", "siren"] as const;
export type SoundPattern = (typeof SOUND_PATTERNS)[number];
export const HINT_SOUNDS = ["off", ...SOUND_PATTERNS] as const;
/** What open pages play when an event of a kind begins. */
export type HintSound = (typeof HINT_SOUNDS)[number];

/** What is set of one kind; what is left out is as it comes. */
export interface EventHint {
  readonly type: EventTypeId;
  readonly bell?: boolean;
  readonly sound?: HintSound;
  readonly bar?: boolean;
}

/** Where one kind is told of. */
export interface ToldIn {
  readonly bell: boolean;
  readonly sound: HintSound;
  /** Undefined: the bar does not know of this kind. */
  readonly bar: boolean | undefined;
}

/** Where a kind is told of, by the table and by what is set. */
export function toldIn(type: EventTypeId, hints: readonly EventHint[]): ToldIn {
  const set = hints.find((hint) => hint.type === type);
  const inBar = IN_BAR[type];
  return {
    bell: set?.bell ?? eventType(type).severity === "alarm",
    sound: set?.sound ?? "off",
    bar: inBar === undefined ? undefined : (set?.bar ?? inBar),
  };
}

/** The kinds that the bell tells of, and those that the bar does. */
export function toldKinds(hints: readonly EventHint[]): { bell: EventTypeId[]; bar: EventTypeId[] } {
  return {
    bell: EVENT_TYPE_IDS.filter((type) => toldIn(type, hints).bell),
    bar: EVENT_TYPE_IDS.filter((type) => toldIn(type, hints).bar === true),
  };
}

/** The list with one kind set so; what is as it comes is not written down. */
export function withHint(hints: readonly EventHint[], hint: EventHint): EventHint[] {
  const others = hints.filter(({ type }) => type !== hint.type);
  const plain = toldIn(hint.type, []);
  const before = toldIn(hint.type, hints);
  const bell = hint.bell ?? before.bell;
  const sound = hint.sound ?? before.sound;
  const bar = hint.bar ?? before.bar;
  const set = {
    type: hint.type,
    ...(bell === plain.bell ? {} : { bell }),
    ...(sound === plain.sound ? {} : { sound }),
    ...(plain.bar === undefined || bar === undefined || bar === plain.bar ? {} : { bar }),
  };
  return Object.keys(set).length === 1 ? others : [...others, set];
}

/** True for a kind that the recorder finds out by itself. */
export function isOwnException(type: EventTypeId): boolean {
  return !isArmable(type) && !OF_OTHERS.has(type);
}
