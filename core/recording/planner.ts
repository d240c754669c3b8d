// Compiles what the owner wants of each camera into the streams of a desired state. Pure: no clock, no database.
// Weekly schedules will make more intervals here; today a stream is recorded always, on events, on demand, or never.
import type { CameraId, StreamName, VolumeId } from "../domain/ids.ts";
import { STREAM_NAMES } from "../domain/ids.ts";
import type { DesiredStream, RecordInterval, RecordTrigger } from "../media/protocol.ts";
import type { RecordedCamera } from "./recorded-camera.ts";

const HOUR_MS = 3_600_000;
/** `media` must know two days ahead; past the last interval it goes on with it. */
const AHEAD_MS = 48 * HOUR_MS;

export interface PlanInput {
  readonly cameras: readonly RecordedCamera[];
  /** Volumes to write to, the first that works. */
  readonly volumes: readonly VolumeId[];
  /** The same for single cameras, in an order of their own. */
  readonly places?: ReadonlyMap<CameraId, readonly VolumeId[]>;
  /** Manual recordings and events that go on. */
  readonly triggers: readonly (RecordTrigger & { readonly camera: CameraId })[];
  /** Wall clock. */
  readonly nowMs: number;
}

/** The streams to hold: both of every enabled camera, since the small one is watched, the recorded ones with a plan. */
export function planStreams(input: PlanInput): DesiredStream[] {
  const streams: DesiredStream[] = [];
  for (const camera of input.cameras) {
    if (!camera.enabled) continue;
    for (const stream of STREAM_NAMES) {
      const source = camera.streams[stream];
      if (source === undefined) continue;
      const records = recordsStream(camera, stream);
      const { mode } = camera.record;
      const isContinuous = mode === "continuous";
      streams.push({
        camera: camera.id,
        stream,
        source,
        audio: camera.record.audio,
        volumes: records ? (input.places?.get(camera.id) ?? input.volumes) : [],
        intervals: records && isContinuous ? continuousIntervals(input.nowMs) : [],
        recordsOnEvents: records && mode === "event",
        triggers: records ? triggersOf(input, camera.id) : [],
        // What is recorded all the time needs no memory of what came before.
        preRecordSeconds: records && !isContinuous ? camera.record.preRecordSeconds : 0,
        segmentSeconds: Math.min(300, Math.max(10, camera.record.segmentSeconds)),
      });
    }
  }
  return streams;
}

/** True if this stream of the camera is ever recorded. A camera without a sub-stream records its main one instead. */
export function recordsStream(camera: RecordedCamera, stream: StreamName): boolean {
  if (camera.record.mode === "off" || camera.streams[stream] === undefined) return false;
  const wanted = camera.record.streams;
  if (wanted === "both" || wanted === stream) return true;
  return camera.streams[wanted] === undefined;
}

/** The begin is rounded to the hour, so that plans made minutes apart are equal. */
function continuousIntervals(nowMs: number): RecordInterval[] {
  const startMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
  return [{ startMs, endMs: startMs + AHEAD_MS, reasons: ["continuous"] }];
}

function triggersOf(input: PlanInput, camera: CameraId): RecordTrigger[] {
  const now90k = input.nowMs * 90;
  return input.triggers
    .filter(
      (trigger) => trigger.camera === camera && (trigger.until90k === null || trigger.until90k > now90k),
    )
    .map(({ camera: _, ...trigger }) => trigger);
}
