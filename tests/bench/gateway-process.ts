// Runs the real gateway process, with the benchmark in the place of `core`: it grants everything to everybody and
// answers from a real index.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CameraId, VolumeId } from "../../core/domain/ids.ts";
import { CORE_LINK_SOCKET, type CoreMethodsForGateway } from "../../core/gateway/protocol.ts";
import { LINK_VERSION, type LinkServer, listenLinks } from "../../core/link/link.ts";
import type { RecordingIndex } from "../../core/recording/recording-index.ts";
import { RUN_FOLDER } from "../../core/supervisor/process-contract.ts";
import { withUs } from "./left-behind.ts";

const MAIN = fileURLToPath(new URL("../../core/main.ts", import.meta.url));

export class GatewayProcess {
  readonly #child: ChildProcess;
  readonly #core: LinkServer;
  readonly port: number;
  readonly rtspPort: number;

  private constructor(child: ChildProcess, core: LinkServer, port: number, rtspPort: number) {
    this.#child = child;
    this.#core = core;
    this.port = port;
    this.rtspPort = rtspPort;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  static async start(
    dataDir: string,
    index: Pick<RecordingIndex, "playable" | "nextRecorded">,
    volume: { readonly id: VolumeId; readonly path: string },
  ): Promise<GatewayProcess> {
    const run = join(dataDir, RUN_FOLDER);
    await mkdir(run, { recursive: true, mode: 0o700 });
    const ports: number[] = [];
    const handlers: CoreHandlers = {
      mqttWord: () => ({ word: "" }),
      settings: () => ({
        http: { port: 0, host: "127.0.0.1" },
        https: { port: 0, host: "127.0.0.1", enabled: false },
        rtsp: { port: 0, host: "127.0.0.1", enabled: true },
        rtsps: { port: 0, host: "127.0.0.1", enabled: false },
        basePath: "",
        trustedProxies: [],
        certificateNames: [],
        maxTranscodes: 0,
        volumes: [volume],
      }),
      listening: ({ http }) => {
        if (http !== undefined) ports.push(http.port);
      },
      authorize: ({ camera }) => ({
        sessionId: "bench",
        userName: "bench",
        camera: { id: camera as CameraId, name: camera },
        streams: ["main"],
        expiresAtMs: Date.now() + 3_600_000,
      }),
      authorizeFlows: () => ({ sessionId: "bench", expiresAtMs: Date.now() + 3_600_000 }),
      flowsDeployed: () => undefined,
      segments: async (query) => ({ segments: await index.playable(query) }),
      nextRecorded: async (query) => {
        const time90k = await index.nextRecorded(query);
        return time90k === undefined ? {} : { time90k };
      },
      segmentUnreadable: ({ error }) => console.error(`unreadable: ${error.message}`),
      audit: () => undefined,
    };
    const core = await listenLinks(
      join(run, CORE_LINK_SOCKET),
      () => ({ hello: { role: "core", version: LINK_VERSION, instance: "bench" }, handlers }),
      () => undefined,
    );
    const child = withUs(
      fork(MAIN, ["process", "gateway", "--data", dataDir, "--log-level", "warn"], {
        stdio: ["ignore", "ignore", "inherit", "ipc"],
      }),
    );
    for (;;) {
      const [message] = (await once(child, "message")) as [
        { type: string; facts?: { http?: { port: number }; rtsp?: { port: number } } },
      ];
      if (message.type !== "ready") continue;
      const { http, rtsp } = message.facts ?? {};
      return new GatewayProcess(child, core, http?.port ?? ports[0] ?? 0, rtsp?.port ?? 0);
    }
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.send({ type: "stop" });
    await ended;
    await this.#core.close();
  }
}

/** The protocol's methods, each of which may also answer later. */
type CoreHandlers = {
  readonly [Name in keyof CoreMethodsForGateway]: (
    params: Parameters<CoreMethodsForGateway[Name]>[0],
  ) => ReturnType<CoreMethodsForGateway[Name]> | Promise<ReturnType<CoreMethodsForGateway[Name]>>;
};
