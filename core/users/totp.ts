// Time-based one-time codes (RFC 6238 upon RFC 4226): 30 seconds, six figures, SHA-1, which is what every authenticator
// app understands. Arithmetic only; who has which secret, and that a code counts once, is second-factors.ts's affair.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

export const STEP_MS = 30_000;
const DIGITS = 6;
/** One step to either side: clocks of phones differ, and people type slowly (RFC 6238 §5.2). */
const WINDOW_STEPS = 1;
/** As long as the hash (RFC 4226 §4, R6). */
const SECRET_BYTES = 20;
const ISSUER = "Nightjar";
/** RFC 4648 §6. */
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** A new secret of 160 bits. */
export function newTotpSecret(): Buffer {
  return randomBytes(SECRET_BYTES);
}

/** The step that a moment lies in. */
export function stepAt(atMs: number): number {
  return Math.floor(atMs / STEP_MS);
}

/** The code of one step: an HMAC, cut down to six figures (RFC 4226 §5.3). */
export function codeOfStep(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", secret).update(counter).digest();
  const offset = mac.readUInt8(mac.length - 1) & 0x0f;
  const number = mac.readUInt32BE(offset) & 0x7fff_ffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, "0");
}

/** The step near a moment that a code belongs to, or undefined. Takes the same time whichever it is. */
export function matchingStep(secret: Uint8Array, code: string, atMs: number): number | undefined {
  if (!looksLikeTotp(code)) return undefined;
  const given = Buffer.from(code);
  let found: number | undefined;
  for (let step = stepAt(atMs) - WINDOW_STEPS; step <= stepAt(atMs) + WINDOW_STEPS; step += 1) {
    if (timingSafeEqual(given, Buffer.from(codeOfStep(secret, step)))) found = step;
  }
  return found;
}

/** True for six figures. */
export function looksLikeTotp(code: string): boolean {
  return /^[0-9]{6}$/.test(code);
}

/** A secret as people type it into an app that cannot scan. */
export function base32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let pending = 0;
  for (const byte of bytes) {
    pending = ((pending << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += BASE32[(pending >> bits) & 31] ?? "";
    }
  }
  if (bits > 0) text += BASE32[(pending << (5 - bits)) & 31] ?? "";
  return text;
}

/** The address that authenticator apps read from a QR code (Key URI Format of Google Authenticator). */
export function otpauthUri(userName: string, secret: Uint8Array): string {
  const label = `${ISSUER}:${encodeURIComponent(userName)}`;
  const query = `secret=${base32(secret)}&issuer=${ISSUER}&algorithm=SHA1&digits=${DIGITS}&period=${STEP_MS / 1000}`;
  return `otpauth://totp/${label}?${query}`;
}
