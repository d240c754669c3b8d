// One notice to one device: sealed for it, signed as this recorder's, handed to its push service (RFC 8030). The push service is
// told neither the words nor the cameras. What it answers decides whether the device is still one, and when it may be asked again.
import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { rootCertificates } from "node:tls";
import { NightjarError, type Nvr, type ResolvedAddress } from "@nightjar/core";
import type { PushSettings } from "./config.ts";
import type { Device } from "./device-book.ts";
import { checkEndpoint, checkPlaces } from "./endpoint.ts";
import { sealed } from "./sealed.ts";
import { type ApplicationKeys, signedWord } from "./vapid.ts";
import type { Notice } from "./words.ts";

const TIMEOUT_MS = 8_000;
const HEAD_LIMIT_BYTES = 16 * 1024;
const LONGEST_REST_MS = 3_600_000;
const MOST_RESTS = 1_000;
const CERTIFICATE_FAULT =
  /^(CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT|HOSTNAME_MISMATCH|INVALID_)/;

/** What became of it: its service has taken it, or the device is none any more. */
export type Outcome = "sent" | "gone";

export interface PushSenderOptions {
  readonly settings: PushSettings;
  readonly keys: ApplicationKeys;
  readonly lookup: Nvr["lookup"];
  /** Aborted when the plugin ends. */
  readonly signal: AbortSignal;
  nowMs(): number;
}

export interface SendOptions {
  readonly keepSeconds: number;
  /** Wakes a device that saves power. */
  readonly isUrgent: boolean;
  /** Of notices that wait for a device, one of each topic: the newest. */
  readonly topic: string;
  readonly signal: AbortSignal;
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

export class PushSender {
  readonly #options: PushSenderOptions;
  /** By device: its service said when it may be asked again. */
  readonly #rests = new Map<string, number>();

  constructor(options: PushSenderOptions) {
    this.#options = options;
  }

  /** Throws `NJ_PUSH_*` and `NJ_ADDRESS_OWN`; no message holds the device's address. */
  async send(
    device: Device,
    notice: Notice,
    { keepSeconds, isUrgent, topic, signal }: SendOptions,
  ): Promise<Outcome> {
    const { settings, keys, lookup, signal: ended, nowMs } = this.#options;
    const { services, contact } = settings;
    const url = checkEndpoint(device.endpoint, services);
    this.#checkRest(device.id, url.host);
    const late = AbortSignal.timeout(TIMEOUT_MS);
    const limit = AbortSignal.any([signal, ended, late]);
    try {
      const places = await given(lookup(url.hostname, Number(url.port) || 443), limit);
      checkPlaces(url, places, services);
      const headers = {
        "content-encoding": "aes128gcm",
        "content-type": "application/octet-stream",
        ttl: String(keepSeconds),
        urgency: isUrgent ? "high" : "normal",
        // A service must not learn what it stands for.
        topic: createHash("sha256").update(`${device.auth} ${topic}`).digest("base64url").slice(0, 32),
        authorization: signedWord(keys, { origin: url.origin, contact, nowMs: nowMs() }),
      };
      const body = sealed(Buffer.from(JSON.stringify(notice)), device);
      return this.#judged(
        device.id,
        await post(url, { headers, body, places, settings, signal: limit }),
        url.host,
      );
    } catch (error) {
      throw told(error, url.host, late.aborted);
    }
  }

  #checkRest(id: string, host: string): void {
    const untilMs = this.#rests.get(id);
    if (untilMs === undefined) return;
    const nowMs = this.#options.nowMs();
    // Neither must a clock that was set back make it rest for longer than it was told.
    if (nowMs < untilMs && untilMs - nowMs <= LONGEST_REST_MS) {
      const seconds = Math.ceil((untilMs - nowMs) / 1_000);
      throw unavailable(host, `wants no more for ${seconds} s`);
    }
    this.#rests.delete(id);
  }

  #judged(id: string, { status, retryAfter }: Answer, host: string): Outcome {
    if (status >= 200 && status < 300) return "sent";
    if (status === 404 || status === 410) return "gone";
    if (status === 429 || status >= 500) {
      this.#rest(id, retryAfter);
      throw unavailable(host, `cannot take it now (${status})`);
    }
    throw new NightjarError(
      "NJ_PUSH_REFUSED",
      "failed-precondition",
      `the push service ${host} refuses it (${status}): look at the contact in the plugin's settings and at the recorder's clock, and switch the device on anew`,
      { host, status },
    );
  }

  /** RFC 9110 §10.2.3: seconds, or a date. */
  #rest(id: string, retryAfter: string | undefined): void {
    if (retryAfter === undefined) return;
    const nowMs = this.#options.nowMs();
    const untilMs = /^\d{1,9}$/.test(retryAfter)
      ? nowMs + Number(retryAfter) * 1_000
      : Date.parse(retryAfter);
    if (Number.isNaN(untilMs) || untilMs <= nowMs) return;
    if (this.#rests.size >= MOST_RESTS) this.#rests.clear();
    this.#rests.set(id, Math.min(untilMs, nowMs + LONGEST_REST_MS));
  }
}

interface Posted {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly places: readonly ResolvedAddress[];
  readonly settings: PushSettings;
  readonly signal: AbortSignal;
}

/** No redirect is followed, and nothing is read but the head of the answer. */
async function post(url: URL, { headers, body, places, settings, signal }: Posted): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const { certificates } = settings;
  const asked = request(url, {
    method: "POST",
    agent: false,
    headers: { ...headers, "content-length": body.length, "user-agent": "Nightjar" },
    // What was judged is what is connected to: the name is not asked for again.
    lookup: (_name, { all }, done) => {
      const [first] = places;
      if (all === true || first === undefined) done(null, [...places]);
      else done(null, first.address, first.family);
    },
    maxHeaderSize: HEAD_LIMIT_BYTES,
    signal,
    ...(certificates === undefined ? {} : { ca: [...rootCertificates, certificates] }),
  });
  // It stays after the answer too: a connection that is cut then must not end the process.
  asked.on("error", reject);
  asked.once("response", resolve);
  // One that wants to speak another protocol (101) is neither an answer nor an error.
  asked.once("close", () => reject(unavailable(url.host, "has closed the connection without an answer")));
  asked.end(body);
  const answer = await promise;
  answer.destroy();
  return { status: answer.statusCode ?? 0, retryAfter: answer.headers["retry-after"] };
}

/** Resolvers cannot be told to give up; this can. */
async function given<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  work.catch(() => undefined);
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const giveUp = (): void => reject(signal.reason);
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

function unavailable(host: string, what: string, cause?: unknown): NightjarError {
  return new NightjarError(
    "NJ_PUSH_UNAVAILABLE",
    "unavailable",
    `the push service ${host} ${what}`,
    { host },
    cause,
  );
}

function told(error: unknown, host: string, isLate: boolean): NightjarError {
  if (error instanceof NightjarError) return error;
  if (isLate) {
    return new NightjarError(
      "NJ_PUSH_TIMEOUT",
      "deadline-exceeded",
      `the push service ${host} has not answered within ${TIMEOUT_MS / 1_000} s`,
      { host },
      error,
    );
  }
  const { code: named } = (error ?? {}) as { readonly code?: unknown };
  const code = typeof named === "string" ? named : "";
  if (CERTIFICATE_FAULT.test(code)) {
    return new NightjarError(
      "NJ_PUSH_CERTIFICATE",
      "failed-precondition",
      `the certificate of the push service ${host} is not trusted (${code})`,
      { host },
      error,
    );
  }
  return unavailable(host, `is not reached${code === "" ? "" : ` (${code})`}`, error);
}
