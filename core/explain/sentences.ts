// The English sentences of explanations, by their codes. The interface has them in its languages
// (ui/src/locale/explain/, the same keys; a test compares them). `{name}` is a fact; what stands in [brackets] is left out
// where one of its facts is missing. Facts are said by their names: moments, kinds, reasons, states.
import { eventType, isEventType } from "../domain/event-types.ts";
import type { Said } from "./explanation.ts";

export const SENTENCES: Readonly<Record<string, string>> = {
  hidden: "Your account does not see this.",
  "changed-since": "Settings about this were changed since then, first at {changed}.",
  "changes-unknown":
    "Whether the settings were the same then is not known: the audit log does not reach back so far.",
  "camera-on": "The camera is switched on.",
  "camera-off": "The camera is switched off.",
  "connection-online": "The camera sends pictures[, since {since}].",
  "connection-degraded": "The camera sends pictures, but not as it should[: {fault}].",
  "connection-connecting": "The camera is being connected[: {fault}].",
  "connection-offline": "The camera sends no pictures[: {fault}][, since {since}].",
  "connection-disabled": "It is not connected: it is switched off.",
  "connection-was": "The camera sent pictures: they are recorded.",
  "connection-was-lost": "The camera was not reached from {from} to {to}[: {fault}].",
  "connection-lost": "The camera has not been reached since {from}[: {fault}].",
  "connection-broke": "The connection broke[ at {at}]: {fault}.",
  "connection-unknown":
    "Whether the camera sent pictures is not known: none are recorded, and no outage of ten seconds or more was noted.",
  "wanted-off": "Recording of the camera is switched off.",
  "wanted-continuous": "The camera is to be recorded all the time.",
  "wanted-manual": "Somebody had it recorded by hand[, since {from}].",
  "wanted-no-manual": "The camera is recorded by hand only, and nobody had started that.",
  "wanted-manual-unknown":
    "The camera is recorded by hand only; whether somebody had started that is not known any more.",
  "wanted-event":
    "The camera is recorded on events, and one asked for it: {type} from {from}[ to {to}][ ({camera})].",
  "wanted-no-event": "The camera is recorded on events, and none asked for it at this moment.",
  "wanted-event-unknown":
    "The camera is recorded on events; whether one asked for it is not known to your account.",
  "wanted-plugins": "Plugins have a say in what is recorded.",
  "wanted-plugins-then": "Plugins have a say in what is recorded; what they said then is not kept.",
  "storage-hidden": "Storage is shown to those who run the recorder.",
  "storage-none": "There is no volume to record to.",
  "storage-fine": "{fine} of {count} volumes take recordings.",
  "storage-bad": "{path}: {status}[. {said}]",
  "storage-was": "No trouble with a volume is noted for this moment.",
  "storage-was-bad": "{path}: {status}, from {from}[ to {to}].",
  recorded: "Recorded[ from {from}][ to {to}]: {reasons}.",
  "recorded-not": "Not recorded[ from {from}][ to {to}].",
  "recorded-not-kept":
    "Nothing from then is kept[; the oldest recording is of {oldest}]. Whether it was recorded is not known.",
  "recording-failed": "Recording failed from {from}[ to {to}][: {said}]",
  "recording-problem": "The recorder says: {said}",
  "detection-off": "The recorder does not look for anything in the camera's pictures.",
  "detection-none": "Detection is switched on, but none of its detectors is.",
  "detection-failed": "Detection does not work[: {said}]",
  "detection-waiting": "Detection has only begun, or waits for pictures.",
  "detection-on": "The recorder looks for: {types}.",
  "detection-slower":
    "Fewer pictures than usual are looked at: detection may not take more of the processor.",
  "detection-key-frames": "Only key frames are looked at: detection may not take more of the processor.",
  "detection-unread": "Drawn, but the detector does not read it: {rules}.",
  "rule-none": "No rule is about these events: without one all are armed.",
  "rule-about": "Rules about it: {rules}.",
  "rule-disabled": "The rule “{rule}” is switched off and says nothing.",
  "armed-everything": "The profile {profile} arms everything.",
  "armed-nothing": "The profile {profile} arms nothing.",
  "armed-always": "Exceptions are armed always.",
  "armed-all": "Everything of this camera is armed.",
  armed: "Armed: {types}.",
  "armed-not": "Not armed: {types}.",
  "armed-some": "Armed: {types}. Not armed: {others}.",
  "arm-profile-then": "The profile was {profile} then, as the audit log knows; it was changed at {changed}.",
  "arm-rule-on": "“{rule}” arms[, from {from}][ to {to}].",
  "arm-rule-profile": "“{rule}” does not count in the profile {profile}.",
  "arm-rule-schedule": "“{rule}” does not arm by its schedule[, from {from}][ to {to}].",
  "arm-holiday": "The day is the holiday “{holiday}”: that row of the schedule holds.",
  "arm-clock-forward": "Clocks go forward on that day: the hour that is left out does not count.",
  "arm-clock-back": "Clocks go back on that day: the hour that comes twice counts twice.",
  "linked-none": "No other camera's events record this one.",
  "linked-event": "A linked camera's event asked for recording: {type} ({camera}) from {from}[ to {to}].",
  "linked-not": "No event of the linked cameras at this moment ({cameras}).",
  "linked-unknown": "Whether a linked camera asked for recording is not known to your account.",
  event: "{type} from {from} to {to}.",
  "event-open": "{type} since {from}.",
  "event-none": "No event of the camera at this moment.",
  "event-not-kept": "Events from then are not kept any more.",
  "event-before": "The one before: {type} at {at}.",
  "event-after": "The one after: {type} at {at}.",
  "actions-no-event": "Without an event nothing follows.",
  "actions-no-rule": "No linkage rule is about it: nothing follows.",
  "actions-none": "Nothing is noted that was done because of it[; {count} linkage rules are about it].",
  "actions-done": "{count} actions were done because of it.",
  "actions-failed": "{failed} of {count} actions were not done.",
  "action-done": "{rule}: {action} was done[: {said}]",
  "action-failed": "{rule}: {action} failed[: {said}]",
  "action-expired": "{rule}: {action} would have been too late[: {said}]",
  "action-dropped": "{rule}: {action} was dropped, as too many waited[: {said}]",
  "rest-none": "No cool-down is set: an event may follow at once.",
  "rest-over": "A cool-down of {seconds} s is set; none was running.",
  "rest-on": "After the event before ({type}) its kind rests until {until}.",
  "rest-merge": "What begins again within {seconds} s belongs to the same event.",
  "why-hidden": "Your account does not see this.",
  "why-recording": "Recording, because of {reasons}.",
  "why-recorded": "Recorded, because of {reasons}.",
  "why-not-kept": "Not known: nothing from then is kept[, the oldest recording is of {oldest}].",
  "why-not-disabled": "Not recorded: the camera is switched off.",
  "why-not-off": "Not recorded: recording of the camera is switched off.",
  "why-not-offline": "Not recorded: the camera was offline[ ({fault})] from {from}[ to {to}].",
  "why-not-offline-now": "Not recorded: the camera is offline[ ({fault})][, since {since}].",
  "why-not-broken": "Not recorded[ from {from}][ to {to}]: the connection broke ({fault}).",
  "why-not-no-volume": "Not recorded: there is no volume to record to.",
  "why-not-storage": "Not recorded: no volume takes recordings ({path}: {status}).",
  "why-not-storage-then":
    "Not recorded, while a volume had trouble ({path}: {status}), from {from}[ to {to}].",
  "why-not-failed": "Not recorded: {said}",
  "why-not-manual": "Not recorded: the camera is recorded by hand only, and nobody had started that.",
  "why-not-event": "Not recorded: the camera is recorded on events, and none asked for it.",
  "why-not-changed":
    "Not recorded. Why is not known: settings[ were changed since, first at {changed}; those of then] are not kept.",
  "why-not-unknown": "Not recorded. Why is not known.",
  "why-event": "Event: {type} from {from} to {to}.",
  "why-event-open": "Event: {type} since {from}.",
  "why-event-not-kept": "Not known: events from then are not kept any more.",
  "why-no-event": "No event: nothing was seen, as far as is known.",
  "why-no-event-disabled": "No event: the camera is switched off.",
  "why-no-event-offline": "No event: the camera was offline[ ({fault})].",
  "why-no-event-profile": "No event: the profile {profile} arms nothing.",
  "why-no-event-unarmed": "No event: not armed ({types}).",
  "why-no-event-detection": "No event: the recorder looks for nothing at this camera.",
  "why-no-event-rest": "No event: after the one before ({type}) its kind rests until {until}.",
  "why-no-event-changed":
    "No event. Why is not known: settings[ were changed since, first at {changed}; those of then] are not kept.",
  "fault.wrong-password": "wrong password",
  "fault.auth-unsupported": "its way of signing in is not supported",
  "fault.host-not-found": "its name is not known in the network",
  "fault.connection-refused": "it refuses connections",
  "fault.host-unreachable": "its address is not reached",
  "fault.timed-out": "it does not answer",
  "fault.stalled": "it stopped sending",
  "fault.not-found": "it has no such stream",
  "fault.no-video": "it sends no picture",
  "fault.no-key-frame": "it sends no key frame",
  "fault.codec-unsupported": "its codec is not supported",
  "fault.protocol-error": "what it sends cannot be read",
  "fault.tls-failed": "encryption failed",
  "fault.closed-by-camera": "it closed the connection",
  "fault.too-many-sessions": "it has too many connections",
  "fault.redirect-refused": "it points to another device",
  "fault.memory-exhausted": "the recorder is short of memory",
  "fault.packet-loss": "packets are lost",
  "fault.server-error": "it reports an error of its own",
  "fault.session-ended": "the session ended",
  "fault.hole": "pictures are missing",
  "reason.continuous": "continuous recording",
  "reason.manual": "recording by hand",
  "reason.event": "an event",
  "reason.motion": "motion",
  "reason.alarm": "an alarm",
  "reason.motion-or-alarm": "motion or an alarm",
  "reason.motion-and-alarm": "motion and an alarm",
  "reason.pos": "a till",
  "status.full": "full",
  "status.offline": "not there",
  "status.slow": "too slow",
  "status.error": "faulty",
  "status.mismatch": "another volume than before",
  "status.read-only": "read-only",
  "status.unknown": "not looked at yet",
};

/** Facts that are moments. */
export const MOMENT_FACTS: ReadonlySet<string> = new Set([
  ...["at", "from", "to", "since", "until", "oldest", "changed"],
]);

/** The sentence in English. Moments are in the recorder's zone; those of the day in question without their date. */
export function sentenceOf({ code, context = {} }: Said, atMs: number, timeZone: string): string {
  const text = SENTENCES[code] ?? code;
  const day = localMoment(atMs, timeZone).slice(0, 10);
  const word = (name: string): string => {
    const value = String(context[name]);
    if (!MOMENT_FACTS.has(name)) return wordOf(name, value);
    const moment = localMoment(Date.parse(value), timeZone);
    return moment.startsWith(day) ? moment.slice(11) : moment;
  };
  // Split first: facts may hold brackets themselves.
  const parts = text.split(/(\[[^\]]*\])/).map((part) => {
    const inner = part.startsWith("[") ? part.slice(1, -1) : part;
    const names = [...inner.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
    if (part.startsWith("[") && names.some((name) => context[name] === undefined)) return "";
    return inner.replace(/\{(\w+)\}/g, (whole, name: string) =>
      context[name] === undefined ? whole : word(name),
    );
  });
  return parts.join("");
}

function wordOf(name: string, value: string): string {
  switch (name) {
    case "fault":
      return SENTENCES[`fault.${value}`] ?? value;
    case "status":
      return SENTENCES[`status.${value}`] ?? value;
    case "reasons":
      return value
        .split(",")
        .map((one) => SENTENCES[`reason.${one}`] ?? one)
        .join(", ");
    case "type":
    case "types":
    case "others":
      return value
        .split(",")
        .map((one) => (isEventType(one) ? eventType(one).name : one))
        .join(", ");
    default:
      return value;
  }
}

/** 2026-11-29 10:02:13 */
function localMoment(ms: number, timeZone: string): string {
  return new Intl.DateTimeFormat("sv-SE", {
    timeZone,
    ...{ year: "numeric", month: "2-digit", day: "2-digit" },
    ...{ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
  }).format(ms);
}
