// A9: targets of webhooks and requests that are the recorder itself, however they are written.
import assert from "node:assert/strict";
import { hostname, networkInterfaces } from "node:os";
import { describe, it } from "node:test";
import { isNoMachine, isOwnTarget, isOwnUrl } from "../../../core/domain/own-target.ts";
import { ownTargetProblems } from "../../../core/linkage/own-target-problems.ts";

const PORTS = [80, 8_480];

describe("a target that is the recorder itself", () => {
  for (const host of [
    ...["127.0.0.1", "127.8.9.1", "localhost", "LOCALHOST.", "a.localhost", "::1", "[::1]", "0.0.0.0", "::"],
    ...["::ffff:127.0.0.1", "::ffff:7f00:1", "0:0:0:0:0:ffff:7f00:0001", "0:0:0:0:0:0:0:1"],
    hostname(),
    ...Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => address) ?? []),
  ])
    it(`is known as ${host}`, () => {
      assert.equal(isOwnTarget(host, 8_480, PORTS), true);
      assert.equal(isOwnTarget(host, 8_481, PORTS), false, "another program on this machine");
    });

  for (const host of ["192.0.2.1", "2001:db8::1", "example.org", "127.0.0.1.example.org", "::ffff:192.0.2.1"])
    it(`is not ${host}`, () => assert.equal(isOwnTarget(host, 8_480, PORTS), false));

  it("is known in addresses of the web, by the port of their scheme too", () => {
    for (const own of [
      "http://2130706433:8480/",
      "http://0x7f.1/",
      "HTTP://LocalHost",
      "http://[::ffff:7f00:1]/x",
    ])
      assert.equal(isOwnUrl(own, PORTS), true, own);
    for (const other of [
      "https://localhost/",
      "http://localhost:1880/",
      "http://example.org:8480/",
      "no address",
    ])
      assert.equal(isOwnUrl(other, PORTS), false, other);
  });

  it("is a problem of the field of a rule that names it", () => {
    const properties = { url: { type: "string", "x-target": "url" }, text: { type: "string" } } as never;
    const own = "http://127.0.0.1:8480/api/v1/events";
    const [problem, ...others] = ownTargetProblems({ properties }, { url: own, text: own }, PORTS);
    assert.deepEqual([problem?.path, others], ["/url", []]);
    assert.match(problem?.message ?? "", /recorder itself/);
    assert.deepEqual(ownTargetProblems({ properties }, { url: 8_480 }, PORTS), []);
  });
});

it("what no single machine has as its address is known in each form that a resolver gives", () => {
  for (const address of ["0.1.2.3", "255.255.255.255", "ff05::2", "::", "::ffff:e000:1", "::ffff:239.1.1.1"])
    assert.equal(isNoMachine(address), true, address);
  for (const address of ["10.0.0.1", "::1", "fe80::1", "::ffff:10.0.0.1", "::ffff:a00:1"])
    assert.equal(isNoMachine(address), false, address);
});
