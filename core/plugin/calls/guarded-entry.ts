// Calls of registered entries, wherever the plugin runs: copies in, copies out, a time limit, and a word to whoever
// counts. The core's rooms hold guarded entries only.
import type { NightjarError } from "../../errors.ts";
import { plainCopy } from "./plain-copy.ts";
import { type EntryParts, REGISTRIES, type RegistryEntries, type RegistryName } from "./registries.ts";
import { faultOf } from "./tap-guard.ts";
import { withTimeLimit } from "./time-limit.ts";

/** What a call of an entry, or of a tap, cost. */
export interface CallFigures {
  readonly durationMs: number;
  /** Until the plugin first waited: so long it kept the loop that it was called from. */
  readonly holdMs: number;
  /** What was called, for messages; needed where there is a fault. */
  readonly what?: string;
  /** It threw or ran out of time. */
  readonly fault?: NightjarError | undefined;
}

/** Who is told of calls. */
export interface CallWatch {
  /** A call is over. */
  called(plugin: string, call: CallFigures): void;
}

/** Puts an entry together again out of its parts, each call guarded. */
export function guardedEntry<Name extends RegistryName>(
  registry: Name,
  plugin: string,
  { card, calls }: EntryParts,
  watch: CallWatch,
): RegistryEntries[Name] {
  const { title, limitMs, atOnce } = REGISTRIES[registry] as (typeof REGISTRIES)[Name] & {
    readonly atOnce?: readonly string[];
  };
  const entry: Record<string, unknown> = { ...card };
  for (const [name, call] of Object.entries(calls)) {
    const what = `${title} ${card.id}, ${name}`;
    const ask = (args: readonly unknown[]): unknown =>
      call(...args.map((arg) => (isContext(arg) ? arg : plainCopy(arg, what))));
    const guarded = async (begin: number, asked: () => unknown): Promise<unknown> => {
      let fault: NightjarError | undefined;
      let holdMs: number | undefined;
      try {
        const answer = asked();
        holdMs = performance.now() - begin;
        return plainCopy(await withTimeLimit(Promise.resolve(answer), limitMs, what), what);
      } catch (error) {
        fault = faultOf(error, what);
        throw error;
      } finally {
        const durationMs = performance.now() - begin;
        watch.called(plugin, { durationMs, holdMs: holdMs ?? durationMs, what, fault });
      }
    };
    entry[name] =
      atOnce?.includes(name) !== true
        ? (...args: unknown[]) => guarded(performance.now(), () => ask(args))
        : (...args: unknown[]) => {
            const begin = performance.now();
            try {
              const answer = ask(args);
              if (isLater(answer)) return guarded(begin, () => answer);
              const copy = plainCopy(answer, what);
              const durationMs = performance.now() - begin;
              watch.called(plugin, { durationMs, holdMs: durationMs, what });
              return copy;
            } catch (error) {
              return guarded(begin, () => {
                throw error;
              });
            }
          };
  }
  return entry as unknown as RegistryEntries[Name];
}

/** True for what a call carries besides data: its signal, and what hangs on it. */
export function isContext(arg: unknown): arg is { readonly signal: AbortSignal } {
  return (
    typeof arg === "object" && arg !== null && (arg as { signal?: unknown }).signal instanceof AbortSignal
  );
}

function isLater(answer: unknown): boolean {
  return typeof (answer as { then?: unknown } | null | undefined)?.then === "function";
}
