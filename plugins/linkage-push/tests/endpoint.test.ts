// What a push service's name may lead to (attack list A9).
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkPlaces } from "../src/endpoint.ts";

const URL_OF_ONE = new URL("https://fcm.googleapis.com/x");
const OUTSIDE = ["142.250.1.1", "2a00:1450::1"];
const INSIDE = [
  ...["127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"],
  ...["::1", "fd00::1", "fe80::1", "fec0::1", "::ffff:10.0.0.1", "::ffff:7f00:1", "64:ff9b::a00:1"],
  "2002:a00:1::",
];

function at(...addresses: string[]) {
  return addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
}

describe("the address that the name of a push service leads to", () => {
  it("may be any outside", () => checkPlaces(URL_OF_ONE, at(...OUTSIDE), []));

  for (const address of INSIDE) {
    it(`is refused where it is ${address}, alone or beside others, unless the owner has named the service`, () => {
      for (const places of [at(address), at("142.250.1.1", address)])
        assert.throws(() => checkPlaces(URL_OF_ONE, places, []), { code: "NJ_PUSH_ADDRESS" });
      checkPlaces(URL_OF_ONE, at(address), ["fcm.googleapis.com"]);
    });
  }
});
