// The way to Node-RED: its editor for administrators, dashboards and http-in nodes for whoever may see flows. Each request is
// judged by core before Node-RED hears of it; what opens the recorder (cookies, tokens) stays here (attack list A14).
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Clock, Timer } from "../../clock.ts";
import { NightjarError } from "../../errors.ts";
import { request } from "../../node-http.ts";
import type { FlowsDeployed, FlowsGrant, FlowsRequest } from "../protocol.ts";
import { type ClientIdentity, isSameOrigin } from "./client-identity.ts";
import { DeployWatch } from "./deploy-watch.ts";
import { flowsPageHeaders } from "./flows-page-headers.ts";
import { forwardedHeaders } from "./forwarded-headers.ts";
import { refuseUpgrade, sendProblem } from "./problem.ts";
import { CoreProxy } from "./proxy.ts";

/** Longest body: all flows of a recorder in one. Node-RED itself takes 1 MB. */
const BODY_LIMIT_BYTES = 1024 * 1024;
const ANSWER_TIMEOUT_MS = 30_000;
const MODULE_TIMEOUT_MS = 320_000;
/** Requests and sockets that are open at once, in all and for one login. */
const OPEN_LIMIT = 256;
const OPEN_PER_SESSION = 64;
/** How often what stays open is judged anew: ends that no message told. */
const JUDGE_EVERY_MS = 15_000;
const SAFE_METHODS = new Set(["GET", "HEAD"]);
/** Where the editor deploys all flows. Node-RED does not care for capitals in it. */
const DEPLOY_PATH = /^\/flows\/flows\/?(?:\?|$)/i;
const CHANGED_PATH = /^\/flows\/(?:flows?|nodes)(?:[/?]|$)/i;
/** Where modules of nodes are installed: npm takes its time. */
const MODULES_PATH = /^\/flows\/nodes(?:[/?]|$)/i;
/** What Node-RED is not told of requests: it has no use for what opens the recorder. */
const KEPT_BACK = ["cookie", "authorization", "x-nightjar-background"];
/** What flows do not set for the recorder's own pages, which have the same origin. */
const NOT_PASSED_ON = [
  "set-cookie",
  "clear-site-data",
  "service-worker-allowed",
  "strict-transport-security",
  "access-control-allow-origin",
  "access-control-allow-credentials",
  "content-security-policy",
  "content-security-policy-report-only",
];
/** A request for flows, and what it needs. */
export interface FlowsRoute {
  readonly right: FlowsRequest["right"];
  /** Path and query without the base path. */
  readonly target: string;
}

export interface FlowsDoorParts {
  readonly socketPath: string;
  /** Asks core; rejects with unauthenticated, permission-denied, or unavailable. */
  ask(request: FlowsRequest): Promise<FlowsGrant>;
  /** What came of a deploy that was asked for. */
  deployed(deployed: FlowsDeployed): void;
  readonly clock: Clock;
}

interface Open {
  readonly request: FlowsRequest;
  grant: FlowsGrant;
  end(): void;
}

export class FlowsDoor {
  readonly #parts: FlowsDoorParts;
  readonly #proxy: CoreProxy;
  readonly #patientProxy: CoreProxy;
  readonly #open = new Set<Open>();
  readonly #timer: Timer;
  #pending = 0;

  constructor(parts: FlowsDoorParts) {
    this.#parts = parts;
    const way: ConstructorParameters<typeof CoreProxy>[2] = {
      limitBytes: BODY_LIMIT_BYTES,
      requestHeaders: withoutCredentials,
      answerHeaders: (headers, asked) => ({ ...withoutTheirs(headers), ...flowsPageHeaders(asked) }),
      away: flowsAway,
    };
    this.#proxy = new CoreProxy(parts.socketPath, ANSWER_TIMEOUT_MS, way);
    this.#patientProxy = new CoreProxy(parts.socketPath, MODULE_TIMEOUT_MS, way);
    this.#timer = parts.clock.every(JUDGE_EVERY_MS, () => this.recheckAll());
  }

  /** Answers with what Node-RED says, once core has allowed it. */
  async forward(
    incoming: IncomingMessage,
    response: ServerResponse,
    route: FlowsRoute,
    client: ClientIdentity,
    basePath: string,
  ): Promise<void> {
    try {
      const open = await this.#admit(incoming, route, client, () => response.destroy());
      response.once("close", () => this.#open.delete(open));
      const watch = isDeploy(incoming, route) ? this.#watch(incoming, response, open, client) : undefined;
      const isPatient = route.right === "flows.edit" && MODULES_PATH.test(route.target);
      // Gone while core was asked.
      if (response.destroyed) {
        this.#open.delete(open);
        watch?.closed();
      } else
        (isPatient ? this.#patientProxy : this.#proxy).forward(
          ...([incoming, response, route.target, client, basePath] as const),
          (answer) => watch?.answered(answer),
        );
    } catch (error) {
      sendProblem(response, error, incoming.method === "HEAD");
    }
  }

  /** Ties a browser's WebSocket to one of Node-RED's. */
  async upgrade(
    incoming: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    route: FlowsRoute,
    client: ClientIdentity,
    basePath: string,
  ): Promise<void> {
    let open: Open;
    try {
      open = await this.#admit(incoming, route, client, () => socket.destroy());
    } catch (error) {
      refuseUpgrade(socket, error);
      return;
    }
    const release = () => this.#open.delete(open);
    socket.once("close", release);
    if (socket.destroyed) {
      release();
      return;
    }
    const outgoing = request({
      socketPath: this.#parts.socketPath,
      agent: false,
      path: route.target,
      timeout: ANSWER_TIMEOUT_MS,
      headers: {
        ...withoutCredentials(forwardedHeaders(incoming.headers, client, basePath)),
        connection: "Upgrade",
        upgrade: "websocket",
      },
    });
    const gone = () => outgoing.destroy();
    socket.once("close", gone);
    outgoing.on("timeout", gone);
    outgoing.on("error", (error) => refuseUpgrade(socket, flowsAway(error)));
    outgoing.on("response", (answer) => {
      answer.destroy();
      refuseUpgrade(socket, new NightjarError("NJ_NOT_FOUND", "not-found", "no WebSocket is served here"));
    });
    outgoing.on("upgrade", (answer, other, rest) => {
      socket.off("close", gone);
      other.setTimeout(0);
      const accept = answer.headers["sec-websocket-accept"] ?? "";
      const protocol = answer.headers["sec-websocket-protocol"];
      const lines = [
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        `Sec-WebSocket-Accept: ${accept}`,
        ...(protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
      ];
      socket.write(`${lines.join("\r\n")}\r\n\r\n`);
      if (rest.length > 0) socket.write(rest);
      if (head.length > 0) other.write(head);
      socket.pipe(other).pipe(socket);
      socket.once("close", () => other.destroy());
      other.once("close", () => socket.destroy());
      other.on("error", () => other.destroy());
    });
    outgoing.end();
  }

  /** Ends everything of these sessions. */
  revoke(sessionIds: readonly string[]): void {
    for (const open of [...this.#open]) if (sessionIds.includes(open.grant.sessionId)) this.#end(open);
  }

  /** Judges everything anew. */
  recheckAll(): void {
    for (const open of [...this.#open]) void this.#judge(open);
  }

  close(): void {
    this.#timer.cancel();
    for (const open of [...this.#open]) this.#end(open);
    this.#proxy.close();
    this.#patientProxy.close();
  }

  /** Has core told what comes of a deploy, whatever that is. */
  #watch(
    incoming: IncomingMessage,
    response: ServerResponse,
    { grant: { sessionId } }: Open,
    { address: remoteAddress }: ClientIdentity,
  ): DeployWatch {
    const watch = new DeployWatch(incoming, BODY_LIMIT_BYTES);
    response.once("close", () => watch.closed());
    void watch.taken.then((taken) =>
      this.#parts.deployed({ sessionId, remoteAddress, ...(taken === undefined ? {} : { taken }) }),
    );
    return watch;
  }

  async #admit(
    incoming: IncomingMessage,
    route: FlowsRoute,
    client: ClientIdentity,
    end: () => void,
  ): Promise<Open> {
    checkOrigin(incoming, client);
    const { right, target } = route;
    const { cookie, authorization } = incoming.headers;
    const method = incoming.method ?? "GET";
    const asked: FlowsRequest = {
      right,
      secure: client.secure,
      remoteAddress: client.address,
      isBackground: incoming.headers["x-nightjar-background"] === "1",
      ...(cookie === undefined ? {} : { cookie }),
      ...(authorization === undefined ? {} : { authorization }),
    };
    const isChange = right === "flows.edit" && !SAFE_METHODS.has(method) && CHANGED_PATH.test(target);
    if (this.#open.size + this.#pending >= OPEN_LIMIT) throw tooMany();
    this.#pending += 1;
    let grant: FlowsGrant;
    try {
      grant = await this.#parts.ask(
        isChange
          ? {
              ...asked,
              change: `${method} ${target.slice(0, 80)}`,
              ...(isDeploy(incoming, route) ? { isDeploy: true } : {}),
            }
          : asked,
      );
    } finally {
      this.#pending -= 1;
    }
    let count = 0;
    for (const each of this.#open) if (each.grant.sessionId === grant.sessionId) count += 1;
    if (count >= OPEN_PER_SESSION) throw tooMany();
    const open: Open = { request: { ...asked, isBackground: true }, grant, end };
    this.#open.add(open);
    return open;
  }

  async #judge(open: Open): Promise<void> {
    if (open.grant.expiresAtMs <= this.#parts.clock.wallMs()) {
      this.#end(open);
      return;
    }
    try {
      const grant = await this.#parts.ask(open.request);
      if (grant.sessionId === open.grant.sessionId) open.grant = grant;
      else this.#end(open);
    } catch (error) {
      // Core being away takes nothing from anybody.
      const { kind } = error instanceof NightjarError ? error : { kind: "internal" };
      if (kind === "unauthenticated" || kind === "permission-denied") this.#end(open);
    }
  }

  #end(open: Open): void {
    this.#open.delete(open);
    open.end();
  }
}

function isDeploy({ method }: IncomingMessage, { right, target }: FlowsRoute): boolean {
  return method === "POST" && right === "flows.edit" && DEPLOY_PATH.test(target);
}

/**
 * With a cookie, a change and a WebSocket must come from a page of the recorder's own, and nothing may be fetched by a page of
 * another port of the same host: to such pages cookies go along. A program's token cannot be used behind anybody's back.
 */
function checkOrigin({ headers, method = "GET" }: IncomingMessage, client: ClientIdentity): void {
  if (headers.authorization !== undefined) return;
  const { origin } = headers;
  const site = headers["sec-fetch-site"];
  const mustTell = !SAFE_METHODS.has(method) || headers.upgrade !== undefined;
  const isOwn = origin === undefined ? !mustTell : isSameOrigin(origin, client);
  const isOwnSite = site === undefined || site === "same-origin" || site === "none";
  if (isOwn && isOwnSite) return;
  throw new NightjarError(
    "NJ_ORIGIN_FOREIGN",
    "permission-denied",
    "flows are reached from the recorder's own pages, or with a bearer token",
  );
}

type Headers = Record<string, string | string[]>;

function withoutCredentials(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !KEPT_BACK.includes(name)));
}

function withoutTheirs(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !NOT_PASSED_ON.includes(name)));
}

function flowsAway(cause: unknown): NightjarError {
  const message = "Node-RED does not run now: flows are switched off, starting, or being restarted";
  return new NightjarError("NJ_FLOWS_AWAY", "unavailable", message, {}, cause);
}

function tooMany(): NightjarError {
  return new NightjarError(
    "NJ_TOO_MANY_CONNECTIONS",
    "resource-exhausted",
    "too many connections to flows are open",
  );
}
