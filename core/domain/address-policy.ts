// The one place that decides which addresses Nightjar may be sent to. What an administrator typed may be private,
// link-local or loopback, except the recorder's own listeners; what a device returned must be on the device's host.
// Pure rules; names are judged again by whoever resolves them.
import { isIPv4 } from "node:net";
import { NightjarError } from "../errors.ts";
import { isNoMachine } from "./own-target.ts";

/** Schemes that a camera's stream may have. One list for the whole recorder. */
export const STREAM_SCHEMES = ["rtsp:", "rtsps:"] as const;

const DEFAULT_PORT: Readonly<Record<string, number>> = { "rtsp:": 554, "rtsps:": 322 };

/**
 * Checks a stream address that a person typed. Throws `NJ_ADDRESS_REFUSED` (invalid-argument) naming what is wrong.
 * `ownPorts`: TCP ports of the recorder itself, refused on loopback.
 */
export function checkStreamUrl(text: string, ownPorts: readonly number[] = []): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw refused("it is not an address like rtsp://host:554/path");
  }
  if (!STREAM_SCHEMES.some((scheme) => scheme === url.protocol)) {
    throw refused(`${url.protocol}// is not fetched: use rtsp:// or rtsps://`);
  }
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (host === "") throw refused("it names no host");
  // 2130706433, 0x7f.1 and 0177.0.0.1 are ways around filters, never what a person means.
  if (/^(0x[\da-f]*|\d+)(\.(0x[\da-f]*|\d+))*$/i.test(host) && !isPlainIPv4(host)) {
    throw refused(
      `write the host as four numbers (192.168.1.20) or as a name, not as "${host.slice(0, 40)}"`,
    );
  }
  if (isNoMachine(host)) throw refused(`${host} is no address of a device`);
  const port = url.port === "" ? (DEFAULT_PORT[url.protocol] ?? 0) : Number(url.port);
  if (isLoopback(host) && ownPorts.includes(port))
    throw refused(`port ${port} on this machine is Nightjar itself`);
  return url;
}

/**
 * What is wrong with an `http:` or `https:` address of another recorder that a person typed; undefined for a good one. Where
 * it leads is judged by whoever connects.
 */
export function webAddressFault(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null) return "it is not an address like https://host:8443";
  if (url.protocol !== "http:" && url.protocol !== "https:") return "use https:// or http://";
  if (url.username !== "" || url.password !== "") return "it holds a user name or a password";
  if (url.search !== "" || url.hash !== "")
    return "it ends with a query, which no address of a recorder does";
  if (isNoMachine(url.hostname)) return `${url.hostname} is no address of a machine`;
  return undefined;
}

/** True if a host that a device returned is the one that it was asked on. */
export function isSameHost(asked: string, returned: string): boolean {
  const plain = (host: string) =>
    host
      .replace(/^\[|\]$/g, "")
      .replace(/\.$/, "")
      .toLowerCase();
  return plain(asked) === plain(returned);
}

/** True for localhost and the loopback ranges of IPv4 and IPv6, IPv4-mapped forms included. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, "");
  if (name === "localhost" || name.endsWith(".localhost") || name === "::1") return true;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(name)?.[1] ?? name;
  return (isIPv4(mapped) && mapped.startsWith("127.")) || /^::ffff:7f/.test(name);
}

function isPlainIPv4(host: string): boolean {
  return isIPv4(host) && !/(^|\.)0\d/.test(host);
}

function refused(reason: string): NightjarError {
  return new NightjarError(
    "NJ_ADDRESS_REFUSED",
    "invalid-argument",
    `this address cannot be used: ${reason}`,
  );
}
