// Opaque tokens: 256 random bits for the caller, a SHA-256 hash for the database. A plain hash suffices because the
// tokens cannot be guessed; a stolen database opens no session.
import { createHash, randomBytes } from "node:crypto";

/** The prefix lets secret scanners find a token that was pasted somewhere by mistake. */
const PREFIX = "nj_";

/** A new token of 256 bits. */
export function newToken(): string {
  return `${PREFIX}${randomBytes(32).toString("base64url")}`;
}

/** A new public id of 96 bits: names a session in logs, opens nothing. */
export function newPublicId(): string {
  return randomBytes(12).toString("base64url");
}

/** True if the text can be a token at all; anything else need not reach the database. */
export function looksLikeToken(text: string): boolean {
  return /^nj_[A-Za-z0-9_-]{43}$/.test(text);
}

/** What is stored of a token. */
export function tokenHash(token: string): string {
  return createHash("sha256").update(token, "utf8").digest("hex");
}
