// Which addresses events are sent to. As elsewhere in the recorder, what an administrator typed may be private, link-local
// or loopback; what no machine can have, or what hides what it is, is refused. Names are judged again when they are resolved.
import { isIPv4, isIPv6 } from "node:net";
import { NightjarError } from "@nightjar/core";

/** The address that a person typed. Throws `NJ_NOTIFY_ADDRESS`, whose message never holds the address itself: it may be a secret. */
export function checkAddress(text: string): URL {
  const url = URL.parse(text);
  if (url === null) throw refused("it is not an address like https://host/path");
  if (url.protocol !== "https:" && url.protocol !== "http:") throw refused("use https:// or http://");
  if (url.username !== "" || url.password !== "") {
    throw refused("it holds a name or a password, which everybody who sees the rule would see");
  }
  // URL has written every form of an IPv4 address plainly by now.
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isNoMachine(host)) throw refused(`${host} is no address of a machine`);
  return url;
}

/** True for addresses that no single machine has: 0.0.0.0/8, multicast, broadcast and their IPv6 kin, mapped ones included. */
export function isNoMachine(address: string): boolean {
  if (isIPv4(address)) {
    const first = Number(address.split(".")[0]);
    return first === 0 || first >= 224;
  }
  if (!isIPv6(address)) return false;
  const mapped = /^::ffff:(?:(\d+\.\d+\.\d+\.\d+)|([\da-f]{1,4}):[\da-f]{1,4})$/i.exec(address);
  if (mapped?.[1] !== undefined) return isNoMachine(mapped[1]);
  if (mapped?.[2] !== undefined) {
    const first = Number.parseInt(mapped[2], 16) >> 8;
    return first === 0 || first >= 224;
  }
  return /^ff/i.test(address) || address === "::";
}

function refused(reason: string): NightjarError {
  return new NightjarError("NJ_NOTIFY_ADDRESS", "invalid-argument", `this address cannot be used: ${reason}`);
}
