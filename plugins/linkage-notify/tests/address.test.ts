// Which addresses events may be sent to.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkAddress } from "../src/address.ts";
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
  ] as const) {
    it(`cannot be ${url}`, () =>
      assert.throws(() => checkAddress(url), { code: "NJ_NOTIFY_ADDRESS", message: why }));
  }
  it("is refused with a password in it when the rule is kept", () =>
    assert.doesNotMatch("https://me:pass@example.org/", KEPT));
});
