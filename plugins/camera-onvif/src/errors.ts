// What is told when a camera does not do as it should. No message holds a password, a path or what the camera said at length.
import { type ErrorContext, type ErrorKind, NightjarError } from "@nightjar/core";

const REASON_LIMIT = 160;

export function unreachable(host: string, isLate: boolean, code = ""): NightjarError {
  const why = isLate ? "it does not answer" : code === "" ? "it hung up" : code;
  return new NightjarError(
    "NJ_ONVIF_UNREACHABLE",
    isLate ? "deadline-exceeded" : "unavailable",
    `the camera at ${host} is not reached: ${why}`,
    { host, why, case: isLate ? "late" : "gone" },
  );
}

export function wrongPassword(host: string): NightjarError {
  return new NightjarError(
    "NJ_ONVIF_PASSWORD",
    "failed-precondition",
    `the camera at ${host} refuses user and password: look at its account for ONVIF, and at its clock`,
    { host },
  );
}

export function badAnswer(host: string, why: string, context: ErrorContext = {}): NightjarError {
  return new NightjarError(
    "NJ_ONVIF_ANSWER",
    "failed-precondition",
    `what answers at ${host} is no ONVIF camera, or not as it should be: ${why}`,
    { host, why, ...context },
  );
}

/** The device says no. `reason`: its own words. */
export function refusedBy(host: string, reason: string, isUnknown: boolean): NightjarError {
  const kind: ErrorKind = isUnknown ? "unimplemented" : "failed-precondition";
  const words = plainWords(reason) || "it gives no reason";
  return new NightjarError("NJ_ONVIF_REFUSED", kind, `the camera at ${host} refuses: ${words}`, {
    host,
    reason: words,
  });
}

export function lacks(what: string): NightjarError {
  return new NightjarError("NJ_ONVIF_LACKS", "unimplemented", `the camera has no ${what}`, { what });
}

/** One line of what a device said, of a length that fits a page. */
export function plainWords(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .trim()
    .slice(0, REASON_LIMIT);
}
