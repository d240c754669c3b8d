// A moment of the API as people read it, in the recorder's time zone and the viewer's language.
import { language } from "../../locale/messages.ts";
import { clockTime, dayText } from "../../state/time-format.ts";
import { zone } from "../../state/zone.ts";

/** `22 Nov 2026, 14:32:08` */
export function momentText(iso: string): string {
  const ms = Date.parse(iso);
  return `${dayText(ms, zone.value, language.value)}, ${clockTime(ms, zone.value)}`;
}
