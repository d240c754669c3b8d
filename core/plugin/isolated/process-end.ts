// How a plugin's process ended, in a sentence: by its exit code, its signal, and the last that it wrote.
import { unwrapped } from "./confinement.ts";

/** V8 says so on standard error before it aborts. */
const OUT_OF_HEAP = /heap out of memory|Reached heap limit/;
/** The message of an uncaught error is the line that names it. */
const UNCAUGHT = /^(?:Uncaught )?([A-Z][A-Za-z]*(?:Error|Exception)\b.*)$/m;
const TOLD_CHARACTERS = 300;

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Another program stood around it, which tells of its end as shells do. */
  readonly isWrapped: boolean;
  readonly stderr: string;
  readonly heapLimitMb: number;
}

/** The end in words. */
export function describeEnd({ stderr, heapLimitMb, isWrapped, ...end }: ProcessEnd): string {
  const { code, signal } = isWrapped ? unwrapped(end.code, end.signal) : end;
  if (code === 0) return "it ended by itself";
  if (OUT_OF_HEAP.test(stderr)) return `it used up its ${heapLimitMb} MB of memory`;
  const how = signal === null ? `it ended with code ${code ?? "unknown"}` : `it was ended by ${signal}`;
  const told = UNCAUGHT.exec(stderr)?.[1];
  return told === undefined ? how : `${how}: ${told.slice(0, TOLD_CHARACTERS)}`;
}
