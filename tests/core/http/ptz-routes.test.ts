// Turning cameras over HTTP: who may, what is passed on, and what stands in the audit log.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { httpFixture } from "./http-fixture.ts";

describe("turning cameras over HTTP (manual 6)", () => {
  it("is for operators, with the cameras that they may see; viewers see what a camera can do", async (t) => {
    const { ask, tokenOf, users, calls } = await httpFixture(t);
    const viewer = await tokenOf("viewer");
    await tokenOf("operator");
    const actor = { userName: "admin", address: "192.0.2.1" };
    await users.accounts.change("operator", { cameras: ["gate"] }, actor);
    const operator = await tokenOf("operator");
    const can = await ask("/api/v1/cameras/yard/abilities", { token: viewer });
    assert.deepEqual(can.json, { relays: [{ id: "r1", name: "Relay 1" }], events: true });
    const move = (camera: string, token: string) =>
      ask(`/api/v1/cameras/${camera}/ptz/move`, { method: "POST", token, body: { pan: 0.5 } });
    assert.equal((await move("gate", viewer)).status, 403);
    assert.equal((await move("yard", operator)).status, 404);
    assert.equal((await move("gate", operator)).status, 204);
    assert.equal((await ask("/api/v1/cameras/gate/presets", { token: viewer })).status, 403);
    assert.deepEqual(calls, ["move gate 0.5 0 0"]);
  });

  it("passes on what is wanted, and writes down who wanted it, a hand's many words once", async (t) => {
    const { ask, tokenOf, calls } = await httpFixture(t);
    const token = await tokenOf("operator");
    const post = (path: string, body?: unknown) =>
      ask(`/api/v1/cameras/gate/${path}`, { method: "POST", token, ...(body === undefined ? {} : { body }) });
    await post("ptz/move", { pan: 1, tilt: -1 });
    await post("ptz/move", { zoom: -0.5 });
    await post("ptz/stop");
    await post("ptz/go", { kind: "preset", id: "1" });
    const kept = await post("presets", { name: "Door & bell" });
    assert.deepEqual([kept.status, kept.json], [201, { id: "7", name: "Door & bell" }]);
    await ask("/api/v1/cameras/gate/presets/7", { method: "DELETE", token });
    const { json } = await ask("/api/v1/cameras/gate/presets", { token });
    assert.deepEqual(json, { presets: [{ id: "1", name: "Gate" }] });
    assert.deepEqual(calls, [
      "move gate 1 -1 0",
      "move gate 0 0 -0.5",
      "stop gate",
      'send gate {"kind":"preset","id":"1"}',
      "preset 7 of gate is Door & bell",
      "preset 7 of gate removed",
    ]);
    const log = await ask("/api/v1/audit", { token: await tokenOf("admin") });
    const acts = (log.json["entries"] as { action: string }[]).map(({ action }) => action);
    assert.deepEqual(
      acts.filter((act) => /^(?:ptz|preset)-/.test(act)),
      ["preset-removed", "preset-set", "ptz-sent", "ptz-moved"],
    );
  });

  it("refuses what no camera can do", async (t) => {
    const { ask, tokenOf, calls } = await httpFixture(t);
    const token = await tokenOf("operator");
    for (const [path, body] of [
      ["ptz/move", { pan: 2 }],
      ["ptz/move", { pan: "1" }],
      ["ptz/move", { pan: 1, roll: 1 }],
      ["ptz/go", { kind: "home", id: "1" }],
      ["ptz/go", { kind: "preset", id: "" }],
      ["presets", { name: "" }],
      ["presets", { name: "a\u0007b" }],
    ] as const) {
      const refused = await ask(`/api/v1/cameras/gate/${path}`, { method: "POST", token, body });
      assert.equal(refused.status, 422, JSON.stringify(body));
    }
    assert.deepEqual(calls, []);
  });
});
