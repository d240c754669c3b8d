// The detector: one model and one run of events for each camera that is looked at.
import type { Detector, DetectorAnswer, DetectorWatch } from "@nightjar/core";
import { Activity } from "./activity.ts";
import { type MotionOptions, motionOptions } from "./config.ts";
import { type Blob, CELLS } from "./grid.ts";
import { isDark, levelsOf } from "./levels.ts";
import { MotionEvents } from "./motion-events.ts";
import { MotionModel } from "./motion-model.ts";
import { type CameraPictures, PictureStore } from "./picture-store.ts";
import type { PixelKernel } from "./pixel-kernel.ts";
import { plainKernel } from "./plain-kernel.ts";
import { type Regions, regionsOf } from "./regions.ts";
import { simdKernel } from "./simd-kernel.ts";

export const FRAMES = { width: 320, height: 180, perSecond: 5, idlePerSecond: 0.5 } as const;
/** Pictures so far apart stand for several: all rows learn from each. */
const SPARSE_MS = 700;
/** Pictures further apart than this belong to different scenes. */
const GAP_MS = 10_000;

/** The events of one region, or of what lies in none (bit 0). */
interface Run {
  readonly bit: number;
  readonly events: MotionEvents;
}

interface Watched {
  readonly settings: DetectorWatch["settings"];
  readonly options: MotionOptions;
  readonly runs: readonly Run[];
  readonly activity: Activity;
  readonly pictures: CameraPictures;
  readonly model: MotionModel;
  isNight: boolean;
  lastMs: number | undefined;
}

/** Makes the detector, on the quickest kernel that there is unless one is given. */
export function motionDetector(kernel: PixelKernel = simdKernel() ?? plainKernel()): Detector {
  const store = new PictureStore(kernel, FRAMES.width, FRAMES.height);
  const watches = new Map<string, Watched>();
  return {
    id: "motion",
    displayName: "Motion",
    eventTypes: ["motion"],
    frames: FRAMES,
    answersAtOnce: true,
    ruleKinds: ["region"],
    configSchema: motionOptions,
    async begin({ watch, settings }) {
      watches.get(watch)?.pictures.close();
      const pictures = store.take();
      const options = settings.options as MotionOptions;
      const regions = regionsOf(settings.rules);
      watches.set(watch, {
        settings,
        options,
        runs: runsOf(regions, options.outsideRegions !== false),
        activity: new Activity(),
        pictures,
        model: new MotionModel(pictures, settings.area, regions.bits),
        isNight: false,
        lastMs: undefined,
      });
    },
    look({ watch, frame }, { luma }) {
      const watched = watches.get(watch);
      if (watched === undefined) return [];
      return frame === undefined ? over(watched) : look(watched, luma, frame.timeMs);
    },
    async end({ watch }) {
      watches.get(watch)?.pictures.close();
      watches.delete(watch);
    },
  };
}

function look(watched: Watched, luma: Uint8Array, timeMs: number): DetectorAnswer[] {
  const { settings, options, runs, activity, lastMs } = watched;
  const answers: DetectorAnswer[] = [];
  if (lastMs !== undefined && (timeMs < lastMs || timeMs - lastMs > GAP_MS)) {
    watched.model.forget();
    activity.forget();
    answers.push(...over(watched));
  }
  const isSparse = lastMs !== undefined && timeMs - lastMs >= SPARSE_MS;
  watched.lastMs = timeMs;
  const sensitivity = watched.isNight
    ? (options.nightSensitivity ?? settings.sensitivity)
    : settings.sensitivity;
  if (sensitivity === 0) return answers;
  const seen = watched.model.look(luma, levelsOf(sensitivity, watched.isNight), isSparse);
  watched.isNight =
    options.profile === "auto" ? isDark(seen.brightness, watched.isNight) : options.profile === "night";
  const blobs = seen.blobs.filter((blob) => fits(blob, options));
  const told = activity.take(seen.moved, timeMs);
  if (told !== undefined) answers.push(told);
  // What was not in the picture before has come at some time between: the middle is wrong by half of it at most.
  const sinceMs = isSparse ? (lastMs + timeMs) / 2 : timeMs;
  for (const { bit, events } of runs) {
    const own = blobs.filter(({ regions }) => (bit === 0 ? regions === 0 : (regions & bit) !== 0));
    answers.push(...events.take(own, timeMs, watched.isNight, sinceMs));
  }
  // Between key frames nobody can say when it began, or whether it stays.
  if (
    answers.length === 0 &&
    (seen.moved !== undefined || seen.isUpset || runs.some(({ events }) => events.isOpen))
  )
    answers.push({ kind: "wake" });
  return answers;
}

function runsOf({ all }: Regions, outside: boolean): Run[] {
  const runs = all.map((region) => ({ bit: region.bit, events: new MotionEvents(region) }));
  return outside || runs.length === 0 ? [...runs, { bit: 0, events: new MotionEvents() }] : runs;
}

function over({ runs }: Watched): DetectorAnswer[] {
  return runs.flatMap(({ events }) => events.over());
}

function fits({ cells }: Blob, { smallestPercent, largestPercent }: MotionOptions): boolean {
  const percent = (100 * cells) / CELLS;
  return percent >= smallestPercent && percent <= largestPercent;
}
