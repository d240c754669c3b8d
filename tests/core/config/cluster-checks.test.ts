// What config.json may say of watched nodes, and what is said of the rest.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkConfig } from "../../../core/config/check-config.ts";
import type { ConfigInvalidError } from "../../../core/config/config-errors.ts";

const node = { id: "barn", name: "Barn", url: "https://barn.example:8443/nvr" };
const print = Array(32).fill("AB").join(":");

function problemsOf(cluster: unknown): string[] {
  try {
    checkConfig("config", { version: 1, node: { id: "here", name: "Here" }, timeZone: "UTC", cluster });
    return [];
  } catch (error) {
    return (error as ConfigInvalidError).problems.map(({ path }) => path);
  }
}

describe("watched nodes in config.json", () => {
  it("are none unless they are named, and lost after fifteen seconds", () => {
    const plain = checkConfig("config", { version: 1, node: { id: "here", name: "Here" }, timeZone: "UTC" });
    assert.deepEqual(plain.cluster, { nodes: [], lostSeconds: 15 });
    assert.deepEqual(problemsOf({ nodes: [{ ...node, certificate: print }], lostSeconds: 5 }), []);
  });

  for (const [what, cluster, path] of [
    ["unknown keys", { nodes: [{ ...node, role: "spare" }] }, "/cluster/nodes/0/role"],
    ["seconds that are too few", { lostSeconds: 4 }, "/cluster/lostSeconds"],
    ["seconds that are too many", { lostSeconds: 301 }, "/cluster/lostSeconds"],
    ["more nodes than are watched", { nodes: Array(33).fill(node) }, "/cluster/nodes"],
    ["an id twice", { nodes: [node, { ...node, url: "http://other.example" }] }, "/cluster/nodes/1/id"],
    [
      "an address twice",
      { nodes: [node, { ...node, id: "other", url: "https://BARN.example:8443/nvr/" }] },
      "/cluster/nodes/1/url",
    ],
    ["a password", { nodes: [{ ...node, url: "https://me:secret@barn.example" }] }, "/cluster/nodes/0/url"],
    ["another scheme", { nodes: [{ ...node, url: "ftp://barn.example" }] }, "/cluster/nodes/0/url"],
    ["an address of all", { nodes: [{ ...node, url: "http://255.255.255.255" }] }, "/cluster/nodes/0/url"],
    [
      "a fingerprint that is none",
      { nodes: [{ ...node, certificate: "AB:CD" }] },
      "/cluster/nodes/0/certificate",
    ],
    [
      "a certificate without TLS",
      { nodes: [{ ...node, url: "http://barn.example", certificate: print }] },
      "/cluster/nodes/0/certificate",
    ],
  ] as const)
    it(`refuses ${what}`, () => assert.deepEqual(problemsOf(cluster), [path]));
});
