// Finds out who makes a request: a bearer token (of a session, or an API token) for programs, a cookie for browsers. Nothing else counts, neither
// addresses nor headers that claim an identity (attack list A3).
import { NightjarError } from "../errors.ts";
import { DEVICE_COOKIE_DAYS } from "../users/device-cookies.ts";
import type { Principal } from "../users/principal.ts";
import type { Users } from "../users/users.ts";
import type { CredentialKind } from "./route.ts";

/** On HTTPS: the prefix makes browsers refuse it over plain HTTP and from other hosts (RFC 6265bis §4.1.3.2). */
export const SECURE_COOKIE = "__Host-nightjar";
export const PLAIN_COOKIE = "nightjar";
/** By which a browser that has signed in before is known again. */
const DEVICE_SUFFIX = "-device";
/** "1" on what a page asks by itself, without anybody there: it does not keep an idle session alive. */
export const BACKGROUND_HEADER = "x-nightjar-background";
const HEADER_LIMIT = 8_192;

export interface Credentials {
  readonly authorization: string | undefined;
  readonly cookie: string | undefined;
  readonly secure: boolean;
  /** Where the request comes from. */
  readonly address: string;
  readonly isBackground: boolean;
}

/** Who asks and how they proved it; undefined without credentials. Throws `NJ_UNAUTHENTICATED` if they do not hold. */
export async function authenticate(
  users: Pick<Users, "sessions" | "callers">,
  credentials: Credentials,
): Promise<{ readonly principal: Principal; readonly by: CredentialKind } | undefined> {
  const counts = !credentials.isBackground;
  if (credentials.authorization !== undefined) {
    const token = bearerOf(credentials.authorization);
    const principal =
      token === undefined ? undefined : await users.callers.byBearer(token, credentials.address, counts);
    if (principal === undefined) throw unauthenticated();
    return { principal, by: "bearer" };
  }
  const token = cookieValue(credentials.cookie, cookieName(credentials.secure));
  if (token === undefined) return undefined;
  // A cookie is a browser's, and holds a session: an API token in one is none.
  const principal = await users.sessions.authenticate(token, counts);
  if (principal === undefined) throw unauthenticated();
  return { principal, by: "cookie" };
}

/** The token of an Authorization header (RFC 6750 §2.1). */
export function bearerOf(authorization: string): string | undefined {
  return /^Bearer ([^\s,]{1,200})$/i.exec(authorization)?.[1];
}

/** The value of a cookie in a Cookie header (RFC 6265 §5.4). */
export function cookieValue(header: string | undefined, name: string): string | undefined {
  if (header === undefined || header.length > HEADER_LIMIT) return undefined;
  for (const pair of header.split(";")) {
    const equals = pair.indexOf("=");
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return undefined;
}

/** The Set-Cookie header that hands a session to a browser. */
export function sessionCookie(token: string, secure: boolean, maxAgeSeconds: number): string {
  return setCookie(cookieName(secure), token, secure, maxAgeSeconds);
}

/** What a browser has kept of having signed in before. */
export function deviceCookieOf(header: string | undefined, secure: boolean): string | undefined {
  return cookieValue(header, cookieName(secure) + DEVICE_SUFFIX);
}

/** The Set-Cookie header by which it is known again. */
export function deviceCookie(value: string, secure: boolean): string {
  return setCookie(cookieName(secure) + DEVICE_SUFFIX, value, secure, DEVICE_COOKIE_DAYS * 86_400);
}

function cookieName(secure: boolean): string {
  return secure ? SECURE_COOKIE : PLAIN_COOKIE;
}

function setCookie(name: string, value: string, secure: boolean, maxAgeSeconds: number): string {
  const common = `${name}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict`;
  return secure ? `${common}; Secure` : common;
}

/** The Set-Cookie header that takes it away. */
export function endedCookie(secure: boolean): string {
  return sessionCookie("", secure, 0);
}

/** The error of every request that nobody signed in stands behind. */
export function unauthenticated(): NightjarError {
  return new NightjarError("NJ_UNAUTHENTICATED", "unauthenticated", "sign in first");
}
