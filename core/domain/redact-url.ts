// Takes the secrets out of addresses before they reach a log, an answer or an error message.

/** User and password as they should be written: no slash, question mark or hash in them. */
const CREDENTIALS = /\/\/[^\s/?#"'<>]*@/g;
/** As people write them, with such characters in the password. A port is no password; bounded, to stay linear. */
const SLOPPY_CREDENTIALS = /\/\/[^\s/?#@:"'<>]{0,200}:(?!\d{1,5}[/?#])[^\s"'<>]{0,200}@/g;
/** In queries, and in paths as `/user=admin_password=x_channel=1.sdp`, which some cameras want. */
const SECRET_PARAMETER =
  /([?&;/_](?:[\w-]{0,40}(?:password|passwd|pwd|pass|secret|token|ticket|auth|apikey|api_key|key))=)[^&;#\s"'<>]*/gi;

/**
 * The text with the user part of every URL in it, and the value of every query parameter that sounds like a secret,
 * replaced by `***`. Takes whole sentences as well as bare addresses, and never throws.
 */
export function redactUrl(text: string): string {
  return text
    .replace(SLOPPY_CREDENTIALS, "//***@")
    .replace(CREDENTIALS, "//***@")
    .replace(SECRET_PARAMETER, "$1***");
}

/** True if an address carries a user name or a password before its host. */
export function hasUrlCredentials(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#]*@/i.test(text);
}
