// What each of doctor's checks is about, in the viewer's words: by its id (docs/guide/doctor.md), and what it found and advises,
// by the code of the sentence. A test finds ids and codes without. The English ones are the recorder's own.
import { signal } from "@preact/signals";
import type { DoctorCheck } from "../../api/health-types.ts";
import type { Language } from "../../locale/languages.ts";
import { type MessageKey, t } from "../../locale/messages.ts";
import { problemLine, type ToldProblem, textFrom } from "../../locale/problem-text.ts";
import { asSentence } from "../../locale/sentence.ts";
import { withoutSubject, wordedCode } from "../../locale/told-reasons.ts";

type Texts = Readonly<Record<string, string>>;

const LOADERS: Partial<Record<Language, () => Promise<Texts>>> = {
  de: async () => (await import("../../locale/doctor/de.json")).default,
  es: async () => (await import("../../locale/doctor/es.json")).default,
  zh: async () => (await import("../../locale/doctor/zh.json")).default,
};
const texts = signal<Texts>({});

/** Loads the sentences of a language, once the page is there. */
export async function loadDoctorTexts(language: Language): Promise<void> {
  texts.value = (await LOADERS[language]?.()) ?? {};
}

/** What was found. */
export function foundText(check: DoctorCheck): string {
  const { id, code, facts, message } = check;
  // What a running recorder complains of has the codes that it has everywhere.
  if (id === "recorder" && !Object.hasOwn(texts.value, code)) return complaintText(check);
  return sentenceOf(texts.value, { code, facts, sentence: message });
}

/** A complaint of the recorder's in the words that it has on all pages, behind what it is about. */
export function complaintText(
  { code, facts, message }: Pick<DoctorCheck, "code" | "facts" | "message">,
  inWords: (problem: ToldProblem) => string = problemLine,
): string {
  const subject = facts?.["subject"];
  const own = typeof subject === "string" ? withoutSubject(message, subject) : message;
  const line = inWords({ code: wordedCode(code, facts), context: facts, sentence: own });
  return own === message ? line : `${subject}: ${line}`;
}

/** What to do about it. */
export function adviceText({ adviceCode: code, adviceFacts: facts, advice = "" }: DoctorCheck): string {
  return sentenceOf(texts.value, { code, facts, sentence: advice });
}

/** Pure. What the recorder's own words say more, as a reason, is among the facts. */
export function sentenceOf(
  known: Texts,
  said: {
    readonly code: string | undefined;
    readonly facts: DoctorCheck["facts"];
    readonly sentence: string;
  },
): string {
  const { code, facts, sentence } = said;
  return asSentence(textFrom(known, { code, context: facts, sentence }).text);
}

export const CHECK_TEXT: Readonly<Record<string, MessageKey>> = {
  access: "doctor.about.access",
  recorder: "doctor.about.recorder",
  node: "doctor.about.node",
  memory: "doctor.about.memory",
  "open-files": "doctor.about.open-files",
  config: "doctor.about.config",
  "time-zone": "doctor.about.time-zone",
  ffmpeg: "doctor.about.ffmpeg",
  "ffmpeg-setting": "doctor.about.ffmpeg-setting",
  "ffmpeg-old": "doctor.about.ffmpeg-old",
  "ffmpeg-codecs": "doctor.about.ffmpeg-codecs",
  "plugin-bounds": "doctor.about.plugin-bounds",
  sandbox: "doctor.about.sandbox",
  "plugin-walls": "doctor.about.plugin-walls",
  database: "doctor.about.database",
  "database-file": "doctor.about.database-file",
  data: "doctor.about.data",
  "data-in-checkout": "doctor.about.data-in-checkout",
  "data-mode": "doctor.about.data-mode",
  "private-file": "doctor.about.private-file",
  "secrets-key": "doctor.about.secrets-key",
  "data-owner": "doctor.about.data-owner",
  "file-system": "doctor.about.file-system",
  "gpio-chip": "doctor.about.gpio-chip",
  "gpio-tools": "doctor.about.gpio-tools",
  volume: "doctor.about.volume",
  "volume-space": "doctor.about.volume-space",
  "volume-speed": "doctor.about.volume-speed",
  clock: "doctor.about.clock",
  port: "doctor.about.port",
  certificate: "doctor.about.certificate",
  plugin: "doctor.about.plugin",
};

/** An id in words; one that is not known yet as it is. */
export function checkText(id: string): string {
  const key = Object.hasOwn(CHECK_TEXT, id) ? CHECK_TEXT[id] : undefined;
  return key === undefined ? id : t(key);
}
