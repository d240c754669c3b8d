// What a page or section asks the recorder for when it opens: the answer, why there is none, and asking again, by itself where
// the recorder was away.
import { useEffect, useRef, useState } from "preact/hooks";
import { AskAgain } from "./ask-again.ts";

/** Something that was asked for. */
export interface Asked<T = unknown> {
  /** Undefined until it is there; the last one while it is asked for again. */
  readonly answer: T | undefined;
  readonly error: unknown;
  /** Forgets the error and asks once more. */
  readonly retry: () => void;
}

export interface Answered<T> extends Asked<T> {
  /** Asks again, with what is known on show meanwhile. */
  readonly load: () => void;
  /** Takes what another call has answered. */
  readonly put: (answer: T) => void;
}

/** Asks when the component appears and when `inputs` change; what comes too late for them is not shown. */
export function useAnswer<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  inputs: readonly unknown[] = [],
): Answered<T> {
  const [answer, put] = useState<{ readonly value: T } | undefined>(undefined);
  const [error, setError] = useState<unknown>();
  const asked = useRef<AbortController | undefined>(undefined);
  const again = useRef<AskAgain | undefined>(undefined);
  again.current ??= new AskAgain();
  const { current: askAgain } = again;
  const load = (): void => {
    askAgain.stop();
    asked.current?.abort();
    const mine = new AbortController();
    asked.current = mine;
    ask(mine.signal).then(
      (value) => {
        if (mine.signal.aborted) return;
        askAgain.succeeded();
        put({ value });
        setError(undefined);
      },
      (thrown: unknown) => {
        if (mine.signal.aborted) return;
        setError(thrown);
        askAgain.failed(thrown, load);
      },
    );
  };
  useEffect(() => {
    load();
    return () => {
      askAgain.stop();
      asked.current?.abort();
    };
  }, inputs);
  return {
    answer: answer?.value,
    error,
    load,
    put: (value) => put({ value }),
    retry: () => {
      setError(undefined);
      load();
    },
  };
}
