// The detector for video tampering: covered, sprayed, dark.
import type { Detector, DetectorAnswer, DetectorReport } from "@nightjar/core";
import { type TamperOptions, tamperOptions } from "./config.ts";
import { factsOf } from "./picture-facts.ts";
import { type Tampering, TamperModel } from "./tamper-model.ts";

const FRAMES = { width: 320, height: 180, perSecond: 2, idlePerSecond: 0.5 } as const;
/** The longest time between two pictures of which half may count: it began somewhere between the last good one and the first other. */
const LONGEST_GAP_MS = 2_750;
/** Well again for so long, it is over. */
const OVER_MS = 1_500;
const WAKE: DetectorAnswer = { kind: "wake" };

interface Watched {
  readonly keenness: number;
  readonly options: TamperOptions;
  readonly model: TamperModel;
  /** Since when it has been so without a break. */
  sinceMs: number | undefined;
  lastMs: number;
  lastPictureMs: number | undefined;
  /** The last picture that was well, and no doubt about it. */
  lastGoodMs: number | undefined;
  isOpen: boolean;
}

/** Makes the detector. */
export function tamperDetector(): Detector {
  const watches = new Map<string, Watched>();
  return {
    id: "tamper",
    displayName: "Video tampering",
    eventTypes: ["tamper"],
    frames: FRAMES,
    configSchema: tamperOptions,
    async begin({ watch, settings }) {
      watches.set(watch, {
        keenness: settings.sensitivity / 100,
        options: settings.options as TamperOptions,
        model: new TamperModel(settings.area),
        sinceMs: undefined,
        lastMs: 0,
        lastPictureMs: undefined,
        lastGoodMs: undefined,
        isOpen: false,
      });
    },
    async look({ watch, frame }, { luma }) {
      const watched = watches.get(watch);
      // Without a picture nothing can be said: video loss has its own detector.
      if (watched === undefined || frame === undefined || watched.keenness === 0) return [];
      const facts = factsOf(luma, frame.width, frame.height);
      const { timeMs } = frame;
      const sinceMs = timeMs - (watched.lastPictureMs ?? timeMs);
      watched.lastPictureMs = timeMs;
      const found = watched.model.judge(facts, watched.keenness, watched.options.darkness, sinceMs);
      if (found === undefined && watched.model.isSteady) watched.lastGoodMs = timeMs;
      const reports = step(watched, found, timeMs);
      const mayBe = watched.sinceMs !== undefined || !watched.model.isSteady;
      return reports.length === 0 && mayBe ? [WAKE] : reports;
    },
    async end({ watch }) {
      watches.delete(watch);
    },
  };
}

function step(watched: Watched, found: Tampering | undefined, timeMs: number): DetectorReport[] {
  if (found !== undefined) {
    // By key frames alone it would be dated, and told of, as late as the next of them comes.
    const gapMs = Math.max(0, timeMs - (watched.lastGoodMs ?? timeMs));
    watched.sinceMs ??= timeMs - Math.min(LONGEST_GAP_MS, gapMs) / 2;
    watched.lastMs = timeMs;
    if (watched.isOpen || timeMs - watched.sinceMs < watched.options.afterSeconds * 1_000) return [];
    watched.isOpen = true;
    return [{ kind: "start", type: "tamper", timeMs: watched.sinceMs, detail: { case: found } }];
  }
  if (!watched.isOpen) {
    watched.sinceMs = undefined;
    return [];
  }
  if (timeMs - watched.lastMs < OVER_MS) return [];
  watched.isOpen = false;
  watched.sinceMs = undefined;
  return [{ kind: "end", type: "tamper", timeMs: watched.lastMs }];
}
