// Which addresses events may be sent to.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkAddress, isNoMachine } from "../src/address.ts";
import { actionConfig } from "../src/config.ts";

// What the recorder itself checks when a rule is kept.
const { pattern } = actionConfig.properties.url as unknown as { readonly pattern: string };
const KEPT = new RegExp(pattern, "u");

describe("the address of a webhook", () => {
  for (const url of [
    "https://example.org/hook?a=b@c",
    "http://192.168.1.20:1880/events",
    "http://localhost/",
    "http://[fd00::1]/",
  ]) {
    it(`may be ${url}`, () => {
      assert.equal(checkAddress(url).href, url);
      assert.match(url, KEPT);
    });
  }
  for (const [url, why] of [
    ["ftp://example.org/", /https:\/\/ or http/],
    ["file:///etc/passwd", /https:\/\/ or http/],
    ["https://me:pass@example.org/", /password/],
    ["nothing", /not an address/],
    ["http://0.0.0.0/", /no address of a machine/],
    ["http://0/", /no address of a machine/],
    ["http://224.0.0.1/", /no address of a machine/],
    ["http://[::]/", /no address of a machine/],
    ["http://[ff02::1]/", /no address of a machine/],
    ["http://[::ffff:224.0.0.1]/", /no address of a machine/],
  ] as const) {
    it(`cannot be ${url}`, () =>
      assert.throws(() => checkAddress(url), { code: "NJ_NOTIFY_ADDRESS", message: why }));
  }
  it("is refused with a password in it when the rule is kept", () =>
    assert.doesNotMatch("https://me:pass@example.org/", KEPT));
  it("is judged in each form that a resolver gives", () => {
    for (const address of ["0.1.2.3", "255.255.255.255", "ff05::2", "::ffff:e000:1", "::ffff:239.1.1.1"])
      assert.equal(isNoMachine(address), true, address);
    for (const address of ["10.0.0.1", "::1", "fe80::1", "::ffff:10.0.0.1", "::ffff:a00:1"])
      assert.equal(isNoMachine(address), false, address);
  });
});
