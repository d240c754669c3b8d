import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isSameOrigin, TrustedProxies } from "../../../../core/gateway/doors/client-identity.ts";
import { classifyRequest } from "../../../../core/gateway/doors/routes.ts";

describe("whose a request is", () => {
  for (const [target, base, kind] of [
    ["/api/v1/cameras/yard/live?x=1", "", "media"],
    ["/nvr/api/v1/cameras/yard/clip.mp4", "/nvr", "media"],
    ["/api/v1/cameras/ya%72d/snapshot.jpg", "", "media"],
    ["/api/v1/cameras/..%2fx/live", "", "malformed"],
    ["/api/v1/cameras/YARD/live", "", "malformed"],
    ["/api/v1/cameras/yard/live/more", "", "core"],
    ["/api/v1/cameras", "", "core"],
    ["/metrics", "", "core"],
    ["/ca.crt", "", "ca"],
    ["/flows", "", "redirect"],
    ["/nvr/flows", "/nvr", "redirect"],
    ["/flows/comms", "", "flows"],
    ["/flows-http", "", "flows"],
    ["/nvr/flows-http/a?b=c", "/nvr", "flows"],
    ["/flowsx/", "", "ui"],
    ["/system/flows", "", "ui"],
    ["/", "", "ui"],
    ["//evil.example/x", "", "ui"],
    ["/apiary", "", "ui"],
    ["/live", "/nvr", "outside"],
    ["/nvrx/live", "/nvr", "outside"],
    ["/nvr", "/nvr", "redirect"],
    ["http://evil.example/", "", "malformed"],
    ["/%ff", "", "malformed"],
    ["/%00", "", "malformed"],
    [`/${"a".repeat(9_000)}`, "", "malformed"],
  ] as const) {
    it(`takes ${target.slice(0, 60)} below "${base}" for ${kind}`, () => {
      assert.equal(classifyRequest(target, base).kind, kind);
    });
  }

  it("gives core path and query without the base path", () => {
    assert.deepEqual(classifyRequest("/nvr/api/v1/events?limit=3", "/nvr"), {
      kind: "core",
      target: "/api/v1/events?limit=3",
    });
  });
});

describe("who is believed", () => {
  it("trusts addresses and networks, of both families, and nothing malformed", () => {
    const proxies = new TrustedProxies(["192.0.2.1", "10.0.0.0/8", "fd00::/8", "nonsense", "10.0.0.0/99"]);
    for (const address of ["192.0.2.1", "10.255.0.1", "fd12::1"])
      assert.ok(proxies.includes(address), address);
    for (const address of ["192.0.2.2", "11.0.0.1", "fe80::1", "", "x"])
      assert.ok(!proxies.includes(address), address);
  });

  it("takes another host, port or scheme for another origin", () => {
    const identity = { address: "127.0.0.1", secure: true, host: "nvr.example:8443" };
    assert.ok(isSameOrigin("https://nvr.example:8443", identity));
    for (const origin of [
      "http://nvr.example:8443",
      "https://nvr.example",
      "https://nvr.example.evil:8443",
      "null",
      "",
    ]) {
      assert.ok(!isSameOrigin(origin, identity), origin);
    }
    assert.ok(!isSameOrigin("https://x", { ...identity, host: undefined }));
  });
});
