// What the steps have in common: facts of a sentence without what is not known, and what becomes of a setting of today when
// the moment is a past one.
import type { Facts } from "../domain/facts.ts";
import type { ExplainStep, ExplainStepName, Said } from "./explanation.ts";
import type { ExplainFacts, Stretch } from "./facts.ts";

/** A sentence; facts that are undefined are left out. */
export function said(
  code: string,
  context: Readonly<Record<string, string | number | undefined>> = {},
): Said {
  const known = Object.entries(context).filter((entry): entry is [string, string | number] => {
    return entry[1] !== undefined && entry[1] !== "";
  });
  return known.length === 0 ? { code } : { code, context: Object.fromEntries(known) satisfies Facts };
}

/** A moment as facts carry it. */
export function iso(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

/** `{from, to}` as facts carry them. */
export function fromTo({ fromMs, toMs }: Partial<Stretch>) {
  return { from: iso(fromMs), to: iso(toMs) };
}

/** A list as one fact. */
export function listed(names: readonly string[]): string {
  return names.join(",");
}

/** What a step is made of; without `notes` it has none. */
export type StepParts = Omit<ExplainStep, "step" | "notes" | keyof Said> & {
  readonly is: Said;
  readonly notes?: readonly (Said | undefined)[];
};

export function stepOf(step: ExplainStepName, { is, notes = [], ...rest }: StepParts): ExplainStep {
  return { step, ...rest, ...is, notes: notes.filter((note) => note !== undefined) };
}

/** False where a setting of today says nothing sure of a past moment: it was changed since, or nobody knows whether. */
export function isSettled({ isNow, changes }: ExplainFacts, changedMs: number | undefined): boolean {
  return isNow || (changes.isWhole && changedMs === undefined);
}

/** A step that goes by settings: of a past moment they are those of today, and unknown where they were changed since. */
export function stepOfSettings(
  facts: ExplainFacts,
  changedMs: number | undefined,
  step: ExplainStepName,
  parts: StepParts,
): ExplainStep {
  if (facts.isNow) return stepOf(step, parts);
  const note =
    changedMs !== undefined
      ? said("changed-since", { changed: iso(changedMs) })
      : facts.changes.isWhole
        ? undefined
        : said("changes-unknown");
  const state = isSettled(facts, changedMs) ? parts.state : "unknown";
  return stepOf(step, { ...parts, state, todays: true, notes: [...(parts.notes ?? []), note] });
}
