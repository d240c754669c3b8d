// Which addresses events are sent to. As elsewhere in the recorder, what an administrator typed may be private, link-local
// or loopback; what hides what it is, is refused. Where a host leads to is judged when it is resolved.
import { NightjarError } from "@nightjar/core";

/** The address that a person typed. Throws `NJ_NOTIFY_ADDRESS`, whose message never holds the address itself: it may be a secret. */
export function checkAddress(text: string): URL {
  const url = URL.parse(text);
  if (url === null) throw refused("it is not an address like https://host/path");
  if (url.protocol !== "https:" && url.protocol !== "http:") throw refused("use https:// or http://");
  if (url.username !== "" || url.password !== "") {
    throw refused("it holds a name or a password, which everybody who sees the rule would see");
  }
  return url;
}

function refused(reason: string): NightjarError {
  return new NightjarError("NJ_NOTIFY_ADDRESS", "invalid-argument", `this address cannot be used: ${reason}`);
}
