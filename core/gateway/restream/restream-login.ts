// Digest log-in of one RTSP connection (RFC 7616): SHA-256 offered first, MD5 for players that know nothing else, never
// Basic. A nonce belongs to its connection, lives a minute, and where a client counts its uses, none comes twice: what
// somebody reads on the wire opens nothing on another connection.
import { createHash, randomBytes } from "node:crypto";
import type { RtspRequest } from "../../media/rtsp-server/request-reader.ts";
import { readTarget } from "../../media/rtsp-server/request-target.ts";
import type { DigestAnswer } from "../protocol.ts";

/** Part of what is hashed; the same as where stream passwords are made. */
export const REALM = "Nightjar";
export const NONCE_LIFE_MS = 60_000;

/** What a request brings: nothing, nothing that counts, an answer to a nonce that is over, or an answer. */
export type LoginAttempt =
  | { readonly kind: "missing" | "refused" | "stale" }
  | { readonly kind: "answer"; readonly answer: DigestAnswer };

const HEADER_LIMIT = 2_048;
const HEX = /^[0-9a-f]{32}(?:[0-9a-f]{32})?$/i;

export class RestreamLogin {
  #nonce = "";
  #madeMs = Number.NEGATIVE_INFINITY;
  #count = 0;

  /** The WWW-Authenticate headers for a refusal, with a new nonce. The last one is what old players take. */
  challenge(nowMs: number, stale: boolean): readonly string[] {
    this.#nonce = randomBytes(16).toString("hex");
    this.#madeMs = nowMs;
    this.#count = 0;
    const end = stale ? ", stale=true" : "";
    return ["SHA-256", "MD5"].map(
      (algorithm) =>
        `Digest realm="${REALM}", nonce="${this.#nonce}", qop="auth", algorithm=${algorithm}${end}`,
    );
  }

  /** Reads what the client brings and judges all but its hash. */
  read(request: RtspRequest, nowMs: number): LoginAttempt {
    const header = request.headers.get("authorization");
    if (header === undefined) return { kind: "missing" };
    const fields = readFields(header);
    if (fields === undefined) return { kind: "refused" };
    const field = (name: string): string => fields.get(name) ?? "";
    const algorithm = (fields.get("algorithm") ?? "MD5").toUpperCase();
    if (algorithm !== "MD5" && algorithm !== "SHA-256") return { kind: "refused" };
    if (field("realm") !== REALM || !HEX.test(field("response"))) return { kind: "refused" };
    // Some clients name the track in the request and the whole in what they sign; another camera is another matter.
    if (readTarget(field("uri")).path !== readTarget(request.url).path) return { kind: "refused" };
    if (this.#nonce === "" || field("nonce") !== this.#nonce || nowMs - this.#madeMs > NONCE_LIFE_MS) {
      return { kind: "stale" };
    }
    let middle = this.#nonce;
    if (fields.has("qop")) {
      const count = /^[0-9a-f]{8}$/i.test(field("nc")) ? Number.parseInt(field("nc"), 16) : 0;
      if (field("qop") !== "auth" || count === 0) return { kind: "refused" };
      if (count <= this.#count) return { kind: "stale" };
      this.#count = count;
      middle = `${this.#nonce}:${field("nc")}:${field("cnonce")}:auth`;
    }
    const actHash = createHash(algorithm === "MD5" ? "md5" : "sha256")
      .update(`${request.method}:${field("uri")}`, "latin1")
      .digest("hex");
    return {
      kind: "answer",
      answer: {
        username: Buffer.from(field("username"), "latin1").toString("utf8").slice(0, 128),
        algorithm,
        middle,
        actHash,
        response: field("response").toLowerCase(),
      },
    };
  }
}

function readFields(header: string): ReadonlyMap<string, string> | undefined {
  if (header.length > HEADER_LIMIT || !/^Digest\s/i.test(header)) return undefined;
  const fields = new Map<string, string>();
  for (const match of header.slice(7).matchAll(/(\w{1,32})=(?:"([^"]*)"|([^\s,"]+))/g)) {
    fields.set((match[1] as string).toLowerCase(), match[2] ?? match[3] ?? "");
  }
  return fields;
}
