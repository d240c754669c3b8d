// What people are told of the certificates: which one is in use, for which names, until when, and the fingerprints to
// compare. Reads the files only; nothing here makes or changes one, and no key leaves.
import type { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";
import { systemCode } from "../../errors.ts";
import { certificateFolder, chainOf, pairFault } from "./own-certificate.ts";

/** A leaf of the recorder's own is made anew so long before it ends. */
export const RENEW_BEFORE_DAYS = 30;
const DAY_MS = 86_400_000;

export interface OneCertificate {
  readonly subject: string;
  readonly issuer: string;
  /** Hosts and addresses for which it holds. */
  readonly names: readonly string[];
  readonly from: string;
  readonly until: string;
  /** SHA-256 of the whole certificate, as browsers show it. */
  readonly sha256: string;
  readonly key: string;
}

export interface CertificateFacts {
  /** Whose certificate visitors get; `none` as long as HTTPS was never on. */
  readonly inUse: "own" | "local" | "none";
  readonly server?: OneCertificate;
  /** The recorder's own authority, which visitors may install. */
  readonly root?: OneCertificate;
  /** When the recorder makes a new one by itself; absent for an owner's own. */
  readonly renewsAt?: string;
  /** Why the owner's own, which lies there, is not used. */
  readonly problem?: string;
}

/** Reads them. */
export async function certificateFacts(dataDir: string, nowMs: number): Promise<CertificateFacts> {
  const folder = certificateFolder(dataDir);
  const [ownText, ownKey, serverText, rootText] = await Promise.all(
    ["own.crt", "own.key", "server.crt", "ca.crt"].map((name) => readIfAny(join(folder, name))),
  );
  const root = factsOf(rootText);
  let problem: string | undefined;
  if (ownText !== undefined || ownKey !== undefined) {
    problem = pairFault({ certificate: ownText ?? "", key: ownKey ?? "" }, nowMs);
    const own = factsOf(ownText);
    if (problem === undefined && own !== undefined) return { inUse: "own", server: own };
  }
  const server = factsOf(serverText);
  return {
    inUse: server === undefined ? "none" : "local",
    ...(server === undefined
      ? {}
      : {
          server,
          renewsAt: new Date(Date.parse(server.until) - RENEW_BEFORE_DAYS * DAY_MS).toISOString(),
        }),
    ...(root === undefined ? {} : { root }),
    ...(problem === undefined ? {} : { problem }),
  };
}

function factsOf(pem: string | undefined): OneCertificate | undefined {
  if (pem === undefined) return undefined;
  try {
    const [leaf] = chainOf(pem);
    return leaf === undefined ? undefined : describe(leaf);
  } catch {
    // A broken file is told of by `pairFault`, or is made anew.
    return undefined;
  }
}

function describe(certificate: X509Certificate): OneCertificate {
  return {
    subject: nameIn(certificate.subject),
    issuer: nameIn(certificate.issuer),
    names: (certificate.subjectAltName ?? "")
      .split(", ")
      .filter((name) => name !== "")
      .map((name) => shortAddress(name.replace(/^(?:DNS|IP Address):/, ""))),
    from: certificate.validFromDate.toISOString(),
    until: certificate.validToDate.toISOString(),
    sha256: certificate.fingerprint256,
    key: keyText(certificate),
  };
}

/** IPv6 addresses as people write them: `::1` in the place of `0:0:0:0:0:0:0:1`. */
function shortAddress(name: string): string {
  return isIP(name) === 6 ? new URL(`http://[${name}]/`).hostname.slice(1, -1) : name;
}

/** The common name, or all of it where there is none. */
function nameIn(distinguished: string): string {
  return /^CN=(.*)$/m.exec(distinguished)?.[1] ?? distinguished.replaceAll("\n", ", ");
}

function keyText({ publicKey }: X509Certificate): string {
  const { modulusLength, namedCurve } = publicKey.asymmetricKeyDetails ?? {};
  if (modulusLength !== undefined) return `RSA ${modulusLength}`;
  return namedCurve === undefined ? (publicKey.asymmetricKeyType ?? "") : `ECDSA ${namedCurve}`;
}

async function readIfAny(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    return systemCode(error) === "ENOENT" ? undefined : "";
  }
}
