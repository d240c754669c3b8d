// The owner's own certificate: what is asked of it before it is used, the files in which it lies
// (`<data>/certificates/own.crt` and `own.key`, which the owner may also put there), and taking it away.
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { chmod, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { NightjarError } from "../../errors.ts";

export interface PemPair {
  /** PEM: the certificate, then those that lead to its authority. */
  readonly certificate: string;
  /** PEM: the private key, without a password. */
  readonly key: string;
}

const CHAIN_LIMIT = 10;
const RSA_BITS = 2_048;
const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Where the certificates lie. */
export function certificateFolder(dataDir: string): string {
  return join(dataDir, "certificates");
}

/** The certificates in a PEM text, in order. Throws what OpenSSL says of a broken one. */
export function chainOf(pem: string): X509Certificate[] {
  return [...pem.matchAll(BLOCK)].map(([block]) => new X509Certificate(block));
}

/** Why a pair cannot be used at `nowMs`, for people; undefined if it can. */
export function pairFault(pair: PemPair, nowMs: number): string | undefined {
  let chain: X509Certificate[];
  try {
    chain = chainOf(pair.certificate);
  } catch (error) {
    return `the certificate cannot be read: ${reasonOf(error)}`;
  }
  const [leaf, ...issuers] = chain;
  if (leaf === undefined) return "there is no certificate in PEM form in it";
  if (issuers.length >= CHAIN_LIMIT) return `it holds more than ${CHAIN_LIMIT} certificates`;
  const key = readKey(pair.key);
  if (typeof key === "string") return key;
  if (!leaf.checkPrivateKey(key)) return "the key does not belong to it";
  if (leaf.validToDate.getTime() <= nowMs) return `it ended on ${leaf.validToDate.toISOString()}`;
  // One that holds from later on is used all the same: a clock that went back must not cost the owner the trusted root.
  const weak = weakness(key);
  if (weak !== undefined) return weak;
  for (const [index, issuer] of issuers.entries()) {
    const issued = chain[index] ?? leaf;
    if (!issued.checkIssued(issuer) || !issued.verify(issuer.publicKey)) {
      return "the certificates are not in order: the recorder's own comes first, then each one's issuer";
    }
  }
  return undefined;
}

/** What more is asked of a pair that somebody hands in than of one that is in use; undefined if all is well. */
export function newPairFault(pair: PemPair, nowMs: number): string | undefined {
  const fault = pairFault(pair, nowMs);
  if (fault !== undefined) return fault;
  const [leaf] = chainOf(pair.certificate);
  if (leaf !== undefined && leaf.validFromDate.getTime() > nowMs) {
    return `it holds from ${leaf.validFromDate.toISOString()} on only`;
  }
  if (leaf?.subjectAltName === undefined) {
    return "it names no host and no address (subjectAltName), without which browsers refuse it";
  }
  try {
    createSecureContext({ cert: pair.certificate, key: pair.key });
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

/** Checks a pair and puts it in the place of the one in use. Throws `NJ_CERTIFICATE_REFUSED` with the reason. */
export async function storeOwnCertificate(dataDir: string, pair: PemPair, nowMs: number): Promise<void> {
  const fault = newPairFault(pair, nowMs);
  if (fault !== undefined) {
    throw new NightjarError(
      "NJ_CERTIFICATE_REFUSED",
      "invalid-argument",
      `the certificate is not taken: ${fault}`,
    );
  }
  const folder = certificateFolder(dataDir);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeWhole(join(folder, "own.key"), pair.key, 0o600);
  await writeWhole(join(folder, "own.crt"), pair.certificate, 0o644);
}

/** Takes it away; the recorder's own authority serves again. */
export async function removeOwnCertificate(dataDir: string): Promise<void> {
  const folder = certificateFolder(dataDir);
  await rm(join(folder, "own.crt"), { force: true });
  await rm(join(folder, "own.key"), { force: true });
}

/** Writes a file so that it is there whole or not at all, and never readable for others in between. */
export async function writeWhole(file: string, text: string, mode: number): Promise<void> {
  const temporary = `${file}.new`;
  await rm(temporary, { force: true });
  await writeFile(temporary, text, { mode, flush: true, flag: "wx" });
  await chmod(temporary, mode);
  await rename(temporary, file);
}

/** The key, or what is wrong with it. Never more of it than that. */
function readKey(pem: string): KeyObject | string {
  if (/ENCRYPTED/.test(pem.slice(0, 2_000))) {
    return "the key is locked with a password: take the password off first";
  }
  try {
    return createPrivateKey(pem);
  } catch {
    return "there is no private key in PEM form in the key file";
  }
}

function weakness(key: KeyObject): string | undefined {
  const type = key.asymmetricKeyType;
  if (type === "ec") return undefined;
  if (type === "rsa" || type === "rsa-pss") {
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
    return bits < RSA_BITS ? `its RSA key has ${bits} bits; ${RSA_BITS} are the least` : undefined;
  }
  return `browsers know RSA and ECDSA keys, and this one is ${type ?? "neither"}`;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
