// Requests to one web server over a connection that stays between them: no redirect followed, of the answer's body no more read
// than tells what is wrong, and given up where the server stands still. What was judged is what is connected to.
import type { ClientRequest, Agent as HttpAgent, IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { LookupFunction } from "node:net";
import { addressesOf, type CarrierOptions } from "./carriers.ts";
import type { Target } from "./config.ts";
import { connectionError, stalled, uploadError } from "./upload-errors.ts";

// As a value: an import of the module would load WebSocket and all of its client for the web.
const { Agent, request: httpRequest } = process.getBuiltinModule("node:http");

const HEAD_LIMIT_BYTES = 16 * 1024;
const BODY_LIMIT_BYTES = 8 * 1024;

export interface HttpAnswer {
  readonly status: number;
  /** The beginning of it. */
  readonly text: string;
}

export class HttpExchange {
  readonly #target: Target;
  readonly #url: URL;
  readonly #options: CarrierOptions;
  readonly #agent: HttpAgent;
  readonly place: string;

  private constructor(target: Target, url: URL, options: CarrierOptions, lookup: LookupFunction) {
    this.#target = target;
    this.#url = url;
    this.#options = options;
    this.place = url.host;
    const shared = { keepAlive: true, maxSockets: 1, lookup };
    const { certificates } = target;
    this.#agent =
      url.protocol === "https:"
        ? new HttpsAgent({
            ...shared,
            minVersion: "TLSv1.2",
            ...(certificates === undefined ? {} : { ca: certificates }),
          })
        : new Agent(shared);
  }

  /** For the server of the target's address. Throws `NJ_UPLOAD_*` and `NJ_ADDRESS_OWN`. */
  static async open(target: Target, options: CarrierOptions): Promise<HttpExchange> {
    const url = URL.parse(target.url ?? "");
    if (url === null || url.username !== "" || url.password !== "")
      throw uploadError(
        "TARGET",
        target.name,
        "its address is none like https://host/path, without name and password",
      );
    const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
    const places = await addressesOf(target, url.hostname, port, options);
    return new HttpExchange(target, url, options, (_name, { all }, done) => {
      const [first] = places;
      if (all === true || first === undefined) done(null, [...places]);
      else done(null, first.address, first.family);
    });
  }

  /** Asks, and gives what is answered, whatever it is. Throws where no answer comes. */
  async ask(
    method: string,
    url: URL,
    headers: Readonly<Record<string, string>>,
    body?: Buffer,
  ): Promise<HttpAnswer> {
    const { signal, stallMs } = this.#options;
    let isLate = false;
    let request: ClientRequest | undefined;
    try {
      signal.throwIfAborted();
      const asked = (this.#url.protocol === "https:" ? httpsRequest : httpRequest)(url, {
        method,
        agent: this.#agent,
        headers: { "user-agent": "Nightjar", ...headers, "content-length": String(body?.length ?? 0) },
        maxHeaderSize: HEAD_LIMIT_BYTES,
        signal,
      });
      request = asked;
      // Of each step anew: of the connection's, and between any two bytes.
      asked.setTimeout(stallMs, () => {
        isLate = true;
        asked.destroy();
      });
      return await answerTo(asked, body);
    } catch (error) {
      request?.destroy();
      if (isLate) throw stalled(this.#target.name, this.place, stallMs);
      throw connectionError(error, this.#target.name, this.place);
    }
  }

  close(): void {
    this.#agent.destroy();
  }
}

async function answerTo(request: ClientRequest, body: Buffer | undefined): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  // They stay after the answer too: a connection that is cut then must not end the process.
  request.on("error", reject);
  request.once("close", () => reject(Object.assign(new Error("closed"), { code: "ECONNRESET" })));
  request.once("response", resolve);
  request.end(body);
  const answer = await promise;
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    parts.push(part);
    bytes += part.length;
    // The rest is nobody's business here; leaving the loop ends the connection.
    if (bytes >= BODY_LIMIT_BYTES) break;
  }
  return {
    status: answer.statusCode ?? 0,
    text: Buffer.concat(parts).subarray(0, BODY_LIMIT_BYTES).toString("utf8"),
  };
}
