// Calls of registered entries, wherever the plugin runs: copies in, copies out, a time limit, and a word to whoever
// counts. The core's rooms hold guarded entries only.
import type { NightjarError } from "../../errors.ts";
import { plainCopy } from "./plain-copy.ts";
import { type EntryParts, REGISTRIES, type RegistryEntries, type RegistryName } from "./registries.ts";
import { faultOf } from "./tap-guard.ts";
import { withTimeLimit } from "./time-limit.ts";

/** Who is told of calls. */
export interface CallWatch {
  /** A call of `what` is over; `fault` when it threw or ran out of time. */
  called(plugin: string, durationMs: number, what: string, fault: NightjarError | undefined): void;
}

/** Puts an entry together again out of its parts, each call guarded. */
export function guardedEntry<Name extends RegistryName>(
  registry: Name,
  plugin: string,
  { card, calls }: EntryParts,
  watch: CallWatch,
): RegistryEntries[Name] {
  const { title, limitMs } = REGISTRIES[registry];
  const entry: Record<string, unknown> = { ...card };
  for (const [name, call] of Object.entries(calls)) {
    const what = `${title} ${card.id}, ${name}`;
    entry[name] = async (...args: unknown[]): Promise<unknown> => {
      const begin = performance.now();
      let fault: NightjarError | undefined;
      try {
        const copies = args.map((arg) => (isContext(arg) ? arg : plainCopy(arg, what)));
        const answer = Promise.resolve(call(...copies));
        return plainCopy(await withTimeLimit(answer, limitMs, what), what);
      } catch (error) {
        fault = faultOf(error, what);
        throw error;
      } finally {
        watch.called(plugin, performance.now() - begin, what, fault);
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
