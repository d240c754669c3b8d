// A camera's settings of detection: what holds where nothing is set, how the API tells them, what a change makes of them. Pure.
import type { LoadFigures } from "../analysis/protocol.ts";
import type { DetectionConfig, DetectorSettingsConfig } from "../config/camera-config.ts";
import type { DeepReadonly } from "../config/config-store.ts";
import type { DetectionPatch, DetectionView } from "../http/detection-schemas.ts";
import type { Detector } from "../plugin/contract/detector.ts";

export const DEFAULT_SENSITIVITY = 50;

/** What is set of one detector at one camera. */
export type Settings = DeepReadonly<DetectorSettingsConfig>;

/** At which pace a camera is looked at, and why. */
export function paceOf(
  isIdle: boolean,
  step: LoadFigures["step"],
): NonNullable<DetectionView["state"]["pace"]> {
  if (step === 2) return "key-frames";
  return isIdle ? "idle" : step === 1 ? "slower" : "all";
}

/** Detectors that come with Nightjar look unless they are switched off, others when they are switched on. */
export function isEnabled(set: Settings | undefined, isBundled: boolean): boolean {
  return set?.enabled ?? isBundled;
}

/** Ids of rules that a detector makes nothing of: of a kind that it does not read, or a region without room in it. */
export function unreadRules(set: Settings | undefined, ruleKinds: Detector["ruleKinds"] = []): string[] {
  const isRead = ({ kind, points }: NonNullable<Settings["rules"]>[number]): boolean =>
    ruleKinds.includes(kind) && (kind === "line" || points.length >= 3);
  return (set?.rules ?? []).filter((rule) => !isRead(rule)).map(({ id }) => id);
}

/** What is set of a detector at a camera, as the API tells it. */
export function shown(
  source: string,
  set: Settings | undefined,
  isBundled: boolean,
): Pick<DetectionView["detectors"][number], "detector" | "enabled" | "sensitivity" | "area" | "rules"> {
  return {
    detector: source,
    enabled: isEnabled(set, isBundled),
    sensitivity: set?.sensitivity ?? DEFAULT_SENSITIVITY,
    ...(set?.area === undefined ? {} : { area: { ...set.area } }),
    ...(set?.rules === undefined
      ? {}
      : { rules: structuredClone(set.rules) as NonNullable<DetectorSettingsConfig["rules"]> }),
  };
}

/** A camera's settings after a change. */
export function changed(
  present: DeepReadonly<DetectionConfig> | undefined,
  { enabled, detectors = {} }: DetectionPatch,
): DetectionConfig {
  const next = structuredClone(present ?? { enabled: false, detectors: {} }) as DetectionConfig;
  if (enabled !== undefined) next.enabled = enabled;
  for (const [name, { area, ...rest }] of Object.entries(detectors)) {
    const settings = { ...next.detectors[name], ...rest } as DetectorSettingsConfig;
    if (area === null) delete settings.area;
    else if (area !== undefined) settings.area = area;
    next.detectors[name] = settings;
  }
  return next;
}
