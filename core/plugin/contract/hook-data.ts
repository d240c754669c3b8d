// The plain data that hooks show to plugins, where it is not a record of the recorder's own.
import type { CameraId, SegmentId, StreamName, VolumeId } from "../../domain/ids.ts";
import type { AuxiliaryPart, CameraPart } from "./camera-abilities.ts";

/** A camera as hooks show it. */
export interface HookCamera {
  readonly id: CameraId;
  readonly name: string;
  readonly driver: string;
}

/** What of a camera can be turned and switched. */
export interface DescribedAbilities {
  /** It can be turned, zoomed; absent: neither. */
  readonly ptz?: { readonly move: boolean; readonly zoom: boolean };
  /** Fifty at most, as far as the camera has told them. */
  readonly presets: readonly CameraPart[];
  readonly auxiliary: readonly AuxiliaryPart[];
}

/** A camera with what can be done with it. */
export interface DescribedCamera extends HookCamera {
  /** Absent: it is not known, while the camera is off or has not answered yet. It may be as it was. */
  readonly abilities?: DescribedAbilities;
}

/** What the recorder consists of. More fields may come. */
export interface RecorderDescription {
  /** Of this recorder in topics. */
  readonly id: string;
  /** What people call it. */
  readonly name: string;
  readonly version: string;
  /** How its topics begin, as docs/reference/mqtt.md has them; absent while MQTT is switched off. */
  readonly mqttBase?: string;
  /** A picture of each camera's last event is at `camera/<id>/event/snapshot`. */
  readonly eventPictures?: boolean;
  readonly cameras: readonly DescribedCamera[];
  /** What can look at cameras; absent: not known. `levels` is its place in topics: `detector/{levels}/state`. */
  readonly detectors?: readonly { readonly name: string; readonly levels: string }[];
  readonly volumes: readonly { readonly id: VolumeId; readonly path: string }[];
  readonly armingProfiles: readonly {
    readonly id: string;
    readonly name: string;
    readonly arms: "by-rules" | "everything" | "nothing";
  }[];
}

/** What is to be recorded of a camera from now on. */
export interface RecordingPlan {
  readonly camera: CameraId;
  /** `event`: only while an event that records it goes on; `manual`: only while somebody asks for it. */
  readonly mode: "continuous" | "event" | "manual" | "off";
  readonly streams: "main" | "sub" | "both";
  readonly audio: boolean;
}

/** Where recordings of a camera go from now on. */
export interface PlacementPlan {
  readonly camera: CameraId;
  /** The first that works is written to. */
  readonly volumes: readonly VolumeId[];
}

/** Why a stream is received no longer. */
export interface StreamEnd {
  /** `connection-refused`, `stalled`, `wrong-password` …; `not-wanted`: the camera was switched off or taken off the list. */
  readonly code: string;
  /** For people. */
  readonly message: string;
}

/** Recordings of one stream that are about to be deleted. */
export interface EvictionRequest {
  readonly volume: VolumeId;
  readonly camera: CameraId;
  readonly stream: StreamName;
  /** `days`: older than is wanted; `quota`: more than the camera may hold; `space`: next to go when room is needed. */
  readonly why: "days" | "quota" | "space";
  /** Oldest first. */
  readonly segments: readonly { readonly id: SegmentId; readonly sizeBytes: number }[];
}

/** A picture that was kept with an event. */
export interface CapturedPicture {
  /** Id of the event. */
  readonly event: number;
  readonly camera: CameraId;
  /** Its number: `GET /api/v1/events/<event>/captures/<file>` gives the picture to who may see it. */
  readonly file: number;
  /** The picture's moment, ISO 8601 in UTC. */
  readonly time: string;
  readonly sizeBytes: number;
}

/** A receipt that is over. Moments are ISO 8601 in UTC. */
export interface PosTransaction {
  /** Id of the till. */
  readonly till: string;
  readonly name: string;
  readonly cameras: readonly CameraId[];
  readonly start: string;
  readonly end: string;
  /** `null`: no parser has told it. */
  readonly totalMinor: number | null;
  /** Its own number; `null`: no parser has told it. */
  readonly receipt: string | null;
  /** What must not be kept is hidden already. */
  readonly lines: readonly { readonly time: string; readonly text: string }[];
}

/** A plugin's part of the diagnostics document: 64 KB as JSON at most. */
export type DiagnosticPart = Readonly<Record<string, unknown>>;

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
    /** When it was in its box. */
    readonly at?: string;
    readonly track?: string;
    /** The way of what has a track: milliseconds after the start, and where the middle of its box was then. */
    readonly path?: readonly (readonly [afterMs: number, x: number, y: number])[];
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
