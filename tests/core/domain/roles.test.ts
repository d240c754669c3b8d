import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  CAMERA_RIGHTS,
  GRANTABLE_RIGHTS,
  isRole,
  RIGHTS_OF_ROLE,
  ROLES,
  roleHolds,
  SYSTEM_RIGHTS,
  scopeHolds,
  scopeIncludes,
  scopeWithin,
} from "../../../core/domain/roles.ts";

describe("roles (manual 17.1, 17.2)", () => {
  it("lets administrators do everything", () => {
    for (const right of [...CAMERA_RIGHTS, ...SYSTEM_RIGHTS])
      assert.ok(roleHolds("administrator", right), right);
  });

  it("gives each role all that the next lower one has", () => {
    for (const right of RIGHTS_OF_ROLE.viewer) assert.ok(roleHolds("operator", right), right);
    assert.ok(RIGHTS_OF_ROLE.operator.size > RIGHTS_OF_ROLE.viewer.size);
  });

  it("keeps users, settings and the editing of cameras and flows to administrators", () => {
    for (const right of [
      "users.manage",
      "settings.edit",
      "cameras.edit",
      "flows.edit",
      "linkage.run",
      "audit.view",
    ] as const) {
      assert.deepEqual(
        ROLES.filter((role) => roleHolds(role, right)),
        ["administrator"],
        right,
      );
    }
  });

  it("lets viewers watch but take nothing away", () => {
    assert.ok(roleHolds("viewer", "live") && roleHolds("viewer", "playback"));
    assert.ok(!roleHolds("viewer", "export") && !roleHolds("viewer", "recordings.manual"));
  });

  it("knows which cameras a scope includes", () => {
    assert.ok(scopeIncludes("all", "yard"));
    assert.ok(scopeIncludes(["yard"], "yard"));
    assert.ok(!scopeIncludes(["yard"], "gate"));
    assert.ok(!scopeIncludes([], "gate"));
  });

  it("leaves for a camera what its entry says, and of one that is named twice what both say", () => {
    const scope = [
      "yard",
      { id: "gate", rights: ["live", "ptz"] },
      { id: "door", rights: ["live"] },
      "door",
    ] as const;
    assert.ok(scopeHolds("all", "ptz", "roof") && scopeHolds(scope, "export", "yard"));
    assert.ok(scopeHolds(scope, "ptz", "gate") && !scopeHolds(scope, "playback", "gate"));
    assert.ok(scopeHolds(scope, "cameras.view", "gate"), "whoever has it sees that it is there");
    assert.ok(scopeHolds(scope, "live", "door") && !scopeHolds(scope, "ptz", "door"));
    assert.ok(!scopeHolds(scope, "live", "roof"));
  });

  it("never widens one scope by another", () => {
    const most = GRANTABLE_RIGHTS.filter((right) => right !== "export");
    const account = ["yard", { id: "gate", rights: most }] as const;
    assert.deepEqual(scopeWithin("all", account), account);
    assert.deepEqual(scopeWithin(account, "all"), account);
    assert.deepEqual(scopeWithin(account, ["gate", "roof"]), [{ id: "gate", rights: most }]);
    const other = [
      { id: "gate", rights: ["live", "export"] },
      { id: "yard", rights: ["ptz"] },
    ] as const;
    assert.deepEqual(scopeWithin(account, other), [
      { id: "yard", rights: ["ptz"] },
      { id: "gate", rights: ["live"] },
    ]);
  });

  it("knows no other role", () => {
    assert.ok(isRole("viewer"));
    assert.ok(!isRole("root") && !isRole("constructor"));
  });
});
