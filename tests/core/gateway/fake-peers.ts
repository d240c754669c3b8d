// A gateway under test with both its peers: core and media as scripts on real Unix sockets, the gateway itself whole.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ClientOptions, WebSocket } from "ws";
import { type Clock, systemClock } from "../../../core/clock.ts";
import type { CameraId, VolumeId } from "../../../core/domain/ids.ts";
import { NightjarError } from "../../../core/errors.ts";
import type {
  CoreMethodsForGateway,
  DigestAnswer,
  GatewayMethodsForCore,
  GatewaySettings,
  Grant,
  ListeningState,
  PlayableSegment,
} from "../../../core/gateway/protocol.ts";
import { runGateway } from "../../../core/gateway/run-gateway.ts";
import { LINK_VERSION, type Link, type LinkServer, listenLinks } from "../../../core/link/link.ts";
import { silentLog } from "../../../core/log.ts";
import { type LiveFrameHeader, type WireFormat, writeLiveHeader } from "../../../core/media/live-wire.ts";
import type {
  GatewayMethodsForMedia,
  MediaMethodsForGateway,
  OpenSegment,
} from "../../../core/media/protocol.ts";
import type { SegmentRecord } from "../../../core/media/segment.ts";
import type { RunningProcess } from "../../../core/supervisor/process-contract.ts";

/** Waits until `predicate` holds; fails after a time that only a hang needs, on a busy machine too. */
export async function until(predicate: () => boolean, what = "condition"): Promise<void> {
  const end = performance.now() + 30_000;
  while (!predicate()) {
    if (performance.now() > end) throw new Error(`never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export const H264_FORMAT: WireFormat = {
  formatId: 7,
  video: { codec: "avc1.64001f", width: 640, height: 360, description: "AWQAH//hAAA=", frameRate: 25 },
};

/** A live frame whose bytes are `size` times `fill`. */
export function liveFrame(part: Partial<LiveFrameHeader>, size = 100, fill = 0): Buffer {
  const frame = Buffer.alloc(32 + size, fill);
  writeLiveHeader(frame, 0, {
    formatId: 7,
    track: "video",
    keyFrame: false,
    damaged: false,
    discontinuity: false,
    time90k: 0,
    compositionOffset90k: 0,
    duration90k: 3600,
    frameNumber: 0,
    ageUs: 0,
    ...part,
  });
  return frame;
}

/** `core` as the gateway sees it. */
export class FakeCore {
  readonly #run: string;
  #link: LinkServer | undefined;
  #http: Server | undefined;
  readonly links = new Set<Link<GatewayMethodsForCore>>();
  settings: GatewaySettings;
  segments: PlayableSegment[] = [];
  readonly listening: ListeningState[] = [];
  readonly asked: Parameters<CoreMethodsForGateway["authorize"]>[0][] = [];
  readonly unreadable: Parameters<CoreMethodsForGateway["segmentUnreadable"]>[0][] = [];
  readonly audits: Parameters<CoreMethodsForGateway["audit"]>[0][] = [];
  readonly requests: IncomingMessage[] = [];
  /** Of the door of MQTT over WebSocket; undefined: it is closed. */
  mqttWord: string | undefined;
  /** Bearer tokens or tickets → session. */
  readonly sessions = new Map<string, { sessionId: string; expiresAtMs: number }>();
  /** Users → stream passwords. */
  readonly streamPasswords = new Map<string, string>([["anna", "stream-secret"]]);
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) => {
    response.setHeader("content-type", "application/json");
    response.end('{"from":"core"}');
  };

  constructor(run: string, settings: Partial<GatewaySettings> = {}) {
    this.#run = run;
    this.settings = {
      http: { port: 0, host: "127.0.0.1" },
      https: { port: 0, host: "127.0.0.1", enabled: false },
      rtsp: { port: 0, host: "127.0.0.1", enabled: true },
      rtsps: { port: 0, host: "127.0.0.1", enabled: false },
      basePath: "",
      trustedProxies: [],
      certificateNames: [],
      maxTranscodes: 1,
      volumes: [],
      ...settings,
    };
    this.sessions.set("good", { sessionId: "s1", expiresAtMs: Date.now() + 3_600_000 });
  }

  async start(): Promise<void> {
    this.#link = await listenLinks(
      join(this.#run, "core-link.sock"),
      () => ({ hello: { role: "core", version: LINK_VERSION, instance: "c" }, handlers: this.#handlers() }),
      (link) => {
        const known = link as unknown as Link<GatewayMethodsForCore>;
        this.links.add(known);
        void link.closed.then(() => this.links.delete(known));
      },
    );
    this.#http = createServer((request, response) => {
      this.requests.push(request);
      this.answer(request, response);
    });
    await rm(join(this.#run, "core-http.sock"), { force: true });
    this.#http.listen(join(this.#run, "core-http.sock"));
    await once(this.#http, "listening");
  }

  async stop(): Promise<void> {
    await this.#link?.close();
    this.#http?.closeAllConnections();
    if (this.#http?.listening === true) await new Promise((resolve) => this.#http?.close(resolve));
  }

  get link(): Link<GatewayMethodsForCore> {
    const [link] = this.links;
    if (link === undefined) throw new Error("the gateway is not connected");
    return link;
  }

  /** Changes the settings; resolves when the gateway follows them. */
  async change(settings: GatewaySettings): Promise<void> {
    this.settings = settings;
    const told = this.listening.length;
    this.link.notify("settingsChanged", settings);
    await until(() => this.listening.length > told, "the new settings");
  }

  #handlers(): CoreMethodsForGateway {
    return {
      mqttWord: () => {
        if (this.mqttWord !== undefined) return { word: this.mqttWord };
        throw new NightjarError("NJ_NOT_FOUND", "not-found", "MQTT over WebSocket is switched off");
      },
      settings: () => this.settings,
      listening: (state) => void this.listening.push(state),
      authorize: (params) => {
        this.asked.push(params);
        return this.#authorize(params);
      },
      authorizeFlows: () => {
        throw new NightjarError("NJ_UNAUTHENTICATED", "unauthenticated", "sign in first");
      },
      flowsDeployed: () => undefined,
      segments: ({ stream, start90k, end90k, limit }) => ({
        segments: this.segments
          .filter((one) => one.file.includes("/sub/") === (stream === "sub"))
          .filter((one) => one.startTime90k < end90k && one.startTime90k + one.duration90k > start90k)
          .slice(0, limit),
      }),
      nextRecorded: ({ time90k, backwards }) => {
        const candidates = backwards
          ? this.segments
              .filter((one) => one.startTime90k <= time90k)
              .map((one) => Math.min(time90k, one.startTime90k + one.duration90k))
          : this.segments
              .filter((one) => one.startTime90k + one.duration90k > time90k)
              .map((one) => Math.max(time90k, one.startTime90k));
        if (candidates.length === 0) return {};
        return { time90k: backwards ? Math.max(...candidates) : Math.min(...candidates) };
      },
      segmentUnreadable: (params) => void this.unreadable.push(params),
      audit: (params) => void this.audits.push(params),
    };
  }

  #byDigest(digest: DigestAnswer, camera: string): Grant {
    const hash = (text: string) =>
      createHash(digest.algorithm === "MD5" ? "md5" : "sha256")
        .update(text)
        .digest("hex");
    const password = this.streamPasswords.get(digest.username);
    const secret = hash(`${digest.username}:Nightjar:${password}`);
    if (password === undefined || hash(`${secret}:${digest.middle}:${digest.actHash}`) !== digest.response)
      throw new NightjarError("NJ_LOGIN_FAILED", "unauthenticated", "wrong");
    if (camera === "hidden" || camera === "")
      throw new NightjarError("NJ_CAMERA_NOT_FOUND", "not-found", "no such camera");
    return {
      sessionId: `stream-password:${digest.username}`,
      expiresAtMs: Date.now() + 3_600_000,
      userName: digest.username,
      camera: { id: camera as CameraId, name: camera },
      streams: camera === "single" ? ["main"] : ["main", "sub"],
    };
  }

  #authorize({ credentials, camera }: Parameters<CoreMethodsForGateway["authorize"]>[0]): Grant {
    if (credentials.digest !== undefined) return this.#byDigest(credentials.digest, camera);
    const token = credentials.ticket ?? credentials.authorization?.replace("Bearer ", "") ?? "";
    const session = this.sessions.get(token);
    if (session === undefined)
      throw new NightjarError("NJ_UNAUTHENTICATED", "unauthenticated", "log in first");
    if (camera === "hidden") throw new NightjarError("NJ_CAMERA_NOT_FOUND", "not-found", "no such camera");
    return {
      ...session,
      userName: "anna",
      camera: { id: camera as CameraId, name: camera },
      streams: ["main", "sub"],
    };
  }
}

/** `media` as the gateway sees it. */
export class FakeMedia {
  readonly #run: string;
  #server: LinkServer | undefined;
  #link: Link<GatewayMethodsForMedia> | undefined;
  #next = 1;
  readonly subscribed: { camera: string; stream: string; subscription: number }[] = [];
  readonly unsubscribed: number[] = [];
  openSegments: OpenSegment[] = [];
  /** Closed, and not acknowledged by core. */
  closedSegments: SegmentRecord[] = [];
  latest: ReturnType<MediaMethodsForGateway["latestKeyFrame"]> | undefined;
  /** What is sent with every new subscription, before its answer. */
  onSubscribe: (subscription: number) => void = () => undefined;

  constructor(run: string) {
    this.#run = run;
  }

  async start(): Promise<void> {
    const handlers: MediaMethodsForGateway = {
      subscribe: ({ camera, stream }) => {
        const subscription = this.#next++;
        this.subscribed.push({ camera, stream, subscription });
        this.onSubscribe(subscription);
        return { subscription, state: { status: "online", sinceMs: 1 } };
      },
      unsubscribe: ({ subscription }) => void this.unsubscribed.push(subscription),
      openSegments: () => ({ segments: this.openSegments, closed: this.closedSegments }),
      latestKeyFrame: () => {
        if (this.latest === undefined)
          throw new NightjarError("NJ_NO_PICTURE", "unavailable", "no picture yet");
        return this.latest;
      },
      requestKeyFrame: () => undefined,
    };
    this.#server = await listenLinks(
      join(this.#run, "media.sock"),
      () => ({ hello: { role: "media", version: LINK_VERSION, instance: "m" }, handlers }),
      (link) => {
        this.#link = link as unknown as Link<GatewayMethodsForMedia>;
      },
    );
  }

  async stop(): Promise<void> {
    await this.#server?.close();
    this.#link = undefined;
  }

  get link(): Link<GatewayMethodsForMedia> {
    if (this.#link === undefined) throw new Error("the gateway is not connected");
    return this.#link;
  }

  format(subscription: number, format: WireFormat = H264_FORMAT): void {
    this.link.notify("format", { subscription, format });
  }

  frame(subscription: number, frame: Buffer): void {
    const prefix = Buffer.alloc(4);
    prefix.writeUInt32BE(subscription);
    this.link.sendBinary([prefix, frame]);
  }
}

/** What a WebSocket client has received, in order: objects and live frames. */
export class Viewer {
  readonly socket: WebSocket;
  readonly received: (Buffer | Record<string, unknown>)[] = [];
  closeCode: number | undefined;
  status: number | undefined;
  problem = "";

  constructor(url: string, options: ClientOptions = {}) {
    this.socket = new WebSocket(url, { headers: { authorization: "Bearer good" }, ...options });
    this.socket.on("message", (data: Buffer, isBinary) => {
      this.received.push(isBinary ? data : (JSON.parse(String(data)) as Record<string, unknown>));
    });
    this.socket.on("error", () => undefined);
    this.socket.on("unexpected-response", (_request, response) => {
      this.status = response.statusCode;
      response.on("data", (chunk: Buffer) => {
        this.problem += String(chunk);
      });
      response.on("end", () => {
        this.closeCode = -1;
        this.socket.terminate();
      });
    });
    this.socket.on("close", (code) => {
      this.closeCode ??= code;
    });
  }

  get frames(): Buffer[] {
    return this.received.filter((item): item is Buffer => Buffer.isBuffer(item));
  }

  texts(type: string): Record<string, unknown>[] {
    return this.received.filter(
      (item): item is Record<string, unknown> => !Buffer.isBuffer(item) && item["type"] === type,
    );
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }
}

/** Everything together; `stop` ends it and removes its files. */
export interface TestGateway {
  readonly dataDir: string;
  readonly core: FakeCore;
  readonly media: FakeMedia;
  readonly clock: Clock;
  readonly port: number;
  readonly securePort: number;
  readonly rtspPort: number;
  /** Zero unless `rtsps` was enabled. */
  readonly rtspsPort: number;
  readonly http: string;
  readonly ws: string;
  viewer(path: string, options?: ClientOptions): Viewer;
  stop(): Promise<void>;
}

export async function startTestGateway(
  options: {
    settings?: Partial<GatewaySettings>;
    clock?: Clock;
    uiFolder?: string;
    dataDir?: string;
    core?: boolean;
    media?: boolean;
  } = {},
): Promise<TestGateway> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "nj-gateway-")));
  const run = join(dataDir, "run");
  await mkdir(run, { recursive: true });
  const core = new FakeCore(run, options.settings);
  const media = new FakeMedia(run);
  if (options.core !== false) await core.start();
  if (options.media !== false) await media.start();
  let facts: Readonly<Record<string, unknown>> = {};
  const clock = options.clock ?? systemClock;
  const gateway: RunningProcess = await runGateway(
    {
      dataDir,
      log: silentLog,
      clock,
      instance: "g",
      ready: (given) => {
        facts = given ?? {};
      },
    },
    { uiFolder: options.uiFolder ?? join(dataDir, "ui") },
  );
  const viewers: Viewer[] = [];
  const portOf = (name: string) => (facts[name] as { port?: number } | undefined)?.port ?? 0;
  const port = portOf("http");
  if (options.media !== false) {
    await until(() => {
      try {
        return media.link.peer !== undefined;
      } catch {
        return false;
      }
    }, "media link");
  }
  return {
    dataDir,
    core,
    media,
    clock,
    port,
    securePort: portOf("https"),
    rtspPort: portOf("rtsp"),
    rtspsPort: portOf("rtsps"),
    http: `http://127.0.0.1:${port}`,
    ws: `ws://127.0.0.1:${port}`,
    viewer(path, viewerOptions) {
      const viewer = new Viewer(`ws://127.0.0.1:${port}${path}`, viewerOptions);
      viewers.push(viewer);
      return viewer;
    },
    async stop() {
      for (const viewer of viewers) viewer.socket.terminate();
      await gateway.stop();
      await core.stop();
      await media.stop();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** A volume id for tests. */
export const VOLUME = "11111111-1111-4111-8111-111111111111" as VolumeId;
