// The detector: says when a scene has become brighter than it was, as a lamp that is switched on. Replace it by something that
// knows more; what it shows is how pictures come, how state is kept by watch, and how events begin and end.
import type { Detector, DetectorReport, DetectorWatch } from "@nightjar/core";
import { type CameraOptions, cameraOptions } from "./config.ts";

/** Levels of 255 by which it must be brighter, at a sensitivity of 100 and for each step less. */
const LEAST_LEVELS = 10;
const LEVELS_PER_STEP = 0.5;
/** What was before is forgotten by this share with each picture. */
const FORGET = 0.02;

interface Watched {
  readonly settings: DetectorWatch["settings"];
  usual: number | undefined;
  brightSinceMs: number | undefined;
  isOpen: boolean;
}

/** Makes the detector. What it keeps is kept by watch: one for each camera that is looked at. */
export function detector(): Detector {
  const watches = new Map<string, Watched>();
  return {
    id: "template",
    displayName: "Template",
    eventTypes: ["scene-change"],
    frames: { width: 64, height: 36, perSecond: 2 },
    configSchema: cameraOptions,
    async begin({ watch, settings }) {
      watches.set(watch, { settings, usual: undefined, brightSinceMs: undefined, isOpen: false });
    },
    async look({ watch, frame }, { luma }) {
      const watched = watches.get(watch);
      // Without a picture there is nothing to see; what was open stays so.
      if (watched === undefined || frame === undefined || watched.settings.sensitivity === 0) return [];
      return step(watched, meanOf(luma), frame.timeMs);
    },
    async end({ watch }) {
      watches.delete(watch);
    },
  };
}

function step(watched: Watched, brightness: number, timeMs: number): DetectorReport[] {
  const { sensitivity, options } = watched.settings;
  watched.usual ??= brightness;
  const isBright = brightness - watched.usual > LEAST_LEVELS + LEVELS_PER_STEP * (100 - sensitivity);
  if (!isBright) {
    watched.usual += (brightness - watched.usual) * FORGET;
    watched.brightSinceMs = undefined;
    if (!watched.isOpen) return [];
    watched.isOpen = false;
    return [{ kind: "end", type: "scene-change", timeMs }];
  }
  watched.brightSinceMs ??= timeMs;
  const lasted = timeMs - watched.brightSinceMs >= 1_000 * (options as CameraOptions).afterSeconds;
  if (watched.isOpen || !lasted) return [];
  watched.isOpen = true;
  return [{ kind: "start", type: "scene-change", timeMs: watched.brightSinceMs, detail: { brightness } }];
}

function meanOf(luma: Uint8Array): number {
  let sum = 0;
  for (const value of luma) sum += value;
  return Math.round(sum / luma.length);
}
