// The words for events: closed tables, so that every key can be found by search.
import type { RecordedEvent } from "../../api/types.ts";
import { type MessageKey, t } from "../../locale/messages.ts";
import { type Facts, problemLine, type ToldProblem } from "../../locale/problem-text.ts";
import { streamCode, withoutSubject, wordedCode } from "../../locale/told-reasons.ts";

/** The types of the catalogue, in its order. */
export const EVENT_TEXT: Readonly<Record<string, MessageKey>> = {
  motion: "event.motion",
  "alarm-input": "event.alarm-input",
  "video-loss": "event.video-loss",
  tamper: "event.tamper",
  face: "event.face",
  person: "event.person",
  vehicle: "event.vehicle",
  animal: "event.animal",
  doorbell: "event.doorbell",
  "line-crossing": "event.line-crossing",
  intrusion: "event.intrusion",
  "region-entrance": "event.region-entrance",
  "region-exiting": "event.region-exiting",
  "unattended-baggage": "event.unattended-baggage",
  "object-removal": "event.object-removal",
  loitering: "event.loitering",
  gathering: "event.gathering",
  "fast-moving": "event.fast-moving",
  parking: "event.parking",
  "audio-exception": "event.audio-exception",
  "scene-change": "event.scene-change",
  defocus: "event.defocus",
  pir: "event.pir",
  "thermal-fire": "event.thermal-fire",
  "thermal-smoke": "event.thermal-smoke",
  "thermal-temp-prealarm": "event.thermal-temp-prealarm",
  "thermal-temp": "event.thermal-temp",
  "thermal-temp-diff": "event.thermal-temp-diff",
  "thermal-ship": "event.thermal-ship",
  pos: "event.pos",
  "people-count": "event.people-count",
  "heat-map": "event.heat-map",
  queue: "event.queue",
  "exception-volume-full": "event.exception-volume-full",
  "exception-volume-error": "event.exception-volume-error",
  "exception-volume-offline": "event.exception-volume-offline",
  "exception-volume-slow": "event.exception-volume-slow",
  "exception-volume-health": "event.exception-volume-health",
  "exception-network": "event.exception-network",
  "exception-ip-conflict": "event.exception-ip-conflict",
  "exception-illegal-login": "event.exception-illegal-login",
  "exception-record": "event.exception-record",
  "exception-hot-spare": "event.exception-hot-spare",
  "exception-array": "event.exception-array",
  "exception-poe-overload": "event.exception-poe-overload",
  "exception-standard-mismatch": "event.exception-standard-mismatch",
  "exception-codec-mismatch": "event.exception-codec-mismatch",
  "exception-video-signal": "event.exception-video-signal",
  "exception-camera-link": "event.exception-camera-link",
  "exception-camera-ip-conflict": "event.exception-camera-ip-conflict",
  "exception-audio-loss": "event.exception-audio-loss",
  "exception-plugin": "event.exception-plugin",
  "exception-clock": "event.exception-clock",
  "exception-cpu": "event.exception-cpu",
};

export const SEVERITY_TEXT: Readonly<Record<RecordedEvent["severity"], MessageKey>> = {
  info: "events.severity.info",
  warning: "events.severity.warning",
  alarm: "events.severity.alarm",
};

export const END_TEXT: Readonly<Record<NonNullable<RecordedEvent["endReason"]>, MessageKey>> = {
  "too-long": "events.ended.too-long",
  disarmed: "events.ended.disarmed",
  restarted: "events.ended.restarted",
  "crowded-out": "events.ended.crowded-out",
};

/** The profiles that there are from the start are called in the viewer's language while nobody has renamed them. */
const PRESET_PROFILES: Readonly<Record<string, { readonly name: string; readonly text: MessageKey }>> = {
  home: { name: "Home", text: "arming.home" },
  away: { name: "Away", text: "arming.away" },
  night: { name: "Night", text: "arming.night" },
};

/** A type in words; one that this page does not know as it is called. */
export function eventText(type: string): string {
  const key = Object.hasOwn(EVENT_TEXT, type) ? EVENT_TEXT[type] : undefined;
  return key === undefined ? type : t(key);
}

/** What of a camera or of the recorder it is about, as people call it: an input, a till and its receipt; an id where it has no name. */
export function subjectText({
  subject,
  detail,
}: Pick<RecordedEvent, "subject" | "detail">): string | undefined {
  const { name, receipt } = detail;
  if (subject === undefined || typeof name !== "string" || name === "") return subject;
  const number = detail["number"] ?? receipt;
  return receipt === undefined ? name : `${name}, ${t("events.receipt", { number: String(number) })}`;
}

/** What its reporter says of it: the recorder's own reasons in the viewer's language, others as they were told. */
export function saidText(
  { subject, detail }: Pick<RecordedEvent, "subject" | "detail">,
  inWords: (problem: ToldProblem) => string = problemLine,
): string | undefined {
  const { message, reason, code } = detail;
  const said = message ?? reason;
  if (typeof said !== "string" || said === "") return undefined;
  const context = isFacts(detail["context"]) ? detail["context"] : undefined;
  if (typeof code !== "string" || code === "") return said;
  // A camera's link has the code of its stream; a complaint that is an event has its own.
  const worded = message === undefined ? streamCode(code) : wordedCode(code, context);
  return inWords({ code: worded, context, sentence: withoutSubject(said, subject ?? "") });
}

/** What plugins and cameras tell is not believed. */
function isFacts(value: unknown): value is Facts {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((one) => typeof one === "string" || typeof one === "number")
  );
}

/** A profile in words. */
export function profileText({ id, name }: { readonly id: string; readonly name: string }): string {
  const preset = Object.hasOwn(PRESET_PROFILES, id) ? PRESET_PROFILES[id] : undefined;
  return preset?.name === name ? t(preset.text) : name;
}
