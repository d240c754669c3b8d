// The real gateway in front of the real API and its real judge of pictures: what a stranger on the network meets. Behind
// them accounts in a database in memory and the described cameras of http-fixture.ts; `media` is a script.
import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { Agent, request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { systemClock } from "../../../core/clock.ts";
import {
  CORE_HTTP_SOCKET,
  CORE_LINK_SOCKET,
  type GatewayMethodsForCore,
} from "../../../core/gateway/protocol.ts";
import { runGateway } from "../../../core/gateway/run-gateway.ts";
import { createHttpApp } from "../../../core/http/app.ts";
import { createAuthorize } from "../../../core/http/authorize.ts";
import { createAuthorizeFlows } from "../../../core/http/authorize-flows.ts";
import { LINK_VERSION, type Link, listenLinks } from "../../../core/link/link.ts";
import { silentLog } from "../../../core/log.ts";
import { FakeMedia, liveFrame } from "../gateway/fake-peers.ts";
import { type HttpFixture, httpFixture } from "./http-fixture.ts";

export interface DoorAnswer {
  /** 101 for a WebSocket that was opened. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly code: string | undefined;
}

export interface DoorAsk {
  readonly method?: string;
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Asks for a WebSocket. */
  readonly upgrade?: boolean;
}

export interface DoorsFixture extends HttpFixture {
  readonly port: number;
  knock(path: string, options?: DoorAsk): Promise<DoorAnswer>;
}

/** Opens the doors on a loopback port; everything goes when the test ends. */
export async function doorsFixture(t: TestContext): Promise<DoorsFixture> {
  const fixture = await httpFixture(t);
  const { services, users, clock } = fixture;
  const dataDir = await mkdtemp(join(tmpdir(), "nj-doors-"));
  const run = join(dataDir, "run");
  await mkdir(run);
  const app = createHttpApp(services);
  await app.listen(join(run, CORE_HTTP_SOCKET));
  const authorize = createAuthorize({
    users,
    camera: (id) => {
      const camera = services.cameras.get(id);
      return camera === undefined ? undefined : { name: camera.name, streams: ["main"] };
    },
    cameras: () => services.cameras.list(),
  });
  const authorizeFlows = createAuthorizeFlows(users);
  const links = new Set<Link<GatewayMethodsForCore>>();
  const core = await listenLinks(
    join(run, CORE_LINK_SOCKET),
    () => ({
      hello: { role: "core", version: LINK_VERSION, instance: "c" },
      handlers: {
        settings: () => ({
          http: { port: 0, host: "127.0.0.1" },
          https: { port: 0, host: "127.0.0.1", enabled: false },
          rtsp: { port: 0, host: "127.0.0.1", enabled: false },
          rtsps: { port: 0, host: "127.0.0.1", enabled: false },
          basePath: "",
          trustedProxies: [],
          certificateNames: [],
          maxTranscodes: 1,
          volumes: [],
        }),
        listening: () => undefined,
        authorize: (request) => authorize(request as Parameters<typeof authorize>[0]),
        authorizeFlows: (request) => authorizeFlows(request as Parameters<typeof authorizeFlows>[0]),
        segments: () => ({ segments: [] }),
        nextRecorded: () => ({}),
        segmentUnreadable: () => undefined,
        audit: () => undefined,
      },
    }),
    (link) => links.add(link as unknown as Link<GatewayMethodsForCore>),
  );
  users.sessions.onRevoked("test", (sessionIds) => {
    for (const link of links) link.notify("revoked", { sessionIds });
  });
  const media = new FakeMedia(run);
  media.onSubscribe = (subscription) => {
    media.format(subscription);
    media.frame(subscription, liveFrame({ keyFrame: true }));
  };
  await media.start();
  let port = 0;
  const gateway = await runGateway(
    {
      dataDir,
      log: silentLog,
      // Sessions live by the clock that tests turn; timers must run.
      clock: { ...systemClock, wallMs: clock.wallMs },
      instance: randomUUID(),
      ready: (facts) => {
        port = (facts?.["http"] as { port: number } | undefined)?.port ?? 0;
      },
    },
    { uiFolder: join(dataDir, "ui") },
  );
  t.after(async () => {
    await gateway.stop();
    await media.stop();
    await core.close();
    await app.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  // As browsers do: a connection of its own for each request takes half as long again as the request.
  const door: Door = { port, agent: new Agent({ keepAlive: true }) };
  return { ...fixture, port, knock: (path, options) => knock(door, path, options) };
}

interface Door {
  readonly port: number;
  readonly agent: Agent;
}

function knock({ port, agent }: Door, path: string, options: DoorAsk = {}): Promise<DoorAnswer> {
  const { method = "GET", token, body, upgrade } = options;
  const text = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      host: "127.0.0.1",
      port,
      path,
      method,
      agent,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(text === undefined
          ? {}
          : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
        ...(upgrade === true
          ? {
              connection: "Upgrade",
              upgrade: "websocket",
              "sec-websocket-version": "13",
              "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
            }
          : {}),
        ...options.headers,
      },
    });
    outgoing.on("upgrade", (incoming, socket) => {
      socket.destroy();
      resolve({ status: 101, headers: incoming.headers, text: "", code: undefined });
    });
    outgoing.on("response", (incoming) => {
      const { statusCode: status = 0, headers } = incoming;
      const type = String(headers["content-type"] ?? "");
      // A stream of events has no end: that it begins is the answer.
      if (type.startsWith("text/event-stream")) {
        resolve({ status, headers, text: "", code: undefined });
        outgoing.destroy();
        return;
      }
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () => {
        const whole = Buffer.concat(chunks).toString("utf8");
        const problem =
          /problem\+json/.test(type) && whole !== "" ? (JSON.parse(whole) as { code: string }) : undefined;
        resolve({ status, headers, text: whole, code: problem?.code });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(text);
  });
}
