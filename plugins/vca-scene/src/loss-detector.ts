// The detector for video loss: no picture that can be decoded for some seconds, whether or not the camera answers.
import type { Detector } from "@nightjar/core";
import { type LossOptions, lossOptions } from "./config.ts";

/** Any picture will do: the smallest that is to be had. */
const FRAMES = { width: 16, height: 16, perSecond: 1, idlePerSecond: 0.5 } as const;

interface Watched {
  readonly limitMs: number;
  readonly isOff: boolean;
  isOpen: boolean;
}

/** Makes the detector. */
export function lossDetector(): Detector {
  const watches = new Map<string, Watched>();
  return {
    id: "loss",
    displayName: "Video loss",
    eventTypes: ["video-loss"],
    frames: FRAMES,
    configSchema: lossOptions,
    async begin({ watch, settings }) {
      const { afterSeconds } = settings.options as LossOptions;
      watches.set(watch, {
        limitMs: afterSeconds * 1_000,
        isOff: settings.sensitivity === 0,
        isOpen: false,
      });
    },
    async look({ watch, nowMs, silentMs, frame }) {
      const watched = watches.get(watch);
      if (watched === undefined || watched.isOff) return [];
      if (frame !== undefined) {
        if (!watched.isOpen) return [];
        watched.isOpen = false;
        return [{ kind: "end", type: "video-loss", timeMs: frame.timeMs }];
      }
      if (silentMs < watched.limitMs || watched.isOpen) return [];
      watched.isOpen = true;
      return [{ kind: "start", type: "video-loss", timeMs: nowMs - silentMs }];
    },
    async end({ watch }) {
      watches.delete(watch);
    },
  };
}
