// Opaque tokens of sessions and of programs: 256 random bits for the caller, a SHA-256 hash for the database. A plain hash suffices because the
// tokens cannot be guessed; a stolen database opens no session.
import { hash, randomBytes, randomInt } from "node:crypto";
import { crc32 } from "node:zlib";

/** The prefix lets secret scanners find a token that was pasted somewhere by mistake. */
const PREFIX = "nj_";

/** A new token of 256 bits. */
export function newToken(): string {
  return `${PREFIX}${randomBytes(32).toString("base64url")}`;
}

/** A new public id of 95 bits: names a session in logs, opens nothing. No "-", which a command line takes for an option. */
export function newPublicId(): string {
  return base62(16);
}

/** True if the text can be a token at all; anything else need not reach the database. */
export function looksLikeToken(text: string): boolean {
  return /^nj_[A-Za-z0-9_-]{43}$/.test(text);
}

/** Programs' tokens say whose they are, so that secret scanners find them, and hold a checksum, so that these are sure. */
const API_PREFIX = "nightjar_";
/** No character at which a double click stops. */
const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** 256 bits and a little more. */
const API_CHARACTERS = 43;
const CHECKSUM_CHARACTERS = 6;
const API_SECRET = /^nightjar_([0-9A-Za-z]{43})([0-9A-Za-z]{6})$/;

/** A new secret for a program. */
export function newApiSecret(): string {
  const body = base62(API_CHARACTERS);
  return `${API_PREFIX}${body}${checksum(body)}`;
}

/** True if the text can be a program's secret at all: prefix, length and checksum fit. */
export function looksLikeApiSecret(text: string): boolean {
  const [, body = "", sum] = API_SECRET.exec(text) ?? [];
  return sum !== undefined && checksum(body) === sum;
}

function base62(characters: number): string {
  return Array.from({ length: characters }, () => BASE62[randomInt(BASE62.length)] ?? "").join("");
}

function checksum(body: string): string {
  let rest = crc32(body);
  let text = "";
  for (let place = 0; place < CHECKSUM_CHARACTERS; place += 1) {
    text = (BASE62[rest % BASE62.length] ?? "") + text;
    rest = Math.floor(rest / BASE62.length);
  }
  return text;
}

/** What is stored of a token. */
export function tokenHash(token: string): string {
  return hash("sha256", token, "hex");
}
