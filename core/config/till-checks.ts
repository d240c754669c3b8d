// What the schema cannot say of tills: ids that occur twice, ports that two of them listen on, networks that are none.
import { isIP, isIPv6 } from "node:net";
import type { SchemaProblem } from "./schema-problems.ts";
import type { TillConfig } from "./till-config.ts";

/** What is wrong with them. `path` leads to the list. */
export function tillProblems(tills: readonly TillConfig[], path: string): SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  const ids = new Set<string>();
  const ports = new Set<string>();
  for (const [index, { id, enabled, input }] of tills.entries()) {
    if (ids.has(id))
      problems.push({ path: `${path}/${index}/id`, message: `"${id}" is the id of another till` });
    ids.add(id);
    const port = `${input.kind} ${input.port}`;
    if (enabled && input.kind !== "tcp-connect" && input.port !== 0) {
      if (ports.has(port))
        problems.push({ path: `${path}/${index}/input/port`, message: "is the port of another till" });
      ports.add(port);
    }
    if (input.kind === "tcp-connect" && input.port === 0)
      problems.push({ path: `${path}/${index}/input/port`, message: "is the port of nothing" });
    for (const [place, entry] of input.from.entries()) {
      if (!isNetwork(entry))
        problems.push({
          path: `${path}/${index}/input/from/${place}`,
          message: "is neither an address nor a network, like 192.168.1.0/24",
        });
    }
  }
  return problems;
}

function isNetwork(entry: string): boolean {
  const [address = "", bits, more] = entry.split("/");
  if (isIP(address) === 0 || more !== undefined) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isIPv6(address) ? 128 : 32));
}
