// One kept-alive connection to a node, over which it is asked how it is: one question at a time, no redirect followed, heads
// and bodies bounded, nothing sent that is secret. Addresses are judged as everywhere: what an administrator typed may be
// private, what no machine has is refused, as is the recorder itself, and names are judged again whenever they are resolved.
import type { IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { LookupFunction } from "node:net";
import type { TLSSocket } from "node:tls";
import { isNoMachine, isOwnTarget } from "../domain/own-target.ts";
import { NightjarError } from "../errors.ts";
import { Agent as HttpAgent, request as httpRequest } from "../node-http.ts";
import { lookupTarget } from "../plugin/calls/guarded-network.ts";
import { HEALTH_PATH, MOST_ANSWER_BYTES, type NodeAnswer, readNodeAnswer } from "./node-answer.ts";
import { type ShownCertificate, shownCertificate } from "./node-certificate.ts";
import { type NodeReason, nodeReason, reasonOfError } from "./node-reason.ts";

/** Of the head of an answer. */
const HEAD_LIMIT_BYTES = 16 * 1024;

/** What was found at an address. */
export interface NodeFound {
  readonly answer: NodeAnswer;
  /** Shown over HTTPS, whether it was asked or not. */
  readonly certificate?: ShownCertificate | undefined;
}

/** Says why nothing is sent to whoever shows this certificate; undefined where it may be. */
export type CertificateJudge = (shown: ShownCertificate) => NodeReason | undefined;

type Asked =
  | { readonly response: IncomingMessage; readonly refused?: undefined }
  | { readonly response?: undefined; readonly refused: NodeReason };

export class NodeConnection {
  readonly #url: URL;
  readonly #ownPorts: () => readonly number[];
  readonly #agent: InstanceType<typeof HttpAgent> | HttpsAgent;
  /** Certificates are read once for each connection, not for each question. */
  readonly #shown = new WeakMap<TLSSocket, ShownCertificate | undefined>();

  /** `address`: of a node, checked before. `ownPorts`: those of this recorder, which is no node of itself. */
  constructor(address: string, ownPorts: () => readonly number[]) {
    this.#url = new URL(HEALTH_PATH, address.endsWith("/") ? address : `${address}/`);
    this.#ownPorts = ownPorts;
    const bounds = { keepAlive: true, maxSockets: 1, maxFreeSockets: 1 } as const;
    // Without resumed sessions each connection shows its certificate.
    this.#agent =
      this.#url.protocol === "https:"
        ? new HttpsAgent({ ...bounds, maxCachedSessions: 0 })
        : new HttpAgent(bounds);
  }

  /** Host and port, as people read them. */
  get host(): string {
    return this.#url.host;
  }

  /** Asks once. Never rejects: what goes wrong is the answer. Aborted, it is one that did not come in time. */
  async ask(signal: AbortSignal, judge: CertificateJudge): Promise<NodeFound> {
    const { host } = this;
    const refused = this.#refused();
    if (refused !== undefined) return { answer: { isNightjar: false, reason: refused } };
    let certificate: ShownCertificate | undefined;
    try {
      const { response, refused: fault } = await this.#request(signal, (shown) => {
        certificate = shown;
        return judge(shown);
      });
      if (fault !== undefined) return { answer: { isNightjar: false, reason: fault }, certificate };
      const answer = readNodeAnswer(response.statusCode ?? 0, await boundedBody(response), host);
      return { answer, certificate };
    } catch (error) {
      return { answer: { isNightjar: false, reason: reasonOfError(error, host) }, certificate };
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  /** Literal addresses, which no resolver is asked for. */
  #refused() {
    const { host } = this;
    const name = this.#url.hostname;
    if (isNoMachine(name)) return nodeReason("address", { host });
    return isOwnTarget(name, this.#port, this.#ownPorts()) ? nodeReason("own", { host }) : undefined;
  }

  get #port(): number {
    const { port, protocol } = this.#url;
    return port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
  }

  #request(signal: AbortSignal, judge: CertificateJudge): Promise<Asked> {
    return new Promise((resolve, reject) => {
      const isTls = this.#url.protocol === "https:";
      const request = (isTls ? httpsRequest : httpRequest)(this.#url, {
        agent: this.#agent,
        headers: { accept: "application/json", "user-agent": "Nightjar" },
        lookup: this.#lookup(),
        maxHeaderSize: HEAD_LIMIT_BYTES,
        signal,
        // Judged here instead, by what the system says of it or by a fingerprint: see node-certificate.ts.
        ...(isTls ? { rejectUnauthorized: false } : {}),
      });
      // It stays after the answer too: a connection that is cut then must not end the process.
      request.on("error", reject);
      request.once("response", (response) => resolve({ response }));
      if (!isTls) {
        request.end();
        return;
      }
      request.once("socket", (socket: TLSSocket) => {
        const goOn = (): void => {
          const shown = this.#certificateOf(socket);
          const reason = shown === undefined ? undefined : judge(shown);
          if (reason === undefined) {
            request.end();
            return;
          }
          resolve({ refused: reason });
          request.destroy();
        };
        // One that was asked over before has shown it.
        if (this.#shown.has(socket)) goOn();
        else socket.once("secureConnect", goOn);
      });
    });
  }

  #certificateOf(socket: TLSSocket): ShownCertificate | undefined {
    if (!this.#shown.has(socket)) this.#shown.set(socket, shownCertificate(socket));
    return this.#shown.get(socket);
  }

  #lookup(): LookupFunction {
    const port = this.#port;
    return (name, options, done) => {
      lookupTarget(name, port, this.#ownPorts()).then(
        (found) => {
          const [first] = found;
          if (first === undefined) done(noMachine(name), []);
          else if (options.all === true) done(null, found);
          else done(null, first.address, first.family);
        },
        (error: NodeJS.ErrnoException) => done(error, []),
      );
    };
  }
}

/** The body; undefined where it is longer than it may be, which ends the connection. */
async function boundedBody(response: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    // Leaving the loop destroys the response.
    if (bytes > MOST_ANSWER_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function noMachine(name: string): NightjarError {
  return new NightjarError("NJ_NODE_ADDRESS", "invalid-argument", `${name} leads to no machine`);
}
