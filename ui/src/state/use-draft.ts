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

/** `plain` leaves secrets out of what is kept. */
export function useDraft<T>(name: string, initial: T, plain: (value: T) => T = (value) => value): Draft<T> {
  const [state, setState] = useState<{ readonly value: T; readonly isUnsaved: boolean }>(() => {
    const kept = readDraft(name, initial);
    return kept === undefined ? { value: initial, isUnsaved: false } : { value: kept, isUnsaved: true };
  });
  return {
    ...state,
    put: (value) => {
      setState({ value, isUnsaved: true });
      keepDraft(name, plain(value));
    },
    settle: (value) => {
      setState({ value, isUnsaved: false });
      dropDraft(name);
    },
  };
}
