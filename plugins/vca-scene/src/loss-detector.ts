// The detector for video loss: no picture that can be decoded for some seconds, whether or not the camera answers.
import type { Detector } from "@nightjar/core";
import { type LossOptions, lossOptions } from "./config.ts";

/** Any picture will do: the smallest that is to be had. */
const FRAMES = { width: 16, height: 16, perSecond: 1, idlePerSecond: 0.5 } as const;

interface Watched {
  readonly limitMs: number;
  readonly isOff: boolean;
  /** Of a loss that goes on: when the last picture came before it, and when it was told. */
  lost: { readonly sinceMs: number; readonly toldMs: number } | undefined;
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
        lost: undefined,
      });
    },
    async look({ watch, nowMs, silentMs, frame }) {
      const watched = watches.get(watch);
      if (watched === undefined || watched.isOff) return [];
      const { lost, limitMs } = watched;
      if (frame !== undefined) {
        if (lost === undefined || isHeldBack(frame.timeMs, lost, limitMs)) return [];
        watched.lost = undefined;
        return [{ kind: "end", type: "video-loss", timeMs: frame.timeMs }];
      }
      if (silentMs < limitMs || lost !== undefined) return [];
      watched.lost = { sinceMs: nowMs - silentMs, toldMs: nowMs };
      return [{ kind: "start", type: "video-loss", timeMs: nowMs - silentMs }];
    },
    async end({ watch }) {
      watches.delete(watch);
    },
  };
}

/** Decoders keep a picture until the next frame comes: what was taken about the begin of the loss is no sign of its end. */
function isHeldBack(timeMs: number, lost: NonNullable<Watched["lost"]>, limitMs: number): boolean {
  return timeMs > lost.sinceMs - limitMs && timeMs < lost.toldMs;
}
