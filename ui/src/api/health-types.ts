// Names for the shapes in which the API speaks of the recorder's own health and of storage; the shapes are generated.
import type { Answer } from "./client.ts";

export type { RecorderProblem as ReportedProblem, RecorderProcess as ProcessHealth } from "./types.ts";

export type Storage = Answer<"GET /storage">;
export type StoragePlace = Answer<"GET /storage/places">["places"][number];
export type StorageVolume = Storage["volumes"][number];
export type StoredCamera = Storage["cameras"][number];
export type CameraForecast = NonNullable<StoredCamera["forecast"]>;

export const LOG_LEVELS = ["debug", "info", "notice", "warn", "error"] as const;
export type LogLine = Answer<"GET /log">["lines"][number];
export type LogLevel = LogLine["level"];

export type DoctorCheck = Answer<"GET /doctor">["checks"][number];
export type RecorderSettings = Answer<"GET /settings">;
