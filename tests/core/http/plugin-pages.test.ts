// Pages of plugins: opened by accounts that hold the page's right, served by a pass in the address, closed in by their
// content policy, and never a way to other files.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { httpFixture } from "./http-fixture.ts";

const NAME = "nightjar-camera-far";

async function opened(t: Parameters<typeof httpFixture>[0], name = NAME) {
  const fixture = await httpFixture(t);
  const token = await fixture.tokenOf("operator");
  const answer = await fixture.ask("/api/v1/plugins/page", { method: "POST", token, body: { name } });
  const address = `/api/v1${String(answer.json["address"])}`;
  return { ...fixture, token, address, title: answer.json["title"] };
}

describe("a plugin's page (attack list A11, A22)", () => {
  it("is opened by who holds its right, and by nobody else", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    const open = (token: string | undefined, name = NAME) =>
      ask("/api/v1/plugins/page", {
        method: "POST",
        body: { name },
        ...(token === undefined ? {} : { token }),
      });
    assert.equal((await open(undefined)).status, 401);
    assert.equal((await open(await tokenOf("viewer"))).json["code"], "NJ_PLUGIN_NOT_FOUND");
    assert.equal((await open(await tokenOf("operator"))).status, 200);
    assert.equal(
      (await open(await tokenOf("admin"), "nightjar-camera-near")).json["code"],
      "NJ_PLUGIN_NOT_FOUND",
    );
  });

  it("is served by its pass without a session, in a sandbox without network", async (t) => {
    const { ask, address, title } = await opened(t);
    const page = await ask(address);
    assert.equal(page.status, 200);
    assert.equal(title, "Far");
    assert.match(page.text, /A page of a plugin/);
    const policy = String(page.headers["content-security-policy"]);
    assert.match(policy, /^sandbox allow-scripts allow-forms; default-src 'none'/);
    assert.doesNotMatch(policy, /connect-src|allow-same-origin|allow-top-navigation/);
    assert.equal(page.headers["x-content-type-options"], "nosniff");
    const bridge = await ask(address.replace("index.html", "nightjar.js"));
    assert.match(String(bridge.headers["content-type"]), /^text\/javascript/);
    assert.match(bridge.text, /globalThis\.nightjar/);
  });

  it("may be a custom element, for which the recorder makes the document, within the same walls", async (t) => {
    const { ask, address } = await opened(t, "@acme/nightjar-bridge-Lamps");
    const page = await ask(address);
    assert.equal(page.status, 200);
    assert.match(String(page.headers["content-type"]), /^text\/html/);
    assert.match(page.text, /<body data-element="nightjar-bridge-lamps">/);
    const policy = String(page.headers["content-security-policy"]);
    assert.match(policy, /^sandbox allow-scripts allow-forms; default-src 'none'; script-src 'self';/);
    const scripts = [...page.text.matchAll(/<script[^>]*>/g)].map(([tag]) => tag);
    assert.ok(scripts.length === 2 && scripts.every((tag) => / src="[\w.-]+"/.test(tag)), scripts.join());
    for (const file of ["nightjar-element.js", "element.js"])
      assert.equal((await ask(address.replace("index.html", file))).status, 200, file);
    assert.equal((await ask(address.replace("index.html", "other.html"))).status, 404);
  });

  for (const path of [
    "../http-fixture.ts",
    "%2e%2e/http-fixture.ts",
    "..%2fhttp-fixture.ts",
    "plugin-pages.test.ts",
    "missing.html",
    "",
    "index.html%00.png",
  ]) {
    it(`gives out nothing at ${JSON.stringify(path)}`, async (t) => {
      const { ask, address } = await opened(t);
      assert.equal((await ask(address.replace("index.html", path))).status, 404);
    });
  }

  it("is gone with a false pass, and with the session that opened it", async (t) => {
    const { ask, address, token } = await opened(t);
    const forged = address.replace(/nj_.{6}/, "nj_AAAAAA");
    assert.equal((await ask(forged)).status, 404);
    assert.equal((await ask("/api/v1/session", { method: "DELETE", token })).status, 204);
    assert.equal((await ask(address)).status, 404);
  });
});
