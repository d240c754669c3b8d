// Holds a plugin back until those that it declares in `after` are set up, at each of its starts. One that fails, is left
// alone, or takes too long does not hold it for ever, and is named in the log of the plugin that waited.
import type { Clock } from "../../clock.ts";
import type { Log } from "../../log.ts";
import type { HostedStatus } from "./hosted-plugin.ts";

/** Longer than a process may take to set a plugin up; whoever is tried again and again, or waits in turn, takes longer. */
export const AFTER_PATIENCE_MS = 20_000;

/** What is asked of a plugin that comes before another. */
export interface Predecessor {
  readonly status: HostedStatus;
  /** Why it does not run. */
  readonly reason: string | undefined;
  /** Resolves as soon as it neither is being set up nor is about to be tried again. */
  settled(): Promise<void>;
}

/** True while it is not clear whether it will run: it is being set up, or about to be tried again. */
export function isComing(status: HostedStatus): boolean {
  return status === "starting" || status === "restarting";
}

/** What waits for a plugin to be settled. */
export class SettledWaiters {
  readonly #waiting: (() => void)[] = [];

  /** To be called whenever its status is another. */
  changed(status: HostedStatus): void {
    if (isComing(status)) return;
    for (const go of this.#waiting.splice(0)) go();
  }

  /** Resolves at once where `status`, its present one, is settled, else with a later call of `changed`. */
  wait(status: HostedStatus): Promise<void> {
    return isComing(status) ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve();
  }
}

/**
 * Resolves when all of `after` that are present are settled, when the patience has run out, or when `signal` is aborted.
 * `predecessor` gives undefined for one that is absent or switched off: nobody waits for that.
 */
export async function untilSetUp(
  after: readonly string[],
  predecessor: (name: string) => Predecessor | undefined,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  signal: AbortSignal,
): Promise<void> {
  const waiting = after.filter((name) => isComing(predecessor(name)?.status ?? "stopped"));
  if (waiting.length > 0 && !signal.aborted) {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        timer.cancel();
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = clock.after(AFTER_PATIENCE_MS, done);
      signal.addEventListener("abort", done, { once: true });
      void Promise.all(waiting.map((name) => predecessor(name)?.settled())).then(done);
    });
  }
  if (signal.aborted) return;
  for (const name of after) {
    const { status, reason } = predecessor(name) ?? { status: "running" };
    if (status === "running") continue;
    const facts = { after: name, status, ...(reason === undefined ? {} : { reason }) };
    log.warn("a plugin is set up without one that comes before it", facts);
  }
}
