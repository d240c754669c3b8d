// Every request that reaches a port passes here: who asks, whose the path is, and then on to core, the web interface
// or the gateway's own pictures. Nothing that shows a picture is reached without a grant from core.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Clock } from "../clock.ts";
import { NightjarError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Access, Authorizer } from "./authorizer.ts";
import {
  type ClientIdentity,
  identifyClient,
  plainAddress,
  TrustedProxies,
} from "./doors/client-identity.ts";
import type { ByteCounter } from "./doors/client-socket.ts";
import { relayEvents } from "./doors/event-socket.ts";
import type { FlowsDoor } from "./doors/flows-door.ts";
import { MQTT_PATH, type MqttDoor } from "./doors/mqtt-door.ts";
import { httpError, refuseUpgrade, sendProblem } from "./doors/problem.ts";
import type { CoreProxy } from "./doors/proxy.ts";
import { classifyRequest, isEventStream, type MediaRouteName, type Route } from "./doors/routes.ts";
import { SECURITY_HEADERS } from "./doors/security-headers.ts";
import type { StaticUi } from "./doors/static-ui.ts";
import { Upgrades } from "./doors/upgrades.ts";
import { momentIn } from "./download/snapshot.ts";
import type { MediaServices } from "./media-request.ts";
import type { MediaRight, RequestCredentials } from "./protocol.ts";

const RIGHT: Readonly<Record<MediaRouteName, MediaRight>> = {
  live: "live",
  playback: "playback",
  "clip.mp4": "export",
  "snapshot.jpg": "snapshot",
};

/** What the sorting is done with. */
export interface GatewayParts {
  readonly authorizer: Authorizer;
  readonly proxy: CoreProxy;
  readonly flows: FlowsDoor;
  readonly mqtt: MqttDoor;
  readonly ui: StaticUi;
  readonly services: MediaServices;
  /** PEM of the local root; undefined when there is none. */
  readonly rootCertificate: () => string | undefined;
  readonly clock: Clock;
  readonly counter: ByteCounter;
  readonly log: Log;
}

/** Sorts requests. */
export class GatewayServer {
  readonly #parts: GatewayParts;
  readonly #upgrades = new Upgrades();
  /** Apart from those of viewers, which are counted as such. */
  readonly #events = new Upgrades();
  #basePath = "";
  #proxies = new TrustedProxies([]);

  constructor(parts: GatewayParts) {
    this.#parts = parts;
  }

  configure(settings: { readonly basePath: string; readonly trustedProxies: readonly string[] }): void {
    this.#basePath = settings.basePath.replace(/\/+$/, "");
    this.#proxies = new TrustedProxies(settings.trustedProxies);
  }

  /** Open WebSockets. */
  get socketCount(): number {
    return this.#upgrades.count;
  }

  isTrusted(address: string): boolean {
    return this.#proxies.includes(plainAddress(address));
  }

  close(): void {
    this.#upgrades.close();
    this.#events.close();
    this.#parts.mqtt.close();
  }

  request(request: IncomingMessage, response: ServerResponse): void {
    response.on("error", () => undefined);
    const client = identifyClient(request, this.#proxies);
    const route = classifyRequest(request.url ?? "", this.#basePath);
    const headOnly = request.method === "HEAD";
    switch (route.kind) {
      case "core":
        this.#parts.proxy.forward(request, response, route.target, client, this.#basePath);
        return;
      case "media":
        void this.#serveMedia(request, response, route, client);
        return;
      case "flows":
        void this.#parts.flows.forward(request, response, route, client, this.#basePath);
        return;
      case "ca":
        this.#serveRoot(response, headOnly);
        return;
      case "ui":
        this.#parts.ui
          .serve(request, response, route.path, this.#basePath)
          .catch((error: unknown) => sendProblem(response, error, headOnly));
        return;
      case "redirect":
        response.writeHead(308, { location: route.location, "content-length": 0 });
        response.end();
        return;
      case "outside":
        sendProblem(
          response,
          new NightjarError("NJ_NOT_FOUND", "not-found", "nothing is served here"),
          headOnly,
        );
        return;
      case "malformed":
        sendProblem(
          response,
          httpError(400, "NJ_BAD_REQUEST", "the address of the request is not understood"),
        );
        return;
    }
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    const client = identifyClient(request, this.#proxies);
    const route = classifyRequest(request.url ?? "", this.#basePath);
    if (route.kind === "core" && isEventStream(route.target)) {
      this.#upgradeEvents(request, socket, head, client, route.target);
      return;
    }
    if (route.kind === "flows") {
      void this.#parts.flows.upgrade(request, socket, head, route, client, this.#basePath);
      return;
    }
    if (route.kind === "ui" && route.path === MQTT_PATH) {
      this.#parts.mqtt.upgrade(request, socket, head, client);
      return;
    }
    if (route.kind !== "media" || (route.name !== "live" && route.name !== "playback")) {
      refuseUpgrade(socket, new NightjarError("NJ_NOT_FOUND", "not-found", "no WebSocket is served here"));
      return;
    }
    const { name, camera, query } = route;
    void this.#upgrades.accept(
      request,
      socket,
      head,
      client,
      () => this.#authorize(request, route, client),
      (webSocket, access) => this.#parts.services[name](webSocket, { camera, query, access }),
    );
  }

  #upgradeEvents(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    client: ClientIdentity,
    target: string,
  ): void {
    const { proxy, clock, counter } = this.#parts;
    const open = async () => {
      const stream = await proxy.openStream(request, target, client, this.#basePath);
      return { stream, release: () => void stream.destroy() };
    };
    void this.#events.accept(request, socket, head, client, open, (webSocket, { stream }) =>
      relayEvents(webSocket, stream, clock, counter),
    );
  }

  async #serveMedia(
    request: IncomingMessage,
    response: ServerResponse,
    route: Extract<Route, { kind: "media" }>,
    client: ClientIdentity,
  ): Promise<void> {
    let access: Access | undefined;
    try {
      access = await this.#authorize(request, route, client);
      if (request.method !== "GET" && request.method !== "HEAD") {
        throw httpError(405, "NJ_METHOD_NOT_ALLOWED", "only GET and HEAD are understood here");
      }
      if (route.name === "live" || route.name === "playback") {
        response.setHeader("upgrade", "websocket");
        throw httpError(426, "NJ_UPGRADE_REQUIRED", "this address wants a WebSocket");
      }
      const cut = () => response.destroy();
      access.signal.addEventListener("abort", cut);
      for (const [header, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(header, value);
      const wanted = { camera: route.camera, query: route.query, access };
      if (route.name === "clip.mp4") await this.#parts.services.clip(request, response, wanted);
      else await this.#parts.services.snapshot(request, response, wanted);
      access.signal.removeEventListener("abort", cut);
    } catch (error) {
      if (!(error instanceof NightjarError)) {
        this.#parts.log.error("request for pictures failed", { route: route.name, reason: String(error) });
      }
      sendProblem(response, error, request.method === "HEAD");
    } finally {
      access?.release();
    }
  }

  async #authorize(
    request: IncomingMessage,
    route: Extract<Route, { kind: "media" }>,
    client: ClientIdentity,
  ): Promise<Access> {
    const { cookie, authorization, origin } = request.headers;
    const ticket = route.query.get("ticket");
    const credentials: RequestCredentials = {
      remoteAddress: client.address,
      ...(cookie === undefined ? {} : { cookie }),
      ...(authorization === undefined ? {} : { authorization }),
      ...(ticket === null ? {} : { ticket }),
      ...(origin === undefined ? {} : { origin }),
      ...(client.host === undefined ? {} : { host: client.host }),
    };
    const { authorizer } = this.#parts;
    // A picture of the past is playback too, with all that may be said against that.
    if (route.name === "snapshot.jpg" && momentIn(route.query) !== undefined) {
      (await authorizer.authorize(credentials, route.camera, "playback")).release();
    }
    return await authorizer.authorize(credentials, route.camera, RIGHT[route.name]);
  }

  #serveRoot(response: ServerResponse, headOnly: boolean): void {
    const root = this.#parts.rootCertificate();
    if (root === undefined) {
      sendProblem(
        response,
        new NightjarError(
          "NJ_NO_LOCAL_CA",
          "not-found",
          "this recorder uses a certificate of its owner's own",
        ),
        headOnly,
      );
      return;
    }
    response.writeHead(200, {
      ...SECURITY_HEADERS,
      "content-type": "application/x-x509-ca-cert",
      "content-disposition": 'attachment; filename="nightjar-ca.crt"',
      "content-length": Buffer.byteLength(root),
      "cache-control": "no-cache",
    });
    response.end(headOnly ? undefined : root);
  }
}
