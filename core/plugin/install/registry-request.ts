// One question to an npm registry over HTTP: with its login, through the proxy that the environment names (HTTP_PROXY,
// HTTPS_PROXY, NO_PROXY), bounded in size and time. A login goes to the registry's own host alone.
import type { IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { redactUrl } from "../../domain/redact-url.ts";
import { NightjarError } from "../../errors.ts";
import { Agent as HttpAgent, request as requestHttp } from "../../node-http.ts";
import { authorizationOf, type RegistryPlace } from "./registries.ts";

const LIMIT_MS = 20_000;
const ANSWER_LIMIT_BYTES = 4 * 1024 * 1024;
const REDIRECTS = 3;

/** The answer's JSON; undefined for 404. Throws `NJ_PLUGIN_REGISTRY_AWAY`, `NJ_PLUGIN_REGISTRY_LOGIN`. */
export async function askRegistry(
  place: RegistryPlace,
  path: string,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const limit = AbortSignal.timeout(LIMIT_MS);
  const until = signal === undefined ? limit : AbortSignal.any([limit, signal]);
  try {
    const start = new URL(path, place.url.endsWith("/") ? place.url : `${place.url}/`);
    const response = await follow(start, place, until);
    const status = response.statusCode ?? 0;
    if (status === 404) {
      response.destroy();
      return undefined;
    }
    if (status === 401 || status === 403) throw unwelcome(place, status);
    if (status < 200 || status > 299) throw away(place.url, `it answers ${status}`);
    return JSON.parse(await boundedText(response, place.url));
  } catch (error) {
    if (error instanceof NightjarError) throw error;
    if (error instanceof SyntaxError) throw away(place.url, "its answer is not JSON", error);
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw away(place.url, limit.aborted ? `no answer in ${LIMIT_MS / 1000} s` : messageOf(cause), error);
  }
}

async function follow(start: URL, place: RegistryPlace, signal: AbortSignal): Promise<IncomingMessage> {
  let url = start;
  for (let step = 0; ; step += 1) {
    const isOwn = url.origin === start.origin;
    const response = await get(url, isOwn ? place : { url: place.url }, signal);
    const { statusCode = 0, headers } = response;
    if (statusCode < 300 || statusCode > 399 || headers.location === undefined) return response;
    response.destroy();
    if (step === REDIRECTS) throw away(place.url, "it sends from one address to the next");
    const next = new URL(headers.location, url);
    if (!/^https?:$/.test(next.protocol))
      throw away(place.url, "it sends to an address that is not on the web");
    url = next;
  }
}

function get(url: URL, { login }: RegistryPlace, signal: AbortSignal): Promise<IncomingMessage> {
  const isSecure = url.protocol === "https:";
  const proxyEnv = process.env;
  const agent = isSecure ? new HttpsAgent({ proxyEnv }) : new HttpAgent({ proxyEnv });
  const headers = {
    accept: "application/json",
    ...(login === undefined ? {} : { authorization: authorizationOf(login) }),
  };
  return new Promise((resolve, reject) => {
    const asked = (isSecure ? requestHttps : requestHttp)(url, { agent, headers, signal }, resolve);
    asked.once("error", reject);
    asked.end();
  });
}

async function boundedText(response: IncomingMessage, url: string): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.byteLength;
    if (length > ANSWER_LIMIT_BYTES) throw away(url, `its answer is longer than ${ANSWER_LIMIT_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function unwelcome({ url, login }: RegistryPlace, status: number): NightjarError {
  const why = login === undefined ? "wants a login" : "does not take the login";
  return new NightjarError(
    "NJ_PLUGIN_REGISTRY_LOGIN",
    "failed-precondition",
    `the registry ${redactUrl(url)} ${why} (${status}). Set it where plugins are found, or with PUT /api/v1/plugins/registries`,
  );
}

function away(url: string, why: string, cause?: unknown): NightjarError {
  return new NightjarError(
    "NJ_PLUGIN_REGISTRY_AWAY",
    "unavailable",
    `the registry ${redactUrl(url)} does not serve: ${why}. Check the network, or pluginRegistry.url in config.json`,
    {},
    cause,
  );
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Node tells a refused connection to several addresses as an error without words.
  return error.message === "" && "code" in error ? String(error.code) : error.message;
}
