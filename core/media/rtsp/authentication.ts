// Answers to WWW-Authenticate: Digest with MD5 and SHA-256, with and without qop (RFC 2617, RFC 7616), and Basic
// (RFC 7617), the latter only over TLS or where the camera offers nothing else.
import { createHash, randomBytes } from "node:crypto";

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  readonly algorithm: "MD5" | "SHA-256";
  readonly session: boolean;
  readonly algorithmText: string | undefined;
  readonly qopAuth: boolean;
  readonly stale: boolean;
}

/** What became of a challenge. */
export type ChallengeOutcome =
  /** Try again, with {@link Authenticator.authorization}. */
  | "retry"
  /** The camera has seen these credentials and refuses them. */
  | "refused"
  /** Nothing that it offers is known here. */
  | "unsupported";

const MAX_CHALLENGES = 8;

/** Keeps the state of authentication of one connection. */
export class Authenticator {
  readonly #credentials: Credentials;
  readonly #tls: boolean;
  #digest: DigestChallenge | undefined;
  #basic = false;
  #count = 0;
  /** Digest algorithms that the camera refused; a few announce SHA-256 and know MD5 only. */
  readonly #refused = new Set<string>();

  constructor(credentials: Credentials, tls: boolean) {
    this.#credentials = credentials;
    this.#tls = tls;
  }

  /** Takes the challenges of a 401; `answered` if the request carried an Authorization header. */
  challenge(headers: readonly string[], answered: boolean): ChallengeOutcome {
    const offers = headers.slice(0, MAX_CHALLENGES).flatMap(splitChallenges);
    const digests = offers.map(parseDigest).filter((offer) => offer !== undefined);
    const previous = this.#digest;
    if (answered && previous !== undefined) {
      const fresh = digests.find((offer) => offer.algorithm === previous.algorithm);
      if (fresh !== undefined && (fresh.stale || (this.#count > 1 && fresh.nonce !== previous.nonce))) {
        this.#use(fresh);
        return "retry";
      }
      this.#refused.add(previous.algorithm);
    } else if (answered && this.#basic) {
      return "refused";
    }
    const best =
      digests.find((offer) => offer.algorithm === "SHA-256" && !this.#refused.has("SHA-256")) ??
      digests.find((offer) => offer.algorithm === "MD5" && !this.#refused.has("MD5"));
    if (best !== undefined) {
      this.#use(best);
      return "retry";
    }
    if (answered) return "refused";
    const offersBasic = offers.some((offer) => /^basic\b/i.test(offer));
    const offersDigest = offers.some((offer) => /^digest\b/i.test(offer));
    if (offersBasic && (this.#tls || !offersDigest)) {
      this.#basic = true;
      this.#digest = undefined;
      return "retry";
    }
    return "unsupported";
  }

  /** The camera names the nonce for the next request (Authentication-Info). */
  takeInfo(header: string | undefined): void {
    if (header === undefined || this.#digest === undefined) return;
    const next = parseParameters(header).get("nextnonce");
    if (next !== undefined && next !== "") this.#use({ ...this.#digest, nonce: next });
  }

  /** The Authorization header for a request, or undefined before the first challenge. */
  authorization(method: string, uri: string): string | undefined {
    const { username, password } = this.#credentials;
    if (this.#basic) return `Basic ${Buffer.from(`${username}:${password}`, "utf8").toString("base64")}`;
    const challenge = this.#digest;
    if (challenge === undefined) return undefined;
    this.#count += 1;
    const hash = (text: string) =>
      createHash(challenge.algorithm === "MD5" ? "md5" : "sha256")
        .update(text, "utf8")
        .digest("hex");
    const cnonce = randomBytes(8).toString("hex");
    const count = this.#count.toString(16).padStart(8, "0");
    let secret = hash(`${username}:${challenge.realm}:${password}`);
    if (challenge.session) secret = hash(`${secret}:${challenge.nonce}:${cnonce}`);
    const request = hash(`${method}:${uri}`);
    const response = challenge.qopAuth
      ? hash(`${secret}:${challenge.nonce}:${count}:${cnonce}:auth:${request}`)
      : hash(`${secret}:${challenge.nonce}:${request}`);
    const parts = [
      `username="${quoted(username)}"`,
      `realm="${quoted(challenge.realm)}"`,
      `nonce="${quoted(challenge.nonce)}"`,
      `uri="${uri}"`,
      `response="${response}"`,
    ];
    if (challenge.algorithmText !== undefined) parts.push(`algorithm=${challenge.algorithmText}`);
    if (challenge.opaque !== undefined) parts.push(`opaque="${quoted(challenge.opaque)}"`);
    if (challenge.qopAuth) parts.push("qop=auth", `nc=${count}`, `cnonce="${cnonce}"`);
    else if (challenge.session) parts.push(`cnonce="${cnonce}"`);
    return `Digest ${parts.join(", ")}`;
  }

  #use(challenge: DigestChallenge): void {
    this.#digest = challenge;
    this.#basic = false;
    this.#count = 0;
  }
}

function parseDigest(offer: string): DigestChallenge | undefined {
  const match = /^digest\s+(.*)$/is.exec(offer);
  if (match === null) return undefined;
  const parameters = parseParameters(match[1] as string);
  const realm = parameters.get("realm");
  const nonce = parameters.get("nonce");
  if (realm === undefined || nonce === undefined) return undefined;
  const algorithmText = parameters.get("algorithm");
  const name = (algorithmText ?? "MD5").toUpperCase();
  const session = name.endsWith("-SESS");
  const base = session ? name.slice(0, -5) : name;
  if (base !== "MD5" && base !== "SHA-256") return undefined;
  const qop = parameters.get("qop");
  const qopAuth = qop?.split(",").some((value) => value.trim().toLowerCase() === "auth") ?? false;
  if (qop !== undefined && qop.trim() !== "" && !qopAuth) return undefined;
  return {
    realm,
    nonce,
    opaque: parameters.get("opaque"),
    algorithm: base,
    session,
    algorithmText,
    qopAuth,
    stale: parameters.get("stale")?.toLowerCase() === "true",
  };
}

/** Reads `name="value", name=value …`; names lower-cased, the first of a name counts. */
function parseParameters(text: string): Map<string, string> {
  const found = new Map<string, string>();
  const pattern = /([a-z0-9_-]{1,40})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]*))/gi;
  for (const match of text.slice(0, 8_192).matchAll(pattern)) {
    const name = (match[1] as string).toLowerCase();
    const value = match[2] === undefined ? (match[3] ?? "") : match[2].replaceAll(/\\(.)/g, "$1");
    if (!found.has(name)) found.set(name, value);
  }
  return found;
}

/** Some cameras put several challenges into one header. */
function splitChallenges(header: string): string[] {
  return header
    .slice(0, 8_192)
    .split(/,\s*(?=(?:digest|basic)\s)/i)
    .map((part) => part.trim());
}

function quoted(text: string): string {
  return text.replaceAll(/["\\]/g, "\\$&").replaceAll(/[\r\n\0]/g, "");
}
