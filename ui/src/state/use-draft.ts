// The state of a form that keeps what is typed as a draft of this tab until it is saved or given up, also where what it was
// made of has changed meanwhile: the form says so then (`parts/outdated-note.tsx`), and either of the two can be taken.
import { useState } from "preact/hooks";
import { dropDraft, keepDraft, readDraft } from "./drafts.ts";

export interface Draft<T> {
  /** What is typed, or what holds while nothing is. */
  readonly value: T;
  /** It differs from what holds. */
  readonly isUnsaved: boolean;
  /** What holds is not what it was when typing began: somebody else has changed it, and saving would undo that. */
  readonly isOutdated: boolean;
  readonly put: (value: T) => void;
  /** It was saved, or is given up: `value` is what holds then. */
  readonly settle: (value: T) => void;
  /** Of an outdated one: what is typed stays, as a change of what holds now. */
  readonly keepMine: () => void;
  /** Of an outdated one: what holds is shown; the answer puts back what was typed. */
  readonly takeTheirs: () => () => void;
}

export interface DraftRules<T> {
  /** Leaves secrets out of what is kept. */
  readonly plain?: (value: T) => T;
  /** Names of parts that may be missing, or be made otherwise than those that hold: optional ones, and one of several kinds. */
  readonly free?: readonly string[];
  /** What else it is made of: the draft is outdated as well when that changes. */
  readonly of?: unknown;
  /** It makes something new: nobody else can have changed that. */
  readonly isNew?: boolean;
}

export interface Typed<T> {
  readonly value: T;
  /** What held when typing began, as text. */
  readonly base: string;
  /** Saved or given up: holds as long as its base does. */
  readonly isSettled?: boolean;
}

/** The draft under that name, of what holds (`initial`). */
export function useDraft<T>(name: string, initial: T, rules: DraftRules<T> = {}): Draft<T> {
  const { plain = (value) => value, free = [], isNew = false } = rules;
  const base = baseOf(initial, rules);
  const [typed, setTyped] = useState<Typed<T> | undefined>(() => openDraft(name, initial, { plain, free }));
  const now = shownDraft(typed, initial, base);
  const begin = now.isUnsaved ? (typed?.base ?? base) : base;
  const keep = (value: T, from: string): void => {
    const isAsHeld = draftText(value) === draftText(initial);
    setTyped(isAsHeld ? undefined : { value, base: from });
    if (isAsHeld) dropDraft(name);
    else keepDraft(name, { base: from, value: plain(value) });
  };
  return {
    value: now.value,
    isUnsaved: now.isUnsaved,
    isOutdated: now.isUnsaved && !isNew && begin !== base,
    put: (value) => keep(value, begin),
    settle: (value) => {
      setTyped({ value, base, isSettled: true });
      dropDraft(name);
    },
    keepMine: () => keep(now.value, base),
    takeTheirs: () => {
      setTyped(undefined);
      dropDraft(name);
      return () => keep(now.value, base);
    },
  };
}

/** What a form shows of what was typed. While nothing is, it follows what holds. */
export function shownDraft<T>(
  typed: Typed<T> | undefined,
  initial: T,
  base: string,
): { readonly value: T; readonly isUnsaved: boolean } {
  if (typed === undefined || (typed.isSettled === true && typed.base !== base))
    return { value: initial, isUnsaved: false };
  const isUnsaved = typed.isSettled !== true && draftText(typed.value) !== draftText(initial);
  return { value: typed.value, isUnsaved };
}

/** What was kept under that name; undefined if nothing was, or if it is as what holds. */
export function openDraft<T>(
  name: string,
  initial: T,
  rules: Pick<DraftRules<T>, "plain" | "free"> = {},
  store?: Parameters<typeof readDraft>[3],
): Typed<T> | undefined {
  const { plain = (value) => value, free = [] } = rules;
  const kept = readDraft(name, { base: "", value: initial }, free, store);
  return kept === undefined || draftText(kept.value) === draftText(plain(initial)) ? undefined : kept;
}

/** What a draft is made of, as a text to compare. */
export function baseOf<T>(initial: T, rules: Pick<DraftRules<T>, "plain" | "of"> = {}): string {
  const { plain = (value) => value } = rules;
  return draftText(rules.of === undefined ? plain(initial) : [plain(initial), rules.of]);
}

/**
 * A value as a text to compare: the order of names does not count, nor whether a part without a value is missing, undefined,
 * null, an empty text or an empty list: forms write the one, the recorder the other.
 */
export function draftText(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) => {
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    const named = Object.entries(part).filter(([, each]) => !isNothing(each));
    return Object.fromEntries(named.sort(([left], [right]) => (left < right ? -1 : 1)));
  });
}

function isNothing(value: unknown): boolean {
  return (
    value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)
  );
}
