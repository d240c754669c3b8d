// Gathers what is known of a camera and a moment and has it judged: settings and states from memory, the rest from the
// database by a handful of queries, each along an index and with a limit. An account gets no facts that it may not see.

import { Arming } from "../alarm/arming.ts";
import { armingReasons } from "../alarm/arming-reasons.ts";
import { eventView } from "../alarm/event-view.ts";
import type { FrozenConfig } from "../config/config-store.ts";
import type { Db } from "../db/db.ts";
import { lateActs } from "../db/tables/audit-table.ts";
import type { EventTypeId } from "../domain/event-types.ts";
import { isArmable, isEventType } from "../domain/event-types.ts";
import { NightjarError } from "../errors.ts";
import { isAbout } from "../linkage/rule-match.ts";
import type { RecordSettings } from "../recording/recorded-camera.ts";
import type { RecordingVolumeState } from "../recording/volumes.ts";
import { eventsAround, type FoundEvents, volumeTroubles } from "./event-facts.ts";
import { explain } from "./explain.ts";
import type { Explanation } from "./explanation.ts";
import type { ExplainFacts } from "./facts.ts";
import { HISTORY_ACTS, type PastSettings, pastSettings } from "./history.ts";
import { type RecordingSource, recordingFacts } from "./recording-facts.ts";

/** Younger than this, a moment is now. */
const NOW_MS = 5_000;
/** Clocks of browsers may go ahead by so much. */
const AHEAD_MS = 60_000;
/** Rows of the audit log that are looked through, and taken of these. */
const AUDIT_REACH = 5_000;
const AUDIT_LIMIT = 1_000;

/** A camera with its settings and how it is, as the recorder shows it. */
export interface ExplainedCamera {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly record: RecordSettings;
  readonly state: {
    readonly status: NonNullable<ExplainFacts["live"]>["status"];
    readonly reason?: string;
    readonly code?: string;
    readonly since: string;
  };
  readonly recording: {
    readonly active: boolean;
    readonly reasons: NonNullable<NonNullable<ExplainFacts["recordings"]>["span"]>["reasons"];
    readonly problem?: string;
  };
}

/** Detection of a camera as the recorder shows it. */
export interface ExplainedDetection {
  readonly enabled: boolean;
  readonly state: { readonly status: string; readonly problem?: string; readonly pace?: string };
  readonly detectors: readonly {
    readonly enabled: boolean;
    readonly isPresent: boolean;
    readonly eventTypes: readonly string[];
    readonly rules?: readonly { readonly id: string; readonly name?: string }[];
    readonly unreadRules?: readonly string[];
  }[];
}

export interface ExplainSources {
  readonly db: Db;
  nowMs(): number;
  config(): FrozenConfig;
  camera(id: string): ExplainedCamera | undefined;
  detection(id: string): ExplainedDetection | undefined;
  readonly recording: RecordingSource & {
    manualRecordings(): readonly { readonly camera: string; readonly start90k: number }[];
    volumeStates(): Promise<RecordingVolumeState[]>;
  };
  /** Plugins have a say in what is recorded. */
  isShaped(): boolean;
}

/** What the account that asks may see. */
export interface ExplainViewer {
  readonly recordings: boolean;
  readonly events: boolean;
  readonly storage: boolean;
  readonly arming: boolean;
  /** Events of another camera. */
  sees(camera: string): boolean;
}

export interface ExplainQuestion {
  readonly camera: string;
  /** Undefined: now. */
  readonly atMs?: number | undefined;
  /** Only of this kind of event. */
  readonly type?: EventTypeId | undefined;
}

export interface Explained extends Explanation {
  readonly atMs: number;
  readonly isNow: boolean;
}

/** Answers why. Throws `NJ_CAMERA_NOT_FOUND`, and `NJ_EXPLAIN_FUTURE` for a moment that is still to come. */
export async function explainMoment(
  sources: ExplainSources,
  question: ExplainQuestion,
  viewer: ExplainViewer,
): Promise<Explained> {
  const camera = sources.camera(question.camera);
  if (camera === undefined)
    throw new NightjarError("NJ_CAMERA_NOT_FOUND", "not-found", "there is no such camera");
  const nowMs = sources.nowMs();
  const askedMs = question.atMs ?? nowMs;
  if (askedMs > nowMs + AHEAD_MS)
    throw new NightjarError(
      "NJ_EXPLAIN_FUTURE",
      "invalid-argument",
      "the moment is still to come: ask for one that has been",
    );
  const atMs = Math.min(askedMs, nowMs);
  const isNow = nowMs - atMs < NOW_MS;
  const facts = await gather(sources, { ...question, camera, atMs, isNow }, viewer);
  return { atMs, isNow, ...explain(facts) };
}

interface Moment {
  readonly camera: ExplainedCamera;
  readonly atMs: number;
  readonly isNow: boolean;
  readonly type?: EventTypeId | undefined;
}

async function gather(
  sources: ExplainSources,
  { camera, atMs, isNow, type }: Moment,
  viewer: ExplainViewer,
): Promise<ExplainFacts> {
  const { db, recording } = sources;
  const { alarms, timeZone, linkage } = sources.config();
  const detection = sources.detection(camera.id);
  const looksFor = typesOf(detection);
  const linked = (camera.record.eventCameras ?? []).filter((id) => id !== camera.id);
  const seen = linked.filter((id) => viewer.sees(id));
  const [past, recordings, events, troubles, volumes] = await Promise.all([
    lateActs(db, { camera: camera.id, actions: HISTORY_ACTS, reach: AUDIT_REACH, limit: AUDIT_LIMIT }).then(
      (acts) => pastSettings(acts, atMs),
    ),
    viewer.recordings ? recordingFacts(recording, camera, { atMs, isNow }) : undefined,
    viewer.events
      ? eventsAround(db, { camera, linked: seen, atMs, nowMs: sources.nowMs(), type, alarms })
      : undefined,
    viewer.storage && !isNow ? volumeTroubles(db, atMs) : [],
    viewer.storage && isNow ? recording.volumeStates() : [],
  ]);
  const types = typesInQuestion(type, events, looksFor);
  const profileId = past.profile?.id ?? alarms.profile;
  const arming = new Arming(alarms, timeZone);
  const [main = events?.before?.type ?? "motion"] = types;
  const { since, reason, status, code } = camera.state;
  return {
    atMs,
    isNow,
    camera,
    record: {
      mode: camera.record.mode,
      linked: seen.map((id) => sources.camera(id)?.name ?? id),
      hiddenLinked: linked.length - seen.length,
      isShaped: sources.isShaped(),
    },
    changes: past.changes,
    ...(isNow
      ? {
          live: {
            ...{ status, code, said: reason, sinceMs: Date.parse(since) },
            recordingProblem: camera.recording.problem,
          },
        }
      : {}),
    manual: isNow ? manualNow(recording, camera.id) : past.manual,
    recordings,
    events: events === undefined ? undefined : named(events, camera.id, sources),
    storage: viewer.storage
      ? {
          volumes: volumes.map(({ path, status: state, message }) => ({
            path,
            status: state,
            said: message,
          })),
          troubles,
        }
      : undefined,
    detection:
      detection === undefined
        ? undefined
        : {
            enabled: detection.enabled,
            types: looksFor,
            unread: unreadOf(detection),
            ...(isNow
              ? {
                  ...{ status: detection.state.status, said: detection.state.problem },
                  leftOut: leftOutOf(detection.state),
                }
              : {}),
          },
    arming: viewer.arming
      ? {
          ...armingReasons(alarms, timeZone, { camera: camera.id, types, atMs, profileId }),
          profileChangedMs: past.profile?.changedMs,
        }
      : undefined,
    isException: type !== undefined && !isArmable(type),
    timing: arming.timingOf(isEventType(main) ? main : "motion", camera.id),
    linkageRules: linkageRules(past, events, linkage.rules, profileId),
  };
}

/** Names of what is drawn for detectors that make nothing of it. */
function unreadOf({ detectors }: ExplainedDetection): readonly string[] {
  return detectors
    .filter(({ enabled }) => enabled)
    .flatMap(({ rules = [], unreadRules = [] }) =>
      rules.filter(({ id }) => unreadRules.includes(id)).map(({ id, name = id }) => name),
    );
}

function leftOutOf({ pace }: ExplainedDetection["state"]): "slower" | "key-frames" | undefined {
  return pace === "slower" || pace === "key-frames" ? pace : undefined;
}

function typesOf(detection: ExplainedDetection | undefined): readonly EventTypeId[] {
  const detectors = detection?.detectors.filter(({ enabled, isPresent }) => enabled && isPresent) ?? [];
  return [...new Set(detectors.flatMap(({ eventTypes }) => eventTypes).filter(isEventType))].filter(
    isArmable,
  );
}

/** What is asked for, or else what happened and what is looked for. */
function typesInQuestion(
  type: EventTypeId | undefined,
  events: FoundEvents | undefined,
  looksFor: readonly EventTypeId[],
): readonly EventTypeId[] {
  if (type !== undefined) return isArmable(type) ? [type] : [];
  const happened = (events?.at ?? []).map((event) => event.type).filter(isEventType);
  return [...new Set([...happened, ...looksFor])].filter(isArmable);
}

function manualNow(recording: ExplainSources["recording"], camera: string): ExplainFacts["manual"] {
  const found = recording.manualRecordings().find((one) => one.camera === camera);
  return found === undefined ? { isOn: false } : { isOn: true, fromMs: Math.round(found.start90k / 90) };
}

/** Events of other cameras with the names of these. */
function named(events: FoundEvents, camera: string, sources: ExplainSources): ExplainFacts["events"] {
  const { whole: _, ...rest } = events;
  return {
    ...rest,
    recording: events.recording.map((event) =>
      event.camera === undefined || event.camera === camera
        ? event
        : { ...event, cameraName: sources.camera(event.camera)?.name ?? event.camera },
    ),
  };
}

function linkageRules(
  past: PastSettings,
  events: FoundEvents | undefined,
  rules: FrozenConfig["linkage"]["rules"],
  profile: string,
): number | undefined {
  const [first] = events?.whole ?? [];
  if (first === undefined || !past.isLinkageOld) return undefined;
  const view = eventView(first);
  return rules.filter((rule) => isAbout(rule, view, rule.at ?? "start", profile)).length;
}
