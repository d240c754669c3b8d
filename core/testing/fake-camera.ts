// A camera for tests: real sockets on a free port, real codecs, and every fault on demand. Plugin authors test their
// drivers against it; Nightjar tests its RTSP client with it.

import { sourceOfClip } from "../media/rtsp-server/clip-source.ts";
import type { Clip, ClipTrack } from "../media/rtsp-server/mp4-clip.ts";
import {
  createRtspServer,
  type RtspServer,
  type RtspServerOptions,
} from "../media/rtsp-server/rtsp-server.ts";
import type { ServedSource } from "../media/rtsp-server/served-source.ts";
import { type CameraFaults, FaultHooks, type SeenRequest } from "./camera-faults.ts";
import { changingSource, withoutKeyFrames } from "./changing-source.ts";
import { type FakeAudio, fakeAudio, metadataTrack, type TestClipName, testClip } from "./fake-tracks.ts";

/** Video of a fake camera: short clips that loop. */
export type FakeVideo = "h264" | "h264-bframes" | "h264-small" | "h265";

/** What a fake camera serves, and how. */
export interface FakeCameraOptions {
  /** Default `h264`: 320 × 180, 25 frames a second, a key frame a second, no B-frames. */
  readonly codec?: FakeVideo;
  /** Default `none`. */
  readonly audio?: FakeAudio;
  /** Serve these ONVIF metadata documents, one a second in turn. */
  readonly metadata?: readonly string[];
  readonly auth?: "none" | "basic" | "digest" | "digest-sha256";
  /** Default `admin` and `camera-password`. */
  readonly username?: string;
  readonly password?: string;
  /** How long a Digest nonce lives, in milliseconds. */
  readonly nonceLifeMs?: number;
  readonly transports?: readonly ("tcp" | "udp")[];
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly sessionTimeoutSeconds?: number;
  /** How much faster than real time media goes out; timestamps stay. Default 1. */
  readonly speed?: number;
  /** After 4 s of clip: from the start again (default), or RTCP BYE and silence. */
  readonly atEnd?: "loop" | "end";
  readonly inBandParameterSets?: boolean;
  /** Another clip's pictures after so many seconds: new parameter sets, another size. */
  readonly changeTo?: { readonly codec: FakeVideo; readonly afterSeconds: number };
  /** Only the first so many key frames are sent. */
  readonly keyFrames?: number;
  /** First RTP sequence number and time: near their ends, to see them wrap. */
  readonly base?: { readonly sequence: number; readonly rtpTime: number };
  /** Default: any that is free. */
  readonly port?: number;
  /** Where the pictures are, without queries; `url` is that of the first. Default: `/stream` alone. */
  readonly paths?: readonly string[];
  /** One write per RTP packet, as cameras do; default. */
  readonly writes?: "packet" | "frame";
  readonly faults?: CameraFaults;
}

/** A running fake camera. `await using camera = await fakeCamera({…})` stops it at the end of the block. */
export interface FakeCamera extends AsyncDisposable {
  readonly port: number;
  /** Without credentials. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** All requests so far, over all connections. */
  readonly requests: readonly SeenRequest[];
  /** Clients connected and clients playing. */
  readonly connections: number;
  readonly playing: number;
  /** Units of one loop: frames of the video clip. */
  readonly framesPerLoop: number;
  /** Replaces the faults, from the next packet or request on. */
  setFaults(faults: CameraFaults): void;
  /** Stops listening and hangs up. */
  powerOff(): Promise<void>;
  /** Listens again, on the same port. */
  powerOn(): Promise<void>;
  close(): Promise<void>;
}

const CLIP_OF: Readonly<Record<FakeVideo, TestClipName>> = {
  h264: "h264-aac",
  "h264-bframes": "h264-bframes-opus",
  "h264-small": "h264-small",
  h265: "h265-aac",
};

/** Starts a fake camera on loopback. The caller closes it. */
export async function fakeCamera(options: FakeCameraOptions = {}): Promise<FakeCamera> {
  const source = await makeSource(options);
  const paths = options.paths ?? ["/stream"];
  const username = options.username ?? "admin";
  const password = options.password ?? "camera-password";
  let faults = options.faults ?? {};
  const hooks = new FaultHooks(() => faults, options.base);
  const auth = options.auth ?? "none";
  const serverOptions: RtspServerOptions = {
    mount: (path) => (paths.includes(path) ? { source } : undefined),
    hooks,
    writes: options.writes ?? "packet",
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.transports === undefined ? {} : { transports: options.transports }),
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    ...(options.sessionTimeoutSeconds === undefined
      ? {}
      : { sessionTimeoutSeconds: options.sessionTimeoutSeconds }),
    ...(auth === "none"
      ? {}
      : {
          auth: {
            scheme: auth === "basic" ? ("basic" as const) : ("digest" as const),
            algorithm: auth === "digest-sha256" ? ("SHA-256" as const) : ("MD5" as const),
            realm: "Fake camera",
            passwordOf: (name: string) => (name === username ? password : undefined),
            ...(options.nonceLifeMs === undefined ? {} : { nonceLifeMs: options.nonceLifeMs }),
          },
        }),
  };
  let server: RtspServer | undefined = await createRtspServer(serverOptions);
  const { port } = server;
  const powerOff = async (): Promise<void> => {
    const running = server;
    server = undefined;
    await running?.close();
  };
  return {
    port,
    url: server.url(paths[0] ?? "/stream"),
    username,
    password,
    requests: hooks.seen,
    get connections() {
      return server?.connections ?? 0;
    },
    get playing() {
      return server?.playing ?? 0;
    },
    framesPerLoop: 100,
    setFaults(next) {
      faults = next;
    },
    powerOff,
    async powerOn() {
      server ??= await createRtspServer({ ...serverOptions, port });
    },
    close: powerOff,
    [Symbol.asyncDispose]: powerOff,
  };
}

async function makeSource(options: FakeCameraOptions): Promise<ServedSource> {
  const base = await clipOf(options.codec ?? "h264", options);
  const clipOptions = {
    speed: options.speed ?? 1,
    atEnd: options.atEnd ?? "loop",
    inBandParameterSets: options.inBandParameterSets ?? true,
  } as const;
  let source: ServedSource = sourceOfClip(base, clipOptions);
  if (options.changeTo !== undefined) {
    const other = await clipOf(options.changeTo.codec, {});
    source = changingSource(source, sourceOfClip(other, clipOptions), options.changeTo.afterSeconds);
  }
  return options.keyFrames === undefined ? source : withoutKeyFrames(source, options.keyFrames);
}

async function clipOf(codec: FakeVideo, options: FakeCameraOptions): Promise<Clip> {
  const { tracks, durationSeconds } = await testClip(CLIP_OF[codec]);
  const audio = await fakeAudio(options.audio ?? "none", durationSeconds);
  const all = [
    tracks[0],
    audio,
    options.metadata === undefined ? undefined : metadataTrack(options.metadata, durationSeconds),
  ].filter((track): track is ClipTrack => track !== undefined);
  return { tracks: all, durationSeconds };
}
