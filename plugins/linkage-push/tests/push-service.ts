// A push service on loopback with one device behind it: it takes what is sent (RFC 8030), checks whose it is (RFC 8292) and opens
// it as the device would (RFC 8291), by the library of the author of that RFC, which has no code in common with ours.
import { createECDH, createPublicKey, randomBytes, verify } from "node:crypto";
import { once } from "node:events";
import type { IncomingHttpHeaders } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import ece from "http_ece";
import { generate } from "selfsigned";

const made = generate([{ name: "commonName", value: "localhost" }], {
  keyType: "ec",
  curve: "P-256",
  algorithm: "sha256",
  extensions: [
    { name: "basicConstraints", cA: true, critical: true },
    { name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] },
  ],
});

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: number;
  /** What the device reads. */
  readonly notice: Readonly<Record<string, unknown>>;
  /** By whom it was signed, and what was claimed. */
  readonly publicKey: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** What it answers; undefined: nothing, ever. */
export type Answer =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | undefined;

/** Starts one; `answer` says what it answers to what came so far. */
export async function pushService(answer: (count: number) => Answer = () => ({ status: 201 })) {
  const { private: key, cert } = await made;
  const ecdh = createECDH("prime256v1");
  ecdh.generateKeys();
  const auth = randomBytes(16).toString("base64url");
  const received: Received[] = [];
  const faults: unknown[] = [];
  let count = 0;
  const server = createServer({ key, cert }, async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    count += 1;
    const said = answer(count);
    if (said === undefined) return;
    try {
      const body = Buffer.concat(parts);
      const plain = ece.decrypt(body, { version: "aes128gcm", privateKey: ecdh, authSecret: auth });
      const origin = `https://localhost:${(server.address() as AddressInfo).port}`;
      const { headers, url: path = "" } = request;
      received.push({
        ...{ path, headers, bytes: body.length, notice: JSON.parse(plain.toString("utf8")) },
        ...signerOf(headers.authorization ?? "", origin),
      });
    } catch (error) {
      faults.push(error);
    }
    response.writeHead(said.status, { ...said.headers }).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    if (!server.listening) return;
    server.close();
    await once(server, "close");
  };
  return {
    received,
    faults,
    port,
    /** With which the plugin sends there. */
    settings: { services: [`localhost:${port}`], certificates: cert },
    device: {
      endpoint: `https://localhost:${port}/push/secret-word`,
      p256dh: ecdh.getPublicKey("base64url"),
      auth,
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** RFC 8292 §3: a token by ES256 with the key beside it, for this service and not for long. */
function signerOf(header: string, origin: string): Pick<Received, "publicKey" | "claims"> {
  const [, token = "", publicKey = ""] = /^vapid t=([^,\s]+),\s*k=([A-Za-z0-9_-]+)$/.exec(header) ?? [];
  const [head = "", body = "", signature = ""] = token.split(".");
  const point = Buffer.from(publicKey, "base64url");
  const key = createPublicKey({
    key: {
      ...{ kty: "EC", crv: "P-256" },
      x: point.subarray(1, 33).toString("base64url"),
      y: point.subarray(33).toString("base64url"),
    },
    format: "jwk",
  });
  const isSigned = verify(
    "sha256",
    Buffer.from(`${head}.${body}`),
    { key, dsaEncoding: "ieee-p1363" },
    Buffer.from(signature, "base64url"),
  );
  const claims = JSON.parse(Buffer.from(body, "base64url").toString("utf8")) as Record<string, unknown>;
  const seconds = Number(claims["exp"]) - Date.now() / 1_000;
  if (!isSigned || claims["aud"] !== origin || !(seconds > 0 && seconds <= 86_400))
    throw new TypeError("not signed for this service and a day at most");
  return { publicKey, claims };
}
