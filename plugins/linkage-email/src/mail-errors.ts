// What can be wrong on the way of a mail, by the kind that says whether another try can help. No message holds a password, and
// of a receiver only enough to know him by.
import { type ErrorKind, NightjarError } from "@nightjar/core";

const SAID_LIMIT = 120;
const CERTIFICATE_FAULT =
  /^(CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT|HOSTNAME_MISMATCH|INVALID_)/;
const NO_TLS_THERE = /^(EPROTO|ERR_SSL|ERR_TLS)/;

/** An error of this plugin. */
export function mailError(
  code: string,
  kind: ErrorKind,
  message: string,
  context: Readonly<Record<string, string | number>>,
  cause?: unknown,
): NightjarError {
  return new NightjarError(code, kind, message, context, cause);
}

/** What of a server's words can be shown: one line, no control codes, nothing of the secrets. */
export function saidBy(text: string, secrets: readonly string[]): string {
  if (secrets.some((secret) => secret !== "" && text.includes(secret))) return "";
  // Servers repeat whom they refuse. Cut first: the search for addresses must not be long.
  const plain = text
    .slice(0, 1_000)
    .replaceAll(/[^\x20-\x7e\u00a0-\u{10ffff}]+/gu, " ")
    .replaceAll(/([^\s<>"@])[^\s<>"@]*(@[^\s<>"@]+)/g, "$1…$2")
    .trim();
  return plain.length <= SAID_LIMIT ? plain : `${plain.slice(0, SAID_LIMIT)}…`;
}

/** `a…@example.org`: whoever sees events need not see whom they are sent to. */
export function maskedAddress(address: string): string {
  return `${address.slice(0, 1)}…${address.slice(address.lastIndexOf("@"))}`;
}

/** What a connection, or the way to it, has failed with. */
export function connectionError(error: unknown, host: string, port: number): NightjarError {
  if (error instanceof NightjarError) return error;
  const { code: given } = (error ?? {}) as { readonly code?: unknown };
  const code = typeof given === "string" ? given : "";
  const context = { host, port };
  if (CERTIFICATE_FAULT.test(code)) {
    return mailError(
      "NJ_EMAIL_CERTIFICATE",
      "failed-precondition",
      `the certificate of ${host} is not trusted (${code}): put it, or that of who made it, into the plugin's settings`,
      context,
      error,
    );
  }
  if (NO_TLS_THERE.test(code)) {
    return mailError(
      "NJ_EMAIL_ANSWER",
      "failed-precondition",
      `${host}, port ${port}, does not speak the encryption that is set (${code}): starttls is usual at 587, tls at 465`,
      context,
      error,
    );
  }
  return mailError(
    "NJ_EMAIL_UNAVAILABLE",
    "unavailable",
    `${host}, port ${port}, is not reached${code === "" ? "" : ` (${code})`}`,
    context,
    error,
  );
}
