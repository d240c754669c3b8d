// Alarms that nobody has acknowledged: what the bell counts. Read once, then kept by the stream of events.
import type { RecordedEvent } from "../api/types.ts";

/** Most that are asked for; beyond it the count says that there are more. */
export const MOST_ALARMS = 100;
/** What is older is looked up on the page of events. */
export const ALARM_DAYS = 7;

/** True if the bell tells of the event. `told`: the kinds that it tells of; undefined: as they come. */
export function isForBell(event: RecordedEvent, told: readonly string[] | undefined): boolean {
  return told?.includes(event.type) ?? event.severity === "alarm";
}

/** The list after an event began, changed or was acknowledged; newest first. */
export function withAlarm(
  alarms: readonly RecordedEvent[],
  event: RecordedEvent,
  told: readonly string[] | undefined,
): readonly RecordedEvent[] {
  const others = alarms.filter(({ id }) => id !== event.id);
  if (!isForBell(event, told) || event.acknowledged !== undefined)
    return others.length === alarms.length ? alarms : others;
  return [...others, event]
    .sort((a, b) => Date.parse(b.start) - Date.parse(a.start) || b.id - a.id)
    .slice(0, MOST_ALARMS);
}

/** The figure beside the bell. */
export function countText(count: number): string {
  return count >= MOST_ALARMS ? `${MOST_ALARMS - 1}+` : String(count);
}
