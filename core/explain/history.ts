// What the audit log knows of settings at a past moment: whether they were changed since, which arming profile was in force,
// and whether somebody had started recording by hand. Pure.
import type { LateActs } from "../db/tables/audit-table.ts";
import type { ExplainFacts } from "./facts.ts";

/** What is looked for in the audit log. */
export const HISTORY_ACTS = [
  "camera-added",
  "camera-changed",
  "detection-changed",
  "arming-changed",
  "arming-rules-changed",
  "linkage-changed",
  "manual-recording-started",
  "manual-recording-stopped",
  "config-edited",
  "settings-imported",
  "settings-import-taken-back",
] as const;

/** With it all settings may have become others. */
const IMPORTS: ReadonlySet<string> = new Set(["settings-imported", "settings-import-taken-back"]);
/** Parts of a camera that decide here; its name and address do not. */
const DECIDING: ReadonlySet<unknown> = new Set(["enabled", "record"]);

export interface PastSettings {
  readonly changes: ExplainFacts["changes"];
  /** The arming profile of then, where it was changed since. */
  readonly profile?: { readonly id: string; readonly changedMs: number };
  readonly isLinkageOld: boolean;
  readonly manual: ExplainFacts["manual"];
}

/** Reads it. */
export function pastSettings({ acts, sinceMs }: LateActs, atMs: number): PastSettings {
  const later = acts.filter((act) => act.atMs > atMs);
  const first = (isIt: (act: (typeof acts)[number]) => boolean) =>
    later.find((act) => IMPORTS.has(act.action) || isIt(act))?.atMs;
  const isWhole = sinceMs === undefined || sinceMs <= atMs;
  const switched = later.find(({ action }) => action === "arming-changed");
  const before = switched?.detail["before"];
  return {
    changes: {
      isWhole,
      cameraMs: first(({ action, detail }) => action === "camera-added" || isDeciding(action, detail)),
      detectionMs: first(({ action }) => action === "detection-changed" || action === "camera-added"),
      rulesMs: first((act) => act.action === "arming-rules-changed" || isEditOf("alarms", act)),
    },
    ...(switched === undefined || typeof before !== "string"
      ? {}
      : { profile: { id: before, changedMs: switched.atMs } }),
    isLinkageOld:
      isWhole && first((act) => act.action === "linkage-changed" || isEditOf("linkage", act)) === undefined,
    manual: manualAt(acts, atMs, sinceMs === undefined),
  };
}

/** True for an edit of config.json by hand that changed that part; cameras have entries of their own. */
function isEditOf(part: string, { action, detail: { changed } }: LateActs["acts"][number]): boolean {
  return action === "config-edited" && Array.isArray(changed) && changed.includes(part);
}

function isDeciding(action: string, { changed }: Readonly<Record<string, unknown>>): boolean {
  return action === "camera-changed" && Array.isArray(changed) && changed.some((name) => DECIDING.has(name));
}

function manualAt(acts: LateActs["acts"], atMs: number, isAll: boolean): ExplainFacts["manual"] {
  const last = acts.findLast((act) => act.atMs <= atMs && act.action.startsWith("manual-recording-"));
  if (last === undefined) return isAll ? { isOn: false } : undefined;
  if (last.action === "manual-recording-stopped") return { isOn: false };
  const until = last.detail["until"];
  const isOver = typeof until === "string" && Date.parse(until) <= atMs;
  return isOver ? { isOn: false } : { isOn: true, fromMs: last.atMs };
}
