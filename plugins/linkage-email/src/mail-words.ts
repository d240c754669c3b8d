// What is said in a mail: the words of a rule with what happened in the place of `{…}`. Nothing else is looked for in them, and
// what is put in is not looked through again.
import type { LinkageRequest } from "@nightjar/core";
import { oneLine } from "./mime.ts";

const WORD_LIMIT = 200;
const OBJECTS_SHOWN = 10;
const PLACE = /\{([a-z]+)\}/g;

/** What of an event words can name. */
export type EventWords = Readonly<Record<string, string>>;

type Told = Pick<LinkageRequest, "event" | "rule" | "cameraName" | "recorderName" | "timeZone">;

/** The words for an event. */
export function eventWords({ event, rule, cameraName, recorderName, timeZone }: Told): EventWords {
  const at = (time: string | undefined): string =>
    time === undefined ? "" : momentText(Date.parse(time), timeZone);
  const words: Record<string, string | undefined> = {
    type: typeText(event.type),
    severity: event.severity,
    camera: cameraName ?? event.camera,
    time: at(event.start),
    end: at(event.end),
    objects: objectsText(event.objects.map((one) => one.class)),
    subject: event.subject,
    rule: rule.name,
    recorder: recorderName,
    id: String(event.id),
  };
  return Object.fromEntries(
    Object.entries(words).map(([name, text = ""]) => [name, oneLine(text).slice(0, WORD_LIMIT)]),
  );
}

/** Puts the words in. A line all of whose words are empty is left out, in a text of several lines. */
export function filledIn(template: string, words: EventWords): string {
  const lines = template.split(/\r\n|\r|\n/);
  const known = (name: string): boolean => Object.hasOwn(words, name);
  return lines
    .filter((line) => {
      const named = [...line.matchAll(PLACE)].map(([, name = ""]) => name).filter(known);
      return lines.length === 1 || named.length === 0 || named.some((name) => words[name] !== "");
    })
    .map((line) =>
      line.replaceAll(PLACE, (whole, name: string) => (known(name) ? (words[name] ?? "") : whole)),
    )
    .join("\n");
}

/** The subject: no empty mark at its end where the event is of no camera. */
export function subjectText(template: string, words: EventWords, isTest: boolean): string {
  const filled = oneLine(filledIn(template, words)).replace(/[\s:,;–-]+$/u, "");
  return `${isTest ? "Test: " : ""}${filled === "" ? (words["type"] ?? "") : filled}`;
}

/** One line of a digest. */
export function digestLine(words: EventWords): string {
  return [
    words["time"],
    words["type"],
    words["camera"],
    words["objects"] && `(${words["objects"]})`,
    words["subject"],
  ]
    .filter((word) => word !== undefined && word !== "")
    .join("  ");
}

/** `2026-11-29 12:30:05 (Europe/Berlin)`. */
export function momentText(timeMs: number, timeZone: string): string {
  if (!Number.isFinite(timeMs)) return "";
  const format = new Intl.DateTimeFormat("sv-SE", {
    timeZone,
    dateStyle: "short",
    timeStyle: "medium",
  });
  return `${format.format(timeMs)} (${timeZone})`;
}

/** `line-crossing` → `Line crossing`. */
function typeText(type: string): string {
  const text = type.replaceAll("-", " ");
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/** `person, 2 × car`. */
function objectsText(classes: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const one of classes) counts.set(one, (counts.get(one) ?? 0) + 1);
  const all = [...counts].map(([name, count]) => (count === 1 ? name : `${count} × ${name}`));
  return all.slice(0, OBJECTS_SHOWN).join(", ");
}
