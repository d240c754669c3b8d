import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { GOOD_PASSWORD } from "../users/users-fixture.ts";
import { httpFixture } from "./http-fixture.ts";

const NEW_PASSWORD = "quarry heron 7 lantern";

describe("changing the own account as one among all (attack list A6)", () => {
  it("asks an administrator for the present password before their own is changed, whatever the case of the name", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    const token = await tokenOf("admin");
    for (const name of ["admin", "ADMIN", "%61dmin"]) {
      const path = `/api/v1/users/${name}`;
      const without = await ask(path, { method: "PATCH", token, body: { password: NEW_PASSWORD } });
      assert.deepEqual([without.status, without.json["code"]], [422, "NJ_REQUEST_INVALID"], name);
      const wrong = await ask(path, {
        method: "PATCH",
        token,
        body: { password: NEW_PASSWORD, current: "not the one" },
      });
      assert.deepEqual([wrong.status, wrong.json["code"]], [403, "NJ_PASSWORD_WRONG"], name);
    }
    const signIn = (password: string) =>
      ask("/api/v1/session", { method: "POST", body: { username: "admin", password } });
    assert.equal((await signIn(GOOD_PASSWORD)).status, 200);
    const right = await ask("/api/v1/users/admin", {
      method: "PATCH",
      token,
      body: { password: NEW_PASSWORD, current: GOOD_PASSWORD },
    });
    assert.equal(right.status, 200, right.text);
    assert.equal((await signIn(NEW_PASSWORD)).status, 200);
    assert.equal((await signIn(GOOD_PASSWORD)).status, 401);
  });

  it("counts wrong present passwords like guesses, so that a page left open is no place to guess from", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    const token = await tokenOf("admin");
    const codes: unknown[] = [];
    for (let index = 0; index < 6; index += 1) {
      const body = { password: NEW_PASSWORD, current: `guess ${index}` };
      codes.push((await ask("/api/v1/users/admin", { method: "PATCH", token, body })).json["code"]);
    }
    assert.deepEqual(codes.slice(-2), ["NJ_PASSWORD_WRONG", "NJ_LOGIN_LOCKED"]);
  });

  it("lets an administrator set somebody else's password, who forgot it", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    const token = await tokenOf("admin");
    await tokenOf("viewer");
    const body = { password: NEW_PASSWORD };
    assert.equal((await ask("/api/v1/users/viewer", { method: "PATCH", token, body })).status, 200);
  });
});
