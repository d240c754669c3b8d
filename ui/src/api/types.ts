// The shapes in which the recorder's HTTP API speaks (/api/v1/openapi.json). Times are ISO 8601 in UTC.
import type { WireFormat } from "@nightjar/core/wire";

export type Role = "administrator" | "operator" | "viewer";
export type StreamName = "main" | "sub";
export type RecordReason =
  | "continuous"
  | "manual"
  | "event"
  | "motion"
  | "alarm"
  | "motion-or-alarm"
  | "motion-and-alarm"
  | "pos";

export interface Setup {
  readonly activated: boolean;
  readonly product: string;
  readonly version: string;
  readonly timeZone: string;
  readonly demo: boolean;
}

export interface Session {
  readonly user: { readonly name: string; readonly role: Role };
  readonly expiresAt: string;
  readonly rights: readonly string[];
}

export interface UserAccount {
  readonly name: string;
  readonly role: Role;
  readonly secondFactor?: boolean;
  readonly enabled?: boolean;
  readonly createdAt?: string;
  readonly lastLoginAt?: string | null;
}

/** One's own second factor. */
export type SecondFactor =
  | { readonly on: false }
  | { readonly on: true; readonly since: string; readonly recoveryCodesLeft: number };

export type CameraStatus = "connecting" | "online" | "degraded" | "offline" | "disabled";

export interface CameraState {
  readonly status: CameraStatus;
  readonly reason?: string;
  readonly code?: string;
  readonly since: string;
  readonly note?: string;
}

export interface RecordSettings {
  readonly mode: "continuous" | "manual" | "off";
  readonly streams: "main" | "sub" | "both";
  readonly audio: boolean;
  readonly preRecordSeconds: number;
  readonly segmentSeconds: number;
  readonly retentionDays: number | null;
  readonly quotaBytes: number | null;
}

export interface CameraStream {
  readonly stream: StreamName;
  readonly state?: CameraState;
  readonly format?: WireFormat;
  readonly figures?: {
    readonly bitrateKbps: number;
    readonly framesPerSecond: number;
    readonly packetsLost: number;
    readonly transport?: "tcp" | "udp" | "tls";
  };
}

export interface Camera {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly enabled: boolean;
  readonly config: Readonly<Record<string, unknown>>;
  readonly record: RecordSettings;
  readonly state: CameraState;
  readonly streams: readonly CameraStream[];
  readonly recording: {
    readonly active: boolean;
    readonly reasons: readonly RecordReason[];
    readonly problem?: string;
  };
}

export interface BrandPattern {
  readonly brand: string;
  readonly mainPath: string;
  readonly subPath?: string;
  /** Where the brand does not use 554. */
  readonly port?: number;
  readonly notes?: string;
}

export interface CameraDriver {
  readonly id: string;
  readonly displayName: string;
  readonly configSchema?: unknown;
  readonly catalogue?: readonly BrandPattern[];
}

export interface ProbeAnswer {
  readonly ok: true;
  readonly video: {
    readonly codec: string;
    readonly width: number;
    readonly height: number;
    readonly frameRate?: number;
  };
  readonly audio?: { readonly codec: string; readonly sampleRate: number; readonly note?: string };
  readonly transport: string;
  readonly bitrateKbps: number;
  readonly picture?: string;
}

export interface CoverageSpan {
  readonly start: string;
  readonly end: string;
  readonly reasons: readonly RecordReason[];
}

export interface CoverageHole {
  readonly start: string;
  readonly end: string;
  readonly packets: number;
}

export interface CameraCoverage {
  readonly camera: string;
  readonly stream: StreamName;
  readonly spans: readonly CoverageSpan[];
  readonly growing: boolean;
  readonly holes: readonly CoverageHole[];
  /** What is kept from deletion. */
  readonly locked: readonly { readonly start: string; readonly end: string }[];
}

/** What locking or unlocking a range came to. */
export interface RangeLock {
  readonly files: number;
  readonly start?: string;
  readonly end?: string;
  /** The range reaches into the file that is being written. */
  readonly growing: boolean;
}

export interface CalendarAnswer {
  readonly timeZone: string;
  readonly days: readonly {
    readonly date: string;
    readonly cameras: readonly string[];
    readonly reasons: readonly RecordReason[];
  }[];
}

export interface VolumeStatus {
  readonly id: string;
  readonly path: string;
  readonly status: string;
  readonly message?: string;
  readonly freeBytes?: number;
  readonly totalBytes?: number;
  readonly usedBytes?: number;
}

export interface RecorderProblem {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
}

export interface RecorderProcess {
  readonly name: string;
  readonly pid?: number;
  readonly state?: string;
  readonly status?: string;
  readonly restarts?: number;
  readonly uptimeSeconds?: number;
}

export interface Plugin {
  readonly name: string;
  readonly displayName: string;
  readonly version: string;
  readonly kind: string;
  readonly status: "running" | "restarting" | "quarantined" | "disabled" | "failed" | "refused";
  readonly reason?: string;
  readonly errors: number;
  readonly isolation?: "inline" | "process";
  readonly bundled?: boolean;
  /** It can be updated and removed. */
  readonly installed?: boolean;
  readonly description?: string;
  readonly homepage?: string;
  readonly hasIcon?: boolean;
  readonly hasSettings?: boolean;
  readonly provides?: readonly string[];
  readonly calls?: number;
  readonly callMs?: number;
  /** How its process is walled in, strongest first. */
  readonly confinement?: "bubblewrap" | "namespaces" | "node" | "process";
  readonly network?: "granted" | "unasked" | "withheld";
  /** It has a page of its own, for accounts that hold this right. */
  readonly page?: { readonly permission: string };
  readonly restarts?: number;
  readonly health?: {
    readonly rssBytes: number;
    readonly cpuSeconds: number;
    readonly eventLoopP99Ms: number;
  };
}

export interface PluginSettings {
  readonly name: string;
  readonly enabled: boolean;
  /** JSON Schema; absent: the plugin checks its settings by itself. */
  readonly schema?: unknown;
  readonly config: Readonly<Record<string, unknown>>;
  /** JSON pointers of secrets that are kept. */
  readonly secretsSet: readonly string[];
}

export interface PlaceProblem {
  /** A JSON pointer. */
  readonly path: string;
  readonly message: string;
}

/** What a plugin asks to be allowed; hosts are what it says that it talks to. */
export interface PluginPermissions {
  readonly network: boolean | readonly string[];
  /** Hooks by which it decides: what is recorded, who may look. */
  readonly hooks?: readonly string[];
}

/** A plugin's file that the recorder has looked at and keeps for a job. */
export interface UploadedPlugin {
  /** What a job installs it by. */
  readonly source: string;
  readonly name: string;
  readonly version: string;
  readonly displayName: string;
  readonly description: string;
  readonly permissions: PluginPermissions;
}

export interface PluginJob {
  readonly id: string;
  readonly action: "install" | "update" | "remove";
  readonly source?: string;
  readonly name?: string;
  /** `failed`: nothing was changed. `undone`: it did not work, and all is as before. */
  readonly status: "waiting" | "running" | "done" | "failed" | "undone";
  readonly createdAt: string;
  readonly endedAt?: string;
  readonly lines: readonly string[];
  readonly linesLeftOut: number;
  readonly reason?: string;
  readonly code?: string;
  readonly version?: string;
  readonly previousVersion?: string;
  readonly permissions?: PluginPermissions;
  /** Packages whose install scripts nobody has consented to yet. */
  readonly scripts?: readonly { readonly name: string; readonly version: string }[];
}

export interface OfferedPlugin {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly publisher?: string;
  readonly date?: string;
  readonly links: Readonly<Record<string, string>>;
  readonly installed?: string;
}

export interface PluginUpdate {
  readonly name: string;
  readonly installed: string;
  readonly newest: string;
  readonly fits: boolean;
  readonly reason?: string;
  readonly permissions?: PluginPermissions;
}

export interface RecorderStatus {
  readonly version: string;
  readonly node: string;
  readonly uptimeSeconds: number;
  readonly timeZone: string;
  readonly processes: readonly RecorderProcess[];
  readonly volumes: readonly VolumeStatus[];
  readonly cameras: { readonly total: number; readonly online: number; readonly recording: number };
  readonly problems: readonly RecorderProblem[];
}

/** RFC 9457 problem document, with the stable code of docs/reference/errors.md. */
export interface Problem {
  readonly status: number;
  readonly title: string;
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

export const SETTINGS_PARTS = ["cameras", "storage", "plugins", "accounts", "general", "network"] as const;
export type SettingsPart = (typeof SETTINGS_PARTS)[number];

/** What an import of settings would change, or has changed. */
export interface SettingsChanges {
  readonly differences: readonly {
    readonly path: string;
    readonly kind: "added" | "changed" | "removed" | "set";
    /** No value is shown. */
    readonly secret?: true;
    readonly before?: string;
    readonly after?: string;
  }[];
  /** Differences beyond those that are listed. */
  readonly more: number;
  readonly refused: readonly { readonly path: string; readonly reason: string }[];
  readonly notes: readonly string[];
  readonly stamp: string;
}

export interface SettingsPreview extends SettingsChanges {
  readonly file: {
    readonly madeAt: string;
    readonly madeBy: { readonly version: string; readonly node: string };
    readonly secrets: boolean;
  };
}

export interface LastSettingsImport {
  readonly available: boolean;
  readonly undo?: SettingsChanges & {
    readonly importedAt: string;
    readonly by: string;
    readonly parts: readonly SettingsPart[];
  };
}
