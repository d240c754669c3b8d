// Hands the rest of HTTP to core on its Unix socket, streaming both ways (Server-Sent Events included).
import type { IncomingMessage, ServerResponse } from "node:http";
import { NightjarError } from "../../errors.ts";
import { Agent, request } from "../../node-http.ts";
import { FILE_LIMITS } from "../protocol.ts";
import type { ClientIdentity } from "./client-identity.ts";
import { answerHeaders, forwardedHeaders } from "./forwarded-headers.ts";
import { httpError, sendProblem } from "./problem.ts";

/** Longest request body that core is sent, but for files (plugins, settings). */
export const BODY_LIMIT_BYTES = 1024 * 1024;
/** How long core may take until its headers come. */
const ANSWER_TIMEOUT_MS = 30_000;
/** Requests that wait for core at once: a core that hangs must not fill the memory. */
const PENDING_LIMIT = 1_024;
/**
 * Requests whose bodies are still coming. One more, and the oldest gives way: strangers whose bodies never end must not
 * take the places of those who wait for an answer (attack list A25).
 */
const UNFINISHED_LIMIT = 256;

const PROBLEM_LIMIT_BYTES = 64 * 1024;

type Headers = Record<string, string | string[]>;

/** Who asked, and for what. */
export interface Asked {
  readonly target: string;
  readonly client: ClientIdentity;
  readonly basePath: string;
}

/** What is otherwise where the process behind is not core. */
export interface ProxyWays {
  /** Longest body of any request. */
  readonly limitBytes?: number;
  /** What the process is told of the headers, and the client of those of the answer. */
  readonly requestHeaders?: (headers: Headers) => Headers;
  readonly answerHeaders?: (headers: Headers, asked: Asked) => Headers;
  /** The problem of a process that does not answer. */
  readonly away?: (cause: unknown) => NightjarError;
}

/** Forwards requests to core, or to another process on such a socket. */
export class CoreProxy {
  readonly #socketPath: string;
  readonly #answerTimeoutMs: number;
  readonly #ways: ProxyWays;
  readonly #agent = new Agent({ keepAlive: true, maxFreeSockets: 16, scheduling: "lifo" });
  #pending = 0;
  /** How each is given up, the oldest first. */
  readonly #unfinished = new Map<IncomingMessage, () => void>();

  constructor(socketPath: string, answerTimeoutMs: number = ANSWER_TIMEOUT_MS, ways: ProxyWays = {}) {
    this.#ways = ways;
    this.#socketPath = socketPath;
    this.#answerTimeoutMs = answerTimeoutMs;
  }

  /**
   * Answers `incoming` with what core says to `target` (path and query). `onAnswer` may read along: it is called before
   * anything of the answer has been read.
   */
  forward(
    incoming: IncomingMessage,
    response: ServerResponse,
    target: string,
    client: ClientIdentity,
    basePath: string,
    onAnswer?: (answer: IncomingMessage) => void,
  ): void {
    const fileLimitBytes = incoming.method === "POST" ? FILE_LIMITS.get(target) : undefined;
    const { away = coreAway, requestHeaders = asTheyAre, answerHeaders: changed = asTheyAre } = this.#ways;
    const limitBytes = this.#ways.limitBytes ?? fileLimitBytes ?? BODY_LIMIT_BYTES;
    const announced = Number(incoming.headers["content-length"] ?? 0);
    if (announced > limitBytes) {
      refuseBody(incoming, response, limitBytes);
      return;
    }
    if (this.#pending >= PENDING_LIMIT) {
      sendProblem(response, new NightjarError("NJ_GATEWAY_BUSY", "unavailable", "too many requests wait"));
      return;
    }
    const hasBody = announced > 0 || incoming.headers["transfer-encoding"] !== undefined;
    let counted = true;
    let leave = hasBody ? this.#awaitBody(incoming, () => giveUp()) : this.#awaitCore();
    const answered = () => {
      if (counted) leave();
      counted = false;
    };
    if (hasBody) {
      incoming.once("end", () => {
        if (!counted) return;
        leave();
        leave = this.#awaitCore();
      });
    }
    const outgoing = request({
      socketPath: this.#socketPath,
      agent: this.#agent,
      method: incoming.method,
      path: target,
      headers: requestHeaders(forwardedHeaders(incoming.headers, client, basePath)),
      timeout: this.#answerTimeoutMs,
    });
    const giveUp = () => {
      response.setHeader("connection", "close");
      const busy = "too many requests are being sent, and this one took longest";
      sendProblem(response, new NightjarError("NJ_GATEWAY_BUSY", "unavailable", busy));
      outgoing.destroy();
    };
    outgoing.on("timeout", () => {
      // While the body is still coming, and core takes it, core is not to blame.
      const isComing = hasBody && !incoming.complete && !incoming.isPaused();
      if (counted && !isComing) outgoing.destroy(coreTimeout());
    });
    outgoing.on("response", (answer) => {
      answered();
      // An event stream may be silent for as long as it likes: core's own heartbeat keeps it alive.
      outgoing.setTimeout(0);
      if (response.destroyed) {
        answer.destroy();
        return;
      }
      response.writeHead(
        answer.statusCode ?? 502,
        changed(answerHeaders(answer.headers), { target, client, basePath }),
      );
      response.flushHeaders();
      onAnswer?.(answer);
      passOn(answer, response);
    });
    outgoing.on("error", (error) => {
      answered();
      sendProblem(response, away(error));
    });
    response.once("close", () => outgoing.destroy());
    response.once("finish", () => {
      // Core has answered without wanting the rest of the body: nor do we.
      if (!incoming.complete) cutSoon(incoming);
    });
    sendBody(incoming, outgoing, limitBytes, () => refuseBody(incoming, response, limitBytes));
  }

  /**
   * Opens a stream of core's that goes on without end, for whoever passes it on in another form. The caller destroys it.
   * Rejects with core's own problem, with `NJ_CORE_AWAY` or `NJ_CORE_TIMEOUT`.
   */
  openStream(
    incoming: IncomingMessage,
    target: string,
    client: ClientIdentity,
    basePath: string,
  ): Promise<IncomingMessage> {
    const headers = forwardedHeaders(incoming.headers, client, basePath);
    for (const name of Object.keys(headers)) if (name.startsWith("sec-websocket-")) delete headers[name];
    return new Promise((resolve, reject) => {
      const outgoing = request({
        socketPath: this.#socketPath,
        // A connection of its own: it is not given back.
        agent: false,
        method: "GET",
        path: target,
        headers: { ...headers, accept: "text/event-stream" },
        timeout: this.#answerTimeoutMs,
      });
      const gone = () => outgoing.destroy();
      incoming.socket.once("close", gone);
      outgoing.on("timeout", () => outgoing.destroy(coreTimeout()));
      outgoing.on("error", (error) => reject(coreAway(error)));
      outgoing.on("response", (answer) => {
        outgoing.setTimeout(0);
        incoming.socket.off("close", gone);
        if (answer.statusCode === 200) resolve(answer);
        else problemIn(answer).then(reject, reject);
      });
      outgoing.end();
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  #awaitCore(): () => void {
    this.#pending += 1;
    return () => {
      this.#pending -= 1;
    };
  }

  #awaitBody(incoming: IncomingMessage, giveUp: () => void): () => void {
    const [oldest] = this.#unfinished;
    if (oldest !== undefined && this.#unfinished.size >= UNFINISHED_LIMIT) {
      const [request, giveOldestUp] = oldest;
      this.#unfinished.delete(request);
      giveOldestUp();
    }
    this.#unfinished.set(incoming, giveUp);
    return () => {
      this.#unfinished.delete(incoming);
    };
  }
}

/**
 * Streams the answer with back pressure, and cuts the client off where it breaks. Not by `pipeline`, which ends with an
 * aborted signal each time: making that error was seven hundredths of all that the gateway did for a request.
 */
function passOn(answer: IncomingMessage, response: ServerResponse): void {
  answer.pipe(response);
  answer.on("error", () => undefined);
  response.on("error", () => answer.destroy());
  answer.once("close", () => {
    if (!response.writableEnded) response.destroy();
  });
}

/** Streams the body with back pressure, counting what a missing or lying content-length does not tell. */
function sendBody(
  incoming: IncomingMessage,
  outgoing: ReturnType<typeof request>,
  limitBytes: number,
  onTooLarge: () => void,
): void {
  let sentBytes = 0;
  incoming.on("data", (chunk: Buffer) => {
    sentBytes += chunk.length;
    if (sentBytes > limitBytes) {
      incoming.removeAllListeners("data");
      outgoing.destroy();
      onTooLarge();
      return;
    }
    if (!outgoing.write(chunk)) {
      incoming.pause();
      outgoing.once("drain", () => incoming.resume());
    }
  });
  incoming.on("end", () => outgoing.end());
  incoming.on("error", () => outgoing.destroy());
  incoming.on("aborted", () => outgoing.destroy());
}

function refuseBody(incoming: IncomingMessage, response: ServerResponse, limitBytes: number): void {
  response.setHeader("connection", "close");
  sendProblem(
    response,
    httpError(413, "NJ_BODY_TOO_LARGE", `a request body may hold ${limitBytes} bytes at most`),
  );
  response.once("finish", () => cutSoon(incoming));
}

/** Reading on without end would be what the sender wants; a moment lets the answer reach it. */
function cutSoon(incoming: IncomingMessage): void {
  incoming.resume();
  setTimeout(() => incoming.socket.destroy(), 250).unref();
}

/** The problem that core answered with, as an error that says the same. */
async function problemIn(answer: IncomingMessage): Promise<NightjarError> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > PROBLEM_LIMIT_BYTES) break;
    chunks.push(chunk);
  }
  const { code, detail } = JSON.parse(Buffer.concat(chunks).toString("utf8")) as Record<string, unknown>;
  return httpError(answer.statusCode ?? 502, String(code), String(detail));
}

function asTheyAre<T>(headers: T): T {
  return headers;
}

function coreTimeout(): NightjarError {
  return new NightjarError("NJ_CORE_TIMEOUT", "deadline-exceeded", "Nightjar's core did not answer in time");
}

function coreAway(error: unknown): NightjarError {
  if (error instanceof NightjarError) return error;
  return new NightjarError(
    "NJ_CORE_AWAY",
    "unavailable",
    "Nightjar's core is being restarted; recording goes on, try again in a few seconds",
    {},
    error,
  );
}
