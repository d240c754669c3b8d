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
  /** Takes what another call has answered, or the recorder has told: an answer that is under way may be older, and is asked for anew. */
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
  const isAsking = useRef(false);
  const again = useRef<AskAgain | undefined>(undefined);
  again.current ??= new AskAgain();
  const { current: askAgain } = again;
  const load = (): void => {
    askAgain.stop();
    asked.current?.abort();
    const mine = new AbortController();
    asked.current = mine;
    isAsking.current = true;
    ask(mine.signal).then(
      (value) => {
        if (mine.signal.aborted) return;
        isAsking.current = false;
        askAgain.succeeded();
        put({ value });
        setError(undefined);
      },
      (thrown: unknown) => {
        if (mine.signal.aborted) return;
        isAsking.current = false;
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
    put: (value) => {
      put({ value });
      if (isAsking.current) load();
    },
    retry: () => {
      setError(undefined);
      load();
    },
  };
}

/**
 * Asks again so long after each answer, in ms, while there is something to follow; not at all without `afterMs`. One that is
 * slow to come is waited for: asking on the beat would take each back before it is there.
 */
export function useLookAgain(
  { load, error }: Pick<Answered<unknown>, "load" | "error">,
  afterMs: number | undefined,
): void {
  const isFollowing = afterMs !== undefined && error === undefined;
  useEffect(() => {
    if (!isFollowing) return undefined;
    const timer = setTimeout(load, afterMs);
    return () => clearTimeout(timer);
  }, [isFollowing, afterMs, load]);
}
