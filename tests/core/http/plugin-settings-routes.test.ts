import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { httpFixture } from "./http-fixture.ts";

const NAME = "@some/nightjar-camera-far";

describe("plugins over HTTP", () => {
  it("take settings with names that hold slashes, and the audit log says which fields, never their values", async (t) => {
    const { ask, tokenOf, calls, users, db } = await httpFixture(t);
    const token = await tokenOf("admin");
    const seen = await ask(`/api/v1/plugins/settings?name=${encodeURIComponent(NAME)}`, { token });
    assert.deepEqual(seen.json["secretsSet"], ["/password"]);
    const body = { name: NAME, config: { host: "h", password: "canary-4711" } };
    assert.equal((await ask("/api/v1/plugins/settings", { method: "PUT", token, body })).status, 200);
    const checked = await ask("/api/v1/plugins/settings/check", { method: "POST", token, body });
    assert.deepEqual(checked.json, { problems: [{ path: "/host", message: "is missing" }] });
    await users.audit.settled();
    const audit = JSON.stringify(await db.all("select * from audit"));
    assert.match(audit, /plugin-settings-changed/);
    assert.ok(!audit.includes("canary"));
    assert.deepEqual(calls, [
      `settings of ${NAME}`,
      `put settings of ${NAME} host password`,
      `check settings of ${NAME}`,
    ]);
  });

  it("are enabled and disabled by administrators alone, which is audited", async (t) => {
    const { ask, tokenOf, calls, users, db } = await httpFixture(t);
    const body = { name: NAME, enabled: false };
    for (const account of ["operator", "viewer"] as const) {
      const refused = await ask("/api/v1/plugins/enable", {
        method: "POST",
        token: await tokenOf(account),
        body,
      });
      assert.equal(refused.status, 403);
    }
    const token = await tokenOf("admin");
    assert.equal((await ask("/api/v1/plugins/enable", { method: "POST", token, body })).status, 200);
    await users.audit.settled();
    assert.match(JSON.stringify(await db.all("select * from audit")), /plugin-disabled/);
    assert.deepEqual(calls, [`disable ${NAME}`]);
  });

  it("are called by words of a language, for those who may see settings", async (t) => {
    const { ask, tokenOf, calls } = await httpFixture(t);
    const words = (account: "operator" | "viewer", language: string) =>
      tokenOf(account).then((token) => ask(`/api/v1/plugins/words?language=${language}`, { token }));
    assert.equal((await words("viewer", "de")).status, 403);
    assert.deepEqual((await words("operator", "de")).json, {
      plugins: [
        { name: "nightjar-camera-far", displayName: "Fern", provides: { "camera-driver:far": "Fern" } },
      ],
    });
    assert.equal((await words("operator", "..%2Fde")).status, 422);
    assert.deepEqual(calls, ["words de"]);
  });

  it("show a picture that can run nothing, and say so where there is none", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    const token = await tokenOf("operator");
    const picture = await ask("/api/v1/plugins/icon?name=nightjar-camera-far", { token });
    assert.equal(picture.status, 200);
    assert.equal(picture.headers["content-type"], "image/svg+xml");
    assert.match(String(picture.headers["content-security-policy"]), /^sandbox; default-src 'none'/);
    assert.equal(picture.headers["x-content-type-options"], "nosniff");
    const none = await ask("/api/v1/plugins/icon?name=nightjar-camera-near", { token });
    assert.deepEqual([none.status, none.json["code"]], [404, "NJ_PLUGIN_ICON"]);
  });
});
