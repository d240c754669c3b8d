// Resources of plugins: served behind the same doors as the recorder's own, with data in and data out and nothing else.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { GOOD_PASSWORD } from "../users/users-fixture.ts";
import { httpFixture } from "./http-fixture.ts";

const LAMP = "/api/v1/plugins/nightjar-camera-far/lamps/hall%201";

describe("a plugin's own resources", () => {
  it("are asked with checked data, and choose neither status nor headers", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    const token = await tokenOf("admin");
    const answer = await ask(`${LAMP}?depth=3`, { token });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["set-cookie"], undefined);
    const { params, query, userName } = answer.json;
    assert.deepEqual([params, query, userName], [{ lamp: "hall 1" }, { depth: 3 }, "admin"]);
    assert.equal((await ask(`${LAMP}?depth=deep`, { token })).json["code"], "NJ_REQUEST_INVALID");
    assert.equal((await ask(`${LAMP}?width=1`, { token })).json["code"], "NJ_REQUEST_INVALID");
  });

  it("need a session and the right that they name", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    assert.equal((await ask(LAMP)).status, 401);
    assert.equal((await ask(LAMP, { token: await tokenOf("viewer") })).json["code"], "NJ_PERMISSION_DENIED");
    assert.equal((await ask(LAMP, { token: await tokenOf("operator") })).status, 200);
    const change = { method: "PUT", token: await tokenOf("operator"), body: { on: false } };
    assert.equal((await ask(LAMP, change)).json["code"], "NJ_PERMISSION_DENIED");
  });

  it("are for people alone where they say so, whatever a program's token holds", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    const token = await tokenOf("operator");
    const wish = {
      name: "wall",
      rights: ["live"],
      cameras: ["yard"],
      expiresAt: "never",
      current: GOOD_PASSWORD,
    };
    const made = await ask("/api/v1/tokens", { method: "POST", token, body: wish });
    assert.equal(made.status, 201, made.text);
    const program = String(made.json["secret"]);
    const refused = await ask(`${LAMP}/mine`, { method: "POST", token: program });
    assert.deepEqual([refused.status, refused.json["code"]], [403, "NJ_TOKEN_REFUSED"]);
    assert.deepEqual((await ask(`${LAMP}/mine`, { method: "POST", token })).json, { userName: "operator" });
  });

  it("answer nothing, or a problem of their own with the status of its kind", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    const token = await tokenOf("admin");
    assert.equal((await ask(LAMP, { method: "PUT", token, body: { on: false } })).status, 204);
    const broken = await ask(LAMP, { method: "PUT", token, body: { on: true } });
    assert.deepEqual([broken.status, broken.json["code"]], [503, "NJ_LAMP_BROKEN"]);
    const wrong = await ask(LAMP, { method: "PUT", token, body: { on: 1 } });
    assert.equal(wrong.json["code"], "NJ_REQUEST_INVALID");
  });

  it("are changed by cookie from our own page only, like the recorder's", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    const cookie = `__Host-nightjar=${await tokenOf("admin")}`;
    const headers = { "content-type": "application/json", origin: "https://evil.example" };
    const answer = await ask(LAMP, { method: "PUT", cookie, headers, body: { on: false } });
    assert.equal(answer.json["code"], "NJ_ORIGIN_FOREIGN");
  });

  it("are unknown where no plugin has described them", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    const token = await tokenOf("admin");
    for (const path of [
      "nightjar-camera-far/lamps",
      "nightjar-camera-far/lamps/a/b",
      "nightjar-camera-near/lamps/a",
    ])
      assert.equal((await ask(`/api/v1/plugins/${path}`, { token })).json["code"], "NJ_ROUTE_UNKNOWN", path);
    assert.equal((await ask(LAMP, { method: "DELETE", token })).json["code"], "NJ_METHOD_NOT_ALLOWED");
  });

  it("stand in the description of the API", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    const { json } = await ask("/api/v1/openapi.json", { token: await tokenOf("admin") });
    const paths = json["paths"] as Record<string, Record<string, { summary: string }>>;
    assert.equal(
      paths["/api/v1/plugins/nightjar-camera-far/lamps/{lamp}"]?.["put"]?.summary,
      "Switches a lamp.",
    );
  });
});
