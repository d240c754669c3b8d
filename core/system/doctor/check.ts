// What `nightjar doctor` says of each thing that it looked at, and how findings are made.

export const CHECK_RESULTS = ["ok", "notice", "warning", "error"] as const;
export type CheckResult = (typeof CHECK_RESULTS)[number];

/** One thing that was looked at. */
export interface Check {
  /** Stable name for scripts: `node`, `ffmpeg`, `volume` … (docs/guide/doctor.md lists them). */
  readonly id: string;
  readonly result: CheckResult;
  /** What was found, in an English sentence. */
  readonly message: string;
  /** Which sentence that is, for interfaces in other languages; with its facts. A problem of a running recorder has its own. */
  readonly code: string;
  readonly facts?: Facts;
  /** The file, folder, port or setting that it is about. */
  readonly where?: string;
  /** What to do, unless all is well. */
  readonly advice?: string;
  readonly adviceCode?: string;
  readonly adviceFacts?: Facts;
  /** What to type for that, where one command does it. */
  readonly command?: string;
}

/** What a sentence is filled with. */
export type Facts = Readonly<Record<string, string | number>>;

/** A sentence, by its code and its facts; the text is the English one. */
export interface Said {
  readonly code: string;
  readonly facts: Facts;
  readonly text: string;
}

/**
 * A sentence with `{name}` where a fact stands. Each code has one sentence, and both are written out where it is said: a test
 * looks for the codes in the sources, and for their sentences in the other languages.
 */
export function said(code: string, sentence: string, facts: Facts = {}): Said {
  const text = sentence.replace(/\{(\w+)\}/g, (place, name: string) => String(facts[name] ?? place));
  return { code, facts, text };
}

/** What goes with a finding besides its sentence. */
export interface CheckDetail {
  readonly where?: string;
  readonly advice?: Said;
  readonly command?: string;
}

/** All is well with `id`. */
export function ok(id: string, found: Said, where?: string): Check {
  return { id, result: "ok", ...spoken(found), ...(where === undefined ? {} : { where }) };
}

/** Something is to be said of `id`. */
export function finding(
  id: string,
  result: Exclude<CheckResult, "ok">,
  found: Said,
  { where, advice, command }: CheckDetail,
): Check {
  return {
    ...{ id, result, ...spoken(found) },
    ...(where === undefined ? {} : { where }),
    ...(advice === undefined ? {} : { advice: advice.text, adviceCode: advice.code }),
    ...(advice === undefined || isEmpty(advice.facts) ? {} : { adviceFacts: advice.facts }),
    ...(command === undefined ? {} : { command }),
  };
}

function spoken({ code, facts, text }: Said): Pick<Check, "message" | "code" | "facts"> {
  return { message: text, code, ...(isEmpty(facts) ? {} : { facts }) };
}

function isEmpty(facts: Facts): boolean {
  return Object.keys(facts).length === 0;
}

/** The worst result among checks: what an exit code is made of. */
export function worstResult(checks: readonly Check[]): CheckResult {
  let worst = 0;
  for (const check of checks) worst = Math.max(worst, CHECK_RESULTS.indexOf(check.result));
  return CHECK_RESULTS[worst] ?? "ok";
}

/** An error as a part of a sentence. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A path as a word that a shell takes as it is. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
