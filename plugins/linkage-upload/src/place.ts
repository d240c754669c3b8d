// Where files of an event go, and what they are called. What stands for something is made harmless: a camera that is called
// `../../etc` is a folder of that camera and no way out of the target's. Pure.
import type { LinkageRequest } from "@nightjar/core";

const LONGEST_WORD = 60;
const MOST_STEPS = 12;
const WORDS = ["recorder", "camera", "type", "rule", "date", "year", "month", "day", "hour"] as const;

/** Of a rule's folder: relative, no step is `.` or `..`, only words that are known in braces. */
export const FOLDER_PATTERN = `^(?!/)(?!.*(?:^|/)\\.\\.?(?:/|$))(?:[^\\u0000-\\u001f\\u007f\\\\{}]|\\{(?:${WORDS.join("|")})\\})*$`;

/** What is uploaded because of one event. */
export interface Place {
  /** Steps from the target's folder down; none holds a slash. */
  readonly folder: readonly string[];
  /** Of the event's file and, with a moment of its own, of a picture. */
  name(ending: string, atMs?: number): string;
}

/** Where the files of a request go, by the folder that its rule names. */
export function placeOf(
  { event, rule, recorderName, timeZone, isTest }: LinkageRequest,
  folder: string,
): Place {
  const startMs = Date.parse(event.start) || 0;
  const { year, month, day, hour } = partsOf(startMs, timeZone);
  const words: Readonly<Record<(typeof WORDS)[number], string>> = {
    recorder: recorderName,
    // An id, as the recorder made it: a name of a person's changes.
    camera: event.camera ?? "recorder",
    type: event.type,
    rule: rule.name,
    date: `${year}-${month}-${day}`,
    year,
    month,
    day,
    hour,
  };
  const steps = folder
    .split("/")
    .map((step) =>
      safeName(
        step.replaceAll(/\{(\w+)\}/g, (_, word: string) => safeName(words[word as keyof typeof words] ?? "")),
      ),
    )
    .filter((step) => step !== "");
  const mark = isTest ? "test_" : "";
  // One that is made up has none that anybody could look for.
  const number = event.id > 0 ? `_${event.id}` : "";
  return {
    folder: steps.slice(0, MOST_STEPS),
    name: (ending, atMs = startMs) =>
      `${mark}${momentOf(atMs, timeZone)}_${safeName(event.type)}${number}.${ending}`,
  };
}

/** One step of a path, whatever it was: letters and digits of all languages, and a few marks; never empty dots. */
export function safeName(text: string): string {
  return (
    text
      .normalize("NFC")
      .replaceAll(/[^\p{L}\p{N}\p{M} ._@+()=,-]+/gu, "_")
      .slice(0, LONGEST_WORD)
      .toWellFormed()
      .replaceAll("\ufffd", "_")
      // Windows forgets dots and blanks at the end, everybody hides what begins with a dot.
      .replaceAll(/^[ .]+|[ .]+$/g, "")
  );
}

/** `2026-01-05_13-00-00-500`, in the recorder's time zone: sorts, and can stand in a name everywhere. */
function momentOf(atMs: number, timeZone: string): string {
  const { year, month, day, hour, minute, second } = partsOf(atMs, timeZone);
  const millis = String(Math.trunc(((atMs % 1_000) + 1_000) % 1_000)).padStart(3, "0");
  return `${year}-${month}-${day}_${hour}-${minute}-${second}-${millis}`;
}

type Part = "year" | "month" | "day" | "hour" | "minute" | "second";

function partsOf(atMs: number, timeZone: string): Readonly<Record<Part, string>> {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).formatToParts(atMs);
  return Object.fromEntries(parts.map(({ type, value }) => [type, value])) as Record<Part, string>;
}
