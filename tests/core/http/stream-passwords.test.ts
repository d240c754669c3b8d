// Stream passwords over the API: made with the own password once more, shown once, listed and revoked by those who may.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { GOOD_PASSWORD } from "../users/users-fixture.ts";
import { httpFixture } from "./http-fixture.ts";

const OWN = "/api/v1/session/stream-passwords";

describe("stream passwords over HTTP", () => {
  it("are made with the own password, given out once, listed and revoked", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    const token = await tokenOf("viewer");
    const body = { label: " VLC in the office ", password: GOOD_PASSWORD };
    const made = await ask(OWN, { method: "POST", token, body });
    assert.equal(made.status, 201, made.text);
    assert.equal(made.json["username"], "viewer");
    assert.equal(made.json["label"], "VLC in the office");
    const secret = String(made.json["streamPassword"]);
    assert.equal(secret.length, 24);
    const list = await ask(OWN, { token });
    assert.deepEqual(list.json["streamPasswords"], [
      { id: made.json["id"], label: "VLC in the office", createdAt: made.json["createdAt"] },
    ]);
    assert.ok(!list.text.includes(secret));
    assert.equal((await ask(`${OWN}/${made.json["id"]}`, { method: "DELETE", token })).status, 204);
    const again = await ask(`${OWN}/${made.json["id"]}`, { method: "DELETE", token });
    assert.deepEqual([again.status, again.json["code"]], [404, "NJ_STREAM_PASSWORD_NOT_FOUND"]);
  });

  it("ask for the password once more, and for a name that says something", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    const token = await tokenOf("viewer");
    const make = (body: unknown) => ask(OWN, { method: "POST", token, body });
    const wrong = await make({ label: "VLC", password: "guess" });
    assert.deepEqual([wrong.status, wrong.json["code"]], [403, "NJ_PASSWORD_WRONG"]);
    for (const label of ["", "   ", "x".repeat(65), 7]) {
      assert.equal((await make({ label, password: GOOD_PASSWORD })).status, 422, String(label));
    }
    assert.deepEqual((await ask(OWN, { token })).json["streamPasswords"], []);
  });

  it("of others are listed and revoked by administrators alone", async (t) => {
    const { ask, tokenOf } = await httpFixture(t);
    const token = await tokenOf("viewer");
    const admin = await tokenOf("admin");
    const made = await ask(OWN, { method: "POST", token, body: { label: "VLC", password: GOOD_PASSWORD } });
    const path = "/api/v1/users/viewer/stream-passwords";
    assert.equal((await ask(path, { token })).status, 403);
    assert.equal((await ask(`${path}/${made.json["id"]}`, { method: "DELETE", token })).status, 403);
    assert.match((await ask(path, { token: admin })).text, /"label":"VLC"/);
    assert.equal((await ask("/api/v1/users/nobody/stream-passwords", { token: admin })).status, 404);
    const all = "/api/v1/users/stream-passwords";
    assert.equal((await ask(all, { token })).status, 403);
    const { streamPassword, username: user, ...shown } = made.json;
    const answer = await ask(all, { token: admin });
    assert.deepEqual(answer.json["streamPasswords"], [{ ...shown, user }]);
    assert.ok(!answer.text.includes(String(streamPassword)));
    // One's own list knows nothing of others' passwords.
    assert.equal((await ask(`${OWN}/${made.json["id"]}`, { method: "DELETE", token: admin })).status, 404);
    assert.equal((await ask(`${path}/${made.json["id"]}`, { method: "DELETE", token: admin })).status, 204);
    assert.deepEqual((await ask(OWN, { token })).json["streamPasswords"], []);
    assert.deepEqual((await ask(all, { token: admin })).json["streamPasswords"], []);
    const { json } = await ask("/api/v1/audit?user=admin", { token: admin });
    const [entry] = (json["entries"] as { action: string; detail: unknown }[]).filter(
      ({ action }) => action === "stream-password-revoked",
    );
    assert.deepEqual(entry?.detail, { user: "viewer", label: "VLC", id: made.json["id"] });
  });
});
