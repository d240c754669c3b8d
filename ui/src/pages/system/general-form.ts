// What is typed on the page General, and the part of it that is changed: only that is sent, so that what somebody else has
// set meanwhile stays. Pure.
import type { Given } from "../../api/client.ts";
import type { LogLevel, RecorderSettings } from "../../api/health-types.ts";
import { doorChange, isOpenToNetwork } from "../../state/own-address.ts";

export interface GeneralForm {
  readonly name: string;
  readonly timeZone: string;
  readonly isOpen: boolean;
  readonly maxTranscodes: string;
  readonly detectionPercent: string;
  readonly logLevel: LogLevel;
}

/** The bounds of config.json (docs/reference/config.md). */
export const LONGEST_NAME = 80;
export const MOST_TRANSCODES = 64;
export const LEAST_PERCENT = 5;
export const MOST_PERCENT = 100;

/** What holds. */
export function generalOf(settings: RecorderSettings): GeneralForm {
  const { name, timeZone, maxTranscodes, detectionPercent, logLevel } = settings;
  const isOpen = isOpenToNetwork(settings.network.https);
  const numbers = { maxTranscodes: String(maxTranscodes), detectionPercent: String(detectionPercent) };
  return { name, timeZone, isOpen, ...numbers, logLevel };
}

/** Fields that hold what the recorder would refuse. */
export function generalProblems(form: GeneralForm): ReadonlySet<keyof GeneralForm> {
  const bad = new Set<keyof GeneralForm>();
  const { length } = form.name.trim();
  if (length === 0 || length > LONGEST_NAME) bad.add("name");
  if (!/^\d{1,3}$/.test(form.maxTranscodes) || Number(form.maxTranscodes) > MOST_TRANSCODES)
    bad.add("maxTranscodes");
  const percent = /^\d{1,3}$/.test(form.detectionPercent) ? Number(form.detectionPercent) : 0;
  if (percent < LEAST_PERCENT || percent > MOST_PERCENT) bad.add("detectionPercent");
  return bad;
}

/** What is to be changed of `held`. */
export function generalChanges(held: GeneralForm, form: GeneralForm): Given<"PATCH /settings">["body"] {
  const name = form.name.trim();
  return {
    ...(name === held.name ? {} : { name }),
    ...(form.timeZone === held.timeZone ? {} : { timeZone: form.timeZone }),
    ...(form.isOpen === held.isOpen ? {} : { network: { https: doorChange(form.isOpen) } }),
    ...(Number(form.maxTranscodes) === Number(held.maxTranscodes)
      ? {}
      : { maxTranscodes: Number(form.maxTranscodes) }),
    ...(Number(form.detectionPercent) === Number(held.detectionPercent)
      ? {}
      : { detectionPercent: Number(form.detectionPercent) }),
    ...(form.logLevel === held.logLevel ? {} : { logLevel: form.logLevel }),
  };
}
