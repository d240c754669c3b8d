// RTSP requests with everything that a camera wants around them: authentication, session id, redirects (RFC 2326 §10, §11.3).
// One client is one connection; what flows over it besides answers goes to the connection's events.
import type { Clock } from "../../clock.ts";
import { Authenticator } from "./authentication.ts";
import { type ConnectionEvents, RtspConnection } from "./rtsp-connection.ts";
import { headerOf, type RtspMessage } from "./rtsp-message.ts";
import { parseRtspUrl, type RtspUrl, whereOf } from "./rtsp-url.ts";
import { faultOfStatus, StreamFaultError } from "./stream-fault-error.ts";

export interface RtspClientOptions {
  readonly url: RtspUrl;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly verifyCertificate: boolean;
  readonly allowedRedirectHosts: readonly string[];
  readonly clock: Clock;
  readonly events: ConnectionEvents;
}

const USER_AGENT = "Nightjar";
const MAX_REDIRECTS = 5;
const MAX_CHALLENGES = 3;

export class RtspClient {
  readonly #options: RtspClientOptions;
  #connection: RtspConnection;
  #authenticator: Authenticator;
  #url: RtspUrl;
  #redirects = 0;
  /** Repeated in each request once SETUP has given it. */
  sessionId: string | undefined;

  constructor(options: RtspClientOptions) {
    this.#options = options;
    this.#url = options.url;
    this.#connection = this.#newConnection();
    this.#authenticator = this.#newAuthenticator();
  }

  /** The presentation's URL, after redirects. */
  get url(): RtspUrl {
    return this.#url;
  }

  get connection(): RtspConnection {
    return this.#connection;
  }

  connect(): Promise<void> {
    return this.#connection.connect();
  }

  /** Sends a request, answering challenges. Gives any answer but 401; throws faults. */
  async request(
    method: string,
    url: string,
    headers: readonly (readonly [string, string])[] = [],
    timeoutMs?: number,
  ): Promise<RtspMessage> {
    for (let attempt = 0; ; attempt += 1) {
      const authorization = this.#authenticator.authorization(method, url);
      const all: (readonly [string, string])[] = [["User-Agent", USER_AGENT], ...headers];
      if (this.sessionId !== undefined) all.push(["Session", this.sessionId]);
      if (authorization !== undefined) all.push(["Authorization", authorization]);
      const answer = await this.#connection.request(method, url, all, timeoutMs);
      if (answer.status !== 401) {
        this.#authenticator.takeInfo(headerOf(answer, "authentication-info"));
        return answer;
      }
      this.#challenged(answer, authorization !== undefined, attempt);
    }
  }

  /** {@link request} that throws the fault of any status but 2xx. */
  async demand(
    method: string,
    url: string,
    headers: readonly (readonly [string, string])[] = [],
  ): Promise<RtspMessage> {
    const answer = await this.request(method, url, headers);
    const status = answer.status ?? 0;
    if (status < 200 || status > 299) throw faultOfStatus(status, answer.reason, method, whereOf(this.#url));
    return answer;
  }

  /** Gets the description, following redirects by new connections where needed. */
  async describe(): Promise<RtspMessage> {
    for (;;) {
      const answer = await this.request("DESCRIBE", this.#url.text, [["Accept", "application/sdp"]]);
      const status = answer.status ?? 0;
      if (status >= 300 && status <= 399) {
        await this.#follow(headerOf(answer, "location"));
        continue;
      }
      if (status < 200 || status > 299) {
        throw faultOfStatus(status, answer.reason, "DESCRIBE", whereOf(this.#url));
      }
      return answer;
    }
  }

  close(): void {
    this.#connection.close();
  }

  #challenged(answer: RtspMessage, answered: boolean, attempt: number): void {
    const where = whereOf(this.#url);
    if ((this.#options.username ?? "") === "") {
      throw new StreamFaultError(
        "wrong-password",
        `The camera at ${where} asks for a user name and a password, and none is set.`,
        { where, case: "none-set" },
      );
    }
    const outcome = this.#authenticator.challenge(answer.headers.get("www-authenticate") ?? [], answered);
    if (outcome === "unsupported") {
      throw new StreamFaultError(
        "auth-unsupported",
        `The camera at ${where} asks for a kind of log-in that is not known here. Set it to Digest on the camera's own page.`,
        { where },
      );
    }
    if (outcome === "refused" || attempt >= MAX_CHALLENGES) {
      throw new StreamFaultError(
        "wrong-password",
        `The camera at ${where} refused the user name or password (401). Check them on the camera's own page.`,
        { where },
      );
    }
  }

  async #follow(location: string | undefined): Promise<void> {
    const target = location === undefined ? undefined : parseRtspUrl(location);
    const from = whereOf(this.#url);
    if (target === undefined) {
      throw new StreamFaultError("redirect-refused", `The camera at ${from} redirects to nowhere.`, {
        where: from,
      });
    }
    this.#redirects += 1;
    if (this.#redirects > MAX_REDIRECTS) {
      throw new StreamFaultError("redirect-refused", `The camera at ${from} redirects in a circle.`, {
        where: from,
      });
    }
    const sameHost = target.host.toLowerCase() === this.#options.url.host.toLowerCase();
    if (!sameHost && !this.#options.allowedRedirectHosts.includes(target.host)) {
      throw new StreamFaultError(
        "redirect-refused",
        `The camera at ${from} redirects to another host (${whereOf(target)}), which is not allowed. Use that address if you trust it.`,
        { where: from, target: whereOf(target), case: "other-host" },
      );
    }
    if (this.#url.tls && !target.tls) {
      throw new StreamFaultError(
        "redirect-refused",
        `The camera at ${from} redirects from a secure connection to an open one, which is not allowed.`,
        { where: from },
      );
    }
    const sameServer = sameHost && target.port === this.#url.port && target.tls === this.#url.tls;
    this.#url = target;
    if (sameServer) return;
    this.#connection.close();
    this.#connection = this.#newConnection();
    this.#authenticator = this.#newAuthenticator();
    await this.#connection.connect();
  }

  #newConnection(): RtspConnection {
    const { verifyCertificate, clock, events } = this.#options;
    return new RtspConnection({ url: this.#url, verifyCertificate, clock, events });
  }

  #newAuthenticator(): Authenticator {
    const { username = "", password = "" } = this.#options;
    return new Authenticator({ username, password }, this.#url.tls);
  }
}
