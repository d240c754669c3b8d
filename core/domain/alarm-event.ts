// One event as it is from its begin to its end, whatever raised it: the shape that the engine, the database, the API and
// plugins share, and the bounds of what a reporter may hang on it.
import type { EventTypeId } from "./event-types.ts";
import type { Facts } from "./facts.ts";
import type { PathPoint } from "./object-path.ts";

/** Fractions of the picture's width and height, from its upper left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Something that its reporter sees now. */
export interface ReportedObject {
  /** `person`, `car`, `dog` …: lower-case kebab. */
  readonly class: string;
  /** 0 to 1. */
  readonly score: number;
  readonly box?: Box;
  /** The same while a detector holds it to be the same object. */
  readonly track?: string;
}

/** Something that was seen in an event, at its best moment, and the way that it took. */
export interface SeenObject extends ReportedObject {
  /** When it was in its box; rows of older recorders do not say. */
  readonly atMs?: number;
  /** Where the middle of its box went, of what has a track. Two points and more. */
  readonly path?: readonly PathPoint[];
}

/** Why an event has ended otherwise than by its reporter's word. */
export const END_REASONS = ["too-long", "disarmed", "restarted", "crowded-out"] as const;
export type EndReason = (typeof END_REASONS)[number];

/** Who has seen an event, when, and what they say of it. */
export interface Acknowledgement {
  readonly atMs: number;
  readonly by: string;
  readonly note: string;
}

export const ACTION_STATUSES = ["done", "failed", "expired", "dropped", "disarmed"] as const;

/** A picture that was kept with an event. */
export interface EventCapture {
  /** Its number among the pictures of all events. */
  readonly file: number;
  readonly camera: string;
  readonly atMs: number;
}

/** What came of an action of a rule. */
export interface EventAction {
  /** Id of the linkage rule. */
  readonly rule: string;
  /** As rules name it: `record`, `email`, `nightjar-linkage-lamp/lamp`. */
  readonly action: string;
  /** `expired`: it would have been too late; `dropped`: too many waited; `disarmed`: an alarm input kept it from being done. */
  readonly status: (typeof ACTION_STATUSES)[number];
  readonly atMs: number;
  readonly attempts: number;
  /** For people: what was done, or why not. */
  readonly note?: string;
  /** Of the error that it failed with. */
  readonly code?: string;
  /** Facts of the note, for saying it in other languages. */
  readonly context?: Facts;
  readonly captures?: readonly EventCapture[];
}

/** An event. Moments are milliseconds since the epoch. */
export interface AlarmEvent {
  /** Rises with every event, and is never used again. */
  readonly id: number;
  /** Of the catalogue; rows of older recorders may hold others. */
  readonly type: string;
  /** Undefined: of the recorder itself. */
  readonly camera?: string | undefined;
  /** The detector's rule: `line-1`. */
  readonly rule?: string | undefined;
  /** What reported it: `recorder`, `camera`, `vca-motion` … */
  readonly source: string;
  /** What it is about where that is no camera: a volume, a plugin, an address. */
  readonly subject?: string | undefined;
  readonly startMs: number;
  /** Undefined: goes on. */
  readonly endMs?: number | undefined;
  readonly endReason?: EndReason | undefined;
  /** When it was last reported. */
  readonly lastMs: number;
  readonly score?: number | undefined;
  readonly objects: readonly SeenObject[];
  /** Moments of pictures that show it, the newest first. What was seen has moments of its own. */
  readonly pictures: readonly number[];
  readonly detail: Readonly<Record<string, unknown>>;
  readonly acknowledged?: Acknowledgement | undefined;
  /** What was done because of it, the first one first. */
  readonly actions?: readonly EventAction[] | undefined;
  /** Rises with every change of any event: consumers that hold the last one miss nothing. */
  readonly revision: number;
}

/** What a reporter says. Everything is optional but what it is. */
export interface EventReport {
  readonly type: EventTypeId;
  readonly camera?: string | undefined;
  readonly rule?: string | undefined;
  readonly source: string;
  readonly subject?: string | undefined;
  /** The moment of the picture, or of the camera, put right; undefined: now. */
  readonly timeMs?: number | undefined;
  /**
   * It is a state whose end its reporter tells, and that is not said again meanwhile. Where it lasts longer than an event may,
   * it goes on as the next one; where it is armed only later, its event begins then.
   */
  readonly lasts?: boolean | undefined;
  readonly score?: number | undefined;
  readonly objects?: readonly ReportedObject[] | undefined;
  readonly pictures?: readonly number[] | undefined;
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
}

/** Reports of moments longer ago are of a clock that is wrong, and count as of now. */
export const OLDEST_REPORT_MS = 60_000;
export const MOST_OBJECTS = 32;
export const MOST_PICTURES = 8;
export const MOST_ACTIONS = 64;
/** Of the detail, as JSON. */
export const MOST_DETAIL_CHARACTERS = 4_096;

/** Two reports with the same key are of the same thing: while it is open, of the same event. */
export function eventKey({ type, camera, rule, source, subject }: EventReport): string {
  return JSON.stringify([type, camera ?? "", rule ?? "", source, subject ?? ""]);
}

/** What counts as the same object within an event. */
export function objectKey({ class: name, track }: SeenObject): string {
  return `${name}/${track ?? ""}`;
}

/** What has been seen before and now: of each track the better, at most {@link MOST_OBJECTS}, the surest first. */
export function mergedObjects(before: readonly SeenObject[], now: readonly SeenObject[]): SeenObject[] {
  const best = new Map<string, SeenObject>();
  for (const object of [...before, ...now]) {
    const key = objectKey(object);
    const known = best.get(key);
    if (known === undefined || object.score >= known.score) best.set(key, object);
  }
  return [...best.values()].sort((a, b) => b.score - a.score).slice(0, MOST_OBJECTS);
}

/** What a reporter has seen at a moment, within the bounds of what is kept. */
export function seenObject({ class: name, score, box, track }: ReportedObject, atMs: number): SeenObject {
  const kebab = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return {
    class: kebab.slice(0, 40) || "object",
    score: fraction(score),
    ...(box === undefined ? {} : { box: tidyBox(box), atMs }),
    ...(track === undefined || track === "" ? {} : { track: track.slice(0, 64) }),
  };
}

function tidyBox(box: Box): Box {
  const [x, y] = [fraction(box.x), fraction(box.y)];
  return { x, y, width: fraction(Math.min(box.width, 1 - x)), height: fraction(Math.min(box.height, 1 - y)) };
}

/** Within 0 and 1, to four places. */
export function fraction(value: number): number {
  return Number.isFinite(value) ? Math.round(Math.min(1, Math.max(0, value)) * 10_000) / 10_000 : 0;
}
