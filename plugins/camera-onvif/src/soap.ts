// SOAP 1.2 as ONVIF speaks it: the envelope with a WS-UsernameToken digest (Web Services Security UsernameToken Profile 1.0), what a
// device answers, and its faults. Says nothing of what is asked.
import { createHash, randomBytes } from "node:crypto";
import { badAnswer, refusedBy, wrongPassword } from "./errors.ts";
import type { Credentials } from "./http-post.ts";
import { anywhere, child, escaped, readXml, textAt, type XmlElement } from "./xml.ts";

const ENVELOPE = "http://www.w3.org/2003/05/soap-envelope";
const WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
const WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
const TOKEN = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0";
const MESSAGE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0";
const NOT_AUTHORIZED = /(?:NotAuthorized|FailedAuthentication|InvalidSecurity|FailedCheck|Unauthorized)$/i;
const NOT_KNOWN = /(?:ActionNotSupported|OptionalActionNotImplemented|UnknownAction|NotSupported)$/i;

/** An envelope around `body`. `created`: now, by the clock of the device. */
export function envelope(
  body: string,
  header: string,
  security: { readonly credentials: Credentials; readonly created: Date } | undefined,
): string {
  const token = security === undefined ? "" : usernameToken(security.credentials, security.created);
  return `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="${ENVELOPE}"><s:Header>${token}${header}</s:Header><s:Body>${body}</s:Body></s:Envelope>`;
}

/** The digest is of the time as well, so that who overhears it cannot use it later. */
function usernameToken({ username, password }: Credentials, created: Date): string {
  const nonce = randomBytes(16);
  const time = created.toISOString();
  const digest = createHash("sha1").update(nonce).update(time).update(password).digest("base64");
  return (
    `<w:Security s:mustUnderstand="1" xmlns:w="${WSSE}" xmlns:u="${WSU}"><w:UsernameToken>` +
    `<w:Username>${escaped(username)}</w:Username>` +
    `<w:Password Type="${TOKEN}#PasswordDigest">${digest}</w:Password>` +
    `<w:Nonce EncodingType="${MESSAGE}#Base64Binary">${nonce.toString("base64")}</w:Nonce>` +
    `<u:Created>${time}</u:Created></w:UsernameToken></w:Security>`
  );
}

/**
 * The element inside the body of an answer. Throws `NJ_ONVIF_PASSWORD`, `NJ_ONVIF_REFUSED` (kind `unimplemented` for what the
 * device does not know) and `NJ_ONVIF_ANSWER`.
 */
export function answerIn(text: string, status: number, host: string): XmlElement {
  if (text.trim() === "" || !text.includes("<")) {
    if (status === 401 || status === 403) throw wrongPassword(host);
    throw badAnswer(host, `it answers with status ${status} and no XML`, { case: "status", status });
  }
  const root = readAnswer(text, status, host);
  const body = root.name === "Envelope" ? child(root, "Body") : undefined;
  const [inner] = body?.children ?? [];
  if (inner === undefined) {
    if (status === 401 || status === 403) throw wrongPassword(host);
    throw badAnswer(host, `it answers with status ${status} and no SOAP`, { case: "status", status });
  }
  if (inner.name === "Fault") throw faultIn(inner, status, host);
  if (status < 200 || status >= 300)
    throw badAnswer(host, `it answers with status ${status}`, { case: "status", status });
  return inner;
}

function readAnswer(text: string, status: number, host: string): XmlElement {
  try {
    return readXml(text);
  } catch (error) {
    // A page that says so in HTML is a refusal all the same.
    if (status === 401 || status === 403) throw wrongPassword(host);
    if (status >= 400) throw badAnswer(host, `it answers with status ${status}`, { case: "status", status });
    throw error;
  }
}

function faultIn(fault: XmlElement, status: number, host: string): Error {
  const code = child(fault, "Code");
  const subcodes = code === undefined ? [] : subcodesOf(code);
  const reason =
    textAt(fault, "Reason", "Text") ?? textAt(fault, "faultstring") ?? anywhere(fault, "Text")?.text ?? "";
  if (status === 401 || subcodes.some((subcode) => NOT_AUTHORIZED.test(subcode))) return wrongPassword(host);
  return refusedBy(
    host,
    reason,
    subcodes.some((subcode) => NOT_KNOWN.test(subcode)),
  );
}

function subcodesOf(code: XmlElement): string[] {
  const subcodes: string[] = [];
  for (let at = child(code, "Subcode"); at !== undefined; at = child(at, "Subcode"))
    subcodes.push(textAt(at, "Value") ?? "");
  return subcodes;
}
