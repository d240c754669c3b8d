// The state of a form that keeps what is typed as a draft of this tab until it is saved or given up.
import { useState } from "preact/hooks";
import { dropDraft, keepDraft, readDraft } from "./drafts.ts";

export interface Draft<T> {
  readonly value: T;
  /** Something was typed that is not saved. */
  readonly isUnsaved: boolean;
  readonly put: (value: T) => void;
  /** It was saved, or is given up: `value` is what holds then. */
  readonly settle: (value: T) => void;
}

/** `plain` leaves secrets out of what is kept. A draft of what does not hold any more is none: saved, it would undo what others set. */
export function useDraft<T>(name: string, initial: T, plain: (value: T) => T = (value) => value): Draft<T> {
  const base = JSON.stringify(plain(initial));
  const [state, setState] = useState<{ readonly value: T; readonly isUnsaved: boolean }>(() => {
    const kept = readDraft(name, { base, value: initial });
    return kept?.base === base
      ? { value: kept.value, isUnsaved: true }
      : { value: initial, isUnsaved: false };
  });
  return {
    ...state,
    put: (value) => {
      setState({ value, isUnsaved: true });
      keepDraft(name, { base, value: plain(value) });
    },
    settle: (value) => {
      setState({ value, isUnsaved: false });
      dropDraft(name);
    },
  };
}
