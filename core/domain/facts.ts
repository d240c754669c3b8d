// The plain facts of a sentence for people (host, path, seconds), which travel beside it so that it can be said in
// other languages too. `case` tells apart what one code stands for.

/** Facts by name. Never secrets. */
export type Facts = Readonly<Record<string, string | number>>;

/** A code with its facts, as they stand beside a sentence. */
export interface Worded {
  /** Stable name of what is wrong. */
  readonly code: string;
  readonly context?: Facts;
}

const CASE = /^[a-z0-9][a-z0-9-]{0,39}$/;
const FACTS_LIMIT = 12;
const FACT_CHARACTERS = 400;
const NAME_CHARACTERS = 40;

/**
 * What may leave the recorder of an error's context: only what `sentence`, which is told anyway, says itself, and the
 * `case`. So no fact tells more than the sentence. Undefined where nothing is left.
 */
export function toldFacts(context: Readonly<Record<string, unknown>>, sentence: string): Facts | undefined {
  const told: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(context)) {
    if (name.length > NAME_CHARACTERS) continue;
    if (typeof value !== "string" && (typeof value !== "number" || !Number.isFinite(value))) continue;
    const text = String(value);
    const isCase = name === "case" && CASE.test(text);
    if (!isCase && (text === "" || text.length > FACT_CHARACTERS || !sentence.includes(text))) continue;
    told[name] = value;
    if (Object.keys(told).length >= FACTS_LIMIT) break;
  }
  return Object.keys(told).length === 0 ? undefined : told;
}

/** The facts that stand beside a sentence as a part of another object: `{ context }`, or nothing. */
export function plainFacts({ context }: { readonly context?: Facts | undefined }): {
  readonly context?: Record<string, string | number>;
} {
  return context === undefined || Object.keys(context).length === 0 ? {} : { context: { ...context } };
}

/** What {@link toldFacts} leaves, as a part of an object: `{ context }`, or nothing. */
export function contextOf(
  context: Readonly<Record<string, unknown>>,
  sentence: string,
): { readonly context?: Facts } {
  const told = toldFacts(context, sentence);
  return told === undefined ? {} : { context: told };
}
