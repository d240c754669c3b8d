// The certificate of the HTTPS and RTSPS ports: a local certificate authority made at first start, whose root the owner may
// install, and a leaf for this machine's names, renewed before it ends and when names or addresses change.
// Own files `own.crt` and `own.key` in `<data>/certificates/` go before it.
import { X509Certificate } from "node:crypto";
import { chmod, mkdir, readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../clock.ts";
import { systemCode } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { RENEW_BEFORE_DAYS } from "./certificate-facts.ts";
import { certificateFolder, type PemPair, pairFault, writeWhole } from "./own-certificate.ts";

const DAY_MS = 86_400_000;
const ROOT_DAYS = 3_650;
/** Browsers refuse leaves that live longer than 398 days. */
const LEAF_DAYS = 397;
const NAMES_LIMIT = 64;

export interface ServerCertificate {
  /** PEM: the leaf, then the authority. */
  readonly certificate: string;
  readonly key: string;
  /** PEM of the local root, for download; undefined when the owner's own certificate is used. */
  readonly root: string | undefined;
  /** When it should be looked at again. */
  readonly renewAtMs: number;
  /** What is wrong with the owner's own files, for people. */
  readonly problem: string | undefined;
}

/** Reads or makes the certificate for `extraNames` and this machine's own names. */
export async function serverCertificate(
  dataDir: string,
  extraNames: readonly string[],
  clock: Clock,
  log: Log,
): Promise<ServerCertificate> {
  const folder = certificateFolder(dataDir);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const nowMs = clock.wallMs();
  let problem: string | undefined;
  const own = await readPair(folder, "own");
  if (own !== undefined) {
    const fault = pairFault(own, nowMs);
    if (fault === undefined) {
      const endMs = new X509Certificate(own.certificate).validToDate.getTime();
      return {
        certificate: own.certificate,
        key: own.key,
        root: undefined,
        renewAtMs: Math.min(endMs, nowMs + DAY_MS),
        problem: undefined,
      };
    }
    problem = `the certificate in certificates/own.crt is not used: ${fault}`;
    log.warn("own certificate not used", { reason: fault });
  }
  const root = await rootPair(folder, nowMs, log);
  const leaf = await leafPair(folder, root, machineNames(extraNames), nowMs, log);
  return {
    certificate: leaf.certificate + root.certificate,
    key: leaf.key,
    root: root.certificate,
    renewAtMs: nowMs + DAY_MS,
    problem,
  };
}

/** The pair that is served now, for another process of the recorder; undefined while none has been made yet. */
export async function presentCertificate(dataDir: string, nowMs: number): Promise<PemPair | undefined> {
  const folder = certificateFolder(dataDir);
  const own = await readPair(folder, "own");
  if (own !== undefined && pairFault(own, nowMs) === undefined) return own;
  const [leaf, root] = await Promise.all([readPair(folder, "server"), readPair(folder, "ca")]);
  if (leaf === undefined || root === undefined || pairFault(leaf, nowMs) !== undefined) return undefined;
  return { key: leaf.key, certificate: leaf.certificate + root.certificate };
}

/** What a TLS server is made with, or given when the certificate was renewed. */
export function secureContextOf({ key, certificate }: ServerCertificate) {
  return { key, cert: certificate, minVersion: "TLSv1.2" } as const;
}

/** The names and addresses under which this machine is reached, sorted. */
export function machineNames(extraNames: readonly string[]): string[] {
  const names = new Set<string>(["localhost", "127.0.0.1", "::1", ...extraNames]);
  const host = hostname().toLowerCase();
  if (/^[a-z0-9.-]{1,253}$/.test(host)) {
    names.add(host);
    if (!host.includes(".")) names.add(`${host}.local`);
  }
  for (const addresses of Object.values(networkInterfaces())) {
    for (const { address, family } of addresses ?? []) {
      // Link-local IPv6 needs a zone, which no certificate can hold.
      if (family === "IPv4" || !address.startsWith("fe80")) names.add(address);
    }
  }
  const valid = [...names].filter((name) => isIP(name) !== 0 || /^(\*\.)?[A-Za-z0-9.-]{1,253}$/.test(name));
  return valid.toSorted((a, b) => (a < b ? -1 : 1)).slice(0, NAMES_LIMIT);
}

/** Takes a tenth of a second of the processor to load, and is needed once a year: not loaded at every start. */
function generator(): Promise<typeof import("selfsigned")> {
  return import("selfsigned");
}

async function rootPair(folder: string, nowMs: number, log: Log): Promise<PemPair> {
  const known = await readPair(folder, "ca");
  if (known !== undefined && pairFault(known, nowMs) === undefined) return known;
  const { generate } = await generator();
  const made = await generate(
    [
      { name: "commonName", value: `Nightjar on ${hostname()}`.slice(0, 64) },
      { name: "organizationName", value: "Nightjar local authority" },
    ],
    {
      keyType: "ec",
      curve: "P-256",
      algorithm: "sha256",
      // A clock that was a day ahead at first start must not make the root unusable.
      notBeforeDate: new Date(nowMs - DAY_MS),
      notAfterDate: new Date(nowMs + ROOT_DAYS * DAY_MS),
      extensions: [
        { name: "basicConstraints", cA: true, pathLenConstraint: 0, critical: true },
        { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
      ],
    },
  );
  log.notice("a local certificate authority was made", { folder });
  return await writePair(folder, "ca", { key: made.private, certificate: withNewline(made.cert) });
}

async function leafPair(
  folder: string,
  root: PemPair,
  names: readonly string[],
  nowMs: number,
  log: Log,
): Promise<PemPair> {
  const known = await readPair(folder, "server");
  if (known !== undefined && pairFault(known, nowMs + RENEW_BEFORE_DAYS * DAY_MS) === undefined) {
    const leaf = new X509Certificate(known.certificate);
    const signed = leaf.verify(new X509Certificate(root.certificate).publicKey);
    if (signed && names.every((name) => holds(leaf, name))) return known;
  }
  const rootEndMs = new X509Certificate(root.certificate).validToDate.getTime();
  const { generate } = await generator();
  const made = await generate([{ name: "commonName", value: "Nightjar" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: new Date(nowMs - DAY_MS),
    notAfterDate: new Date(Math.min(rootEndMs, nowMs + LEAF_DAYS * DAY_MS)),
    ca: { key: root.key, cert: root.certificate },
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: names.map((name) =>
          isIP(name) === 0 ? { type: 2 as const, value: name } : { type: 7 as const, ip: name },
        ),
      },
    ],
  });
  log.info("the server's certificate was made", { names });
  return await writePair(folder, "server", { key: made.private, certificate: withNewline(made.cert) });
}

function holds(leaf: X509Certificate, name: string): boolean {
  if (isIP(name) !== 0) return leaf.checkIP(name) !== undefined;
  return (leaf.subjectAltName ?? "").split(", ").includes(`DNS:${name}`);
}

async function readPair(folder: string, name: string): Promise<PemPair | undefined> {
  try {
    const [key, certificate] = await Promise.all([
      readFile(join(folder, `${name}.key`), "utf8"),
      readFile(join(folder, `${name}.crt`), "utf8"),
    ]);
    return { key, certificate };
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    return { key: "", certificate: "" };
  }
}

async function writePair(folder: string, name: string, pair: PemPair): Promise<PemPair> {
  await writeWhole(join(folder, `${name}.key`), pair.key, 0o600);
  await writeWhole(join(folder, `${name}.crt`), pair.certificate, 0o644);
  return pair;
}

function withNewline(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}
