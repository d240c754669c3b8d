// The policies of Node-RED's two sides: dashboards may make code of their templates and reach flows alone, the editor the reverse.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { flowsPageHeaders } from "../../../../core/gateway/doors/flows-page-headers.ts";

const client = { address: "127.0.0.1", secure: true, host: "nvr.example:8443" };

function policyOf(page: { readonly target: string; readonly basePath: string }): string {
  return flowsPageHeaders({ ...page, client })["content-security-policy"] ?? "";
}

describe("policies of Node-RED's pages", () => {
  it("let dashboards make code of their templates, and reach nothing but flows", () => {
    const policy = policyOf({ target: "/flows-http/dashboard/", basePath: "/nvr" });
    const place = "nvr.example:8443/nvr/flows-http/";
    assert.ok(policy.includes("script-src 'self' 'unsafe-inline' 'unsafe-eval';"), policy);
    assert.ok(policy.includes(`connect-src https://${place} wss://${place};`), policy);
  });

  it("let the editor make none", () => {
    const policy = policyOf({ target: "/flows/", basePath: "" });
    assert.ok(policy.includes("script-src 'self' 'unsafe-inline';"), policy);
    assert.ok(policy.includes("connect-src 'self';"), policy);
  });

  it("let the recorder's own pages frame the editor, and nobody anything else", () => {
    const ofEditor = flowsPageHeaders({ target: "/flows/", basePath: "/nvr", client });
    assert.match(ofEditor["content-security-policy"] ?? "", /frame-ancestors 'self'$/);
    assert.equal(ofEditor["x-frame-options"], "SAMEORIGIN");
    for (const target of ["/flows-http/", "/flows-http/dashboard", "/flows-https"]) {
      const headers = flowsPageHeaders({ target, basePath: "/nvr", client });
      assert.match(headers["content-security-policy"] ?? "", /frame-ancestors 'none'$/, target);
      assert.equal(headers["x-frame-options"], "DENY", target);
    }
  });
});
