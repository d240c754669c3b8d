// Messages between `core` and `gateway` on `<data>/run/core-link.sock` (core listens, the gateway connects).
// The rest of HTTP is proxied to `<data>/run/core-http.sock`. Types only, but for the constants at the top.

import type { Facts } from "../domain/facts.ts";
import type { CameraId, SegmentId, StreamName, VolumeId } from "../domain/ids.ts";
import type { PlainError } from "../errors.ts";

export const CORE_LINK_SOCKET = "core-link.sock";
export const CORE_HTTP_SOCKET = "core-http.sock";
/** Where MQTT over WebSocket is handed in; open while core's broker takes it (core/mqtt/web-door.ts). */
export const MQTT_WEB_SOCKET = "mqtt-web.sock";

/** Resources whose body may be longer than others'. A plugin's file from a browser: */
export const UPLOAD_PATH = "/api/v1/plugins/upload";
export const UPLOAD_LIMIT_BYTES = 32 * 1024 * 1024;
/** A file of settings that is about to be imported. */
export const SETTINGS_UPLOAD_PATH = "/api/v1/settings/import";
export const SETTINGS_UPLOAD_LIMIT_BYTES = 16 * 1024 * 1024;
/** The addresses that take a file by POST, and how large it may be. */
export const FILE_LIMITS: ReadonlyMap<string, number> = new Map([
  [UPLOAD_PATH, UPLOAD_LIMIT_BYTES],
  [SETTINGS_UPLOAD_PATH, SETTINGS_UPLOAD_LIMIT_BYTES],
]);

/** Headers that only the gateway sets on proxied requests; it strips them from what comes from outside. */
export const CLIENT_ADDRESS_HEADER = "x-nightjar-client-address";
/** "1" when the client's own connection is TLS, "0" when it is not. */
export const CLIENT_SECURE_HEADER = "x-nightjar-client-secure";

/** What a caller may want to do with a camera's pictures. */
export type MediaRight = "live" | "playback" | "export" | "snapshot";

/** Credentials as they came with the request; core judges them. */
export interface RequestCredentials {
  readonly cookie?: string;
  readonly authorization?: string;
  /** `?ticket=`: a media ticket, for `<img>` and `<video>`. */
  readonly ticket?: string;
  /** A program's answer to an RTSP challenge, by a stream password. Opens `live` only. */
  readonly digest?: DigestAnswer;
  readonly remoteAddress: string;
  /** The Origin header, checked against the host for cookies (cross-site WebSockets). */
  readonly origin?: string;
  readonly host?: string;
}

/** An answer to a challenge (RFC 7616 §3.4), whose nonce the gateway has judged. */
export interface DigestAnswer {
  readonly username: string;
  readonly algorithm: "MD5" | "SHA-256";
  /** What is hashed between the two others: nonce, or nonce:nc:cnonce:qop. */
  readonly middle: string;
  /** H(method:uri), hexadecimal. */
  readonly actHash: string;
  readonly response: string;
}

export interface Grant {
  readonly sessionId: string;
  readonly userName: string;
  readonly camera: { readonly id: CameraId; readonly name: string };
  readonly streams: readonly StreamName[];
  readonly expiresAtMs: number;
}

/** What the gateway asks about one request for flows. */
export interface FlowsRequest {
  /** `flows.edit`: the editor. `flows.view`: dashboards and http-in nodes. */
  readonly right: "flows.edit" | "flows.view";
  readonly cookie?: string;
  readonly authorization?: string;
  readonly secure: boolean;
  readonly remoteAddress: string;
  /** Nobody is there: the question keeps no idle session alive. */
  readonly isBackground: boolean;
  /** Flows are about to be changed, worth the audit log: method and path. */
  readonly change?: string;
  /** All flows are about to be deployed: {@link FlowsDeployed} follows. */
  readonly isDeploy?: boolean;
}

export interface FlowsGrant {
  readonly sessionId: string;
  readonly expiresAtMs: number;
}

/** A deploy of flows by a person is over: it was announced by `change` of a {@link FlowsRequest}. */
export interface FlowsDeployed {
  readonly sessionId: string;
  readonly remoteAddress: string;
  /** Absent: nothing was deployed, or not on a known revision. */
  readonly taken?: { readonly base: string; readonly revision: string };
}

/** A segment as readers need it: where it is, what it covers, where its moov lies. */
export interface PlayableSegment {
  readonly id: SegmentId;
  readonly volume: VolumeId;
  /** Absolute path of the file. */
  readonly file: string;
  readonly run: number;
  readonly sequence: number;
  readonly startTime90k: number;
  readonly duration90k: number;
  readonly sizeBytes: number;
  readonly moovOffset: number;
  readonly moovBytes: number;
  /** See `SegmentRecord.keyFrames`. */
  readonly keyFrames: string;
}

export interface GatewaySettings {
  readonly http: { readonly port: number; readonly host: string };
  readonly https: { readonly port: number; readonly host: string; readonly enabled: boolean };
  /** Where other programs get live pictures. */
  readonly rtsp: { readonly port: number; readonly host: string; readonly enabled: boolean };
  /** The same over TLS. */
  readonly rtsps: { readonly port: number; readonly host: string; readonly enabled: boolean };
  /** Path under which everything is served, "" or "/nvr". */
  readonly basePath: string;
  /** Addresses of reverse proxies whose X-Forwarded-* is believed. */
  readonly trustedProxies: readonly string[];
  /** Names the certificate must hold besides the machine's own. */
  readonly certificateNames: readonly string[];
  readonly maxTranscodes: number;
  /** Path of ffmpeg where the owner set one. */
  readonly ffmpegPath?: string;
  readonly volumes: readonly { readonly id: VolumeId; readonly path: string }[];
}

/** What is wrong with a port: in a sentence for people, and as facts. */
export interface PortProblem {
  readonly message: string;
  readonly context?: Facts;
}

export interface ListeningState {
  readonly http?: { readonly port: number; readonly host: string };
  readonly https?: { readonly port: number; readonly host: string };
  readonly rtsp?: { readonly port: number; readonly host: string };
  readonly rtsps?: { readonly port: number; readonly host: string };
  readonly problems: readonly PortProblem[];
}

/** What the gateway calls on `core`. */
export type CoreMethodsForGateway = {
  settings: (params: Record<string, never>) => GatewaySettings;
  listening: (params: ListeningState) => void;
  /**
   * `camera` is an id or, with a digest, also a camera's name as addresses write it. Rejects with unauthenticated,
   * permission-denied or not-found (the same for a camera one may not see).
   */
  authorize: (params: { credentials: RequestCredentials; camera: string; right: MediaRight }) => Grant;
  /** Rejects with unauthenticated or permission-denied. */
  authorizeFlows: (params: FlowsRequest) => FlowsGrant;
  /** What the gateway says first on `MQTT_WEB_SOCKET`. Rejects with not-found while MQTT over WebSocket is switched off. */
  mqttWord: (params: Record<string, never>) => { readonly word: string };
  flowsDeployed: (params: FlowsDeployed) => void;
  /** Closed segments of a stream that touch the range, in playback order (run, sequence), at most `limit`. */
  segments: (params: {
    camera: CameraId;
    stream: StreamName;
    start90k: number;
    end90k: number;
    limit: number;
  }) => { segments: readonly PlayableSegment[] };
  /** The first moment ≥ `time90k` (or ≤, backwards) with a recording; undefined if there is none. */
  nextRecorded: (params: { camera: CameraId; stream: StreamName; time90k: number; backwards: boolean }) => {
    time90k?: number;
  };
  /** A file that a reader could not open or read; core marks it for fsck. */
  segmentUnreadable: (params: { id: SegmentId; volume: VolumeId; error: PlainError }) => void;
  /** An act worth the audit log: playback started, clip downloaded, snapshot taken. */
  audit: (params: {
    sessionId: string;
    action: string;
    camera: CameraId;
    remoteAddress?: string;
    detail: Record<string, unknown>;
  }) => void;
};

/** What `core` calls on the gateway. */
export type GatewayMethodsForCore = {
  settingsChanged: (settings: GatewaySettings) => void;
  /** Sessions that ended (log-out, password change, disabled user): their sockets close within a second. */
  revoked: (params: { sessionIds: readonly string[] }) => void;
  /** A camera is gone or renamed: its viewers are told. */
  cameraChanged: (params: { camera: CameraId; removed: boolean }) => void;
  figures: (params: Record<string, never>) => {
    readonly viewers: number;
    readonly transcodes: number;
    readonly bytesSent: number;
    readonly eventLoopP99Ms: number;
    readonly rssBytes: number;
  };
};
