// Takes the secrets out of addresses before they reach a log, an answer or an error message.

const CREDENTIALS = /([a-z][a-z0-9+.-]*:\/\/)([^\s/?#"'<>]*)@/gi;
const SECRET_PARAMETER =
  /([?&;](?:[\w-]*(?:password|passwd|pwd|pass|secret|token|ticket|auth|apikey|api_key|key))=)[^&;#\s"'<>]*/gi;

/**
 * The text with the user part of every URL in it, and the value of every query parameter that sounds like a secret,
 * replaced by `***`. Takes whole sentences as well as bare addresses, and never throws.
 */
export function redactUrl(text: string): string {
  return text.replace(CREDENTIALS, "$1***@").replace(SECRET_PARAMETER, "$1***");
}

/** True if an address carries a user name or a password before its host. */
export function hasUrlCredentials(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#]*@/i.test(text);
}
