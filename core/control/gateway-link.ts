// Core's end of the link to the gateway: grants, segments and settings for it; revocations and changes to it.
import type { ConfigStore } from "../config/config-store.ts";
import type { CameraId } from "../domain/ids.ts";
import { NightjarError } from "../errors.ts";
import type {
  CoreMethodsForGateway,
  GatewayMethodsForCore,
  GatewaySettings,
  ListeningState,
} from "../gateway/protocol.ts";
import type { createAuthorize } from "../http/authorize.ts";
import { createAuthorizeFlows } from "../http/authorize-flows.ts";
import { LINK_VERSION, type Link, type LinkMethods, type LinkServer, listenLinks } from "../link/link.ts";
import type { Log } from "../log.ts";
import type { RecordingService } from "../recording/recording-service.ts";
import type { RecordingVolumeState } from "../recording/volumes.ts";
import type { Principal } from "../users/principal.ts";
import type { Users } from "../users/users.ts";

export interface GatewayLinkOptions {
  readonly socketPath: string;
  readonly instance: string;
  readonly log: Log;
  readonly config: ConfigStore;
  readonly users: Users;
  readonly recording: RecordingService;
  readonly authorize: ReturnType<typeof createAuthorize>;
  /** What the gateway says at the door of MQTT over WebSocket; undefined while that is closed. */
  mqttWord(): string | undefined;
  /** A person is about to deploy flows; then what came of it, `by` whom. */
  flows(): { deployBegins(): void; deployOver(deployed: DeployedBy | undefined): void };
  /** The gateway opened its ports, or could not. */
  onListening(state: ListeningState): void;
}

/** Flows as a person has deployed them. */
export interface DeployedBy {
  readonly principal: Principal;
  readonly remoteAddress: string;
  readonly base: string;
  readonly revision: string;
}

export class GatewayLink {
  readonly #options: GatewayLinkOptions;
  readonly #links = new Set<Link<GatewayMethodsForCore>>();
  readonly #undo: (() => void)[] = [];
  #server: LinkServer | undefined;

  constructor(options: GatewayLinkOptions) {
    this.#options = options;
  }

  async listen(): Promise<void> {
    const { socketPath, instance, users, config } = this.#options;
    this.#server = await listenLinks(
      socketPath,
      () => ({ hello: { role: "core", version: LINK_VERSION, instance }, handlers: this.#handlers() }),
      (link) => this.#accept(link),
    );
    this.#undo.push(
      users.sessions.onRevoked("gateway", (sessionIds) => this.#tell("revoked", { sessionIds })),
    );
    this.#undo.push(config.onChange("gateway", () => void this.settingsChanged()));
  }

  async close(): Promise<void> {
    for (const undo of this.#undo) undo();
    await this.#server?.close();
  }

  /** Volumes or network settings are others now. */
  async settingsChanged(): Promise<void> {
    this.#tell("settingsChanged", await this.#settings());
  }

  cameraChanged(camera: CameraId, removed: boolean): void {
    this.#tell("cameraChanged", { camera, removed });
  }

  #accept(link: Link<LinkMethods>): void {
    const gateway = link as unknown as Link<GatewayMethodsForCore>;
    this.#links.add(gateway);
    void gateway.closed.then(() => this.#links.delete(gateway));
  }

  #tell<M extends keyof GatewayMethodsForCore & string>(
    method: M,
    params: Parameters<GatewayMethodsForCore[M]>[0],
  ): void {
    for (const link of this.#links) link.notify(method, params);
  }

  async #settings(): Promise<GatewaySettings> {
    const { network, ffmpeg } = this.#options.config.get();
    const volumes = await this.#options.recording.volumeStates();
    return {
      http: { ...network.http },
      https: { ...network.https },
      rtsp: { ...network.rtsp },
      rtsps: { ...network.rtsps },
      basePath: network.basePath,
      trustedProxies: [...network.trustedProxies],
      certificateNames: [...network.certificateNames],
      maxTranscodes: ffmpeg.maxTranscodes,
      ...(ffmpeg.path === undefined ? {} : { ffmpegPath: ffmpeg.path }),
      volumes: volumes.filter(isReady).map(({ id, path }) => ({ id, path })),
    };
  }

  #handlers() {
    const { authorize, recording, users, flows } = this.#options;
    const handlers: {
      [M in keyof CoreMethodsForGateway]: (params: Parameters<CoreMethodsForGateway[M]>[0]) => unknown;
    } = {
      settings: () => this.#settings(),
      listening: (state) => this.#options.onListening(state),
      authorize: (request) => authorize(request),
      authorizeFlows: createAuthorizeFlows(users, () => flows().deployBegins()),
      flowsDeployed: async ({ sessionId, remoteAddress, taken }) => {
        // Signed out meanwhile: nobody's wish.
        const principal = await users.callers.find(sessionId).catch(() => undefined);
        const isKnown = principal !== undefined && taken !== undefined;
        flows().deployOver(isKnown ? { principal, remoteAddress, ...taken } : undefined);
      },
      mqttWord: () => {
        const word = this.#options.mqttWord();
        if (word !== undefined) return { word };
        throw new NightjarError("NJ_NOT_FOUND", "not-found", "MQTT over WebSocket is switched off");
      },
      segments: async (query) => ({ segments: await recording.index.playable(query) }),
      nextRecorded: async (query) => {
        const time90k = await recording.index.nextRecorded(query);
        return time90k === undefined ? {} : { time90k };
      },
      segmentUnreadable: async ({ id, error }) => {
        this.#options.log.warn("a recording cannot be read", { segment: id, reason: error.message });
        await recording.segmentUnreadable(id);
      },
      audit: async ({ sessionId, action, camera, remoteAddress, detail }) => {
        const principal = await users.callers.find(sessionId);
        const owner = principal?.userName ?? (await users.streamPasswords.ownerOf(sessionId));
        users.audit.record({
          userName: owner ?? "",
          remoteAddress: remoteAddress ?? "",
          action,
          camera,
          detail,
          token: principal?.token,
        });
      },
    };
    return handlers;
  }
}

function isReady(
  volume: RecordingVolumeState,
): volume is RecordingVolumeState & { id: NonNullable<RecordingVolumeState["id"]> } {
  return volume.id !== undefined;
}
