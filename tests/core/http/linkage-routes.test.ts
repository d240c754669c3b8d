// Linkage over HTTP: an action that is tried with a form that is not right is refused place by place, as when it is saved.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { httpFixture } from "./http-fixture.ts";

describe("trying an action over HTTP", () => {
  it("says which fields are wrong, and does nothing; one that is right is done", async (t) => {
    const { ask, tokenOf, calls } = await httpFixture(t);
    const token = await tokenOf("admin");
    const test = (settings: object) =>
      ask("/api/v1/linkage/test", {
        ...{ method: "POST", token },
        body: { action: { action: "email", settings } },
      });
    const { status, json } = await test({ wrong: true });
    assert.equal(status, 422);
    assert.deepEqual(json["errors"], [{ path: "/action/settings/wrong", message: "must not be there" }]);
    assert.deepEqual(
      calls.filter((call) => call.startsWith("linkage")),
      [],
    );
    assert.equal((await test({})).status, 200);
    assert.deepEqual(
      calls.filter((call) => call.startsWith("linkage")),
      ["linkage test email of nothing"],
    );
  });

  it("tries a rule as for a camera of its own that is there, and for none where its events never are of one", async (t) => {
    const { ask, tokenOf, calls, config } = await httpFixture(t);
    const token = await tokenOf("admin");
    const actions = [{ action: "email", settings: {} }];
    await config.update((draft) => {
      draft.linkage.rules = [
        { id: "gone", name: "Gone", cameras: ["gone", "yard"], actions },
        { id: "disk", name: "Disk", types: ["exception-volume-full"], actions },
        { id: "any", name: "Any", types: ["exception-volume-full", "motion"], actions },
      ] as never;
    });
    for (const body of [{ rule: "gone" }, { rule: "disk", camera: "yard" }, { rule: "any", camera: "yard" }])
      assert.equal((await ask("/api/v1/linkage/test", { method: "POST", token, body })).status, 200);
    assert.deepEqual(
      calls.filter((call) => call.startsWith("linkage")),
      ["linkage test email of yard", "linkage test email of nothing", "linkage test email of yard"],
    );
  });
});
