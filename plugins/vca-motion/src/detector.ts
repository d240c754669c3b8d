// The detector: one model and one run of events for each camera that is looked at.
import type { Detector, DetectorReport, DetectorWatch } from "@nightjar/core";
import { type MotionOptions, motionOptions } from "./config.ts";
import { type Blob, CELLS } from "./grid.ts";
import { isDark, levelsOf } from "./levels.ts";
import { MotionEvents } from "./motion-events.ts";
import { MotionModel } from "./motion-model.ts";

export const FRAMES = { width: 320, height: 180, perSecond: 5 } as const;
/** Pictures further apart than this belong to different scenes. */
const GAP_MS = 10_000;

interface Watched {
  readonly settings: DetectorWatch["settings"];
  readonly options: MotionOptions;
  readonly events: MotionEvents;
  model: MotionModel;
  isNight: boolean;
  lastMs: number | undefined;
}

/** Makes the detector. */
export function motionDetector(): Detector {
  const watches = new Map<string, Watched>();
  return {
    id: "motion",
    displayName: "Motion",
    eventTypes: ["motion"],
    frames: FRAMES,
    configSchema: motionOptions,
    async begin({ watch, settings }) {
      watches.set(watch, {
        settings,
        options: settings.options as MotionOptions,
        events: new MotionEvents(),
        model: modelOf(settings),
        isNight: false,
        lastMs: undefined,
      });
    },
    async look({ watch, frame }, { luma }) {
      const watched = watches.get(watch);
      if (watched === undefined) return [];
      return frame === undefined ? watched.events.over() : look(watched, luma, frame.timeMs);
    },
    async end({ watch }) {
      watches.delete(watch);
    },
  };
}

function modelOf(settings: DetectorWatch["settings"]): MotionModel {
  return new MotionModel(FRAMES.width, FRAMES.height, settings.area);
}

function look(watched: Watched, luma: Uint8Array, timeMs: number): DetectorReport[] {
  const { settings, options, events, lastMs } = watched;
  const reports: DetectorReport[] = [];
  if (lastMs !== undefined && (timeMs < lastMs || timeMs - lastMs > GAP_MS)) {
    watched.model = modelOf(settings);
    reports.push(...events.over());
  }
  watched.lastMs = timeMs;
  const sensitivity = watched.isNight
    ? (options.nightSensitivity ?? settings.sensitivity)
    : settings.sensitivity;
  if (sensitivity === 0) return reports;
  const seen = watched.model.look(luma, levelsOf(sensitivity, watched.isNight));
  watched.isNight =
    options.profile === "auto" ? isDark(seen.brightness, watched.isNight) : options.profile === "night";
  const blobs = seen.blobs.filter((blob) => fits(blob, options));
  return [...reports, ...events.take(blobs, timeMs, watched.isNight)];
}

function fits({ cells }: Blob, { smallestPercent, largestPercent }: MotionOptions): boolean {
  const percent = (100 * cells) / CELLS;
  return percent >= smallestPercent && percent <= largestPercent;
}
