// What the schema cannot say of watched nodes: ids and addresses that occur twice, addresses that none can have, a
// certificate where none is shown.
import { webAddressFault } from "../domain/address-policy.ts";
import type { NodeConfig } from "./cluster-config.ts";
import type { SchemaProblem } from "./schema-problems.ts";

/** What is wrong with them. `path` leads to the list. */
export function nodeProblems(nodes: readonly NodeConfig[], path: string): SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  const ids = new Set<string>();
  const addresses = new Set<string>();
  for (const [index, { id, url, certificate }] of nodes.entries()) {
    const problem = (field: string, message: string): void =>
      void problems.push({ path: `${path}/${index}/${field}`, message });
    if (ids.has(id)) problem("id", `"${id}" is the id of another node`);
    ids.add(id);
    const fault = webAddressFault(url);
    if (fault !== undefined) {
      problem("url", `cannot be used: ${fault}`);
      continue;
    }
    const { protocol, href } = new URL(url);
    const address = href.replace(/\/$/, "");
    if (addresses.has(address)) problem("url", "is the address of another node");
    addresses.add(address);
    if (certificate !== undefined && protocol !== "https:")
      problem("certificate", "is for https:// addresses alone");
  }
  return problems;
}
