// Whether a connection would lead back to the recorder itself: to an address of this machine, at a port that the recorder
// has opened. What events set off could drive the recorder in circles by it. One rule, for what is typed and for what a
// name has led to.
import { isIPv4, isIPv6 } from "node:net";
import { hostname, networkInterfaces } from "node:os";
import { NightjarError } from "../errors.ts";

const PORT_OF_SCHEME: Readonly<Record<string, number>> = { "http:": 80, "https:": 443 };
/** `::ffff:127.0.0.1` as URL writes it. */
const MAPPED = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/;

/** True if an address, or a host that needs no resolver to be known as this machine, is reached at a port of the recorder. */
export function isOwnTarget(host: string, port: number, ownPorts: readonly number[]): boolean {
  return ownPorts.includes(port) && isThisMachine(host);
}

/** The same of an `http:` or `https:` address; false for what is no address: others say so. */
export function isOwnUrl(text: string, ownPorts: readonly number[]): boolean {
  const url = URL.parse(text);
  if (url === null) return false;
  const port = url.port === "" ? PORT_OF_SCHEME[url.protocol] : Number(url.port);
  return port !== undefined && isOwnTarget(url.hostname, port, ownPorts);
}

/** True for addresses that no single machine has: 0.0.0.0/8, multicast, broadcast and their IPv6 kin, mapped ones included. */
export function isNoMachine(address: string): boolean {
  const plain = plainHost(address);
  if (isIPv4(plain)) {
    const first = Number(plain.split(".")[0]);
    return first === 0 || first >= 224;
  }
  return isIPv6(plain) && (plain.startsWith("ff") || plain === "::");
}

/** What is told of such a target. */
export function ownTarget(host: string, port: number): NightjarError {
  return new NightjarError(
    "NJ_ADDRESS_OWN",
    "invalid-argument",
    `${host}, port ${port}, is this recorder itself: what it sends there could set itself off again`,
    { host, port },
  );
}

function isThisMachine(host: string): boolean {
  const plain = plainHost(host);
  if (plain === "localhost" || plain.endsWith(".localhost") || plain === hostname().toLowerCase())
    return true;
  if (plain.startsWith("127.") || plain === "::1") return isIPv4(plain) || isIPv6(plain);
  // Systems take these for the machine itself.
  if (plain === "0.0.0.0" || plain === "::") return true;
  return Object.values(networkInterfaces()).some((all) =>
    all?.some(({ address }) => plainHost(address) === plain),
  );
}

/** One spelling for each host: lower case, no brackets, zone or final dot; IPv4 in IPv6 as IPv4. */
function plainHost(host: string): string {
  const bare = host
    .replace(/^\[|\]$/g, "")
    .replace(/%.*$/, "")
    .replace(/\.$/, "")
    .toLowerCase();
  if (!isIPv6(bare)) return bare;
  const written = URL.parse(`http://[${bare}]/`)?.hostname.slice(1, -1) ?? bare;
  const [, high, low] = MAPPED.exec(written) ?? [];
  if (high === undefined || low === undefined) return written;
  const bits = Number.parseInt(high, 16) * 65_536 + Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => Math.floor(bits / 2 ** shift) % 256).join(".");
}
