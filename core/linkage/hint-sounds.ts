// Sounds of kinds of events that somebody wants to hear without writing a rule: what `alarms.hints` says, as an order for
// open pages. Where and how long are a rule's affair; here they are what a rule has from the start.
import { type EventHint, toldIn } from "../domain/event-hints.ts";
import { isEventType } from "../domain/event-types.ts";
import type { LinkageRequest } from "../plugin/contract/linkage-action.ts";
import type { SoundOrder } from "./screen-actions.ts";

/** The sound for an event that begins; undefined: its kind has none. */
export function hintSound(
  event: LinkageRequest["event"],
  hints: readonly EventHint[],
): SoundOrder | undefined {
  const sound = isEventType(event.type) ? toldIn(event.type, hints).sound : "off";
  if (sound === "off") return undefined;
  return {
    // A page that hears it twice rings once.
    id: `hint-${event.id}`,
    event,
    isTest: false,
    where: "pages",
    walls: [],
    pattern: sound,
    volumePercent: 70,
    seconds: 10,
    untilAcknowledged: false,
  };
}
