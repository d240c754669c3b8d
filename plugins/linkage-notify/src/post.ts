// One POST over HTTP/1.1: a connection of its own, no redirect followed, the answer's status and nothing else of it read.
// What goes wrong on the way is told by the kind of error that says whether another try can help.
import { lookup as resolveName } from "node:dns";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { LookupFunction } from "node:net";
import { rootCertificates } from "node:tls";
import { NightjarError } from "@nightjar/core";
import { isNoMachine } from "./address.ts";

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
  readonly signal: AbortSignal;
}

/** Sends it; the status of the answer. Throws `NJ_NOTIFY_*` and `NJ_NOTIFY_ADDRESS`; no message holds path or query. */
export async function post(options: PostOptions): Promise<number> {
  const limit = AbortSignal.timeout(options.timeoutMs);
  try {
    return await exchange(options, AbortSignal.any([options.signal, limit]));
  } catch (error) {
    throw told(error, options, limit.aborted);
  }
}

function exchange({ url, body, headers, certificates }: PostOptions, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const isTls = url.protocol === "https:";
    const request = (isTls ? httpsRequest : httpRequest)(url, {
      method: "POST",
      agent: false,
      headers: { ...headers, "content-length": body.length },
      lookup: checkedLookup,
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

/** A name that leads to what is no machine leads nowhere. */
const checkedLookup: LookupFunction = (name, options, done) => {
  resolveName(name, { ...options, all: true }, (error, found) => {
    if (error !== null) {
      done(error, []);
      return;
    }
    const fit = found.filter(({ address }) => !isNoMachine(address));
    const [first] = fit;
    if (first === undefined) done(noMachine(name), []);
    else if (options.all === true) done(null, fit);
    else done(null, first.address, first.family);
  });
};

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
