// What of the contract is to go: a plugin that uses it is named in the log, once per start and member, and goes on working
// (docs/guide/plugins.md, "Versions of the contract"). Whatever has @deprecated in the contract stands here as well.
import type { Log } from "../../log.ts";
import type { Nvr } from "./define-plugin.ts";

/** A member of what `setup` is handed that is to go. */
export interface Deprecation {
  /** Below `nvr`: `refreshCameras`, `hooks.cameraAdded`, `timers.every`. */
  readonly member: string;
  /** What takes its place, in a sentence. */
  readonly instead: string;
  /** The version that will be without it. */
  readonly gone: string;
}

/** Everything that is to go; nothing is. */
export const DEPRECATIONS: readonly Deprecation[] = [];

/** The same `nvr`, which says in `log` when a plugin reaches for what is to go. */
export function withDeprecations(nvr: Nvr, log: Log, all: readonly Deprecation[] = DEPRECATIONS): Nvr {
  if (all.length === 0) return nvr;
  const told = new Set<string>();
  const watched: Record<string, unknown> = { ...nvr };
  for (const { member, instead, gone } of all) {
    const path = member.split(".");
    const last = path.pop() ?? member;
    let holder = watched;
    for (const step of path) {
      const inner = { ...(holder[step] as Record<string, unknown>) };
      holder[step] = inner;
      holder = inner;
    }
    const value = holder[last];
    Object.defineProperty(holder, last, {
      enumerable: true,
      get() {
        if (!told.has(member)) {
          told.add(member);
          log.warn("a plugin uses what is to go", { member: `nvr.${member}`, gone, instead });
        }
        return value;
      },
    });
  }
  return watched as unknown as Nvr;
}
