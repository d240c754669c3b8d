// What is wrong, in the viewer's language: code and facts of the recorder become a sentence of problems/<language>.json.
// A code that is not known here (plugins bring their own) is shown in the recorder's own words. The rules:
// `CODE.case` goes before `CODE`; `{name}` is a fact; what stands in [brackets] is left out where one of its facts is
// missing; a text that ends with a colon is followed by the recorder's own sentence, which says more.
import { signal } from "@preact/signals";
import type { Language } from "./languages.ts";
import { asSentence } from "./sentence.ts";

export type Facts = Readonly<Record<string, string | number>>;
type Texts = Readonly<Record<string, string>>;

/** What the recorder says of something that is wrong. */
export interface ToldProblem {
  readonly code?: string | undefined;
  readonly context?: Facts | undefined;
  /** The recorder's own sentence. */
  readonly sentence: string;
}

export interface ProblemText {
  readonly text: string;
  /** The recorder's own words, where they say more. */
  readonly detail?: string;
}

const LOADERS: Readonly<Record<Language, () => Promise<Texts>>> = {
  en: async () => (await import("./problems/en.json")).default,
  de: async () => (await import("./problems/de.json")).default,
  zh: async () => (await import("./problems/zh.json")).default,
  es: async () => (await import("./problems/es.json")).default,
};

const texts = signal<Texts>({});

/** Loads the texts of a language. Until they are there, the recorder's own words stand in. */
export async function loadProblemTexts(language: Language): Promise<void> {
  texts.value = await LOADERS[language]();
}

/** What is shown of a problem. Components that call this re-render when the language changes. */
export function problemText(problem: ToldProblem): ProblemText {
  return textFrom(texts.value, problem);
}

/** The same in one line, for lists and tooltips. */
export function problemLine(problem: ToldProblem): string {
  const { text, detail } = problemText(problem);
  return detail === undefined ? text : `${text} ${detail}`;
}

/** The same from given texts. Pure. */
export function textFrom(known: Texts, { code, context = {}, sentence }: ToldProblem): ProblemText {
  const own = asSentence(sentence);
  const words = code === undefined ? undefined : wordsFor(known, code, context["case"]);
  const text = words === undefined ? undefined : withFacts(words, context);
  if (text === undefined) return { text: own };
  return /[:：]$/.test(text) && own !== "" ? { text, detail: own } : { text: text.replace(/[:：]$/, ".") };
}

function wordsFor(known: Texts, code: string, which: string | number | undefined): string | undefined {
  const byCase = which === undefined ? undefined : ownText(known, `${code}.${which}`);
  return byCase ?? ownText(known, code);
}

function ownText(known: Texts, key: string): string | undefined {
  return Object.hasOwn(known, key) ? known[key] : undefined;
}

/** Fills the places of a text; a part in brackets goes where one of its facts is missing. Undefined: another one is. */
function withFacts(text: string, facts: Facts): string | undefined {
  let whole = "";
  // Split first: what comes from the recorder may hold brackets itself.
  for (const part of text.split(/(\[[^\]]*\])/)) {
    const isOptional = part.startsWith("[");
    const inner = isOptional ? part.slice(1, -1) : part;
    const isKnown = [...inner.matchAll(/\{(\w+)\}/g)].every(([, name = ""]) => Object.hasOwn(facts, name));
    if (!isKnown && !isOptional) return undefined;
    if (isKnown) whole += inner.replace(/\{(\w+)\}/g, (_place, name: string) => String(facts[name]));
  }
  return whole;
}
