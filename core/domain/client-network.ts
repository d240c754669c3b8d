// Which network an address belongs to, for counting what comes from there. Not for rights: an address proves nothing.
import { isIP } from "node:net";

/**
 * What a guesser has at hand: an IPv4 address, and of IPv6 the 64 bits that one customer is given (RFC 6177), who has more
 * addresses in it than there are guesses.
 */
export function networkOf(address: string): string {
  const plain = address.toLowerCase().split("%", 1)[0] ?? "";
  if (isIP(plain) !== 6) return plain;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = "", tail] = plain.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const groups = [
    ...before,
    ...Array<string>(Math.max(0, 8 - before.length - after.length)).fill("0"),
    ...after,
  ];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}
