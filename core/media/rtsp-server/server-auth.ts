// Basic and Digest authentication of the RTSP server (RFC 7617, RFC 7616, RFC 2617 §3.2). Nonces carry their time and a
// keyed hash, so that the server stores none and can tell a stale one from a wrong one.
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { RtspRequest } from "./request-reader.ts";

/** Which credentials a server asks for. */
export interface ServerAuthOptions {
  readonly scheme: "basic" | "digest";
  /** Digest only; MD5 by default, as most clients know nothing else. */
  readonly algorithm?: "MD5" | "SHA-256";
  readonly realm?: string;
  /** Password of a user; undefined if there is no such user. */
  readonly passwordOf: (username: string) => string | undefined;
  /** How long a nonce is good for, in milliseconds. Default 5 minutes. */
  readonly nonceLifeMs?: number;
}

export type AuthVerdict = "granted" | "refused" | "stale";

/** Judges the Authorization header of requests and writes challenges. */
export class ServerAuth {
  readonly #options: ServerAuthOptions;
  readonly #realm: string;
  readonly #secret = randomBytes(32);

  constructor(options: ServerAuthOptions) {
    this.#options = options;
    this.#realm = options.realm ?? "Nightjar";
  }

  judge(request: RtspRequest): AuthVerdict {
    const header = request.headers.get("authorization");
    if (header === undefined) return "refused";
    return this.#options.scheme === "basic" ? this.#judgeBasic(header) : this.#judgeDigest(header, request);
  }

  /** The WWW-Authenticate header for a verdict other than granted. */
  challenge(verdict: AuthVerdict): string {
    if (this.#options.scheme === "basic") return `Basic realm="${this.#realm}"`;
    const stale = verdict === "stale" ? ", stale=true" : "";
    const algorithm = this.#options.algorithm === undefined ? "" : `, algorithm=${this.#options.algorithm}`;
    return `Digest realm="${this.#realm}", nonce="${this.#nonce(Date.now())}"${algorithm}${stale}`;
  }

  #judgeBasic(header: string): AuthVerdict {
    const match = /^Basic\s+([A-Za-z0-9+/=]+)$/i.exec(header);
    if (match === null) return "refused";
    const text = Buffer.from(match[1] as string, "base64").toString("utf8");
    const colon = text.indexOf(":");
    const password = colon < 0 ? undefined : this.#options.passwordOf(text.slice(0, colon));
    return password !== undefined && same(password, text.slice(colon + 1)) ? "granted" : "refused";
  }

  #judgeDigest(header: string, request: RtspRequest): AuthVerdict {
    const fields = new Map<string, string>();
    for (const match of header.replace(/^Digest\s+/i, "").matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]+))/g)) {
      fields.set((match[1] as string).toLowerCase(), match[2] ?? match[3] ?? "");
    }
    const field = (name: string): string => fields.get(name) ?? "";
    const password = this.#options.passwordOf(field("username"));
    if (password === undefined || field("realm") !== this.#realm) return "refused";
    const hash = (text: string): string =>
      createHash(this.#options.algorithm === "SHA-256" ? "sha256" : "md5")
        .update(text)
        .digest("hex");
    const secret = hash(`${field("username")}:${this.#realm}:${password}`);
    // The uri is the client's own text: some send the path, some the whole URL.
    const act = hash(`${request.method}:${field("uri")}`);
    const middle = fields.has("qop")
      ? `${field("nonce")}:${field("nc")}:${field("cnonce")}:${field("qop")}`
      : field("nonce");
    if (!same(hash(`${secret}:${middle}:${act}`), field("response").toLowerCase())) return "refused";
    return this.#nonceVerdict(field("nonce"));
  }

  #nonce(timeMs: number): string {
    const time = timeMs.toString(16).padStart(12, "0");
    return time + createHmac("sha256", this.#secret).update(time).digest("hex").slice(0, 32);
  }

  #nonceVerdict(nonce: string): AuthVerdict {
    const timeMs = Number.parseInt(nonce.slice(0, 12), 16);
    if (!Number.isFinite(timeMs) || !same(nonce, this.#nonce(timeMs))) return "stale";
    return Date.now() - timeMs <= (this.#options.nonceLifeMs ?? 300_000) ? "granted" : "stale";
  }
}

function same(a: string, b: string): boolean {
  const left = createHash("sha256").update(a).digest();
  return timingSafeEqual(left, createHash("sha256").update(b).digest());
}
