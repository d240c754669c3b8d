// The owner's own certificate, `certificates/own.crt` and `own.key` in the data directory: the recorder falls back to one
// that it makes itself where this one cannot be used. Its own it renews without being asked.
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";
import { systemCode } from "../../errors.ts";
import { type Check, finding, ok, said, sentence } from "./check.ts";

const FOLDER = "certificates";
const SOON_DAYS = 21;
const DAY_MS = 86_400_000;

/** `names`: what the owner reaches the recorder by, `network.certificateNames`. */
export async function checkCertificate(
  dataDir: string,
  names: readonly string[],
  nowMs: number,
): Promise<Check[]> {
  const where = join(dataDir, FOLDER, "own.crt");
  const [pem, key] = await Promise.all([read(where), read(join(dataDir, FOLDER, "own.key"))]);
  if (pem === undefined && key === undefined) return [];
  if (pem === undefined || key === undefined) {
    const lacking = pem === undefined ? "own.crt" : "own.key";
    const message = said(
      "certificate-file-missing",
      "the certificate of your own is not used: {file} is not there or cannot be read",
      { file: lacking },
    );
    const advice = said("put-file-beside", "put {file} beside the other file", { file: lacking });
    return [finding("certificate", "warning", message, { where, advice })];
  }
  try {
    return judge(new X509Certificate(pem), key, { where, names, nowMs });
  } catch (error) {
    const message = said(
      "certificate-not-understood",
      "the certificate of your own is not used: it cannot be understood ({reason})",
      { reason: sentence(error) },
    );
    return [
      finding("certificate", "error", message, { where, advice: said("put-pem", "put PEM files there") }),
    ];
  }
}

function judge(
  certificate: X509Certificate,
  key: string,
  { where, names, nowMs }: { where: string; names: readonly string[]; nowMs: number },
): Check[] {
  const renew = said(
    "renew-certificate",
    "renew it and put the new files there: they are taken within a day, or at the next start",
  );
  const endMs = certificate.validToDate.getTime();
  const end = certificate.validToDate.toISOString().slice(0, 10);
  if (!certificate.checkPrivateKey(createPrivateKey(key))) {
    const message = said(
      "certificate-wrong-key",
      "the certificate of your own is not used: own.key is not its key",
    );
    const advice = said("put-right-key", "put the key of this certificate there");
    return [finding("certificate", "error", message, { where, advice })];
  }
  if (endMs <= nowMs) {
    const message = said(
      "certificate-ended",
      "the certificate of your own ended on {end}: browsers get the recorder's own instead, and warn",
      { end },
    );
    return [finding("certificate", "error", message, { where, advice: renew })];
  }
  if (certificate.validFromDate.getTime() > nowMs) {
    const begin = certificate.validFromDate.toISOString().slice(0, 10);
    const message = said(
      "certificate-not-yet",
      "the certificate of your own holds from {begin} on: browsers refuse it until then",
      { begin },
    );
    const advice = said("see-clock", "see that the clock is right");
    return [finding("certificate", "error", message, { where, advice })];
  }
  const missing = names.filter((name) => !holds(certificate, name));
  if (missing.length > 0) {
    const message = said(
      "certificate-other-names",
      "the certificate of your own is for {names}, not for {missing}: browsers warn there",
      { names: spoken(certificate), missing: missing.join(", ") },
    );
    const advice = said(
      "certificate-for-names",
      "get one for those names too, or take them out of network.certificateNames",
    );
    return [finding("certificate", "warning", message, { where, advice })];
  }
  if (endMs < nowMs + SOON_DAYS * DAY_MS) {
    const message = said("certificate-ends-soon", "the certificate of your own ends on {end}", { end });
    return [finding("certificate", "warning", message, { where, advice: renew })];
  }
  const message = said("certificate-holds", "the certificate of your own holds until {end}", { end });
  return [ok("certificate", message, where)];
}

function holds(certificate: X509Certificate, name: string): boolean {
  return (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined;
}

function spoken(certificate: X509Certificate): string {
  return (certificate.subjectAltName ?? certificate.subject).replaceAll(/(?:DNS|IP Address):/g, "");
}

/** The text; undefined if the file is not there or not open to who asks, empty if it cannot be read otherwise. */
async function read(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    return systemCode(error) === "ENOENT" || systemCode(error) === "EACCES" ? undefined : "";
  }
}
