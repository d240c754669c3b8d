// What can be wrong on the way of a file, by the kind that says whether another try can help, and whether it is the target's
// trouble or one file's. No message holds a password or a key.
import { type ErrorKind, NightjarError } from "@nightjar/core";

const SAID_LIMIT = 120;
const CERTIFICATE_FAULT =
  /^(CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT|HOSTNAME_MISMATCH|INVALID_)/;
const NO_TLS_THERE = /^(EPROTO|ERR_SSL|ERR_TLS|HPE_)/;

const FAULTS = {
  UNAVAILABLE: ["NJ_UPLOAD_UNAVAILABLE", "unavailable"],
  TIMEOUT: ["NJ_UPLOAD_TIMEOUT", "deadline-exceeded"],
  NO_SPACE: ["NJ_UPLOAD_NO_SPACE", "resource-exhausted"],
  QUEUE: ["NJ_UPLOAD_QUEUE", "resource-exhausted"],
  SIGN_IN: ["NJ_UPLOAD_SIGN_IN", "failed-precondition"],
  CERTIFICATE: ["NJ_UPLOAD_CERTIFICATE", "failed-precondition"],
  HOST_KEY: ["NJ_UPLOAD_HOST_KEY", "failed-precondition"],
  ANSWER: ["NJ_UPLOAD_ANSWER", "failed-precondition"],
  FOLDER: ["NJ_UPLOAD_FOLDER", "failed-precondition"],
  REFUSED: ["NJ_UPLOAD_REFUSED", "failed-precondition"],
  TARGET: ["NJ_UPLOAD_TARGET", "failed-precondition"],
} as const satisfies Readonly<Record<string, readonly [code: string, kind: ErrorKind]>>;

/** What is wrong. */
export type UploadFault = keyof typeof FAULTS;

/** Of one file: the next one may do well. */
const OF_ONE_FILE: readonly string[] = ["NJ_UPLOAD_FOLDER", "NJ_UPLOAD_REFUSED"];

/** An error of this plugin. `target` is what its owner calls it. */
export function uploadError(
  fault: UploadFault,
  target: string,
  message: string,
  cause?: unknown,
): NightjarError {
  const [code, kind] = FAULTS[fault];
  return new NightjarError(code, kind, `${target}: ${message}`, { target }, cause);
}

/** Whether the target itself can be asked on. */
export function isOfOneFile({ code }: NightjarError): boolean {
  return OF_ONE_FILE.includes(code);
}

/** What of a server's words can be shown: one line, no control codes, nothing of the secrets. */
export function saidBy(text: string, secrets: readonly (string | undefined)[]): string {
  if (secrets.some((secret) => secret !== undefined && secret !== "" && text.includes(secret))) return "";
  const plain = text
    .slice(0, 1_000)
    .replaceAll(/[^\x20-\x7e\u00a0-\u{10ffff}]+/gu, " ")
    .trim();
  return plain.length <= SAID_LIMIT ? plain : `${plain.slice(0, SAID_LIMIT)}…`;
}

/** What a connection, or the way to it, has failed with. */
export function connectionError(error: unknown, target: string, place: string): NightjarError {
  if (error instanceof NightjarError) return error;
  const { code: given } = (error ?? {}) as { readonly code?: unknown };
  const code = typeof given === "string" ? given : "";
  if (CERTIFICATE_FAULT.test(code))
    return uploadError(
      "CERTIFICATE",
      target,
      `the certificate of ${place} is not trusted (${code}): put it, or that of who made it, into the target's settings`,
      error,
    );
  if (NO_TLS_THERE.test(code))
    return uploadError(
      "ANSWER",
      target,
      `${place} does not speak what is set (${code}): look at protocol and port`,
      error,
    );
  return uploadError(
    "UNAVAILABLE",
    target,
    `${place} is not reached${code === "" ? "" : ` (${code})`}`,
    error,
  );
}

/** A server that says nothing for so long. */
export function stalled(target: string, place: string, stallMs: number): NightjarError {
  return uploadError("TIMEOUT", target, `${place} has stood still for ${stallMs / 1_000} s`);
}
