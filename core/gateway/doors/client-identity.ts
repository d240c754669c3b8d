// Who is at the other end of a request: address, scheme and host, as the socket tells or, from a trusted reverse
// proxy only, as X-Forwarded-* tells (attack list A3: the headers of anybody else are ignored).
import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";
import type { TLSSocket } from "node:tls";
import { isLoopback } from "../../domain/address-policy.ts";

export interface ClientIdentity {
  /** IP address without an IPv4-mapped prefix. */
  readonly address: string;
  /** The client's own connection is TLS. */
  readonly secure: boolean;
  /** The Host the client asked for, with port; undefined if it sent none. */
  readonly host: string | undefined;
}

/** Addresses and networks (`10.0.0.0/8`) of reverse proxies. Entries that are neither are ignored. */
export class TrustedProxies {
  readonly #list = new BlockList();
  readonly #isEmpty: boolean;

  constructor(entries: readonly string[]) {
    let count = 0;
    for (const entry of entries) {
      const [network = "", prefix] = entry.split("/");
      const version = isIP(network);
      if (version === 0) continue;
      const family = version === 6 ? "ipv6" : "ipv4";
      const bits = prefix === undefined ? undefined : Number(prefix);
      if (bits === undefined) this.#list.addAddress(network, family);
      else if (Number.isInteger(bits) && bits >= 0 && bits <= (version === 6 ? 128 : 32)) {
        this.#list.addSubnet(network, bits, family);
      } else continue;
      count += 1;
    }
    this.#isEmpty = count === 0;
  }

  includes(address: string): boolean {
    if (this.#isEmpty) return false;
    const version = isIP(address);
    return version !== 0 && this.#list.check(address, version === 6 ? "ipv6" : "ipv4");
  }
}

/** Finds out who asks. */
export function identifyClient(request: IncomingMessage, proxies: TrustedProxies): ClientIdentity {
  const peer = plainAddress(request.socket.remoteAddress ?? "");
  const secure = (request.socket as Partial<TLSSocket>).encrypted === true;
  if (!proxies.includes(peer)) return { address: peer, secure, host: request.headers.host };
  const proto = lastOf(request.headers["x-forwarded-proto"]);
  return {
    address: originalAddress(peer, request.headers["x-forwarded-for"], proxies),
    secure: proto === undefined ? secure : proto === "https",
    host: lastOf(request.headers["x-forwarded-host"]) ?? request.headers.host,
  };
}

/** The nearest address that is not a trusted proxy: what stands further left may have been made up by it. */
function originalAddress(
  peer: string,
  header: string | readonly string[] | undefined,
  proxies: TrustedProxies,
): string {
  const chain = (typeof header === "string" ? header : (header?.join(",") ?? "")).split(",");
  let address = peer;
  for (let index = chain.length - 1; index >= 0; index -= 1) {
    const hop = plainAddress((chain[index] ?? "").trim());
    // Nobody comes from this machine by way of another one: who says so has made it up.
    if (isIP(hop) === 0 || (isLoopback(hop) && !proxies.includes(hop))) break;
    address = hop;
    if (!proxies.includes(hop)) break;
  }
  return address;
}

function lastOf(header: string | readonly string[] | undefined): string | undefined {
  const text = typeof header === "string" ? header : header?.at(-1);
  const last = text?.split(",").at(-1)?.trim();
  return last === undefined || last === "" ? undefined : last;
}

/** An address without IPv4-mapped prefix and without zone. */
export function plainAddress(address: string): string {
  const bare = address.startsWith("::ffff:") && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
  const zone = bare.indexOf("%");
  return zone < 0 ? bare : bare.slice(0, zone);
}

/** True if `origin` (an Origin header) names the host that the client asked for, with the same scheme. */
export function isSameOrigin(origin: string, identity: ClientIdentity): boolean {
  if (identity.host === undefined) return false;
  try {
    const expected = new URL(`${identity.secure ? "https" : "http"}://${identity.host}`);
    return new URL(origin).origin === expected.origin;
  } catch {
    return false;
  }
}
