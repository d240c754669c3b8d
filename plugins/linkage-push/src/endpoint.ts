// Where a browser wants to be told: an address that its push service made, but that anybody could have typed. So it must be one of
// the push services that browsers use, or of those that the owner names, and what it leads to must lie outside the house unless
// the owner named it: else a guest could send requests around in there.
import { BlockList, isIP } from "node:net";
import { NightjarError, type ResolvedAddress } from "@nightjar/core";

const LONGEST = 1_000;
/** Of Chrome and all that are made of it, Firefox, Edge, Safari. `*.` stands for any names before it. */
export const KNOWN_SERVICES = [
  "fcm.googleapis.com",
  "*.push.services.mozilla.com",
  "*.notify.windows.com",
  "web.push.apple.com",
] as const;
/** A name or an address, with a port where it is not 443. */
export const SERVICE_PATTERN =
  "^(?:\\*\\.)?(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]{2,45}\\])(?::\\d{1,5})?$";

const INSIDE = new BlockList();
for (const [net, bits] of [
  ...([
    ["0.0.0.0", 8],
    ["10.0.0.0", 8],
    ["100.64.0.0", 10],
    ["127.0.0.0", 8],
    ["169.254.0.0", 16],
  ] as const),
  ...([
    ["172.16.0.0", 12],
    ["192.0.0.0", 24],
    ["192.0.2.0", 24],
    ["192.88.99.0", 24],
    ["192.168.0.0", 16],
  ] as const),
  ...([
    ["198.18.0.0", 15],
    ["198.51.100.0", 24],
    ["203.0.113.0", 24],
    ["224.0.0.0", 3],
  ] as const),
] as const)
  INSIDE.addSubnet(net, bits, "ipv4");
for (const [net, bits] of [
  ...([
    ["::", 96],
    ["64:ff9b::", 96],
    ["64:ff9b:1::", 48],
    ["100::", 64],
    ["2001::", 23],
    ["2001:db8::", 32],
  ] as const),
  ...([
    ["2002::", 16],
    ["fc00::", 7],
    ["fe80::", 9],
    ["ff00::", 8],
  ] as const),
] as const)
  INSIDE.addSubnet(net, bits, "ipv6");

/** The address that a browser named. Throws `NJ_PUSH_ADDRESS`; no message holds its path: whoever knows it can be told things. */
export function checkEndpoint(text: string, services: readonly string[]): URL {
  const url = text.length > LONGEST ? null : URL.parse(text);
  if (url === null || url.protocol !== "https:") throw refused("it is none like https://host/path");
  if (url.username !== "" || url.password !== "") throw refused("it holds a name or a password");
  if (isNamed(url, services) || isNamed(url, KNOWN_SERVICES)) return url;
  throw new NightjarError(
    "NJ_PUSH_SERVICE",
    "permission-denied",
    `${url.host} is none of the push services that this recorder sends to: an administrator can name it in the settings of the plugin Push notifications`,
    { host: url.host },
  );
}

/** Where it leads to: a machine, and none of the house unless its owner named it. */
export function checkPlaces(url: URL, places: readonly ResolvedAddress[], services: readonly string[]): void {
  if (places.length === 0) throw refused(`${url.host} leads to no machine`);
  if (!isNamed(url, services) && places.some(({ address }) => isInside(address)))
    throw refused(`${url.host} leads into your own network`);
}

function isNamed({ hostname, port }: URL, services: readonly string[]): boolean {
  const host = hostname.replace(/\.$/, "");
  return services.some((service) => {
    const [, name = "", wantedPort = "443"] = /^(.*?)(?::(\d+))?$/.exec(service.toLowerCase()) ?? [];
    if ((port === "" ? "443" : port) !== wantedPort) return false;
    return name.startsWith("*.") ? host.endsWith(name.slice(1)) : host === name;
  });
}

function isInside(address: string): boolean {
  // `::ffff:10.0.0.1` is found among IPv4's too.
  return INSIDE.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

function refused(reason: string): NightjarError {
  return new NightjarError(
    "NJ_PUSH_ADDRESS",
    "invalid-argument",
    `this device cannot be told: its address is refused, ${reason}`,
  );
}
