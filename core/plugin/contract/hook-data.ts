// The plain data that hooks show to plugins, where it is not a record of the recorder's own.
import type { CameraId, StreamName } from "../../domain/ids.ts";

/** A camera as hooks show it. */
export interface HookCamera {
  readonly id: CameraId;
  readonly name: string;
  readonly driver: string;
}

/** What is to be recorded of a camera from now on. */
export interface RecordingPlan {
  readonly camera: CameraId;
  /** `manual`: only while somebody asks for it. */
  readonly mode: "continuous" | "manual" | "off";
  readonly streams: "main" | "sub" | "both";
  readonly audio: boolean;
}

/** Somebody wants recordings of a camera. */
export interface PlaybackRequest {
  readonly camera: CameraId;
  readonly stream?: StreamName;
  /** Account that asks. */
  readonly userName: string;
}

/** A line of the audit log. */
export interface AuditedAct {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  /** Account; empty where nobody was signed in. */
  readonly userName: string;
  /** `session-started`, `camera-removed` … */
  readonly action: string;
  readonly camera?: string;
  /** Particulars; secrets are left out. */
  readonly detail: Readonly<Record<string, unknown>>;
}
