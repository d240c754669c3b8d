// Which rules an event concerns. Pure.

import type { DeepReadonly } from "../config/config-store.ts";
import type { LinkageRule } from "../config/linkage-config.ts";
import type { HookEvent } from "../plugin/contract/hook-data.ts";

/** True if the rule is about this event at this moment of it, with this arming profile in force. */
export function isAbout(
  rule: DeepReadonly<LinkageRule>,
  event: HookEvent,
  at: "start" | "end",
  profile: string,
): boolean {
  if (rule.enabled === false || (rule.at ?? "start") !== at) return false;
  return (
    names(rule.types, event.type) &&
    names(rule.severities, event.severity) &&
    names(rule.cameras, event.camera) &&
    names(rule.detectorRules, event.rule) &&
    names(rule.profiles, profile)
  );
}

/** An empty list, as none, means whichever. */
function names(list: readonly string[] | undefined, value: string | undefined): boolean {
  return list === undefined || list.length === 0 || (value !== undefined && list.includes(value));
}
