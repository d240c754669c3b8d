import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { networkOf } from "../../../core/domain/client-network.ts";

describe("the network of a client", () => {
  for (const [address, network] of [
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0DB8:0001:0002::7", "2001:db8:1:2::/64"],
    ["2001:db8::7", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["64:ff9b::192.0.2.7", "64:ff9b:0:0::/64"],
    ["", ""],
    ["not an address", "not an address"],
  ] as const) {
    it(`of "${address}" is "${network}"`, () => assert.equal(networkOf(address), network));
  }
});
