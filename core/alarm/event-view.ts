// An event as the API and programs get it.
import type { AlarmEvent } from "../domain/alarm-event.ts";
import { type EventGroup, type EventSeverity, eventType, isEventType } from "../domain/event-types.ts";

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
    objects: event.objects.map((object) => ({ ...object })),
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
    detail: { ...event.detail },
    revision,
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
