// A moment as lists show it, in the viewer's zone and language; UTC for the tooltip.
import { language } from "../locale/messages.ts";
import { clockTime, dayText } from "./time-format.ts";
import { zone } from "./zone.ts";

/** 22 Nov 2026, 14:32:08 */
export function momentText(iso: string): string {
  const ms = Date.parse(iso);
  return `${dayText(ms, zone.value, language.value)}, ${clockTime(ms, zone.value)}`;
}

/** 22 Nov 2026 */
export function dateText(iso: string): string {
  return dayText(Date.parse(iso), zone.value, language.value);
}

/** The same moment in UTC, for the tooltip. */
export function utcText(iso: string): string {
  return `${iso.slice(0, 19).replace("T", " ")} UTC`;
}
