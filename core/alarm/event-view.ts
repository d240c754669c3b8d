// An event as the API and programs get it.
import type { AlarmEvent, EventAction, SeenObject } from "../domain/alarm-event.ts";
import { type EventGroup, type EventSeverity, eventType, isEventType } from "../domain/event-types.ts";
import { plainFacts } from "../domain/facts.ts";

/** Makes it. Types of older recorders that are none any more count as information. */
export function eventView(event: AlarmEvent) {
  const facts = isEventType(event.type) ? eventType(event.type) : undefined;
  const { id, type, camera, rule, source, subject, startMs, endMs, endReason, lastMs, score, revision } =
    event;
  return {
    id,
    type,
    ...(facts === undefined ? {} : { group: facts.group satisfies EventGroup }),
    severity: (facts?.severity ?? "info") satisfies EventSeverity,
    ...(camera === undefined ? {} : { camera }),
    ...(rule === undefined ? {} : { rule }),
    source,
    ...(subject === undefined ? {} : { subject }),
    start: iso(startMs),
    ...(endMs === undefined ? {} : { end: iso(endMs) }),
    ...(endReason === undefined ? {} : { endReason }),
    last: iso(lastMs),
    ...(score === undefined ? {} : { score }),
    objects: event.objects.map(objectView),
    pictures: event.pictures.map(iso),
    ...(event.acknowledged === undefined
      ? {}
      : {
          acknowledged: {
            at: iso(event.acknowledged.atMs),
            by: event.acknowledged.by,
            note: event.acknowledged.note,
          },
        }),
    ...(event.actions === undefined ? {} : { actions: event.actions.map(actionView) }),
    detail: { ...event.detail },
    revision,
  };
}

function objectView({ atMs, path, ...object }: SeenObject) {
  return {
    ...object,
    ...(atMs === undefined ? {} : { at: iso(atMs) }),
    ...(path === undefined
      ? {}
      : { path: path.map(([afterMs, x, y]): [number, number, number] => [afterMs, x, y]) }),
  };
}

/** What came of an action as the API gives it. */
export function actionView({
  rule,
  action,
  status,
  atMs,
  attempts,
  note,
  code,
  context,
  captures,
}: EventAction) {
  return {
    rule,
    action,
    status,
    at: iso(atMs),
    attempts,
    ...(note === undefined ? {} : { note }),
    ...(code === undefined ? {} : { code }),
    ...plainFacts({ context }),
    ...(captures === undefined
      ? {}
      : { captures: captures.map(({ file, camera, atMs: at }) => ({ file, camera, at: iso(at) })) }),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
