// Where plugins have a say in what the recorder does: what cameras, streams, recordings and the audit log do is told to
// the hooks, and what the hooks answer is checked before anybody obeys it.
import type { CameraId, StreamName } from "../domain/ids.ts";
import type { Log } from "../log.ts";
import type { StreamReport } from "../media/protocol.ts";
import type { StreamState } from "../media/source.ts";
import type { Hooks } from "../plugin/calls/hooks.ts";
import type { RecordingPlan } from "../plugin/contract/hook-data.ts";
import { RECORD_MODES, type RecordedCamera } from "../recording/recorded-camera.ts";
import type { AuditLog } from "../users/audit-log.ts";

const STREAM_CHOICES: readonly string[] = ["main", "sub", "both"] satisfies RecordingPlan["streams"][];

/** What is to be recorded of the cameras once plugins have had their say; an answer that makes no sense is passed over. */
export async function plannedCameras(
  hooks: Pick<Hooks, "recordingPlan">,
  cameras: readonly RecordedCamera[],
  log: Log,
): Promise<readonly RecordedCamera[]> {
  if (!hooks.recordingPlan.isUsed()) return cameras;
  return Promise.all(
    cameras.map(async (camera) => {
      const { mode, streams, audio } = camera.record;
      const plan = await hooks.recordingPlan.promise({ camera: camera.id, mode, streams, audio });
      if (
        plan.camera !== camera.id ||
        !RECORD_MODES.includes(plan.mode) ||
        !STREAM_CHOICES.includes(plan.streams)
      ) {
        log.warn("a plugin's recording plan makes no sense and is passed over", { camera: camera.id });
        return camera;
      }
      const record = { ...camera.record, mode: plan.mode, streams: plan.streams, audio: plan.audio };
      return { ...camera, record };
    }),
  );
}

/** Makes a listener for `streamState` that tells the hooks when a stream begins and ends to be received. */
export function streamTeller(
  hooks: Pick<Hooks, "streamStarted" | "streamEnded">,
): (report: StreamReport & { readonly state: StreamState }) => void {
  const received = new Set<string>();
  return ({ camera, stream, state }) => {
    const name = `${camera} ${stream}`;
    const isReceived = state.status === "online" || state.status === "degraded";
    if (isReceived === received.has(name)) return;
    if (isReceived) received.add(name);
    else received.delete(name);
    void hooks[isReceived ? "streamStarted" : "streamEnded"].promise(camera, stream);
  };
}

/** Tells the hooks of every act that is written to the audit log. Gives what ends it. */
export function tellOfAudit(hooks: Pick<Hooks, "auditRecorded">, audit: AuditLog): () => void {
  return audit.onRecorded(({ atMs, userName, action, camera, detail }) => {
    void hooks.auditRecorded.promise({
      atMs,
      userName,
      action,
      detail,
      ...(camera === undefined ? {} : { camera }),
    });
  });
}

/** Why a plugin refuses recordings to somebody; undefined if none does. */
export function playbackVeto(
  hooks: Pick<Hooks, "beforePlayback">,
): (camera: CameraId, userName: string, stream?: StreamName) => Promise<string | undefined> {
  return (camera, userName, stream) =>
    hooks.beforePlayback.promise({ camera, userName, ...(stream === undefined ? {} : { stream }) });
}
