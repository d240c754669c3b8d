// The shapes in which the API speaks of the recorder's own health and of storage. Times are ISO 8601 in UTC.
import type { RecorderProblem, RecorderProcess, VolumeStatus } from "./types.ts";

export interface ReportedProblem extends RecorderProblem {
  /** A camera, volume, process or plugin by name. */
  readonly subject?: string;
  /** Id of the camera that is concerned. */
  readonly camera?: string;
  readonly since?: string;
}

export interface ProcessHealth extends RecorderProcess {
  readonly message?: string;
  readonly rssBytes?: number;
  readonly cpuShare?: number;
  /** The worst of the last minute. */
  readonly loopDelayMs?: number;
}

export interface StorageVolume extends VolumeStatus {
  readonly since?: string;
  readonly othersBytes?: number;
  readonly reserveBytes: number;
  /** False: the default, which follows the size of the disk. */
  readonly reserveChosen: boolean;
  readonly overwrite: boolean;
  readonly writeBytesPerSecond: number;
}

export interface CameraForecast {
  /** Absent: not known. */
  readonly keepsDays?: number;
  readonly limit?: "days" | "quota" | "space" | "full";
  readonly isShort: boolean;
}

export interface StoredCamera {
  readonly id: string;
  readonly storedBytes: number;
  /** Recorded now. */
  readonly nowBytesPerSecond: number;
  readonly oldest?: string;
  /** Absent: not measured yet. */
  readonly bytesPerSecond?: number;
  /** Absent: it is not recorded. */
  readonly forecast?: CameraForecast;
}

export interface Storage {
  readonly volumes: readonly StorageVolume[];
  readonly cameras: readonly StoredCamera[];
  readonly roomBytes?: number;
  readonly daysUntilFull?: number;
  readonly configFile?: string;
}

export const LOG_LEVELS = ["debug", "info", "notice", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogLine {
  readonly time: string;
  readonly level: LogLevel;
  readonly process: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface DoctorCheck {
  readonly id: string;
  readonly result: "ok" | "notice" | "warning" | "error";
  readonly message: string;
  readonly advice?: string;
}

/** A part of the recorder's settings. */
export interface RecorderSettings {
  readonly wizardDone: boolean;
  readonly wizardStep: "zone" | "storage" | "camera";
  /** What is proposed for a camera that is added. */
  readonly newCameras: {
    readonly retentionDays: number | null;
    readonly quotaBytes: number | null;
    readonly audio: boolean;
  };
}
