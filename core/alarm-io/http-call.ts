// One request that switches a device: a connection of its own, no redirect followed, the status of the answer and nothing
// else of it read. Addresses are judged as elsewhere: what an administrator typed may be private, what no machine has is
// refused, as is the recorder itself, and names are judged again when they are resolved.
import { lookup as resolveName } from "node:dns";
import { request as httpsRequest } from "node:https";
import type { LookupFunction } from "node:net";
import type { DeepReadonly } from "../config/config-store.ts";
import type { OutputDriverConfig } from "../config/output-config.ts";
import { isNoMachine, isOwnTarget, ownTarget } from "../domain/own-target.ts";
import { NightjarError } from "../errors.ts";
import { request as httpRequest } from "../node-http.ts";

export type HttpCallConfig = DeepReadonly<Extract<OutputDriverConfig, { kind: "http" }>["on"]>;

/** Of the head of an answer. */
const HEAD_LIMIT_BYTES = 16 * 1024;

/**
 * Sends it. Throws `NJ_OUTPUT_ADDRESS`, `NJ_ADDRESS_OWN` where it would lead to one of these ports of this machine, and
 * `NJ_OUTPUT_FAILED`; no message holds path or query, which may be secrets.
 */
export async function httpCall(
  { method, url: text, body }: HttpCallConfig,
  authorization: string | undefined,
  ownPorts: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  const url = URL.parse(text);
  if (url === null) throw refused("it is not an address like http://host/path");
  // URL has written every form of an IPv4 address plainly by now.
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isNoMachine(host)) throw refused(`${host} is no address of a device`);
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  if (isOwnTarget(host, port, ownPorts)) throw ownTarget(host, port);
  const bytes = body === undefined ? undefined : Buffer.from(body);
  const isJson = body?.trimStart().startsWith("{") === true;
  const headers = {
    ...(bytes === undefined ? {} : { "content-length": String(bytes.length) }),
    ...(bytes === undefined
      ? {}
      : { "content-type": isJson ? "application/json" : "text/plain; charset=utf-8" }),
    ...(authorization === undefined ? {} : { authorization }),
  };
  const status = await new Promise<number>((resolve, reject) => {
    const request = (url.protocol === "https:" ? httpsRequest : httpRequest)(url, {
      ...{ method, headers, signal, agent: false, maxHeaderSize: HEAD_LIMIT_BYTES },
      lookup: checkedLookup(port, ownPorts),
    });
    // It stays after the answer too: a connection that is cut then must not end the process.
    request.on("error", (error) => reject(told(error, url.host)));
    request.once("response", (answer) => {
      resolve(answer.statusCode ?? 0);
      answer.destroy();
    });
    request.end(bytes);
  });
  if (status >= 200 && status < 300) return;
  throw new NightjarError(
    "NJ_OUTPUT_FAILED",
    status >= 500 || status === 429 ? "unavailable" : "failed-precondition",
    `${url.host} answered with status ${status}`,
    { host: url.host, status },
  );
}

function checkedLookup(port: number, ownPorts: readonly number[]): LookupFunction {
  return (name, options, done) => {
    resolveName(name, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        done(error, []);
        return;
      }
      const fit = found.filter(({ address }) => !isNoMachine(address));
      const [first] = fit;
      if (fit.some(({ address }) => isOwnTarget(address, port, ownPorts))) done(ownTarget(name, port), []);
      else if (first === undefined) done(refused(`${name} leads to no machine`), []);
      else if (options.all === true) done(null, fit);
      else done(null, first.address, first.family);
    });
  };
}

function told(error: unknown, host: string): NightjarError {
  if (error instanceof NightjarError) return error;
  const code = String((error as { readonly code?: unknown } | undefined)?.code ?? "");
  const isLate = error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError");
  return new NightjarError(
    "NJ_OUTPUT_FAILED",
    isLate ? "deadline-exceeded" : "unavailable",
    isLate ? `${host} does not answer` : `${host} is not reached${code === "" ? "" : ` (${code})`}`,
    { host },
    error,
  );
}

function refused(reason: string): NightjarError {
  return new NightjarError("NJ_OUTPUT_ADDRESS", "invalid-argument", `this address cannot be used: ${reason}`);
}
