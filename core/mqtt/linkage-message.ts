// What is said over MQTT of linkage: that a rule is followed for an event, and what came of its actions. Pure.

import type { LinkageTold } from "../linkage/linkage-engine.ts";
import type { HookEvent } from "../plugin/contract/hook-data.ts";
import { zoneOf } from "./event-outbox.ts";
import type { EventMessage, LinkageMessage } from "./payloads.ts";

/** Makes the message. */
export function linkageMessage(
  { rule, event, result }: LinkageTold,
  node: string,
  nowMs: number,
): LinkageMessage {
  return {
    v: 1,
    rule: rule.id,
    name: rule.name,
    phase: result === undefined ? "fired" : "done",
    time: new Date(result?.atMs ?? nowMs).toISOString(),
    event: messageOf(event, node),
    ...(result === undefined
      ? {}
      : {
          action: result.action,
          status: result.status,
          attempts: result.attempts,
          ...(result.note === undefined ? {} : { note: result.note }),
          ...(result.code === undefined ? {} : { code: result.code }),
        }),
  };
}

function messageOf(event: HookEvent, node: string): EventMessage {
  const { id, type, camera, rule, source, start, end, score, objects, detail } = event;
  return {
    v: 1,
    id,
    event_type: type,
    phase: end === undefined ? "start" : "end",
    time: start,
    ...(end === undefined ? {} : { end_time: end }),
    ...(camera === undefined ? {} : { camera }),
    node,
    ...(rule === undefined ? {} : { rule }),
    ...zoneOf(detail),
    source,
    ...(score === undefined ? {} : { score }),
    objects: objects.map(({ class: kind, score: sure, box, track }) => ({
      class: kind,
      score: sure,
      ...(box === undefined ? {} : { box: { ...box } }),
      ...(track === undefined ? {} : { track }),
    })),
    detail: { ...detail },
  };
}
