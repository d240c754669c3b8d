// The contract between whatever fetches a camera's stream and whatever keeps it: a source pushes formats,
// frames and states into a sink. The RTSP source (rtsp/) fulfils it; the media process is the sink.
import type { Facts } from "../domain/facts.ts";
import type { Frame, StreamFormat, TrackKind } from "./format.ts";
import type { SlabPool } from "./slab.ts";

/** How a stream is carried. `auto`: TCP interleaved first, UDP when the camera refuses that. */
export type RtspTransport = "auto" | "tcp" | "udp";

export interface RtspSourceOptions {
  /** rtsp:// or rtsps://, without credentials. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  readonly transport: RtspTransport;
  /** RTSPS: refuse certificates that no trusted authority signed. Cameras sign their own, so the default is false. */
  readonly verifyCertificate?: boolean;
  /** Hosts other than the camera's own that a redirect may lead to; none by default (address policy). */
  readonly allowedRedirectHosts?: readonly string[];
  /** Ask for the sound as well. */
  readonly audio: boolean;
  readonly pool: SlabPool;
}

/** Why a stream is not running, or (`degraded`) not as it should, as people read it and programs match it. */
export type StreamFaultCode =
  | "wrong-password"
  | "auth-unsupported"
  | "host-not-found"
  | "connection-refused"
  | "host-unreachable"
  | "timed-out"
  | "stalled"
  | "not-found"
  | "no-video"
  | "no-key-frame"
  | "codec-unsupported"
  | "protocol-error"
  | "tls-failed"
  | "closed-by-camera"
  | "too-many-sessions"
  | "redirect-refused"
  | "memory-exhausted"
  | "packet-loss"
  | "server-error";

export interface StreamFault {
  readonly code: StreamFaultCode;
  /** A sentence for people that says what, where and what to do; no secrets. */
  readonly message: string;
  /** What the sentence names: `where`, `said`; and which `case` of the code it is. */
  readonly context?: Facts;
}

/** Life of a stream: `connecting` → `online` ⇄ `degraded` → `offline` (and again). */
export type StreamStatus = "connecting" | "online" | "degraded" | "offline";

export interface StreamState {
  readonly status: StreamStatus;
  readonly fault?: StreamFault;
  /** Wall clock, when this status began. */
  readonly sinceMs: number;
}

/** Packets that never came. */
export interface Loss {
  readonly track: TrackKind;
  /** RTP packets missing. */
  readonly packets: number;
}

/** Relation of the camera's own clock to the node's, from RTCP sender reports (RFC 3550 §6.4.1). */
export interface CameraClock {
  /** Camera's wall clock minus the node's, in milliseconds. */
  readonly offsetMs: number;
  /** How fast the camera's media clock runs against the node's monotonic clock, in parts per million. */
  readonly driftPpm: number;
}

/** Receives what a source fetches. All calls are synchronous and must return quickly. */
export interface SourceSink {
  /** A session plays: a new run begins. Formats known so far; more may follow by `formatChanged`. */
  runStarted(run: {
    readonly format: StreamFormat;
    readonly transport: "tcp" | "udp";
    readonly tls: boolean;
  }): void;
  /** The parameter sets or the sound changed; frames that follow are of this format. */
  formatChanged(format: StreamFormat): void;
  /** The sink owns one reference on `frame.slab` and releases it. Video frames come in decoding order. */
  frame(frame: Frame): void;
  loss(loss: Loss): void;
  cameraClock(clock: CameraClock): void;
  /** One document of the ONVIF metadata track (application/vnd.onvif.metadata), at most 256 KiB. */
  metadata(xml: string, receivedAtMs: number): void;
  stateChanged(state: StreamState): void;
  /** The session is over: no more frames until the next `runStarted`. */
  runEnded(fault: StreamFault | undefined): void;
}

/** Counters since the source was started; rates over the last two seconds. */
export interface SourceStatistics {
  readonly bitrateKbps: number;
  readonly framesPerSecond: number;
  readonly packets: number;
  readonly packetsLost: number;
  readonly bytes: number;
  readonly sessions: number;
  readonly lastFrameAtMs: number | undefined;
}

/** Keeps one stream of a camera fetched: connects, watches, reconnects, until it is closed. */
export interface StreamSource {
  start(): void;
  /** Ends the session politely (TEARDOWN) within one second; no call to the sink follows. */
  close(): Promise<void>;
  /** Asks the camera for a key frame by RTCP PLI/FIR where it listens to that; harmless otherwise. */
  requestKeyFrame(): void;
  /** Somebody knows that the camera is there: what waits for its next attempt makes it now, within limits; harmless otherwise. */
  tryAgain(): void;
  statistics(): SourceStatistics;
}
