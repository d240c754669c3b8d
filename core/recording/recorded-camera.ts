// What recording needs to know of a camera: where its streams come from and what its owner wants kept.
import type { Worded } from "../domain/facts.ts";
import type { CameraId } from "../domain/ids.ts";
import type { DesiredSource } from "../media/protocol.ts";

export const RECORD_MODES = ["continuous", "event", "manual", "off"] as const;
/** `continuous`: always; `event`: while one that records it goes on, or somebody wants it; `manual`: only while somebody wants it; `off`: never. */
export type RecordMode = (typeof RECORD_MODES)[number];

export interface RecordSettings {
  readonly mode: RecordMode;
  readonly streams: "main" | "sub" | "both";
  /** Record the sound as well. */
  readonly audio: boolean;
  /** Kept before a trigger. */
  readonly preRecordSeconds: number;
  /** Kept after the end of an event. Undefined: 5. */
  readonly postRecordSeconds?: number;
  /** Types of events that record it; undefined or empty: all that are no exceptions. */
  readonly eventTypes?: readonly string[];
  /** Cameras whose events record it besides its own. */
  readonly eventCameras?: readonly string[];
  /** Nominal length of a file, 10 to 300 s. */
  readonly segmentSeconds: number;
  /** Delete what is older; null: keep until the space is needed. */
  readonly retentionDays: number | null;
  /** Delete the oldest beyond this; null: no limit of its own. */
  readonly quotaBytes: number | null;
}

export interface RecordedCamera {
  readonly id: CameraId;
  /** A disabled camera is not connected. */
  readonly enabled: boolean;
  readonly streams: { readonly main?: DesiredSource; readonly sub?: DesiredSource };
  readonly record: RecordSettings;
}

/** Why nothing may be written to a volume: in a sentence for people, and as code and facts. */
export interface VolumeProblem extends Worded {
  readonly message: string;
}

/** A folder that recordings are written to, in the owner's order. */
export interface ConfiguredVolume {
  /** Absolute path of the volume's root. */
  readonly path: string;
  /** Kept free; undefined: the default of volumes.ts. */
  readonly reserveBytes?: number;
  /** Take `reserveBytes` as it is, however small: for tests and tiny disks. */
  readonly exactReserve?: boolean;
  /** May old recordings be overwritten when it is full? True if undefined. */
  readonly overwrite?: boolean;
  /** End new files with their SHA-256. False if undefined. */
  readonly checksums?: boolean;
  /** Why nothing may be written there now; undefined: it may. */
  readonly unavailable?: VolumeProblem;
  /** What took the place of its disk, while it is away; undefined: nothing is known to have. */
  readonly replaced?: VolumeProblem | undefined;
  /** It is not known yet whether it is ready: one that was written to before goes on, a new one waits. */
  readonly isPending?: boolean;
}
