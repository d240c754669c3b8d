// What is said: the words of a rule with what happened in the place of `{…}`, in the language of the device. What is put in is not
// looked through again. Pure.
import type { LinkageRequest } from "@nightjar/core";
import type { Device } from "./device-book.ts";
import { eventWord } from "./event-words.ts";
import { type Language, OWN_WORDS } from "./languages.ts";

const WORD_LIMIT = 100;
const TITLE_LIMIT = 150;
const TEXT_LIMIT = 400;
const PLACE = /\{([a-z]+)\}/g;

/** What a device is shown. More fields may come. */
export interface Notice {
  readonly title: string;
  readonly text: string;
  /** Of notices that replace each other: those of one event. */
  readonly tag: string;
  readonly timeMs: number;
  /** What opens, below the interface's own address. */
  readonly page: string;
  readonly language: Language;
  readonly isTest?: true;
  /** The account may acknowledge this event, and what the button is called. */
  readonly acknowledge?: { readonly event: number; readonly text: string };
}

/** What is shown because of an event. */
export function noticeOf(
  request: LinkageRequest,
  words: { readonly title: string; readonly text: string },
  { language, mayAcknowledge }: { readonly language: Language; readonly mayAcknowledge: boolean },
): Notice {
  const { event, isTest } = request;
  const timeMs = Date.parse(event.start) || 0;
  const known = wordsOf(request, timeMs, language);
  const title = filled(words.title, known).replace(/[\s:,;–-]+$/u, "") || (known["type"] ?? "");
  // What somebody tries, or a flow has made up, is no event of the recorder's.
  const isKept = !isTest && event.id > 0;
  return {
    title: cut(isTest ? `${OWN_WORDS[language].test}: ${title}` : title, TITLE_LIMIT),
    text: cut(filled(words.text, known), TEXT_LIMIT),
    tag: isTest ? "test" : `event-${event.id}`,
    timeMs,
    page: isKept ? `events?event=${event.id}` : "events",
    language,
    ...(isTest ? { isTest } : {}),
    ...(isKept && mayAcknowledge
      ? { acknowledge: { event: event.id, text: OWN_WORDS[language].acknowledge } }
      : {}),
  };
}

/** What is shown to somebody who tries a device. */
export function testNotice({ name, language }: Pick<Device, "name" | "language">, nowMs: number): Notice {
  const { test, testText } = OWN_WORDS[language];
  const title = cut(`${test}: ${oneLine(name)}`, TITLE_LIMIT);
  return { title, text: testText, tag: "test", timeMs: nowMs, page: "account", language, isTest: true };
}

function wordsOf(
  { event, rule, cameraName, recorderName, timeZone }: LinkageRequest,
  timeMs: number,
  language: Language,
): Readonly<Record<string, string>> {
  const { locale, severities } = OWN_WORDS[language];
  const words: Record<string, string | undefined> = {
    type: eventWord(event.type, language),
    severity: Object.hasOwn(severities, event.severity)
      ? severities[event.severity as keyof typeof severities]
      : event.severity,
    camera: cameraName ?? event.camera,
    time: new Intl.DateTimeFormat(locale, { timeZone, dateStyle: "short", timeStyle: "medium" }).format(
      timeMs,
    ),
    objects: [...new Set(event.objects.map((one) => one.class))].slice(0, 10).join(", "),
    subject: event.subject,
    rule: rule.name,
    recorder: recorderName,
  };
  return Object.fromEntries(
    Object.entries(words).map(([name, text = ""]) => [name, cut(oneLine(text), WORD_LIMIT)]),
  );
}

function filled(template: string, words: Readonly<Record<string, string>>): string {
  return template
    .replaceAll(PLACE, (whole, name: string) => (Object.hasOwn(words, name) ? (words[name] ?? "") : whole))
    .trim();
}

/** No control codes, and none that turn the direction of what follows. */
function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
    .trim();
}

/** Not through the middle of a letter. */
function cut(text: string, most: number): string {
  return text
    .slice(0, most)
    .toWellFormed()
    .replace(/\ufffd$/u, "");
}
