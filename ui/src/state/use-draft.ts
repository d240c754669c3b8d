// The state of a form that keeps what is typed as a draft of this tab until it is saved or given up.
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
}

export interface DraftRules<T> {
  /** Leaves secrets out of what is kept. */
  readonly plain?: (value: T) => T;
  /**
   * Gives a draft back although what it was made of does not hold any more; the form says so by `isOutdated`. Without it such
   * a draft is none: saved, it would undo what others have set.
   */
  readonly keepsOutdated?: boolean;
}

interface Typed<T> {
  readonly value: T;
  readonly isUnsaved: boolean;
  /** What held when typing began, as text. */
  readonly base: string;
}

/** The draft under that name, of what holds (`initial`). */
export function useDraft<T>(name: string, initial: T, rules: DraftRules<T> = {}): Draft<T> {
  const { plain = (value) => value, keepsOutdated = false } = rules;
  const base = textOf(plain(initial));
  const [typed, setTyped] = useState<Typed<T> | undefined>(() =>
    openDraft(name, initial, base, keepsOutdated),
  );
  // While nothing is typed, the form follows what holds.
  const now = typed === undefined || (!typed.isUnsaved && typed.base !== base) ? undefined : typed;
  return {
    value: now === undefined ? initial : now.value,
    isUnsaved: now?.isUnsaved === true,
    isOutdated: now?.isUnsaved === true && now.base !== base,
    put: (value) => {
      const from = now?.isUnsaved === true ? now.base : base;
      setTyped({ value, isUnsaved: textOf(value) !== textOf(initial), base: from });
      if (textOf(plain(value)) === base) dropDraft(name);
      else keepDraft(name, { base: from, value: plain(value) });
    },
    settle: (value) => {
      setTyped({ value, isUnsaved: false, base });
      dropDraft(name);
    },
  };
}

/** What was kept under that name; undefined if nothing was, or if it is as what holds. */
export function openDraft<T>(
  name: string,
  initial: T,
  base: string,
  keepsOutdated: boolean,
  store?: Parameters<typeof readDraft>[2],
): Typed<T> | undefined {
  const kept = readDraft(name, { base, value: initial }, store);
  if (kept === undefined || textOf(kept.value) === base) return undefined;
  return kept.base === base || keepsOutdated ? { ...kept, isUnsaved: true } : undefined;
}

function textOf(value: unknown): string {
  return JSON.stringify(value);
}
