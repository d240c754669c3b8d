// Makes the hooks of the catalogue (hook-catalogue.ts): tapable's, each with the guard around every tap.
import {
  AsyncParallelHook,
  AsyncSeriesBailHook,
  AsyncSeriesHook,
  AsyncSeriesWaterfallHook,
  type Tap,
} from "tapable";
import type { CameraState } from "../../domain/camera-state.ts";
import type { CameraId, StreamName, VolumeId } from "../../domain/ids.ts";
import type { VolumeState } from "../../media/protocol.ts";
import type { SegmentRecord } from "../../media/segment.ts";
import { HOOKS, type HookName } from "../contract/hook-catalogue.ts";
import type {
  AuditedAct,
  HookCamera,
  HookEvent,
  PlaybackRequest,
  RecordingPlan,
} from "../contract/hook-data.ts";
import { guardTap, type TapGuard } from "./tap-guard.ts";

/** Makes the hooks, each with its guard. */
export function createHooks(guard: TapGuard) {
  const hooks = {
    start: new AsyncSeriesHook<[AbortSignal]>(["signal"], "start"),
    stop: new AsyncSeriesHook<[]>([], "stop"),
    ready: new AsyncParallelHook<[]>([], "ready"),
    cameraAdded: new AsyncParallelHook<[HookCamera]>(["camera"], "cameraAdded"),
    cameraRemoved: new AsyncParallelHook<[HookCamera]>(["camera"], "cameraRemoved"),
    cameraStateChanged: new AsyncParallelHook<[CameraId, CameraState]>(
      ["camera", "state"],
      "cameraStateChanged",
    ),
    streamStarted: new AsyncParallelHook<[CameraId, StreamName]>(["camera", "stream"], "streamStarted"),
    streamEnded: new AsyncParallelHook<[CameraId, StreamName]>(["camera", "stream"], "streamEnded"),
    recordingPlan: new AsyncSeriesWaterfallHook<[RecordingPlan]>(["plan"], "recordingPlan"),
    segmentClosed: new AsyncParallelHook<[SegmentRecord]>(["segment"], "segmentClosed"),
    volumeStateChanged: new AsyncParallelHook<[VolumeId, VolumeState]>(
      ["volume", "state"],
      "volumeStateChanged",
    ),
    beforePlayback: new AsyncSeriesBailHook<[PlaybackRequest], string | undefined>(
      ["request"],
      "beforePlayback",
    ),
    beforeAlarm: new AsyncSeriesBailHook<[HookEvent], string | undefined>(["event"], "beforeAlarm"),
    alarm: new AsyncSeriesWaterfallHook<[HookEvent]>(["event"], "alarm"),
    alarmRaised: new AsyncParallelHook<[HookEvent]>(["event"], "alarmRaised"),
    alarmUpdated: new AsyncParallelHook<[HookEvent]>(["event"], "alarmUpdated"),
    alarmCleared: new AsyncParallelHook<[HookEvent]>(["event"], "alarmCleared"),
    auditRecorded: new AsyncParallelHook<[AuditedAct]>(["act"], "auditRecorded"),
  };
  for (const name of Object.keys(hooks) as HookName[]) {
    const hook = hooks[name] as unknown as AsyncParallelHook<unknown[]>;
    hook.intercept({
      register: (tap) =>
        ({ ...tap, fn: guardTap(name, HOOKS[name], tap.name, tap.fn, guard) }) as Tap & typeof tap,
    });
  }
  return hooks;
}

export type Hooks = ReturnType<typeof createHooks>;
