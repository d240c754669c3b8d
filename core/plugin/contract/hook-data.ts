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
  /** `event`: only while an event that records it goes on; `manual`: only while somebody asks for it. */
  readonly mode: "continuous" | "event" | "manual" | "off";
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

/** An event as the API shows it. Moments are ISO 8601 in UTC. */
export interface HookEvent {
  readonly id: number;
  /** Of the catalogue: `motion`, `exception-volume-full` … */
  readonly type: string;
  readonly severity: string;
  readonly camera?: string;
  readonly rule?: string;
  /** What reported it. */
  readonly source: string;
  /** What it is about where that is no camera. */
  readonly subject?: string;
  readonly start: string;
  readonly end?: string;
  readonly score?: number;
  readonly objects: readonly {
    readonly class: string;
    readonly score: number;
    readonly box?: {
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
    };
    readonly track?: string;
  }[];
  readonly detail: Readonly<Record<string, unknown>>;
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
