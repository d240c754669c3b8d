// One request to a device: a connection of its own to the address that was resolved for it, no redirect followed, an answer of
// a bounded size within the caller's time. HTTP digest where the device asks for it (RFC 7616, MD5 and SHA-256); never basic.
import { createHash, randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { LookupFunction } from "node:net";
import type { PluginTools } from "@nightjar/core";
import { NightjarError } from "@nightjar/core";
import { badAnswer, unreachable, wrongPassword } from "./errors.ts";

// As a value: an import of the module would load WebSocket and all of its client for the web.
const { request: httpRequest } = process.getBuiltinModule("node:http");

/** The longest that devices answer is a list of profiles: a tenth of this. */
export const ANSWER_LIMIT_BYTES = 1024 * 1024;
const HEAD_LIMIT_BYTES = 16 * 1024;
const CERTIFICATE_FAULTS =
  /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT|INVALID_CA|PATH_LENGTH|INVALID_PURPOSE)/;

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface PostOptions {
  readonly url: URL;
  readonly body: string;
  readonly action: string;
  readonly signal: AbortSignal;
  readonly lookup: PluginTools["lookup"];
  readonly anyCertificate: boolean;
  readonly credentials: Credentials | undefined;
  /** The device's last challenge, kept between requests. */
  readonly challenge: DigestChallenge | undefined;
}

/** What a device wants a digest made of. `count` rises with each use. */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  readonly algorithm: "MD5" | "SHA-256";
  readonly hasQop: boolean;
  count: number;
}

export interface PostAnswer {
  readonly status: number;
  readonly text: string;
  readonly challenge: DigestChallenge | undefined;
}

/** Sends it, a second time with a digest where the device wants one. */
export async function post(options: PostOptions): Promise<PostAnswer> {
  const { challenge, credentials, url } = options;
  const first = await send(options, challenge);
  if (first.status !== 401) return { ...first, challenge };
  const wanted = challengeOf(first.wants);
  // A new nonce in answer to a digest is worth one more try, the same refusal is not.
  if (wanted === undefined || credentials === undefined) return { ...first, challenge: undefined };
  const second = await send(options, wanted);
  if (second.status === 401) throw wrongPassword(url.host);
  return { ...second, challenge: wanted };
}

interface RawAnswer {
  readonly status: number;
  readonly text: string;
  readonly wants: string;
}

async function send(options: PostOptions, challenge: DigestChallenge | undefined): Promise<RawAnswer> {
  const { url, body, action, signal, anyCertificate, credentials } = options;
  const bytes = Buffer.from(body);
  const isSecure = url.protocol === "https:";
  const authorization =
    challenge === undefined || credentials === undefined
      ? undefined
      : authorizationOf(challenge, credentials, url);
  // Resolved once, and connected to what was resolved: the recorder's own ports are refused on the way.
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = url.port === "" ? (isSecure ? 443 : 80) : Number(url.port);
  try {
    const addresses = await options.lookup(host, port);
    signal.throwIfAborted();
    if (addresses.length === 0) throw unreachable(url.host, false, "the address leads to no machine");
    return await new Promise<RawAnswer>((resolve, reject) => {
      const request = (isSecure ? httpsRequest : httpRequest)(url, {
        method: "POST",
        agent: false,
        signal,
        maxHeaderSize: HEAD_LIMIT_BYTES,
        lookup: resolved(addresses),
        ...(isSecure ? { rejectUnauthorized: !anyCertificate } : {}),
        headers: {
          "content-type": `application/soap+xml; charset=utf-8; action="${action}"`,
          "content-length": String(bytes.length),
          ...(authorization === undefined ? {} : { authorization }),
        },
      });
      // It stays after the answer too: a connection that is cut then must not end the process.
      request.on("error", reject);
      request.once("response", (answer) => {
        read(answer, url.host).then(resolve, (error: unknown) => {
          request.destroy();
          reject(error);
        });
      });
      request.end(bytes);
    });
  } catch (error) {
    throw told(error, url.host, signal);
  }
}

async function read(answer: IncomingMessage, host: string): Promise<RawAnswer> {
  const { statusCode: status = 0, headers } = answer;
  if (status >= 300 && status < 400)
    throw badAnswer(host, "it sends on to another address, which is not followed", { case: "redirect" });
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > ANSWER_LIMIT_BYTES) throw badAnswer(host, "its answer is too long", { case: "long" });
    chunks.push(chunk);
  }
  const wants = headers["www-authenticate"] ?? "";
  return { status, text: Buffer.concat(chunks).toString("utf8"), wants: wants.slice(0, 4_096) };
}

function resolved(
  addresses: readonly { readonly address: string; readonly family: number }[],
): LookupFunction {
  return (_name, options, done) => {
    const [first] = addresses;
    if (options.all === true || first === undefined) done(null, [...addresses]);
    else done(null, first.address, first.family);
  };
}

function told(error: unknown, host: string, signal: AbortSignal): NightjarError {
  if (error instanceof NightjarError) return error;
  const code = String((error as { readonly code?: unknown } | undefined)?.code ?? "");
  if (signal.aborted) return unreachable(host, true);
  if (code.startsWith("HPE_") || code === "EPROTO" || code === "ERR_SSL_WRONG_VERSION_NUMBER")
    return badAnswer(host, "it does not speak as the address says: look at http and https, and the port", {
      case: "protocol",
    });
  if (CERTIFICATE_FAULTS.test(code)) {
    return new NightjarError(
      "NJ_ONVIF_CERTIFICATE",
      "failed-precondition",
      `the certificate of the camera at ${host} is not trusted: if it has made it itself, set Certificate to any`,
      { host },
    );
  }
  return unreachable(host, false, code);
}

function challengeOf(header: string): DigestChallenge | undefined {
  // Several challenges may stand in one header: the strongest that is understood is taken.
  const all = header.split(/(?=\bDigest\s)/i).flatMap((part): DigestChallenge[] => {
    if (!/^Digest\s/i.test(part)) return [];
    const value = (name: string): string | undefined => {
      const found = new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]{0,512})"|([^\\s,"]{1,512}))`, "i").exec(part);
      return found?.[1] ?? found?.[2];
    };
    const algorithm = (value("algorithm") ?? "MD5").toUpperCase();
    const [realm, nonce, opaque, qop] = [value("realm"), value("nonce"), value("opaque"), value("qop")];
    if (realm === undefined || nonce === undefined || (algorithm !== "MD5" && algorithm !== "SHA-256"))
      return [];
    const hasQop = qop !== undefined;
    if (hasQop && !qop.split(",").some((one) => one.trim().toLowerCase() === "auth")) return [];
    return [{ realm, nonce, opaque, algorithm, hasQop, count: 0 }];
  });
  return all.find(({ algorithm }) => algorithm === "SHA-256") ?? all[0];
}

function authorizationOf(challenge: DigestChallenge, { username, password }: Credentials, url: URL): string {
  const { realm, nonce, opaque, algorithm, hasQop } = challenge;
  const hash = (text: string): string =>
    createHash(algorithm === "MD5" ? "md5" : "sha256")
      .update(text)
      .digest("hex");
  challenge.count += 1;
  const count = challenge.count.toString(16).padStart(8, "0");
  const own = randomBytes(8).toString("hex");
  const uri = `${url.pathname}${url.search}`;
  const secret = hash(`${username}:${realm}:${password}`);
  const target = hash(`POST:${uri}`);
  const response = hash(
    hasQop ? `${secret}:${nonce}:${count}:${own}:auth:${target}` : `${secret}:${nonce}:${target}`,
  );
  const quoted = (text: string): string => `"${text.replace(/[\\"]/g, "\\$&").replace(/[\r\n]/g, "")}"`;
  return [
    `Digest username=${quoted(username)}`,
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(uri)}`,
    `response="${response}"`,
    `algorithm=${algorithm}`,
    ...(hasQop ? [`qop=auth`, `nc=${count}`, `cnonce="${own}"`] : []),
    ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
  ].join(", ");
}
