// Core and gateway whole, within the test's own process: real configuration, database, accounts, plugins, routes and ports,
// no cameras that answer and no `media`. For tests that send many requests and read the log afterwards.
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { Agent, request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { join } from "node:path";
import { systemClock } from "../../core/clock.ts";
import type { CameraConfig } from "../../core/config/camera-config.ts";
import type { Config } from "../../core/config/config-schema.ts";
import { ConfigStore } from "../../core/config/config-store.ts";
import { runCore } from "../../core/control/run-core.ts";
import { runGateway } from "../../core/gateway/run-gateway.ts";
import { createLog, silentLog } from "../../core/log.ts";
import { RUN_FOLDER } from "../../core/supervisor/process-contract.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { CHILD_CORE } from "./child-core.ts";

export const PASSWORD = "heron lantern quarry";
/** Nothing listens there: what a test sends must not reach any registry. */
const NO_REGISTRY = "http://127.0.0.1:9/";

export interface CoreAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface CoreAsk {
  readonly method?: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is; as JSON unless the headers say otherwise. */
  readonly body?: string | Buffer;
  readonly timeoutMs?: number;
}

export interface CoreInProcess {
  readonly dataDir: string;
  readonly port: number;
  /** Every line of the log, from `debug` on. */
  readonly log: readonly string[];
  /** Of the administrator, who is called `admin`. */
  readonly token: string;
  /** Throws when no answer comes in time, which only a hang needs. */
  ask(path: string, options?: CoreAsk): Promise<CoreAnswer>;
  signIn(username: string, password?: string): Promise<string>;
  /** `before`: called when all has ended and the data directory is still there. */
  stop(before?: () => void): Promise<void>;
}

export interface CoreInProcessOptions {
  /** Folders of strangers' plugins. */
  readonly pluginPaths?: readonly string[];
  /** The data directory of a recorder that was started and stopped before; `configure` is not called then. */
  readonly dataDir?: string;
  /** Changes config.json before the start. */
  configure?(draft: Config): void;
}

/** Starts both with the cameras `yard` and `gate`, which do not answer, and an administrator. The caller stops them. */
export async function startCoreInProcess(options: CoreInProcessOptions = {}): Promise<CoreInProcess> {
  const folder = tempDir("nj-core-");
  const dataDir = options.dataDir ?? folder.path;
  if (options.dataDir === undefined) {
    mkdirSync(join(dataDir, RUN_FOLDER), { recursive: true });
    await configured(dataDir, options);
  }
  const lines: string[] = [];
  const log = createLog({ level: "debug", destination: { write: (line) => lines.push(line) } });
  const facts: Record<string, unknown> = {};
  const context = {
    dataDir,
    log,
    clock: systemClock,
    instance: randomUUID(),
    pluginPaths: options.pluginPaths ?? [],
    setLogLevel: () => undefined,
    want: () => undefined,
    processes: () => [],
    ready: (given?: Readonly<Record<string, unknown>>) => void Object.assign(facts, given),
  };
  const core = await runCore(context, CHILD_CORE);
  const gateway = await runGateway(context, { uiFolder: join(dataDir, "no-interface") });
  const door = {
    port: (facts["http"] as { port: number }).port,
    // As browsers do: a connection of its own for each request takes half as long again as the request.
    agent: new Agent({ keepAlive: true }),
  };
  const signIn = async (username: string, password = PASSWORD) => {
    const body = JSON.stringify({ username, password });
    return tokenIn(await ask(door, "/api/v1/session", { method: "POST", body }));
  };
  const activate = async () => {
    const body = JSON.stringify({ code: facts["activationCode"], username: "admin", password: PASSWORD });
    return tokenIn(await ask(door, "/api/v1/activate", { method: "POST", body }));
  };
  return {
    dataDir,
    port: door.port,
    log: lines,
    token: await (options.dataDir === undefined ? activate() : signIn("admin")),
    ask: (path, options) => ask(door, path, options),
    signIn,
    async stop(before) {
      door.agent.destroy();
      await gateway.stop();
      await core.stop();
      before?.();
      folder[Symbol.dispose]();
    },
  };
}

async function configured(dataDir: string, options: CoreInProcessOptions): Promise<void> {
  const config = await ConfigStore.open({ dataDir, log: silentLog, watch: false });
  await config.update((draft) => {
    draft.network.http.port = 0;
    draft.network.https.enabled = false;
    draft.firstRun.demoRemoved = true;
    draft.mqtt.tcp.port = 0;
    draft.mqtt.tls.port = 0;
    draft.pluginRegistry.url = NO_REGISTRY;
    draft.cameras.push(unreachable("yard"), unreachable("gate"));
    options.configure?.(draft);
  });
  await config.close();
}

function unreachable(id: string): CameraConfig {
  return {
    id,
    name: `Camera ${id}`,
    driver: "rtsp",
    enabled: false,
    config: { url: "rtsp://127.0.0.1:9/", transport: "tcp" },
    record: { mode: "continuous" },
  } as unknown as CameraConfig;
}

function tokenIn({ status, text }: CoreAnswer): string {
  if (status >= 300) throw new Error(`no session: ${status} ${text}`);
  return (JSON.parse(text) as { token: string }).token;
}

interface Door {
  readonly port: number;
  readonly agent: Agent;
}

function ask({ port, agent }: Door, path: string, options: CoreAsk = {}): Promise<CoreAnswer> {
  const { method = "GET", token, body } = options;
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        host: "127.0.0.1",
        port,
        path,
        method,
        agent,
        signal: AbortSignal.timeout(options.timeoutMs ?? 60_000),
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined
            ? {}
            : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
          ...options.headers,
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        // Streams of events do not end: that one begins is the answer.
        if (incoming.headers["content-type"]?.startsWith("text/event-stream") === true) {
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text: "" });
          outgoing.destroy();
          return;
        }
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", reject);
        incoming.on("end", () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text: Buffer.concat(chunks).toString("utf8"),
          }),
        );
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
