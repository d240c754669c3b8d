// One act of a form or dialog at a time: whether it is going on, and why the last one failed.
import { useState } from "preact/hooks";

export interface Act {
  /** It goes on: the button that asks for it waits. */
  readonly busy: boolean;
  /** Why the last one failed; undefined while the next one goes on. */
  readonly error: unknown;
  /** Does it. Resolves when it is over, however it ends. */
  act(work: () => Promise<unknown>): Promise<void>;
  /** What went wrong elsewhere, or nothing any more. */
  setError(error: unknown): void;
}

export function useAct(): Act {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const act = async (work: () => Promise<unknown>): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await work();
    } catch (thrown) {
      setError(thrown);
    }
    setBusy(false);
  };
  return { busy, error, act, setError };
}
