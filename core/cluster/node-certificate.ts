// Whether the certificate that a node shows is to be trusted: by the system's authorities and for the name in the address, or
// by a fingerprint that an administrator has compared, of the node's own certificate or of the root that signed it. The root's
// outlives the node's own, which a Nightjar makes anew when its names or its time run out. With a fingerprint neither names nor
// dates are looked at: it says who the node is, and a recorder that is reached by another name, or whose certificate ran out
// last night, is there all the same.
import { X509Certificate } from "node:crypto";
import type { DetailedPeerCertificate, TLSSocket } from "node:tls";
import { type NodeReason, nodeReason } from "./node-reason.ts";

/** What Node calls a chain that ends with a root which the system does not know. */
const OWN_ROOT = "SELF_SIGNED_CERT_IN_CHAIN";
/** Of certificates that were sent together. */
const LONGEST_CHAIN = 8;

export interface ShownCertificate {
  /** The fingerprint to trust it by: of the root, where the node sends one; else its own. */
  readonly sha256: string;
  /** Whose certificate that is. */
  readonly subject: string;
  /** ISO 8601. */
  readonly until: string;
  readonly isRoot: boolean;
  /** The system trusts it, for this name. */
  readonly isTrusted: boolean;
  /** Fingerprints by which it may be trusted: its own, and of those that signed it. */
  readonly fingerprints: readonly string[];
}

/** What the other side of a connection shows. Undefined where it shows none. */
export function shownCertificate(socket: TLSSocket): ShownCertificate | undefined {
  const chain = chainOf(socket.getPeerCertificate(true));
  const [own] = chain;
  const top = chain.at(-1);
  if (own === undefined || top === undefined) return undefined;
  // A public authority's root signs for everybody: where that is known and only the name is another, it is the node's own.
  const isRoot = chain.length > 1 && String(socket.authorizationError) === OWN_ROOT;
  const offered = isRoot ? top : own;
  return {
    sha256: offered.fingerprint256,
    subject: commonName(offered.subject),
    until: offered.validToDate.toISOString(),
    isRoot,
    isTrusted: socket.authorized,
    fingerprints: chain.map(({ fingerprint256 }) => fingerprint256),
  };
}

/** True if it is the one with this fingerprint, or was signed by that. Without one: if the system trusts it. */
export function isTrusted(shown: ShownCertificate, fingerprint: string | undefined): boolean {
  if (fingerprint === undefined) return shown.isTrusted;
  return shown.fingerprints.includes(fingerprint.toUpperCase());
}

/** Why nothing is said to whoever shows it; undefined where {@link isTrusted}. `host`: as in the address, with its port. */
export function certificateFault(
  shown: ShownCertificate,
  fingerprint: string | undefined,
  host: string,
): NodeReason | undefined {
  if (isTrusted(shown, fingerprint)) return undefined;
  const which = fingerprint === undefined ? "certificate" : "other-certificate";
  return nodeReason(which, { host, fingerprint: shown.sha256 });
}

/** The certificate, who signed it, who signed that: as far as each has really signed the one before. */
function chainOf(peer: DetailedPeerCertificate): readonly X509Certificate[] {
  const chain: X509Certificate[] = [];
  let at: DetailedPeerCertificate | undefined = peer;
  while (at?.raw !== undefined && chain.length < LONGEST_CHAIN) {
    const certificate = new X509Certificate(at.raw);
    const before = chain.at(-1);
    if (before !== undefined) {
      // One that signed itself is its own issuer.
      if (before.fingerprint256 === certificate.fingerprint256) break;
      // Whoever pleases may send somebody else's root along: only a signature says that it is theirs.
      if (!certificate.ca || !before.checkIssued(certificate) || !before.verify(certificate.publicKey)) break;
    }
    chain.push(certificate);
    at = at.issuerCertificate;
  }
  return chain;
}

function commonName(subject: string): string {
  return (/^CN=(.*)$/m.exec(subject)?.[1] ?? subject.replaceAll("\n", ", ")).slice(0, 200);
}
