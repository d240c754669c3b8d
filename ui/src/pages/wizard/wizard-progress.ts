// What the wizard may propose and change, by how far it has come: it proposes only what nobody has chosen yet, and sets
// limits of no camera but the demo, since what is older than a new limit is deleted. Pure.
import type { RecorderSettings } from "../../api/health-types.ts";
import type { Camera } from "../../api/types.ts";

export type WizardStep = RecorderSettings["wizardStep"];
type Progress = Pick<RecorderSettings, "wizardDone" | "wizardStep">;

const STEPS = ["zone", "storage", "camera"] as const satisfies readonly WizardStep[];

/** Whichever of two steps comes later: going back to one forgets nothing of what was chosen in those behind it. */
export function furtherStep(left: WizardStep, right: WizardStep): WizardStep {
  return STEPS.indexOf(left) > STEPS.indexOf(right) ? left : right;
}

/** True as long as nobody has chosen anything in a step; afterwards it shows what holds. */
export function isUntouched(progress: Progress, step: WizardStep): boolean {
  return !progress.wizardDone && STEPS.indexOf(progress.wizardStep) <= STEPS.indexOf(step);
}

/** How long recordings are kept, and with which sound and most bytes. */
export interface KeepRules {
  readonly retentionDays: number | null;
  readonly quotaBytes: number | null;
  readonly audio: boolean;
}

/**
 * What the step of storage changes of the cameras that are there: the demo alone, whose small limit of bytes stays. The
 * others have limits of their own, and shorter ones are set where the camera is named, not by a wizard that was left open.
 */
export function demoChanges(
  cameras: readonly Pick<Camera, "id" | "driver">[],
  { retentionDays, audio }: KeepRules,
): { readonly id: string; readonly record: Omit<KeepRules, "quotaBytes"> }[] {
  return cameras
    .filter(({ driver }) => driver === "demo")
    .map(({ id }) => ({ id, record: { retentionDays, audio } }));
}
