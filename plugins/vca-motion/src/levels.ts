// From sensitivity to levels, by day and by night. Pure.
import type { MotionLevels } from "./motion-model.ts";

const KEENEST: MotionLevels = { threshold: 5, share: 0.04 };
const DULLEST: MotionLevels = { threshold: 48, share: 0.6 };
/** The dark is noisy. */
const NIGHT_FACTOR = 1.4;
/** Mean brightness below which it is night, and above which it is day again. */
const NIGHT_BELOW = 45;
const DAY_ABOVE = 60;

/** What a sensitivity of 1 to 100 means; each step changes it by the same share. */
export function levelsOf(sensitivity: number, isNight: boolean): MotionLevels {
  const keenness = Math.min(100, Math.max(0, sensitivity)) / 100;
  const between = (dull: number, keen: number): number => dull * (keen / dull) ** keenness;
  const threshold = between(DULLEST.threshold, KEENEST.threshold) * (isNight ? NIGHT_FACTOR : 1);
  return { threshold: Math.round(threshold), share: between(DULLEST.share, KEENEST.share) };
}

/** Whether it is night, by the picture's mean brightness and whether it was night before. */
export function isDark(brightness: number, was: boolean): boolean {
  return brightness < (was ? DAY_ABOVE : NIGHT_BELOW);
}
