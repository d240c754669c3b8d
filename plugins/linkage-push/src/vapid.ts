// How push services know this recorder again (RFC 8292): a pair of keys, made once and kept as a secret, for another would make
// every subscription worthless; and a word signed with it for each service, good for a day at most.
import { createECDH, createPrivateKey, sign } from "node:crypto";
import type { PluginSecrets } from "@nightjar/core";

const SECRET = "vapid";
/** Of the 24 hours that services take; the rest is for clocks that differ. */
const GOOD_FOR_SECONDS = 12 * 3_600;
/** base64url: a point of P-256, uncompressed, and a number of 32 bytes. */
const PUBLIC_KEY = /^[A-Za-z0-9_-]{87}$/;
const PRIVATE_KEY = /^[A-Za-z0-9_-]{43}$/;

export interface ApplicationKeys {
  readonly publicKey: string;
  readonly privateKey: string;
}

/** The recorder's own pair; makes it where there is none. */
export async function applicationKeys(secrets: PluginSecrets): Promise<ApplicationKeys> {
  const kept = keysIn(await secrets.get(SECRET));
  if (kept !== undefined) return kept;
  const made = madeKeys();
  await secrets.set(SECRET, JSON.stringify(made));
  return made;
}

/** The header `authorization` of a request to a push service. */
export function signedWord(
  { publicKey, privateKey }: ApplicationKeys,
  { origin, contact, nowMs }: { readonly origin: string; readonly contact: string; readonly nowMs: number },
): string {
  const point = Buffer.from(publicKey, "base64url");
  const key = createPrivateKey({
    key: {
      ...{ kty: "EC", crv: "P-256", d: privateKey },
      x: point.subarray(1, 33).toString("base64url"),
      y: point.subarray(33).toString("base64url"),
    },
    format: "jwk",
  });
  const head = encoded({ typ: "JWT", alg: "ES256" });
  const exp = Math.floor(nowMs / 1_000) + GOOD_FOR_SECONDS;
  const said = `${head}.${encoded({ aud: origin, exp, sub: contact })}`;
  const signature = sign("sha256", Buffer.from(said), { key, dsaEncoding: "ieee-p1363" });
  return `vapid t=${said}.${signature.toString("base64url")}, k=${publicKey}`;
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function madeKeys(): ApplicationKeys {
  const pair = createECDH("prime256v1");
  pair.generateKeys();
  // A number that begins with noughts is written in full all the same.
  const privateKey = Buffer.concat([Buffer.alloc(32), pair.getPrivateKey()]).subarray(-32);
  return { publicKey: pair.getPublicKey("base64url"), privateKey: privateKey.toString("base64url") };
}

function keysIn(text: string | undefined): ApplicationKeys | undefined {
  try {
    const { publicKey, privateKey } = JSON.parse(text ?? "") as Partial<ApplicationKeys>;
    if (!PUBLIC_KEY.test(String(publicKey)) || !PRIVATE_KEY.test(String(privateKey))) return undefined;
    return { publicKey: String(publicKey), privateKey: String(privateKey) };
  } catch {
    return undefined;
  }
}
