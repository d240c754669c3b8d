// One POST over HTTP/1.1: a connection of its own, no redirect followed, the answer's status and nothing else of it read.
// What goes wrong on the way is told by the kind of error that says whether another try can help.
import { request as httpsRequest } from "node:https";
import type { LookupFunction } from "node:net";
import { rootCertificates } from "node:tls";
import { NightjarError, type Nvr, type ResolvedAddress } from "@nightjar/core";

// As a value: an import of the module would load WebSocket and all of its client for the web.
const { request: httpRequest } = process.getBuiltinModule("node:http");

/** Of the head of an answer. */
const HEAD_LIMIT_BYTES = 16 * 1024;
const CERTIFICATE_FAULT =
  /^(CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT|HOSTNAME_MISMATCH|INVALID_)/;
const NO_WEB_SERVER = /^(HPE_|EPROTO|ERR_SSL|ERR_TLS)/;

export interface PostOptions {
  readonly url: URL;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  /** From the first step to the head of the answer. */
  readonly timeoutMs: number;
  /** PEM, trusted besides the public ones. */
  readonly certificates: string | undefined;
  /** Says where a host lies, and that the recorder itself is no target. */
  readonly lookup: Nvr["lookup"];
  readonly signal: AbortSignal;
}

/** Sends it; the status of the answer. Throws `NJ_NOTIFY_*` and `NJ_ADDRESS_OWN`; no message holds path or query. */
export async function post(options: PostOptions): Promise<number> {
  const limit = AbortSignal.timeout(options.timeoutMs);
  try {
    const signal = AbortSignal.any([options.signal, limit]);
    return await exchange(options, await placesOf(options, signal), signal);
  } catch (error) {
    throw told(error, options, limit.aborted);
  }
}

function exchange(
  { url, body, headers, certificates }: PostOptions,
  places: readonly ResolvedAddress[],
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const isTls = url.protocol === "https:";
    const request = (isTls ? httpsRequest : httpRequest)(url, {
      method: "POST",
      agent: false,
      headers: { ...headers, "content-length": body.length },
      lookup: pinned(places),
      maxHeaderSize: HEAD_LIMIT_BYTES,
      signal,
      ...(isTls && certificates !== undefined ? { ca: [...rootCertificates, certificates] } : {}),
    });
    // It stays after the answer too: a connection that is cut then must not end the process.
    request.on("error", reject);
    request.once("response", (answer) => {
      resolve(answer.statusCode ?? 0);
      // What stands in it is nobody's business here, however long it is.
      answer.destroy();
    });
    request.end(body);
  });
}

/** Where the host lies: none may be the recorder, one must be a machine. Resolvers cannot be told to give up; this can. */
async function placesOf(
  { url, lookup }: PostOptions,
  signal: AbortSignal,
): Promise<readonly ResolvedAddress[]> {
  signal.throwIfAborted();
  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  const given = Promise.withResolvers<never>();
  const giveUp = (): void => given.reject(signal.reason);
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    const places = await Promise.race([lookup(url.hostname, port), given.promise]);
    if (places.length === 0) throw noMachine(url.hostname);
    return places;
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

/** What was judged is what is connected to: the name is not asked for again. */
function pinned(places: readonly ResolvedAddress[]): LookupFunction {
  return (_name, options, done) => {
    const [first] = places;
    if (options.all === true || first === undefined) done(null, [...places]);
    else done(null, first.address, first.family);
  };
}

function noMachine(name: string): NightjarError {
  return new NightjarError(
    "NJ_NOTIFY_ADDRESS",
    "invalid-argument",
    `this address cannot be used: ${name} leads to no machine`,
  );
}

function told(error: unknown, { url, timeoutMs }: PostOptions, isLate: boolean): NightjarError {
  if (error instanceof NightjarError) return error;
  const { host } = url;
  if (isLate) {
    return new NightjarError(
      "NJ_NOTIFY_TIMEOUT",
      "deadline-exceeded",
      `${host} has not answered within ${timeoutMs / 1_000} s`,
      { host },
      error,
    );
  }
  const code = String((error as { readonly code?: unknown } | undefined)?.code ?? "");
  if (CERTIFICATE_FAULT.test(code)) {
    return new NightjarError(
      "NJ_NOTIFY_CERTIFICATE",
      "failed-precondition",
      `the certificate of ${host} is not trusted (${code}): put it, or that of who made it, into the plugin's settings`,
      { host },
      error,
    );
  }
  if (NO_WEB_SERVER.test(code)) {
    return new NightjarError(
      "NJ_NOTIFY_ANSWER",
      "failed-precondition",
      `what answers at ${host} is no web server as the address says (${code})`,
      { host },
      error,
    );
  }
  return new NightjarError(
    "NJ_NOTIFY_UNAVAILABLE",
    "unavailable",
    `${host} is not reached${code === "" ? "" : ` (${code})`}`,
    { host },
    error,
  );
}
