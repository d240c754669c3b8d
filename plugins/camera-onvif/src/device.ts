// One device as it is spoken to: where its services are, how its clock differs, which way of signing in it takes. Every address
// that it names itself is led back to the host that a person gave: cameras behind routers name one that cannot be reached,
// and nothing is sent to another host than that.
import type { PluginTools } from "@nightjar/core";
import { NightjarError } from "@nightjar/core";
import type { CameraConfig } from "./config.ts";
import { lacks, wrongPassword } from "./errors.ts";
import { type Credentials, type DigestChallenge, post } from "./http-post.ts";
import { answerIn, envelope } from "./soap.ts";
import { child, childrenOf, textAt, type XmlElement } from "./xml.ts";

/** Namespaces of services, which are their names in GetServices. */
export const SERVICES = {
  device: "http://www.onvif.org/ver10/device/wsdl",
  media: "http://www.onvif.org/ver10/media/wsdl",
  media2: "http://www.onvif.org/ver20/media/wsdl",
  ptz: "http://www.onvif.org/ver20/ptz/wsdl",
  events: "http://www.onvif.org/ver10/events/wsdl",
  io: "http://www.onvif.org/ver10/deviceIO/wsdl",
  /** Of subscriptions; it has no address of its own. */
  notification: "http://docs.oasis-open.org/wsn/b-2",
} as const;
export type ServiceName = keyof typeof SERVICES;

/** For one request; a call of the driver has ten seconds. */
const REQUEST_MS = 6_000;
/** What is known of clock and services is asked again after this. */
const KNOWN_MS = 10 * 60_000;
const ADDRESS_LIMIT = 1_000;
/** After user and password were refused nothing is signed for so long, and longer each time. */
const FIRST_REFUSAL_MS = 10_000;
const LONGEST_REFUSAL_MS = 300_000;
/** Devices answer these to anybody: that they do says nothing of the password. */
const PRE_AUTH: ReadonlySet<string> = new Set(["GetServices", "GetCapabilities"]);
/** Every account that there is may ask this. */
const PROBE: Request = { service: "device", operation: "GetDeviceInformation" };

export interface Request {
  readonly service: ServiceName;
  /** Another address than the service's own: that of a subscription. */
  readonly url?: URL;
  /** Of the envelope's header, XML. */
  readonly header?: string;
  /** `GetProfiles`; the action is made of it unless another is given. */
  readonly operation: string;
  readonly action?: string;
  /** What stands inside the operation, XML in the prefixes `n` (the service) and `t` (the schema). */
  readonly body?: string;
  readonly limitMs?: number;
}

interface Known {
  readonly services: ReadonlyMap<ServiceName, URL>;
  readonly atMs: number;
}

export class OnvifDevice {
  readonly address: URL;
  readonly #config: CameraConfig;
  readonly #credentials: Credentials | undefined;
  readonly #lookup: PluginTools["lookup"];
  #challenge: DigestChallenge | undefined;
  #clock: { readonly offsetMs: number; readonly atMs: number } | undefined;
  #known: Known | undefined;
  #refusals = 0;
  #refusedUntilMs = 0;
  /** User and password were right when they were said last. */
  #hasWorked = false;

  constructor(config: CameraConfig, password: string | undefined, lookup: PluginTools["lookup"]) {
    this.address = new URL(config.address);
    this.#config = config;
    const { username } = config;
    this.#credentials = username === undefined ? undefined : { username, password: password ?? "" };
    this.#lookup = lookup;
  }

  get host(): string {
    return this.address.host;
  }

  /** Asks, and gives the element that the device answers with. */
  async ask(request: Request, signal: AbortSignal): Promise<XmlElement> {
    // Devices lock accounts: what was refused is not said again at once.
    if (performance.now() < this.#refusedUntilMs) throw wrongPassword(this.host);
    const url = request.url ?? (await this.#serviceUrl(request.service, signal));
    const isFresh = this.#clock === undefined;
    const first = await this.#unlessPassword(request, url, signal);
    if (first !== undefined) return first;
    if (!isFresh) {
      // A clock that was set meanwhile looks like a wrong password.
      this.#clock = undefined;
      const second = await this.#unlessPassword(request, url, signal);
      if (second !== undefined) return second;
    }
    // So does an account that may not ask this: what else it may goes on.
    if (this.#hasWorked && (await this.#isSignedIn(signal)))
      throw lacks(`right for this account to ask ${request.operation}`);
    this.#hasWorked = false;
    const pauseMs = Math.min(LONGEST_REFUSAL_MS, FIRST_REFUSAL_MS * 2 ** Math.min(this.#refusals, 10));
    this.#refusals += 1;
    this.#refusedUntilMs = performance.now() + pauseMs;
    throw wrongPassword(this.host);
  }

  /** Undefined: the device says that user and password are wrong, or may not do that. */
  async #unlessPassword(request: Request, url: URL, signal: AbortSignal): Promise<XmlElement | undefined> {
    try {
      const answer = await this.#send(request, url, signal, true);
      this.#refusals = 0;
      if (!PRE_AUTH.has(request.operation)) this.#hasWorked = true;
      return answer;
    } catch (error) {
      if (isPasswordFault(error)) return undefined;
      throw error;
    }
  }

  async #isSignedIn(signal: AbortSignal): Promise<boolean> {
    try {
      return (await this.#unlessPassword(PROBE, this.address, signal)) !== undefined;
    } catch (error) {
      if (error instanceof NightjarError && error.code === "NJ_ONVIF_REFUSED") return false;
      throw error;
    }
  }

  /** True if the device has that service. */
  async has(service: ServiceName, signal: AbortSignal): Promise<boolean> {
    return (await this.#services(signal)).has(service);
  }

  /**
   * An address that the device named, on the host that it is reached at. On the same host its port is the device's own; on
   * another one the device does not know how it is reached, and everything goes where the person's address leads.
   */
  reached(named: string): URL | undefined {
    const url = named.length > ADDRESS_LIMIT ? null : URL.parse(named.trim());
    if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) return undefined;
    const reached = new URL(this.address);
    if (url.hostname === this.address.hostname && url.protocol === this.address.protocol)
      reached.port = url.port;
    reached.pathname = url.pathname;
    reached.search = url.search;
    return reached;
  }

  async #serviceUrl(service: ServiceName, signal: AbortSignal): Promise<URL> {
    if (service === "device") return this.address;
    const url = (await this.#services(signal)).get(service);
    if (url === undefined) throw lacks(`${service} service`);
    return url;
  }

  async #services(signal: AbortSignal): Promise<ReadonlyMap<ServiceName, URL>> {
    const known = this.#known;
    if (known !== undefined && performance.now() - known.atMs < KNOWN_MS) return known.services;
    const services = await this.#askServices(signal);
    this.#known = { services, atMs: performance.now() };
    return services;
  }

  async #askServices(signal: AbortSignal): Promise<ReadonlyMap<ServiceName, URL>> {
    const found = new Map<ServiceName, URL>();
    const put = (name: ServiceName, named: string | undefined): void => {
      const url = named === undefined ? undefined : this.reached(named);
      if (url !== undefined) found.set(name, url);
    };
    try {
      const body = "<n:IncludeCapability>false</n:IncludeCapability>";
      const answer = await this.ask({ service: "device", operation: "GetServices", body }, signal);
      for (const service of childrenOf(answer, "Service")) {
        const namespace = textAt(service, "Namespace");
        const name = (Object.keys(SERVICES) as ServiceName[]).find((key) => SERVICES[key] === namespace);
        if (name !== undefined) put(name, textAt(service, "XAddr"));
      }
    } catch (error) {
      if (!(error instanceof NightjarError) || error.code !== "NJ_ONVIF_REFUSED") throw error;
    }
    if (found.size > 0) return found;
    // Devices of before 2011.
    const all = await this.ask(
      { service: "device", operation: "GetCapabilities", body: "<n:Category>All</n:Category>" },
      signal,
    );
    const capabilities = child(all, "Capabilities");
    put("media", textAt(capabilities, "Media", "XAddr"));
    put("ptz", textAt(capabilities, "PTZ", "XAddr"));
    put("events", textAt(capabilities, "Events", "XAddr"));
    put("io", textAt(capabilities, "Extension", "DeviceIO", "XAddr"));
    return found;
  }

  /** How far the device's clock is ahead: what is signed is signed with its time. */
  async #offsetMs(signal: AbortSignal): Promise<number> {
    const clock = this.#clock;
    if (clock !== undefined && performance.now() - clock.atMs < KNOWN_MS) return clock.offsetMs;
    const offsetMs = await this.#askClock(signal);
    this.#clock = { offsetMs, atMs: performance.now() };
    return offsetMs;
  }

  async #askClock(signal: AbortSignal): Promise<number> {
    try {
      const request: Request = { service: "device", operation: "GetSystemDateAndTime" };
      const answer = await this.#send(request, this.address, signal, false);
      const time = child(answer, "SystemDateAndTime", "UTCDateTime");
      const part = (group: string, name: string): number => Number(textAt(time, group, name));
      const atMs = Date.UTC(
        part("Date", "Year"),
        part("Date", "Month") - 1,
        part("Date", "Day"),
        part("Time", "Hour"),
        part("Time", "Minute"),
        part("Time", "Second"),
      );
      return Number.isFinite(atMs) ? atMs - Date.now() : 0;
    } catch (error) {
      // Some want a password even for that: their clocks must be right then.
      if (isPasswordFault(error) || (error instanceof NightjarError && error.code === "NJ_ONVIF_REFUSED"))
        return 0;
      throw error;
    }
  }

  async #send(request: Request, url: URL, signal: AbortSignal, isSigned: boolean): Promise<XmlElement> {
    const { service, operation, body = "", header = "", limitMs = REQUEST_MS } = request;
    const namespace = SERVICES[service];
    const credentials = isSigned ? this.#credentials : undefined;
    const security =
      credentials === undefined
        ? undefined
        : { credentials, created: new Date(Date.now() + (await this.#offsetMs(signal))) };
    const inner = `<n:${operation} xmlns:n="${namespace}" xmlns:t="http://www.onvif.org/ver10/schema">${body}</n:${operation}>`;
    const answer = await post({
      url,
      body: envelope(inner, header, security),
      action: request.action ?? `${namespace}/${operation}`,
      signal: AbortSignal.any([signal, AbortSignal.timeout(limitMs)]),
      lookup: this.#lookup,
      anyCertificate: this.#config.certificate === "any",
      credentials,
      challenge: this.#challenge,
    });
    this.#challenge = answer.challenge;
    return answerIn(answer.text, answer.status, this.host);
  }
}

function isPasswordFault(error: unknown): boolean {
  return error instanceof NightjarError && error.code === "NJ_ONVIF_PASSWORD";
}
